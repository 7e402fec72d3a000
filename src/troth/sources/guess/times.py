"""How a column writes instants: the strptime format, and whether day and month can be told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DATES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", ("%Y.%m.%d",)),
    (r"(?:19|20)\d{2}[01]\d[0-3]\d", ("%Y%m%d",)),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y",)),
    (r"\d{1,2}\.\d{1,2}\.\d{2}", ("%d.%m.%y",)),
    (r"\d{1,2}/\d{1,2}/\d{4}", ("%d/%m/%Y", "%m/%d/%Y")),
    (r"\d{1,2}/\d{1,2}/\d{2}", ("%d/%m/%y", "%m/%d/%y")),
    (r"\d{1,2}-\d{1,2}-\d{4}", ("%d-%m-%Y", "%m-%d-%Y")),
    (r"\d{1,2}-[A-Za-z]{3}-\d{4}", ("%d-%b-%Y",)),
    (r"\d{1,2}-[A-Za-z]{3}-\d{2}", ("%d-%b-%y",)),
    (r"\d{1,2} [A-Za-z]{3} \d{4}", ("%d %b %Y",)),
    (r"\d{1,2} [A-Za-z]{4,9} \d{4}", ("%d %B %Y",)),
    (r"[A-Za-z]{3} \d{1,2}, \d{4}", ("%b %d, %Y",)),
    (r"\d{4}-\d{1,2}-\d{1,2}", ("%Y-%m-%d",)),
)
_GAPS = (("", ""), (" ", " "), ("T", "T"), (", ", ", "))
_CLOCKS = (
    (r"\d{1,2}:\d{2}:\d{2}\.\d+", "%H:%M:%S.%f"),
    (r"\d{1,2}:\d{2}:\d{2} [AaPp][Mm]", "%I:%M:%S %p"),
    (r"\d{1,2}:\d{2} [AaPp][Mm]", "%I:%M %p"),
    (r"\d{1,2}:\d{2}:\d{2}", "%H:%M:%S"),
    (r"\d{1,2}:\d{2} Uhr", "%H:%M Uhr"),
    (r"\d{1,2}:\d{2}", "%H:%M"),
)
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|z|[+-]\d{2}(:?\d{2})?))?)?")
_PATTERNS = [
    (re.compile(date + gap_pattern + clock_pattern), tuple(d + gap + clock for d in formats))
    for date, formats in _DATES
    for gap_pattern, gap in _GAPS
    for clock_pattern, clock in (((r"", ""),) if not gap_pattern else _CLOCKS)
]
_PERHAPS = re.compile(r"\d{1,4}[./-]\d|\d{8}|\d{1,2}[ -][A-Za-z]{3}|[A-Za-z]{3} \d")
NEEDED = 0.9


@dataclass(frozen=True, slots=True)
class Writing:
    """formats: what the values may be read with, None for ISO 8601; more than one where day and month look alike."""

    formats: tuple[str | None, ...]


def writing(sample: Sequence[str]) -> Writing | None:
    """How a sample of values writes instants; None where fewer than nine in ten are instants.

    >>> writing(["2024-01-31 10:00", "2024-02-01"]).formats
    (None,)
    >>> writing(["31.01.2024 10:00"]).formats
    ('%d.%m.%Y %H:%M',)
    >>> writing(["01/02/2024"]).formats
    ('%d/%m/%Y', '%m/%d/%Y')
    >>> writing(["12.5", "hello"]) is None
    True
    """
    if not sample:
        return None
    needed = NEEDED * len(sample)
    if sum(bool(_PERHAPS.match(v)) for v in sample) < needed:
        return None
    if sum(bool(_ISO.fullmatch(v)) for v in sample) >= needed:
        return Writing((None,))
    best: tuple[int, tuple[str, ...]] = (0, ())
    for pattern, formats in _PATTERNS:
        fitting = [v for v in sample if pattern.fullmatch(v)]
        if len(fitting) > best[0]:
            best = (len(fitting), tuple(f for f in formats if _may_be(f, fitting)))
    count, formats = best
    return Writing(formats) if count >= needed and formats else None


def _may_be(written: str, values: Sequence[str]) -> bool:
    """Cheap refusal of `%Y%m%d` for plain numbers and of a month above 12."""
    most = {"%d": 31, "%m": 12}
    order = [p for p in re.findall(r"%[a-zA-Z]", written) if p in ("%Y", "%y", "%m", "%d", "%b", "%B")]
    compact = written.startswith("%Y%m%d")
    fits = 0
    for value in values:
        parts = [value[:4], value[4:6], value[6:8]] if compact else re.findall(r"\d+|[A-Za-z]+", value)[:3]
        fits += all(not p.isdigit() or 1 <= int(p) <= most.get(o, 9999) for o, p in zip(order, parts, strict=False))
    return fits >= NEEDED * len(values)

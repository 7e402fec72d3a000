"""The form that ids have in common, as a regular expression."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

MOST_RUNS = 9
LONGEST = 40
SPECIAL = frozenset(r".^$*+?{}[]\|()")
HEX = re.compile(r"[0-9a-f]{8,}")
CLASSES = (("[0-9]", "0123456789"), ("[A-Z]", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), ("[a-z]", "abcdefghijklmnopqrstuvwxyz"))


def shape(values: Sequence[str]) -> str | None:
    """A pattern that fits every value: runs of digits and letters, their lengths, and the signs between them.

    None where the values have no form in common, or are words.

    >>> shape(["PO-0001", "PO-0420"]), shape(["9a3f00e1", "00000000"]), shape(["north", "far south"])
    ('[A-Z]{2}-[0-9]{4}', '[0-9a-f]{8}', None)
    """
    if not values or any(len(value) > LONGEST for value in values):
        return None
    if all(HEX.fullmatch(value) for value in values) and len({len(value) for value in values}) == 1:
        return f"[0-9a-f]{{{len(values[0])}}}"
    runs = [_runs(value) for value in values]
    classes = [name for name, _ in runs[0]]
    if len(classes) > MOST_RUNS or any([name for name, _ in one] != classes for one in runs) or "[0-9]" not in classes:
        return None
    lengths = [[one[at][1] for one in runs] for at in range(len(classes))]
    return "".join(name + _times(name, found) for name, found in zip(classes, lengths, strict=True))


def _runs(value: str) -> list[tuple[str, int]]:
    return [(name, len(list(some))) for name, some in groupby(map(_class, value))]


def _class(sign: str) -> str:
    return next((name for name, signs in CLASSES if sign in signs), f"\\{sign}" if sign in SPECIAL else sign)


def _times(name: str, lengths: Sequence[int]) -> str:
    """Digits may become more; a code of letters keeps its length."""
    least, most = min(lengths), max(lengths)
    if least == most:
        return "" if least == 1 else f"{{{least}}}"
    return "+" if name == "[0-9]" else f"{{{least},{most}}}"

"""Values of one table, all written alike: in the same unit, with as many decimals, as the reader's language writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troth.faces.language import Language
from troth.faces.values import span_of


@dataclass(frozen=True, slots=True)
class Scale:
    """How values of one kind are written: divided by `by`, with the name of what they are then, and so many decimals."""

    name: str
    by: float
    digits: int


def scale_of(values: Sequence[float | None], unit: str) -> Scale:
    """One way to write all of these values. unit: as of a metric's answer: share, seconds, points, a currency, or nothing."""
    if unit == "share":
        return Scale("%", 0.01, 1)
    if unit == "seconds":
        name, seconds = span_of(values)
        return Scale(name, float(seconds), 1)
    known = sorted(abs(value) for value in values if value is not None)
    middle = known[len(known) // 2] if known else 0.0
    if unit != "points" and all(float(value).is_integer() for value in known):
        return Scale(unit, 1.0, 0)
    return Scale("" if unit == "points" else unit, 1.0, 0 if middle >= 100 else 1 if unit == "points" or middle >= 10 else 2)


def shown(language: Language, value: float | None, scale: Scale) -> str:
    """A value with its unit; a dash where there is none."""
    if value is None:
        return "–"
    number = language.number(value / scale.by, scale.digits)
    return f"{number}\N{NO-BREAK SPACE}{scale.name}" if scale.name else number


def range_shown(language: Language, low: float | None, high: float | None, scale: Scale) -> str:
    """From one value to another, the unit said once; nothing where there is none."""
    if low is None or high is None:
        return ""
    first = language.number(low / scale.by, scale.digits)
    return language.gettext("%(low)s to %(high)s") % {"low": first, "high": shown(language, high, scale)}

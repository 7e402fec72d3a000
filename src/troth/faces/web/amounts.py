"""Values as people read them: each in its unit, those of one table in the same, as their language writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from troth.faces.language import Language
from troth.faces.values import SPANS


@dataclass(frozen=True, slots=True)
class Scale:
    """How values of one kind are written: divided by `by`, with the name of what they are then, and so many decimals."""

    name: str
    by: float
    digits: int


def scale_of(language: Language, values: Iterable[float | None], unit: str) -> Scale:
    """One way to write all of these values. unit: as of a metric's answer: share, seconds, points, a currency, or nothing."""
    if unit == "share":
        return Scale("%", 0.01, 1)
    known = sorted(abs(value) for value in values if value is not None)
    middle = known[len(known) // 2] if known else 0.0
    if unit == "seconds":
        name, seconds = next((span for span in SPANS if middle >= span[1]), SPANS[-1])
        return Scale(_span(language, name), float(seconds), 1)
    return Scale("" if unit == "points" else unit, 1.0, 0 if middle >= 100 else 1 if unit == "points" or middle >= 10 else 2)


def shown(language: Language, value: float | None, scale: Scale) -> str:
    """A value with its unit; a dash where there is none."""
    if value is None:
        return "–"
    number = language.number(value / scale.by, scale.digits)
    return f"{number}\N{NO-BREAK SPACE}{scale.name}" if scale.name else number


def range_shown(language: Language, low: float | None, high: float | None, scale: Scale) -> str:
    """From one value to another, the unit said once."""
    if low is None or high is None:
        return ""
    first = language.number(low / scale.by, scale.digits)
    return language.gettext("%(low)s to %(high)s") % {"low": first, "high": shown(language, high, scale)}


def _span(language: Language, name: str) -> str:
    say = language.gettext
    return {"d": say("days"), "h": say("h"), "min": say("min"), "s": say("s")}[name]

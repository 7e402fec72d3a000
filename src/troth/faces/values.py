"""How a metric's values are shown: a share as per cent, a duration in the unit that fits, an amount with its currency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from troth.app.answers.metrics import Told

Number = Callable[[float, int], str]
"""How a number is written with so many decimals."""

SPANS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def plain(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def pairs(texts: Sequence[str], asked_as: str) -> dict[str, str]:
    """Dimensions with the value that counts, of their texts: customer=acme. Raises BadValue for what is none, naming how it was asked."""
    from troth.kernel.errors import BadValue

    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name or not value:
            raise BadValue(f"'{asked_as}' takes a dimension and its value", got=f"'{text}'", allowed="customer=acme")
        found[name] = value
    return found


def span_of(found: Sequence[float | None]) -> tuple[str, int]:
    """In what a table's durations are shown: the longest unit of which the most are at least one."""
    values = sorted(abs(value) for value in found if value is not None)
    middle = values[len(values) // 2] if values else 0
    return next((span for span in SPANS if middle >= span[1]), SPANS[-1])


def span_of_all(told: Told) -> tuple[str, int]:
    return span_of([one.value for one in told.answer.readings])


def shown(value: float | None, told: Told, span: tuple[str, int], number: Number = plain) -> str:
    return "" if value is None else in_unit(value, told.answer.unit, span, number)


def shown_value(value: float, unit: str, number: Number = plain) -> str:
    """One value in its unit; a duration in the longest unit of which it is at least one."""
    return in_unit(value, unit, next((span for span in SPANS if abs(value) >= span[1]), SPANS[-1]), number)


def in_unit(value: float, unit: str, span: tuple[str, int], number: Number = plain) -> str:
    if unit == "share":
        return f"{number(100 * value, 1)} %"
    if unit == "seconds":
        return f"{number(value / span[1], 2)} {span[0]}"
    if unit == "points":
        return number(value, 1)
    return f"{number(value, 0 if value == int(value) and abs(value) >= 1 else 2)} {unit}".rstrip()

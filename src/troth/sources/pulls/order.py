"""Which of two values of a growing field is the later one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

Order = tuple[str, Decimal | datetime | str]


def order_of(value: object) -> Order:
    """What a value is compared by: its kind, and the number or instant that it says. Raises ValueError for what grows in no order.

    >>> order_of("2026-03-01T00:00:00+01:00") < order_of("2026-02-28T23:30:00Z"), order_of(9) < order_of("10")
    (True, True)
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"a {type(value).__name__} grows in no order")
    try:
        number = Decimal(value)
    except InvalidOperation:
        pass
    else:
        if number.is_finite():
            return "number", number
    at = datetime.fromisoformat(str(value))
    return ("instant", at.astimezone(UTC)) if at.tzinfo else ("wall clock", at)

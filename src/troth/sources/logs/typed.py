"""A value as a file gives it, read as the type that the log declares for its attribute."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from troth.kernel.errors import nearest
from troth.record.log import VALUE_TYPES, Value, ValueType
from troth.sources.logs.instants import Moment, read_time

Raw = str | int | float | bool
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_FLOAT = re.compile(r"[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})([eE][+-]?[0-9]{1,4})?")
_BOOLEAN = {"true": True, "1": True, "false": False, "0": False}
_NO_NUMBER = frozenset(("nan", "none", "null"))
LARGEST = 1 << 63


class OfAnotherType(Exception):
    """The value is none of the declared type."""


@dataclass(frozen=True, slots=True)
class Blank:
    """Nothing stands where a number, a time or a boolean should, or `NaN` does."""


def value_type(written: str) -> ValueType:
    """
    >>> value_type("integer")
    'integer'
    """
    for type in VALUE_TYPES:
        if written == type:
            return type
    raise OfAnotherType(nearest(written, VALUE_TYPES, count=5))


def typed(raw: Raw, type: ValueType) -> Value | Moment | Blank:
    """The value as its type; a time is a Moment, since its zone is not settled yet. Raises OfAnotherType.

    >>> typed("500", "integer"), typed(" true ", "boolean"), typed("500", "string")
    (500, True, '500')
    """
    if type != "string" and isinstance(raw, str):
        raw = raw.strip()
        if not raw:
            return Blank()
    return _READERS[type](raw)


def _string(raw: Raw) -> Value | Moment | Blank:
    if not isinstance(raw, str):
        raise OfAnotherType(f"{raw!r} is no text")
    return raw


def _time(raw: Raw) -> Value | Moment | Blank:
    moment = read_time(raw) if isinstance(raw, str) else None
    if moment is None:
        raise OfAnotherType("a time is written 2022-01-09T15:00:00Z")
    return moment


def _integer(raw: Raw) -> Value | Moment | Blank:
    """A whole number of 64 bits; 3.0 is one, since tables with gaps turn whole numbers into such."""
    if isinstance(raw, str) and raw.lower() in _NO_NUMBER:
        return Blank()
    if isinstance(raw, str) and _INTEGER.fullmatch(raw):
        raw = int(raw)
    if isinstance(raw, str) and _FLOAT.fullmatch(raw):
        raw = float(raw)
    if isinstance(raw, float) and raw.is_integer() and abs(raw) <= 1 << 53:
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise OfAnotherType("a whole number is expected")
    if not -LARGEST <= raw < LARGEST:
        raise OfAnotherType("whole numbers have at most 64 bits")
    return raw


def _float(raw: Raw) -> Value | Moment | Blank:
    if isinstance(raw, str):
        if raw.lower() in _NO_NUMBER:
            return Blank()
        if not _FLOAT.fullmatch(raw):
            raise OfAnotherType("a number is expected")
        raw = float(raw)
    if isinstance(raw, bool):
        raise OfAnotherType("a number is expected")
    number = _finite(raw)
    # SQLite keeps no sign of zero.
    return number + 0.0 if not math.isnan(number) else Blank()


def _finite(raw: float) -> float:
    try:
        number = float(raw)
    except OverflowError:
        number = math.inf
    if math.isinf(number):
        raise OfAnotherType("a number of at most 1.8e308 is expected")
    return number


def _boolean(raw: Raw) -> Value | Moment | Blank:
    found = _BOOLEAN.get(str(raw).lower())
    if found is None:
        raise OfAnotherType("true or false is expected")
    return found


_READERS: dict[ValueType, Callable[[Raw], Value | Moment | Blank]] = {
    "string": _string, "time": _time, "integer": _integer, "float": _float, "boolean": _boolean,
}  # fmt: skip

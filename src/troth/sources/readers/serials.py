"""Numbers of a sheet as text: days since 1900 as dates, the others with the 15 digits that a sheet shows.

A sheet counts days from 1900-01-01 = 1 and believes in 1900-02-29 (60), as the program it was made to agree with did; or
from 1904-01-01 = 0. ECMA-376 Part 1, 18.17.4.1.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

Kind = Literal["number", "date", "instant", "time", "duration"]
EPOCH_1900, EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
LAST_1900, LAST_1904 = 2_958_466, 2_957_004
NO_DAY = 60
_DATES = {14, 15, 16, 17, *range(27, 32), 34, 35, 36, *range(50, 59)}
_TIMES = {18, 19, 20, 21, 32, 33, 45, 47}
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)


def kind_of(number_format: int, code: str | None) -> Kind:
    """What a cell's number format makes of its number. code: the format's text where the file declares it.

    >>> kind_of(14, None), kind_of(164, 'dd/mm/yyyy hh:mm'), kind_of(164, '0.00 "days"'), kind_of(164, '[h]:mm'), kind_of(20, None)
    ('date', 'instant', 'number', 'duration', 'time')
    >>> kind_of(164, '[$-407]d. mmmm yyyy;@'), kind_of(164, '[Red]#,##0.00'), kind_of(9, None)
    ('date', 'number', 'number')
    """
    if code is None:
        if number_format == 22:
            return "instant"
        if number_format == 46:
            return "duration"
        return "date" if number_format in _DATES else "time" if number_format in _TIMES else "number"
    bare = _LITERAL.sub("", code.split(";")[0]).lower()
    if _ELAPSED.search(bare):
        return "duration"
    if "general" in bare or not re.search(r"[ymdhs年月日時时分秒]|aaa|ggg", bare):
        return "number"
    day, clock = bool(re.search(r"[yd年日]|aaa|ggg", bare)), bool(re.search(r"[hs時时秒]", bare))
    if not day and not clock:
        day = True
    return "instant" if day and clock else "date" if day else "time"


def padding(code: str | None) -> int:
    """Digits that a format such as 00000 fills up with zeros; 0 for others."""
    return len(code) if code and len(code) > 1 and set(code) == {"0"} else 0


def plain(number: float) -> str:
    """
    >>> plain(1.1000000000000001), plain(45000.0), plain(0.1 + 0.2), plain(1e21), plain(-0.0), plain(1.5e-7)
    ('1.1', '45000', '0.3', '1000000000000000000000', '0', '0.00000015')
    """
    text = format(number, ".15g")
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        digits = len(mantissa.partition(".")[2])
        text = format(float(text), f".{max(digits - int(exponent), 0)}f")
    return "0" if text == "-0" else text


def dated(number: float, kind: Kind, *, from_1904: bool) -> str | None:
    """A number that is a date, a time or a duration, as text; None where there is no such day.

    >>> dated(1, "date", from_1904=False), dated(59, "date", from_1904=False), dated(61, "date", from_1904=False)
    ('1900-01-01', '1900-02-28', '1900-03-01')
    >>> dated(60, "date", from_1904=False) is None, dated(-1, "date", from_1904=False) is None
    (True, True)
    >>> dated(46053.4375, "instant", from_1904=False), dated(44591.4375, "instant", from_1904=True)
    ('2026-01-31 10:30:00', '2026-01-31 10:30:00')
    >>> dated(1.1041666666666667, "duration", from_1904=False), dated(0.4375, "time", from_1904=False)
    ('26:30:00', '10:30:00')
    """
    if kind == "duration" or (kind == "time" and 0 <= number < 1):
        return _clock(number)
    if not (0 if from_1904 else 1) <= number < (LAST_1904 if from_1904 else LAST_1900) or (not from_1904 and int(number) == NO_DAY):
        return None
    days, milliseconds = divmod(round(number * 86_400_000), 86_400_000)
    text = _day(days, from_1904)
    if milliseconds:
        seconds, rest = divmod(milliseconds, 1000)
        text += f" {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return f"{text}.{rest:03d}" if rest else text
    return text if kind == "date" else f"{text} 00:00:00"


@lru_cache(maxsize=1 << 14)
def _day(days: int, from_1904: bool) -> str:  # noqa: FBT001
    if from_1904:
        return (EPOCH_1904 + timedelta(days=days)).isoformat()
    return (EPOCH_1900 + timedelta(days=days + (days < NO_DAY))).isoformat()


def _clock(number: float) -> str:
    milliseconds = round(abs(number) * 86_400_000)
    seconds, rest = divmod(milliseconds, 1000)
    text = f"{'-' if number < 0 and milliseconds else ''}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{rest:03d}" if rest else text

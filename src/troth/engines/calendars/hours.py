"""Weekly hours as people write them: `Mon-Fri 08:00-12:00, 13:00-17:00; Sat 09:00-24:00`.

A window belongs to the day on which it opens. One that ends at or before its opening ends on the next day: `22:00-06:00`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from troth.kernel.errors import BookError
from troth.kernel.instant import DAY_US

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALLOWED = "days and hours, such as Mon-Fri 08:00-12:00, 13:00-17:00; Sat 09:00-24:00"
EXAMPLE = "a window such as 08:00-17:00"
MINUTE_US = 60_000_000
SECOND_US = 1_000_000
WORDS = re.compile(r"([A-Za-z]+)(?:\s*-\s*([A-Za-z]+))?")
HOURS = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?\s*-\s*(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?")
DASHES = str.maketrans({"\u2013": "-", "\u2014": "-", "\u2212": "-"})


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of local time. opens, closes: microseconds after the midnight that begins its day; at most a day from each other."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes if self.closes <= DAY_US else self.closes - DAY_US)}"


WHOLE_DAY = (Window(0, DAY_US),)


@dataclass(frozen=True, slots=True)
class Week:
    """The windows of each day, Monday first, ascending and apart from each other."""

    days: tuple[tuple[Window, ...], ...]

    def __str__(self) -> str:
        if all(day == WHOLE_DAY for day in self.days):
            return "24/7"
        said = []
        first = 0
        for last in range(len(DAYS)):
            if last + 1 < len(DAYS) and self.days[last + 1] == self.days[first]:
                continue
            if self.days[first]:
                days = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
                said.append(f"{days} {', '.join(map(str, self.days[first]))}")
            first = last + 1
        return "; ".join(said)


ALWAYS = Week((WHOLE_DAY,) * 7)


def parse_week(text: str) -> Week:
    """Weekly hours. Days without windows are whole; `24/7` and `daily 09:00-17:00` are understood.

    Refuses days and times that are none, windows of a day that overlap, and a text without any window.

    >>> print(parse_week("mon-fri 8-12,13-17; Sat,Sun 22:00-06:00"))
    Mon-Fri 08:00-12:00, 13:00-17:00; Sat-Sun 22:00-06:00
    """
    if text.strip() == "24/7":
        return ALWAYS
    found: list[list[Window]] = [[] for _ in DAYS]
    for part in text.translate(DASHES).split(";"):
        if not part.strip():
            continue
        days, hours = _split(part, text)
        windows = parse_windows(hours) if hours else WHOLE_DAY
        for day in days:
            found[day].extend(windows)
    if not any(found):
        raise BookError("hours name no window", got=f"'{text}'", allowed=ALLOWED)
    return Week(tuple(_apart(windows, text) for windows in found))


def parse_windows(text: str) -> tuple[Window, ...]:
    """The windows of one day.

    >>> [str(window) for window in parse_windows("8-12, 13:30-17:00")]
    ['08:00-12:00', '13:30-17:00']
    """
    return _apart([_window(part.strip(), text) for part in text.translate(DASHES).split(",")], text)


def parse_time(text: str) -> int:
    """Microseconds after midnight of a time of day up to 24:00.

    >>> parse_time("14:30") == 14 * 3_600_000_000 + 30 * 60_000_000
    True
    """
    matched = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?", text.strip())
    if matched is None:
        raise BookError("no time of day", got=f"'{text}'", allowed="a time such as 14:00")
    return _time(matched.groups(), text)


def _split(part: str, text: str) -> tuple[list[int], str]:
    """The days that a part names, and what is left: its windows."""
    first_digit = re.search(r"\d", part)
    named = part[: first_digit.start()] if first_digit else part
    hours = part[first_digit.start() :] if first_digit else ""
    days: list[int] = []
    for word in filter(None, (word.strip() for word in re.split(r"[,\s]+(?![-\s])", re.sub(r"\s*-\s*", "-", named.strip())))):
        days.extend(_days(word.rstrip(":"), text))
    if not days:
        raise BookError("hours without a day", got=f"'{part.strip()}'", allowed=ALLOWED)
    return days, hours


def _days(word: str, text: str) -> Iterator[int]:
    if word.lower() in ("daily", "every", "everyday"):
        yield from range(len(DAYS))
        return
    matched = WORDS.fullmatch(word)
    if matched is None:
        raise BookError("no day of the week", got=f"'{word}' in '{text}'", allowed=f"{', '.join(DAYS)}, Mon-Fri or daily")
    first = _day(matched[1], text)
    last = _day(matched[2], text) if matched[2] else first
    yield from ((first + step) % len(DAYS) for step in range((last - first) % len(DAYS) + 1))


def _day(word: str, text: str) -> int:
    lower = word.lower()
    for place, full in enumerate(FULL):
        if len(lower) >= len("Mon") and full.startswith(lower):
            return place
    raise BookError("no day of the week", got=f"'{word}' in '{text}'", allowed=f"{', '.join(DAYS)}, Mon-Fri or daily")


def _window(part: str, text: str) -> Window:
    matched = HOURS.fullmatch(part)
    if matched is None:
        raise BookError("no hours", got=f"'{part}' in '{text}'" if part != text else f"'{part}'", allowed=EXAMPLE)
    opens, closes = _time(matched.groups()[:3], part), _time(matched.groups()[3:], part)
    if opens == closes:
        raise BookError("a window opens and closes at one time", got=f"'{part}'", allowed="00:00-24:00 for a whole day")
    if opens == DAY_US:
        raise BookError("a window opens at 24:00", got=f"'{part}'", allowed="00:00 of the next day")
    return Window(opens, closes if closes > opens else closes + DAY_US)


def _time(parts: Iterable[str | None], text: str) -> int:
    hours, minutes, seconds = (int(part or 0) for part in parts)
    at = (hours * 60 + minutes) * MINUTE_US + seconds * SECOND_US
    if minutes > 59 or seconds > 59 or at > DAY_US:
        raise BookError("no time of day", got=f"'{text}'", allowed="00:00 to 24:00")
    return at


def _apart(windows: Iterable[Window], text: str) -> tuple[Window, ...]:
    ordered = sorted(windows)
    for earlier, later in pairwise(ordered):
        if later.opens < earlier.closes:
            raise BookError("windows of one day overlap", got=f"{earlier} and {later} in '{text}'", allowed="windows apart from each other")
    return tuple(ordered)


def _clock(at: int) -> str:
    minutes, rest = divmod(at, MINUTE_US)
    seconds = f":{rest // SECOND_US:02}" if rest else ""
    return f"{minutes // 60:02}:{minutes % 60:02}{seconds}"

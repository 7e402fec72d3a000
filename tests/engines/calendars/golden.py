"""The golden cases of working time, made by the oracle that walks through minutes and by nothing else.

python -m tests.engines.calendars.golden      writes golden.csv anew
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from tests.engines.calendars.minutes import DAY_S, FIRST_OF_ALL, Doors, clock_of, walked

FILE = Path(__file__).with_name("golden.csv")
FIELDS = ("zone", "hours", "closed", "half_day", "start_utc", "amount_min", "due_utc", "end_utc", "elapsed_s")
H = 3_600
OFFICE, LUNCH = ((9 * H, 17 * H),), ((8 * H, 12 * H), (13 * H, 17 * H))
NIGHT, MORNING = ((22 * H, 30 * H),), ((8 * H, 12 * H),)
WEEKS: dict[str, tuple[tuple[tuple[int, int], ...], ...]] = {
    "Mon-Fri 09:00-17:00": (*(OFFICE,) * 5, (), ()),
    "Mon-Fri 08:00-12:00, 13:00-17:00; Sat 08:00-12:00": (*(LUNCH,) * 5, MORNING, ()),
    "Sun-Thu 08:00-12:00, 13:00-17:00": (*(LUNCH,) * 4, (), (), LUNCH),
    "daily 22:00-06:00": (NIGHT,) * 7,
    "24/7": (((0, DAY_S),),) * 7,
}
STARTS = {
    "America/New_York": ("2026-03-06T15:40", "2026-03-07T23:10", "2026-10-31T22:30", "2024-02-28T16:00"),
    "America/Sao_Paulo": ("2018-11-02T16:15", "2018-11-03T23:30", "2019-02-15T15:00"),
    "America/St_Johns": ("2026-03-06T16:30", "2026-10-30T16:30", "2006-10-27T16:30"),
    "America/Havana": ("2026-03-06T12:00", "2026-10-30T21:00"),
    "Europe/London": ("2026-03-27T16:30", "2026-10-23T16:30", "2025-02-28T16:00"),
    "Europe/Berlin": ("2026-03-28T21:00", "2026-10-24T23:59", "2026-12-30T16:45"),
    "Africa/Cairo": ("2026-04-23T16:00", "2026-10-29T16:00"),
    "Africa/Casablanca": ("2026-02-13T15:00", "2026-03-20T15:00"),
    "Asia/Dubai": ("2026-04-09T16:00", "2026-04-10T10:00", "2026-04-11T23:00"),
    "Asia/Riyadh": ("2026-04-09T11:30", "2026-04-10T12:00"),
    "Asia/Tehran": ("2021-03-20T16:00", "2021-09-20T16:00"),
    "Asia/Kolkata": ("2026-04-10T16:45", "2026-04-12T05:30"),
    "Asia/Kathmandu": ("2026-04-10T16:45", "2026-04-12T21:15"),
    "Australia/Lord_Howe": ("2026-04-03T16:00", "2026-04-04T22:00", "2026-10-02T16:00"),
    "Australia/Sydney": ("2026-04-03T16:00", "2026-10-03T22:00"),
    "Pacific/Chatham": ("2026-04-03T16:00", "2026-09-25T16:00"),
    "Pacific/Apia": ("2011-12-29T15:00", "2011-12-28T23:00"),
    "Antarctica/Troll": ("2026-03-28T23:00", "2026-10-24T23:00"),
    "UTC": ("2024-02-28T23:30", "2026-12-31T15:00"),
}
AMOUNTS = (30, 245, 480, 1_501, 97)
END = timedelta(days=3, hours=5, minutes=17)


def cases() -> Iterator[dict[str, object]]:
    number = 0
    for zone, starts in STARTS.items():
        for text in starts:
            for hours, week in WEEKS.items():
                number += 1
                day = date.fromisoformat(text[:10])
                closed = [day + timedelta(days=2)] if number % 3 == 0 else []
                half = day + timedelta(days=1) if number % 4 == 0 and hours != "24/7" else None
                instead = dict.fromkeys(closed, ()) | ({half: MORNING} if half else {})
                yield case(Doors(zone, week, instead), hours, text, AMOUNTS[number % len(AMOUNTS)], closed, half)


def case(doors: Doors, hours: str, local: str, minutes: int, closed: list[date], half: date | None) -> dict[str, object]:
    start = first_shown(doors.zone, local)
    walk = walked(doors, start - 2 * DAY_S, start + 40 * DAY_S)
    end = start + int(END.total_seconds())
    return dict(
        zip(
            FIELDS,
            (
                doors.zone,
                hours,
                " ".join(map(str, closed)),
                half or "",
                utc(start),
                minutes,
                utc(walk.due_us(start * 1_000_000, minutes * 60_000_000) // 1_000_000),
                utc(end),
                (walk.worked_us(end * 1_000_000) - walk.worked_us(start * 1_000_000)) // 1_000_000,
            ),
            strict=True,
        )
    )


def first_shown(zone: str, local: str) -> int:
    """The first minute at which a zone's clock shows a local time."""
    moment = datetime.fromisoformat(local)
    wanted = (moment.date() - FIRST_OF_ALL).days * DAY_S + moment.hour * H + moment.minute * 60
    minutes = np.arange(wanted - DAY_S, wanted + DAY_S, 60)
    return int(minutes[np.argmax(clock_of(zone).shown(minutes) == wanted)])


def utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write() -> None:
    with FILE.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(cases())


if __name__ == "__main__":
    write()

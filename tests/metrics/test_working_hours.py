"""Working hours in metrics, beside a walk minute by minute that shares nothing with our calendars."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import troth
from tests.app.small_book import write_book
from tests.metrics.shop import BOOK, FILES, SOURCES
from troth.app.operation import Operation
from troth.kernel.errors import BookError

pytestmark = pytest.mark.slow

ZONE, BEGIN, MINUTES = ZoneInfo("Europe/Berlin"), datetime(2026, 1, 1, tzinfo=UTC), 400 * 1440
DESK = """desk:
  zone: Europe/Berlin
  hours: Mon-Fri 08:30-12:15, 13:00-17:00; Sat 01:00-05:00
  closed: {2026-04-03: Good Friday}
"""
METRICS = """
took: {kind: mean, words: took, of: ticket, at: opened, value: "elapsed(opened, solved)", calendar: desk}
middle: {kind: quantile, words: middle, of: ticket, at: opened, value: "elapsed(opened, solved)", calendar: desk}
soon: {kind: ratio, words: soon, of: ticket, at: opened, numerator: "solved <= opened + 6wh", where: solved is known, calendar: desk}
early: {kind: ratio, words: early, of: ticket, at: opened, numerator: "opened >= solved - 6wh", where: solved is known, calendar: desk}
long: {kind: count, words: long, of: ticket, at: opened, where: "elapsed(opened, solved) > 20wh", calendar: desk}
by_clock: {kind: mean, words: by the clock, of: ticket, at: opened, value: solved - opened}
pace: {kind: ratio, words: lines an hour, of: ticket, at: opened, numerator: attr(lines), denominator: "elapsed(opened, solved)",
  calendar: desk}
"""


def walked() -> list[int]:
    """How many working minutes lie before each minute from BEGIN."""

    def works(at: datetime) -> bool:
        day, minute = at.isoweekday(), at.hour * 60 + at.minute
        if (at.month, at.day) == (4, 3):
            return False
        return (day <= 5 and (510 <= minute < 735 or 780 <= minute < 1020)) or (day == 6 and 60 <= minute < 300)

    return [0, *accumulate(works((BEGIN + timedelta(minutes=n)).astimezone(ZONE)) for n in range(MINUTES))]


def tickets() -> list[tuple[int, int]]:
    """Some with both ends near a change of the clocks, one that lasts for no time, one that never ends."""
    chance = random.Random(20_260_329)
    near = (87 * 1440, 297 * 1440)  # 29 March, 25 October
    found = []
    for n in range(120):
        opened = chance.choice(near) + chance.randrange(-3_000, 3_000) if n % 3 == 0 else chance.randrange(20_000, 430_000)
        found.append((opened, opened + int(chance.expovariate(1 / 3_000))))
    return [*found, (100_000, 100_000)]


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    def at(minute: int) -> str:
        return (BEGIN + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")

    lines = [f"t{n},c1,k{n},{at(opened)},{at(solved)},{n}" for n, (opened, solved) in enumerate(tickets())]
    text = "\n".join(["id,customer,team,opened,solved,lines", *lines, f"never,c1,never,{at(90_000)},,1"]) + "\n"
    ticket = "object: {type: ticket, id: [id], attributes: {"
    sources = SOURCES.replace(ticket, f"{ticket}lines: {{column: lines, as: number}}, ")
    book = {**BOOK, "sources/all.yaml": sources, "calendars/all.yaml": DESK, "metrics/all.yaml": METRICS}
    found = troth.open(write_book(tmp_path_factory.mktemp("desk"), files={**FILES, "tickets.csv": text}, book=book))
    found.build()
    return found


def test_each_ticket_took_as_many_working_hours_as_one_walks(operation: Operation) -> None:
    worked = walked()
    by_hand = {f"k{n}": (worked[solved] - worked[opened]) / 60 for n, (opened, solved) in enumerate(tickets())}

    told = operation.metric("took", by=["attr(team)"]).answer
    found = {one.slice[0]: one.value for one in told.readings if one.slice is not None and one.value is not None}

    assert told.unit == "working hours"
    assert found.keys() == by_hand.keys()
    assert [found[name] for name in by_hand] == pytest.approx(list(by_hand.values()), rel=1e-12, abs=1e-12)
    assert (told.readings[-1].n, told.readings[-1].expected) == (121, 122)
    assert told.readings[-1].value == pytest.approx(sum(by_hand.values()) / 121)


def test_so_many_working_hours_later_or_earlier_is_what_one_walks(operation: Operation) -> None:
    worked = walked()
    took = sorted((worked[solved] - worked[opened]) / 60 for opened, solved in tickets())
    within = sum(one <= 6 for one in took) / 121

    assert operation.metric("soon").answer.readings[-1].value == pytest.approx(within)
    assert operation.metric("early").answer.readings[-1].value == pytest.approx(within)
    assert operation.metric("long").answer.readings[-1].value == sum(one > 20 for one in took)
    assert operation.metric("middle").answer.readings[-1].value == pytest.approx(took[60])


def test_a_rate_by_working_hours_says_so(operation: Operation) -> None:
    worked = walked()
    hours = sum(worked[solved] - worked[opened] for opened, solved in tickets()) / 60

    told = operation.metric("pace").answer
    assert told.unit == "1 per working hour"
    assert told.readings[-1].value == pytest.approx(sum(range(121)) / hours)
    assert operation.metric("by_clock").answer.unit == "seconds"


def test_its_sql_gives_the_same_outside(operation: Operation) -> None:
    worked = walked()
    told = operation.metric("took").answer
    ((*_, total, _),) = operation.sql(f"SELECT * FROM ({told.sql}) told")

    assert total == sum(worked[solved] - worked[opened] for opened, solved in tickets()) * 60_000_000


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("kind: mean, of: ticket, at: opened, value: 'elapsed(opened, solved)'", "needs a calendar"),
        ("kind: mean, of: ticket, at: opened, value: 'elapsed(opened, solved)', calendar: dsk", "no calendar 'dsk'.*'desk'"),
        ("kind: count, of: ticket, at: opened, where: 'solved > opened + 2wd', calendar: desk", "working hours, and no working days"),
        ("kind: count, of: ticket, at: opened, where: \"solved > cutoff(opened, '14:00')\", calendar: desk", "no cutoff"),
        ("kind: count, of: ticket, at: opened, where: 'elapsed(opened, solved) > 4h', calendar: desk", "of one type"),
        ("kind: time_to, of: ticket, from: opened, to: solved, calendar: desk", "has no 'calendar'"),
    ],
)
def test_working_time_that_is_none_is_told(tmp_path: Path, fields: str, said: str) -> None:
    metrics = f"m: {{words: w, {fields}}}\n"
    with pytest.raises(BookError, match=said):
        troth.open(write_book(tmp_path, files=FILES, book={**BOOK, "metrics/all.yaml": metrics})).build()


def test_so_many_working_hours_before_an_instant_is_when_they_begin_and_after_one_when_they_end(tmp_path: Path) -> None:
    #  t2: Tuesday 13 January, 09:00 to 12:00, at a desk that opens at 09:00 and closes at 17:00
    begun = "value: opened - (solved - 3wh), where: solved - 3wh > opened - 16h and solved - opened = 3h"
    ended = "value: (opened + 8wh) - opened, where: solved - opened = 3h"
    metrics = "\n".join(
        f"{name}: {{kind: mean, words: w, of: ticket, at: opened, {fields}, calendar: desk}}"
        for name, fields in (("begun", begun), ("ended", ended))
    )
    book = {**BOOK, "metrics/all.yaml": metrics}
    operation = troth.open(write_book(tmp_path, files=FILES, book=book))
    operation.build()

    assert operation.metric("begun").answer.readings[-1].value == 0  # 09:00 of the day, not 17:00 of the day before
    assert operation.metric("ended").answer.readings[-1].value == 8 * 3_600  # 17:00, not 09:00 of the day after

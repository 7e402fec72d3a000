"""Two hundred clocks of customers in nineteen zones, each in every form, with the command that anybody can type."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from tests.engines.calendars.golden import FILE, cases
from tests.query.test_business import load, said
from troth.app.calendar.calendars import due_at, elapsed_between, of_hours
from troth.engines.calendars import (
    Calendar,
    Hours,
    calendar_by,
    due,
    due_each,
    due_time,
    elapsed,
    elapsed_each,
    elapsed_time,
    pack,
    parse_week,
    parse_windows,
)
from troth.kernel.instant import from_us, to_us
from troth.stores.lake.engine import DuckEngine

MINUTE, DAY = 60_000_000, 86_400_000_000
with FILE.open(encoding="utf-8") as _file:
    GOLDEN = list(csv.DictReader(_file))


def hours_of(row: dict[str, str]) -> Hours:
    closed = {date.fromisoformat(day): () for day in row["closed"].split()}
    half = {date.fromisoformat(row["half_day"]): parse_windows("08:00-12:00")} if row["half_day"] else {}
    return Hours(row["zone"], parse_week(row["hours"]), (), tuple(sorted({**closed, **half}.items())))


def us(text: str) -> int:
    return to_us(datetime.fromisoformat(text))


def calendar_of(row: dict[str, str]) -> Calendar:
    start = us(row["start_utc"])
    return calendar_by(hours_of(row), start - 2 * DAY, start + 40 * DAY)


def test_the_cases_are_those_of_the_oracle() -> None:
    assert [{name: str(value) for name, value in one.items()} for one in cases()] == GOLDEN
    assert len(GOLDEN) >= 200
    assert len({row["zone"] for row in GOLDEN}) == 19
    assert sum(bool(row["half_day"]) for row in GOLDEN) >= 40
    assert sum(row["hours"].startswith("Sun-Thu") for row in GOLDEN) >= 40


def test_every_golden_case_in_every_form() -> None:
    calendars = [calendar_of(row) for row in GOLDEN]
    starts, ends = ([us(row[name]) for row in GOLDEN] for name in ("start_utc", "end_utc"))
    amounts = [int(row["amount_min"]) * MINUTE for row in GOLDEN]
    want = [(us(row["due_utc"]), int(row["elapsed_s"]) * 1_000_000) for row in GOLDEN]
    arrays = [tuple(np.array([value]) for value in values) for values in zip(starts, ends, amounts, strict=True)]
    code = np.zeros(1, dtype=np.int32)

    assert [
        (to_us(due_time(c, from_us(a), timedelta(microseconds=x))), elapsed_time(c, from_us(a), from_us(b)) // timedelta(microseconds=1))
        for c, a, b, x in zip(calendars, starts, ends, amounts, strict=True)
    ] == want
    assert [(int(due(c, a, x)[0]), int(elapsed(c, a, b)[0])) for c, (a, b, x) in zip(calendars, arrays, strict=True)] == want
    packs = [pack([one]) for one in calendars]
    assert [
        (int(due_each(p, code, a, x)[0]), int(elapsed_each(p, code, a, b)[0])) for p, (a, b, x) in zip(packs, arrays, strict=True)
    ] == want
    with DuckEngine() as engine:
        load(engine, calendars)
        places = range(len(GOLDEN))
        dues = said(engine, "a + 1wh", places, starts, ends, amounts)
        spans = said(engine, "elapsed(a, b)", places, starts, ends, amounts)
    assert list(zip(dues, spans, strict=True)) == want


@pytest.mark.parametrize("row", [row for row in GOLDEN if not row["half_day"]][::7], ids=lambda row: f"{row['zone']} {row['hours']}")
def test_the_command_says_the_same(row: dict[str, str]) -> None:
    chosen = of_hours(row["zone"], row["hours"], "", row["closed"].replace(" ", ","))

    assert due_at(chosen, row["start_utc"], f"{row['amount_min']}min").due_utc == row["due_utc"]
    assert elapsed_between(chosen, row["start_utc"], row["end_utc"]).elapsed_seconds == int(row["elapsed_s"])

"""Weeks, months and the whole as sums of days: the same as if each were asked of the record by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from tests.findings.worlds import world
from troth.findings.context import Context
from troth.findings.kept import Kept, kept_by, kept_by_dates, kept_by_day, kept_of, summed
from troth.findings.weeks import weeks_of

PROMISE = """
deliver: {subject: order, words: delivered in time, anchor: placed, fulfil: {event: delivered}, due: attr(due)}
"""


@pytest.fixture(scope="module")
def context() -> Context:
    """Two hundred orders of two strata and none, due within hours of midnights, of Mondays, of a change of clocks and of a year's end."""
    chance = np.random.default_rng(8)
    orders: dict[str, dict[str, str | None]] = {}
    events = []
    for number in range(200):
        midnight = [datetime(2025, 12, 31, 23), datetime(2026, 3, 29, 1), datetime(2026, 3, 30, 22)][number % 3]
        due = midnight + timedelta(minutes=int(chance.integers(-600, 600)))
        id, stratum = f"o{number:03d}", [None, "small", "large"][int(chance.integers(3))]
        orders[id] = {"due": f"{due:%Y-%m-%d %H:%M:%S}", "stratum": stratum}
        events.append(("order", id, "placed", "2025-12-01 10:00:00"))
        if chance.random() < 0.8:
            came = due + timedelta(minutes=int(chance.integers(-300, 100)))
            events.append(("order", id, "delivered", f"{came:%Y-%m-%d %H:%M:%S}"))
    populations = {"order": {"small": 900, "large": 100}}
    return world({"order": orders}, events, PROMISE, zone="Europe/Berlin", populations=populations, now="2026-03-30 23:00")


def _told(kept: Kept) -> list[tuple[object, dict[str, int]]]:
    return [(one.stratum, one.by) for one in kept.found]


@pytest.mark.parametrize(
    ("unit", "of"),
    [
        ("week", lambda day: day - timedelta(days=day.weekday())),
        ("month", lambda day: day.replace(day=1)),
        ("year", lambda day: date(day.year, 1, 1)),
    ],
)
def test_weeks_and_months_are_what_the_record_says_of_them(context: Context, unit: str, of: Callable[[date], date]) -> None:
    asked = kept_by(context, "deliver", (f"CAST(date_trunc('{unit}', {context.local('o.due')}) AS DATE)",))

    assert len(asked) > 1
    assert {(day,): _told(kept) for day, kept in kept_by_dates(context, "deliver", of).items()} == {
        group: _told(kept) for group, kept in asked.items()
    }


def test_the_whole_is_the_sum_of_its_days_and_so_are_weeks(context: Context) -> None:
    whole = kept_of(context, "deliver")

    assert _told(whole) == _told(kept_of(context, "deliver", "TRUE OR FALSE"))
    assert whole.seen == sum(kept.seen for kept in kept_by_day(context, "deliver").values()) > 150
    assert _told(summed(weeks_of(context, "deliver").values())) == _told(whole)


def test_days_are_asked_of_the_record_once(context: Context) -> None:
    days = kept_by_day(context, "deliver")

    assert list(days) == sorted(days)
    assert kept_by_day(context, "deliver") is days


def test_what_came_is_counted_beside_what_was_kept(context: Context) -> None:
    rows = context.engine.rows(
        "SELECT count(*), count(*) FILTER (fulfilled > due) FROM outcome_deliver"
        f" WHERE due <= {context.now} AND fulfilled IS NOT NULL AND fulfilled <= {context.now}"
    )
    whole = kept_of(context, "deliver")

    assert [tuple(sum(one.by[what] for one in whole.found) for what in ("came", "came_broken"))] == rows

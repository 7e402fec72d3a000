"""One function in two forms, and what it must always satisfy."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.promises import STATES, Outcome, state, state_sql
from troth.query import literal_text
from troth.stores.lake.engine import DuckEngine

START = datetime(2026, 1, 1)
COLUMNS = "made, due, fulfilled, voided, waived, unknown_reason, breached"


def day(number: int) -> datetime:
    return START + timedelta(days=number)


# So few days that ties are common: fulfilled at the due, judged at the due, void at the fulfilment.
DAYS = st.integers(0, 5).map(day)
MAYBE = st.one_of(st.none(), DAYS)
OUTCOMES = st.builds(Outcome, DAYS, MAYBE, MAYBE, MAYBE, MAYBE, st.one_of(st.none(), st.just("claimed")), MAYBE)
EVERY_INSTANT = [day(number) + timedelta(microseconds=us) for number in range(-1, 7) for us in (-1, 0, 1)]


@cache
def engine() -> DuckEngine:
    return DuckEngine(threads=1)


def instant(at: datetime | None) -> str:
    return "NULL::TIMESTAMP" if at is None else f"TIMESTAMP '{at}'"


def row(number: int, o: Outcome) -> str:
    reason = literal_text(o.unknown_reason) if o.unknown_reason else "NULL"
    return f"({number}, {', '.join(map(instant, (o.made, o.due, o.fulfilled, o.voided, o.waived)))}, {reason}, {instant(o.breached)})"


def in_sql(outcomes: list[Outcome], instants: list[datetime]) -> list[str | None]:
    rows = ", ".join(row(n, outcome) for n, outcome in enumerate(outcomes))
    moments = ", ".join(f"({n}, {instant(at)})" for n, at in enumerate(instants))
    found = engine().rows(
        f"SELECT {state_sql('m.moment', 'o')} FROM (VALUES {rows}) o(n, {COLUMNS}), (VALUES {moments}) m(n, moment) ORDER BY o.n, m.n"
    )
    return [value for (value,) in found]


@given(st.lists(OUTCOMES, min_size=1, max_size=12))
def test_sql_says_what_python_says(outcomes: list[Outcome]) -> None:
    assert in_sql(outcomes, EVERY_INSTANT) == [state(outcome, at) for outcome in outcomes for at in EVERY_INSTANT]


@given(st.lists(OUTCOMES, min_size=1, max_size=12))
def test_states_partition_what_was_made_at_every_instant(outcomes: list[Outcome]) -> None:
    for at in EVERY_INSTANT:
        count = Counter(state(outcome, at) for outcome in outcomes)
        assert sum(count[name] for name in STATES) == sum(outcome.made <= at for outcome in outcomes)


@given(st.lists(OUTCOMES, min_size=1, max_size=12))
def test_no_later_event_changes_what_was_said_before_it(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        for at in EVERY_INSTANT:
            fulfilled, voided, waived, breached = (
                then if then is not None and then <= at else None
                for then in (outcome.fulfilled, outcome.voided, outcome.waived, outcome.breached)
            )
            known = Outcome(outcome.made, outcome.due, fulfilled, voided, waived, outcome.unknown_reason, breached)
            assert state(known, at) == state(outcome, at)


@given(st.lists(OUTCOMES, min_size=1, max_size=12))
def test_over_a_closed_horizon_by_due_is_never_above_by_done(outcomes: list[Outcome]) -> None:
    end = EVERY_INSTANT[-1]
    count = Counter(state(outcome, end) for outcome in outcomes)
    done = [o for o in outcomes if o.fulfilled is not None and state(o, end) in ("kept", "broken")]
    on_time = sum(o.due is not None and o.fulfilled is not None and o.fulfilled <= o.due for o in done)
    assert count["open"] == 0
    assert on_time >= count["kept"]  # what came in time may have been another thing than was promised
    if done:
        assert count["kept"] * len(done) <= on_time * (count["kept"] + count["broken"])


@pytest.mark.parametrize(
    ("outcome", "at", "expected"),
    [
        #        made    due     fulfilled  voided   waived
        (Outcome(day(0), day(3)), day(-1), None),
        (Outcome(day(0), day(3)), day(0), "open"),
        (Outcome(day(0), day(3)), day(3), "broken"),
        (Outcome(day(0), day(3), day(3)), day(3), "kept"),
        (Outcome(day(0), day(3), day(2)), day(1), "open"),
        (Outcome(day(0), day(3), day(4)), day(5), "broken"),
        (Outcome(day(0), day(3), None, day(2)), day(1), "open"),
        (Outcome(day(0), day(3), None, day(2)), day(2), "void"),
        (Outcome(day(0), day(3), day(2), day(2)), day(2), "void"),
        (Outcome(day(0), day(3), day(1), day(2)), day(3), "kept"),
        (Outcome(day(0), day(3), None, day(4)), day(3), "broken"),
        (Outcome(day(0), day(3), None, None, day(4)), day(5), "waived"),
        (Outcome(day(0), day(3), None, day(4), day(2)), day(5), "void"),
        (Outcome(day(0), None, day(1)), day(2), "unknown"),
        (Outcome(day(0), day(3), unknown_reason="claimed"), day(1), "unknown"),
        (Outcome(day(0), day(3), None, None, day(2), "claimed"), day(3), "waived"),
        (Outcome(day(0), day(3), breached=day(1)), day(0), "open"),
        (Outcome(day(0), day(3), breached=day(1)), day(1), "broken"),
        (Outcome(day(0), day(3), day(1), breached=day(1)), day(4), "broken"),
        (Outcome(day(0), day(3), day(1), breached=day(4)), day(3), "kept"),
        (Outcome(day(0), day(3), None, None, day(2), breached=day(1)), day(2), "waived"),
        (Outcome(day(0), day(3), unknown_reason="claimed", breached=day(1)), day(2), "unknown"),
    ],
)
def test_each_precedence_by_head(outcome: Outcome, at: datetime, expected: str | None) -> None:
    assert state(outcome, at) == expected
    assert in_sql([outcome], [at]) == [expected]

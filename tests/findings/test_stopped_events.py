from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.findings.honesty import assert_honest
from tests.findings.worlds import figure, listed, olist, world
from troth.findings.context import Context
from troth.findings.finders.stopped_events import _silences, find
from troth.kernel.instant import HOUR_US

DELIVER = "deliver: {subject: order, words: in 3 days, anchor: placed, fulfil: {event: delivered}, due: placed + 3d}"
START = datetime(2026, 1, 1, 10)
MINUTES = (0, 1, 30, 59, 60, 61, 75, 90, 100, 119, 120, 121, 300)


def _orders(placed: Iterable[int], delivered: Iterable[int], event: str = "delivered", promises: str = DELIVER) -> Context:
    """Orders placed on days counted from 1 January, each of `delivered` a day later."""
    days = list(placed)
    events = [("order", f"o{day:03d}", "placed", str(START + timedelta(days=day))) for day in days]
    events += [("order", f"o{day:03d}", event, str(START + timedelta(days=day + 1))) for day in delivered]
    return world({"order": {f"o{day:03d}": {} for day in days}}, events, promises)


def test_deliveries_that_stop_while_orders_go_on() -> None:
    # Placed on days 0 to 59, delivered on days 1 to 40: 19 silent days. Due in them: placed on days 38 to 56, of
    # which 38 and 39 were delivered.
    made = _orders(range(60), range(40))

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.headline == ("No order is recorded as delivered after 10 Feb 2026. Other events of orders go on until 1 Mar 2026.")
    assert statement.value == 19
    assert "19 promises in the file fell due in the silence, 17 of them with nothing recorded." in statement.paragraph
    assert listed(made, statement) == [f"o{day:03d}" for day in range(40, 57)]
    assert statement.weight == 17
    assert statement.table.rows[0][:4] == ("delivered", "yes", "2026-02-10 10:00", 40)
    assert statement.table.rows[1][:4] == ("placed", "no", "2026-03-01 10:00", 60)


def test_an_event_of_no_promise_is_told_without_promises() -> None:
    made = _orders(range(60), range(40), "Pick list", "{}")

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.headline.startswith("“Pick list” is not recorded for any order after 10 Feb 2026.")
    assert statement.orders_sql is None
    assert statement.weight == 0


def test_of_several_the_one_that_fulfils_comes_first_then_the_most_frequent() -> None:
    made = _orders(range(60), range(35))
    for event, count in (("checked", 40), ("sorted", 38)):
        made.engine.run(
            "INSERT INTO event BY NAME SELECT * REPLACE"
            f" ('{event}' AS type, occurred + INTERVAL 1 MINUTE AS occurred) FROM event WHERE type = 'placed' AND object < {count}"
        )

    (statement,) = find(made)

    assert [row[:2] for row in statement.table.rows] == [
        ("delivered", "yes"),
        ("checked", "yes"),
        ("sorted", "yes"),
        ("placed", "no"),
    ]
    assert "“checked” and “sorted” stopped too." in statement.paragraph


def test_a_short_silence_is_none() -> None:
    assert find(_orders(range(47), range(40))) == []  # 6 days: from day 40 to day 46
    assert len(find(_orders(range(48), range(40)))) == 1


def test_a_silence_in_which_hardly_anything_else_happened_is_none() -> None:
    assert find(_orders([*range(40), 55, 56, 57, 58], range(40))) == []  # others on 4 later days
    assert len(find(_orders([*range(40), 54, 55, 56, 57, 58], range(40)))) == 1


def test_a_pause_as_long_before_makes_it_usual() -> None:
    # Silent from day 20 to 40 before, and from day 60 to 79 now.
    assert find(_orders(range(80), [*range(20), *range(39, 60)])) == []


def test_an_event_seen_seldom_cannot_stop() -> None:
    assert find(_orders(range(60), range(30))) == []  # 29 pauses
    assert len(find(_orders(range(60), range(31)))) == 1


def test_olist_agrees_with_the_reference() -> None:
    context = olist()
    (statement,) = find(context)

    assert_honest(context, statement)
    last = figure("last_observed")
    assert statement.headline.startswith("No order is recorded as delivered after 5 Sep 2018.")
    assert f"{last['orders_placed_after_last_arrival']} later events" in statement.paragraph
    assert [(row[0], row[2]) for row in statement.table.rows] == [
        ("delivered", last["arrived"][:16]),
        ("handed to carrier", last["handed"][:16]),
        ("approved", last["approved"][:16]),
        ("placed", last["placed"][:16]),
    ]


@pytest.mark.slow
@given(
    gaps=st.lists(
        st.sampled_from(MINUTES).map(lambda minutes: minutes * HOUR_US // 60) | st.integers(0, 3 * HOUR_US), min_size=1, max_size=40
    ),
    others=st.lists(st.sampled_from(MINUTES[1:]), max_size=3),
)
@example(gaps=[HOUR_US * 3 // 2, 3 * HOUR_US], others=[75])
@settings(max_examples=60, deadline=None)
def test_pauses_are_those_between_instants_however_they_fall_into_hours(gaps: list[int], others: list[int]) -> None:
    scans = [START]
    for gap in gaps:
        scans.append(scans[-1] + timedelta(microseconds=gap))
    later = [scans[-1] + timedelta(minutes=minutes) for minutes in others]
    events = [("order", "o1", "scan", str(at)) for at in scans] + [("order", "o1", "call", str(at)) for at in later]
    made = world({"order": {"o1": {}}}, events)
    lasts = made.engine.rows("SELECT type, count(*), max(occurred) FROM event GROUP BY 1 ORDER BY 3 DESC, 1")

    (scanned,) = (one for one in _silences(made, "order", lasts) if one.event == "scan")

    pauses = [gap for gap in gaps if gap]
    assert scanned.longest_us == max(pauses, default=0)
    assert not scanned.us or scanned.as_long == sum(pause >= scanned.us for pause in pauses)
    assert scanned.later_events == len(later)

from __future__ import annotations

from datetime import datetime, timedelta

from tests.findings.honesty import assert_honest
from tests.findings.worlds import Events, Objects, world
from troth.findings.context import Context
from troth.findings.finders.coming_again import find

START = datetime(2026, 1, 1, 10)
#  customer   days of purchases    seen on   between
#  c00 to c05 0                    1 day
#  c06, c07   0, 0 and 10          2 days    10
#  c08        0, 20, 50            3 days    20, 30
#  c09        40, 69               2 days    29
DAYS = {**{f"c{n:02d}": (0,) for n in range(6)}, "c06": (0, 0, 10), "c07": (0, 0, 10), "c08": (0, 20, 50), "c09": (40, 69)}


def _purchases(days: dict[str, tuple[int, ...]]) -> list[tuple[str, str, str, str]]:
    found = []
    for who, seen in days.items():
        found += [("customer", who, "purchase", str(START + timedelta(days=day, hours=n))) for n, day in enumerate(seen)]
    return found


def _world(objects: Objects | None = None, events: Events = (), **kinds: object) -> Context:
    return world(objects or {"customer": {who: {} for who in DAYS}}, [*_purchases(DAYS), *events], **kinds)  # type: ignore[arg-type]


def test_who_came_again_and_after_how_long() -> None:
    made = _world()

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.headline == "40 of every 100 customers were seen again on a later day."
    assert statement.value == 0.4
    assert statement.paragraph == (
        # 10, 10, 20, 29, 30: the third of five
        "4 of 10 customers were seen on a second day or more. Half of the times between one day and the next are 20 days or less."
    )
    assert statement.table.rows == (("1", 6, 60.0), ("2", 3, 30.0), ("3", 1, 10.0))


def test_how_many_were_back_is_told_of_those_alone_who_had_the_time() -> None:
    # The end is day 79: 30 days before it are the nine of day 0 and c09, and c10 of day 60 had not the time. Back within 30 days:
    # c06, c07, c08 and c09; c05 on the 31st day only.
    made = _world({"customer": {who: {} for who in (*DAYS, "c10")}}, _purchases({"c05": (31,), "c10": (60, 79)}))

    (statement,) = find(made)

    assert (
        "Of the 10 customers first seen 30 days or more before the end of the data, 40.0 % were back within 30 days." in statement.paragraph
    )
    assert statement.evidence.interval == "16.8–68.7 % within 30 days"  # reference: statsmodels proportion_confint(4, 10, method='wilson')


def test_customers_are_seen_at_what_is_theirs() -> None:
    invoices = {f"i{n:02d}": f"c{n % 12:02d}" for n in range(18)}  # c00 to c05 have two
    objects: Objects = {"invoice": {id: {} for id in invoices}, "customer": {f"c{n:02d}": {} for n in range(12)}}
    events = [("invoice", id, event, str(START + timedelta(days=n))) for n, id in enumerate(invoices) for event in ("sent", "paid")]
    made = world(objects, events, relations=[("invoice", id, "customer", who) for id, who in invoices.items()])

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.value == 0.5
    assert "between one day and the next are 12 days or less" in statement.paragraph


def test_of_a_sample_nothing_is_said() -> None:
    made = _world({"customer": {who: {"stratum": "all"} for who in DAYS}}, populations={"customer": {"all": 200}})

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.refusal is not None
    assert "a sample of the customers" in statement.paragraph


def test_nothing_is_said_of_few_of_several_events_and_of_what_is_promised() -> None:
    assert find(world({"customer": {"c06": {}, "c07": {}}}, _purchases({w: DAYS[w] for w in ("c06", "c07")}))) == []
    assert find(_world(events=[("customer", "c00", "complaint", "2026-01-09 10:00")])) == []
    promise = "again: {subject: customer, words: soon, anchor: purchase, fulfil: {event: purchase}, due: purchase + 3d}"
    assert find(_world(promises=promise)) == []


def test_nothing_is_said_where_nobody_came_twice() -> None:
    assert find(world({"customer": {f"c{n:02d}": {} for n in range(12)}}, _purchases({f"c{n:02d}": (n,) for n in range(12)}))) == []

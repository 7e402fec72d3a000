"""What nobody promised: a workshop of six repairs by mental arithmetic, and Olist against SQL on its files."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from tests.book.books import promises as promises_of
from tests.findings.worlds import olist, world
from tests.needs import require_data
from troth.findings.context import Context
from troth.findings.gaps import answered_for, silent_roles, silent_units, unpromised, unused
from troth.findings.journeys import Hand, Journey, journeys

# A repair is handed in (asked), looked at (found, after 1 h), repaired (mended, after 3 h more) and fetched (1 day later). The fourth is
# never mended; the fifth is called off an hour after it was handed in; one more event of it is told.
REPAIRS = {f"r{n}": {"branch": "north"} for n in range(1, 7)}
EVENTS = [("repair", f"r{n}", "asked", f"2026-03-0{n} 08:00") for n in range(1, 7)]
EVENTS += [("repair", f"r{n}", "found", f"2026-03-0{n} 09:00") for n in (1, 2, 3, 4, 6)]
EVENTS += [("repair", f"r{n}", "mended", f"2026-03-0{n} 12:00") for n in (1, 2, 3, 6)]
EVENTS += [("repair", f"r{n}", "fetched", f"2026-03-0{n + 1} 12:00") for n in (1, 2, 3, 6)]
EVENTS += [("repair", "r5", "off", "2026-03-05 09:00")]
MEND = """mend:
  subject: repair
  promisor: {unit: service}
  promisee: repair.owner
  words: mended in a day
  anchor: asked
  fulfil: {event: mended}
  due: asked + 1d
  void_when: off is known
  stages: {bench: {from: found, to: mended, owner: head_of_bench}}
  owners: [head_of_service]
"""


def _made(promises: str = MEND) -> Context:
    return world({"repair": REPAIRS}, EVENTS, promises)


def _way(context: Context, owner: str | None = None) -> Journey:
    (found,) = journeys(context, {"log": owner})
    return found


def test_the_way_of_a_repair_is_what_mental_arithmetic_says() -> None:
    way = _way(_made())

    assert [(s.before, s.event, s.times, s.half.total_seconds() / 3600, s.covered, s.promised_by) for s in way.way] == [
        ("asked", "found", 5, 1, 0, ()),
        ("found", "mended", 4, 3, 4, ("mend.stages.bench",)),
        ("mended", "fetched", 4, 24, 0, ()),
    ]
    assert [(s.before, s.event, s.times, s.covered) for s in way.others] == [("asked", "off", 1, 0)]
    assert (way.objects, way.sample) == (6, False)


def test_hands_are_those_that_the_promise_names() -> None:
    way = _way(_made())

    assert [hand.name for hand in way.hands] == ["owner", "service", "bench", "service"]
    assert [(s.gives and s.gives.name, s.takes and s.takes.name) for s in way.way] == [
        ("owner", "service"), ("service", "bench"), ("bench", "service"),
    ]  # fmt: skip


def test_handoffs_outside_of_stages_are_gaps_with_what_to_do_next() -> None:
    found = list(unpromised([_way(_made())]))

    assert [(gap.about, gap.count) for gap in found] == [
        ("repair: asked > found", 5), ("repair: mended > fetched", 4), ("repair: asked > off", 1),
    ]  # fmt: skip
    assert found[0].says == (
        "From 'asked' to 'found' of repair nobody promised anything: it goes from owner to service, 5 times,"
        " half of them within 60 minutes."
    )
    assert found[0].next_act == "Promise it: an internal promise or a stage from 'asked' to 'found', owed by service"


def test_a_promise_without_stages_answers_for_all_of_its_way() -> None:
    whole = MEND.replace("  stages: {bench: {from: found, to: mended, owner: head_of_bench}}\n", "")

    found = [gap.about for gap in unpromised([_way(_made(whole))])]

    assert found == []  # from mended to fetched it stays with service, as far as anybody knows


def test_an_internal_promise_covers_a_handoff_and_is_closer_than_a_stage() -> None:
    look = "look: {kind: internal, subject: repair, promisor: {unit: counter}, promisee: bench, words: looked at, anchor: asked,"
    both = f"{MEND}{look} fulfil: {{event: mended}}, within: 2h}}\n"

    way = _way(_made(both))

    assert [s.promised_by for s in way.way] == [("look",), ("look", "mend.stages.bench"), ()]
    assert [hand.name for hand in way.hands] == ["owner", "counter", "service"]


def test_who_owns_the_data_is_a_hand_where_no_promise_says_more() -> None:
    way = _way(_made(), "head_of_shop")

    assert [hand.name for hand in way.hands] == ["owner", "head_of_shop", "bench", "head_of_shop"]


def test_the_owner_of_the_data_is_no_other_hand_than_the_unit_that_it_answers_for() -> None:
    assert Hand("billing", frozenset({"head_of_finance"})).same(Hand("head_of_finance", frozenset({"head_of_finance"}), named=False))
    assert not Hand("warehouse", frozenset({"head_of_logistics"})).same(Hand("carrier", frozenset({"head_of_logistics"})))
    assert not Hand("billing").same(Hand("head_of_sales", frozenset({"head_of_sales"}), named=False))


def test_what_happens_to_fewer_than_one_in_a_hundred_is_no_way() -> None:
    many: dict[str, dict[str, str]] = {f"t{n:03d}": {} for n in range(201)}
    events = [("ticket", id, "opened", "2026-03-01 08:00") for id in many]
    events += [("ticket", id, "closed", "2026-03-01 09:00") for id in list(many)[:199]]
    events += [("ticket", id, "lost", "2026-03-01 09:00") for id in list(many)[199:]]

    way = _way(world({"ticket": many}, events))

    assert [(s.event, s.times) for s in way.stretches] == [("closed", 199)]


def test_events_that_nothing_uses_are_listed_with_their_number() -> None:
    found = list(unused(_made(), {"mend": [one.value for one in promises_of(MEND).values()]}))

    assert [(gap.about, gap.count) for gap in found] == [("repair: fetched", 4)]  # off is used by void_when


def test_events_of_every_version_and_layer_count_as_used() -> None:
    (one,) = promises_of(MEND).values()
    other = one.value.model_copy(update={"anchor": "fetched"})

    assert list(unused(_made(), {"mend": [one.value, other]})) == []


def test_what_nobody_answers_for_or_is_owed() -> None:
    bare = MEND.replace(", owner: head_of_bench", "").replace("  owners: [head_of_service]\n", "").replace("  promisee: repair.owner\n", "")
    promises = {name: one.value for name, one in promises_of(bare).items()}

    assert [(gap.kind, gap.next_act) for gap in answered_for(promises)] == [
        ("stage without owner", "Give the stage an owner: promises.mend.stages.bench.owner"),
        ("promise without owner", "Give the promise an owner: promises.mend.owners"),
        ("promise to nobody", "Say who is owed: promises.mend.promisee"),
    ]
    assert list(answered_for({name: one.value for name, one in promises_of(MEND).items()})) == []


def test_roles_that_owe_nothing_and_answer_for_nothing() -> None:
    promises = {name: one.value for name, one in promises_of(MEND).items()}

    found = silent_roles(promises, ["head_of_service", "head_of_bench", "it_lead"])

    assert [gap.about for gap in found] == ["role it_lead"]


def test_departments_that_are_owed_something_and_promise_nothing() -> None:
    give = "give: {kind: internal, subject: repair, promisor: {unit: service}, promisee: counter, words: given, anchor: mended,"
    context = _made(f"{MEND}{give} fulfil: {{event: fetched}}, within: 2d}}\n")

    assert [gap.about for gap in silent_units(context, ["head_of_service"])] == ["unit counter"]
    assert list(silent_units(context, ["counter"])) == []  # a role, told with the roles


def test_units_on_record_to_which_no_promise_leads() -> None:
    branches: dict[str, dict[str, dict[str, str]]] = {"branch": {"north": {}, "south": {}, "west": {}}}
    relations = [("repair", f"r{n}", "branch", "north" if n < 5 else "west") for n in range(1, 7)]
    context = world({"repair": REPAIRS, **branches}, EVENTS, MEND, relations=relations)

    (found,) = silent_units(context, [])

    assert (found.about, found.count) == ("object type branch", 1)
    assert found.says == "1 of the branch objects on record have no promise that leads to them: south."
    (every,) = silent_units(replace(context, promises={}), [])
    assert every.count == 3


@pytest.mark.data
def test_olist_has_five_hands_and_four_handoffs_of_which_one_is_nobodys() -> None:
    context = olist()

    (way,) = journeys(context, {})

    assert [hand.name for hand in way.hands] == ["customer", "marketplace", "seller", "carrier", "customer"]
    assert way.sample
    assert [gap.about for gap in unpromised([way])] == ["order: placed > approved"]


@pytest.mark.data
def test_olist_agrees_with_sql_on_its_files() -> None:
    (way,) = journeys(olist(), {})
    said = duckdb.connect().execute(
        """
        WITH read AS (
            SELECT order_id, order_purchase_timestamp AS placed, order_approved_at AS approved,
                   order_delivered_carrier_date AS handed_to_carrier, order_delivered_customer_date AS delivered
            FROM read_csv(?, all_varchar = true)
        ), event AS (
            SELECT order_id, name,
                   timezone('America/Sao_Paulo', instant::TIMESTAMP) AS instant
            FROM (UNPIVOT read ON COLUMNS(* EXCLUDE order_id) INTO NAME name VALUE instant)
        ), paired AS (
            SELECT name, lag(name) OVER of_order AS before, epoch_us(instant - lag(instant) OVER of_order) AS us
            FROM event WINDOW of_order AS (PARTITION BY order_id ORDER BY instant, name)
        )
        SELECT before, name, count(*), quantile_disc(us, 0.5) FROM paired WHERE before IS NOT NULL GROUP BY 1, 2
        """,
        [str(require_data("olist") / "olist_orders_dataset.csv")],
    )  # fmt: skip
    raw = {(before, name): (times, us) for before, name, times, us in said.fetchall()}

    assert way.objects == 8135
    assert len(way.stretches) == 5
    assert {(one.before, one.event): (one.times, one.half_us) for one in way.stretches}.items() <= raw.items()


def test_a_promise_that_something_will_not_happen_covers_no_handoff() -> None:
    quiet = "quiet: {kind: internal, subject: repair, promisor: {unit: bench}, promisee: service, words: it stays away, anchor: asked,"
    both = f"{MEND}{quiet} fulfil: {{event: off, absent: true}}, within: 7d}}\n"

    assert [s.promised_by for s in _way(_made(both)).way] == [(), ("mend.stages.bench",), ()]

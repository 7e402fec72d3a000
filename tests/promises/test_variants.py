"""Terms of their own: who is bound by which, since when; one join for amounts, one query for a shape; and what was corrected."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.book.books import opened, revision
from tests.book.test_layers import change
from tests.book.test_resolution_properties import DAY, LAYERS, PROMISE, Drawn, files_of
from tests.promises.worlds import World, judge, judge_cells
from troth.kernel.errors import BookError
from troth.promises import Promise, terms_of

COMPANY = """
dimensions:
  - {id: region, read: order.region}
  - {id: segment, read: order.segment}
  - {id: customer, read: order.customer}
"""
DELIVER = """deliver:
  subject: order
  words: delivered in time
  anchor: placed
  fulfil: {event: delivered}
  due: placed + 5d
"""
FILE = "promises/order.yaml"


def book(deliver: str = DELIVER, **layers: str) -> dict[str, str]:
    """layers: `region_JP="due: placed + 3d"`, each under a Change of its own, from 2026-01-01 on."""
    files = {"company.yaml": COMPANY, FILE: deliver}
    for number, (name, text) in enumerate(layers.items(), start=1):
        folder = ",".join(pair.replace("_", "=", 1) for pair in name.split("__"))
        files[f"overlays/{folder}/promises/order.yaml"] = f"change: CHG-{number}\ndeliver: {{{text}}}\n"
        files[f"changes/CHG-{number}.yaml"] = change(f'"overlays/{folder}"')
    return files


def spans(world: World) -> dict[str, tuple[object, ...]]:
    return world.rows("due - made, layer, change")


def days(count: float) -> timedelta:
    return timedelta(days=count)


def test_each_order_is_bound_by_its_own_layer_and_names_it() -> None:
    world = judge(
        book(region_JP="due: placed + 3d", customer_acme="due: placed + 2d"),
        """
        order  region  customer  placed      delivered
        A      JP      acme      2026-03-01  2026-03-02
        B      JP      bee       2026-03-01  2026-03-05
        C      BR      acme      2026-03-01  2026-03-04
        D      BR      bee       2026-03-01  2026-03-04
        E      -       -         2026-03-01  2026-03-04
        """,
        region="text",
        customer="text",
    )
    assert spans(world) == {
        "A": (days(2), "customer=acme", "CHG-2"),
        "B": (days(3), "region=JP", "CHG-1"),
        "C": (days(2), "customer=acme", "CHG-2"),
        "D": (days(5), "standard", None),
        "E": (days(5), "standard", None),
    }
    assert world.states() == {"A": "kept", "B": "broken", "C": "broken", "D": "kept", "E": "kept"}


def test_customers_who_say_the_same_have_the_same_terms_each_by_a_layer_of_their_own() -> None:
    pick, pack = "pick: {from: placed, to: picked}", "pack: {from: picked, to: delivered}"
    there, back = f"stages: {{{pick}, {pack}}}", f"stages: {{{pack}, {pick}}}"
    found, _ = opened(book(customer_acme=there, customer_bee=there, customer_cat=back))
    acme, bee, cat = (list(found.variants("promises", "deliver", {"customer": one}, Promise))[1] for one in ("acme", "bee", "cat"))
    assert acme.definition.hash == bee.definition.hash != cat.definition.hash  # the order of stages means something
    assert [one.layers for one in (acme, bee, cat)] == ["customer=acme", "customer=bee", "customer=cat"]
    assert list(cat.definition.value.stages) == ["pack", "pick"]


def test_terms_bind_when_given() -> None:
    files = book(region_JP="due: placed + 3d") | {
        FILE: DELIVER + "  versions: [{since: 2026-03-01, due: placed + 4d}]\n",
        "changes/CHG-1.yaml": change("overlays/region=JP", since="2026-02-01", expires="2026-03-15"),
    }
    drawing = """
        order  region  placed            delivered
        A      JP      2026-01-31 23:59  2026-02-04
        B      JP      2026-02-01 00:00  2026-02-04
        C      JP      2026-03-15 00:00  2026-03-16
        D      BR      2026-02-28 23:59  2026-03-05
        E      BR      2026-03-01 00:00  2026-03-05
        """
    assert spans(judge(files, drawing, region="text")) == {
        "A": (days(5), "standard", None),
        "B": (days(3), "region=JP", "CHG-1"),
        "C": (days(4), "standard", None),
        "D": (days(5), "standard", None),
        "E": (days(4), "standard", None),
    }


def test_a_tightened_promise_leaves_old_orders_their_term_and_a_correction_judges_them_anew() -> None:
    drawing = """
        order  placed      delivered
        A      2026-02-01  2026-02-05
        B      2026-03-01  2026-03-05
        """
    tightened = judge(DELIVER + "  versions: [{since: 2026-02-15, due: placed + 3d}]\n", drawing)
    assert tightened.states() == {"A": "kept", "B": "broken"}

    corrected = judge(DELIVER + "  versions: [{since: 2026-02-15, due: placed + 3d, restates: true}]\n", drawing)
    assert corrected.states() == {"A": "broken", "B": "broken"}
    former = World(corrected.engine, "former_deliver", corrected.now)
    assert former.states() == {"A": "kept", "B": "kept"}
    known = datetime(2026, 2, 15)
    assert corrected.column("known_from") == {"A": known, "B": datetime(2026, 3, 5)}
    assert former.column("known_to") == {"A": known, "B": known}
    assert set(former.column("terms").values()).isdisjoint(corrected.column("terms").values())


def test_what_was_saved_earlier_binds_what_was_made_before() -> None:
    later = DELIVER.replace("5d", "3d")
    past = [revision("2026-01-01", {FILE: DELIVER}), revision("2026-02-15 12:00", {FILE: later})]
    drawing = """
        order  placed            delivered
        A      2026-02-15 11:59  2026-02-19
        B      2026-02-15 12:00  2026-02-19
        """
    assert judge({FILE: later}, drawing, past=past).states() == {"A": "kept", "B": "broken"}


def test_a_promise_that_begins_later_was_not_made_before() -> None:
    drawing = """
        order  placed      delivered
        A      2026-02-01  2026-02-05
        B      2026-03-01  2026-03-05
        """
    assert judge(DELIVER + "  since: 2026-02-15\n", drawing).states() == {"B": "kept"}


def test_a_layer_may_give_other_stages_and_they_bear_their_own_delay() -> None:
    staged = DELIVER + "  stages: {shop: {from: placed, to: sent, budget: 1d}, carrier: {from: sent, to: delivered}}\n"
    world = judge(
        book(staged, customer_acme="stages: {carrier: null, forwarder: {from: sent, to: delivered, words: the forwarder}}"),
        """
        order  customer  placed      sent        delivered
        A      acme      2026-03-01  2026-03-02  2026-03-09
        B      bee       2026-03-01  2026-03-02  2026-03-09
        C      bee       2026-03-01  2026-03-08  2026-03-09
        """,
        customer="text",
    )
    assert world.shares() == {"A": {"forwarder": 1}, "B": {"carrier": 1}, "C": {"shop": 1}}
    assert world.rows('"carrier_from", "forwarder_from"') == {
        "A": (None, datetime(2026, 3, 2)),
        "B": (datetime(2026, 3, 2), None),
        "C": (datetime(2026, 3, 8), None),
    }


def test_a_layer_may_name_events_of_which_the_standard_says_nothing() -> None:
    world = judge(
        book(customer_acme="due: loaded + 1d, stages: {shop: {from: placed, to: sent, budget: 1d}}"),
        """
        order  customer  placed      loaded      sent        delivered
        A      acme      2026-03-01  2026-03-02  2026-03-05  2026-03-09
        B      bee       2026-03-01  2026-03-02  2026-03-05  2026-03-09
        """,
        customer="text",
    )
    assert world.rows('due, "shop_to"') == {
        "A": (datetime(2026, 3, 3), datetime(2026, 3, 5)),
        "B": (datetime(2026, 3, 6), None),
    }


def test_a_key_in_quarantine_leaves_the_terms_untold() -> None:
    world = judge(
        book(region_JP="due: placed + 3d"),
        """
        order  region  placed      delivered
        A      ?       2026-03-01  2026-03-02
        B      JP      2026-03-01  2026-03-02
        """,
        region="text",
    )
    assert world.column("unknown_reason") == {"A": "quarantined: region", "B": None}


def test_an_arm_binds_the_units_that_were_drawn() -> None:
    files = book() | {
        "changes/CHG-57.yaml": change("overlays/arm=CHG-57")
        + "scope: {units: region}\narms: {treated: {units: [JP]}, control: {units: [BR]}}\n",
        "overlays/arm=CHG-57/promises/order.yaml": "change: CHG-57\ndeliver: {due: placed + 1d}\n",
    }
    drawing = """
        order  region  placed      delivered
        A      JP      2026-03-01  2026-03-02
        B      BR      2026-03-01  2026-03-02
        """
    assert spans(judge(files, drawing, region="text")) == {"A": (days(1), "arm=CHG-57", "CHG-57"), "B": (days(5), "standard", None)}


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("due: placd + 3d", "2:16", "deliver.due: column 1: due: no such name; got 'placd'"),
        ("due: placed + 3dd", "2:26", "deliver.due: column 11"),
        ("stages: {shop: {from: placed, to: sentt}}", "2:45", "deliver.stages.shop.to: no event 'sentt' of 'order'"),
    ],
)
def test_what_a_layer_says_wrong_is_told_in_its_file(text: str, place: str, said: str) -> None:
    with pytest.raises(BookError) as refused:
        judge(book(customer_acme=text), "order  customer  placed  delivered\nA  acme  2026-03-01  -", customer="text")
    assert str(refused.value).startswith(f"overlays/customer=acme/promises/order.yaml:{place}: {said}")


ORDER = st.tuples(
    st.sampled_from(["JP", "BR", "-"]), st.sampled_from(["key", "other"]), st.sampled_from(["acme", "bee"]), st.integers(-5, 45)
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(LAYERS, st.lists(ORDER, min_size=1, max_size=8))
def test_together_they_are_judged_as_each_would_be_alone(layers: list[Drawn], orders: list[tuple[str, str, str, int]]) -> None:
    """The join of variants against resolving every order by itself and judging it by that one definition."""
    files = files_of(layers)
    if opened(files)[1]:
        return
    drawn = {
        f"o{n}": {"region": region, "segment": segment, "customer": customer, "a": "1",
                  "placed": f"{DAY + timedelta(days=day):%Y-%m-%d}", "handed": f"{DAY + timedelta(days=day + 2):%Y-%m-%d}",
                  "delivered": f"{DAY + timedelta(days=day + n % 9):%Y-%m-%d}"}
        for n, (region, segment, customer, day) in enumerate(orders)
    }  # fmt: skip
    attributes = {"region": "text", "segment": "text", "customer": "text", "a": "number"}
    events = {"placed", "handed", "delivered"}
    columns = 'made, due, fulfilled, voided, terms, "seller_budget_us", "share_seller", share_of'
    together = judge_cells(files, drawn, attributes, events).rows(columns)
    whole, _ = opened(files)
    for id, cells in drawn.items():
        keys = {name: cells[name] for name in ("region", "segment", "customer") if cells[name] != "-"}
        content = whole.resolve("promises", "deliver", keys, datetime.fromisoformat(cells["placed"])).content
        alone = PROMISE.replace("placed + 9d", str(content["due"])).replace("order.a = 1", str(content["void_when"]))
        alone = alone.replace("budget: 1d", f"budget: {content['stages']['seller']['budget']}")
        assert judge_cells(alone, {id: cells}, attributes, events).rows(columns)[id] == together[id]


def test_without_a_dimension_its_layers_bind_nobody_and_the_arms_drawn_by_it_do() -> None:
    """The word that customers have is left out; what was drawn among them for a pilot is the house's own."""
    files = book(customer_acme="due: placed + 2d", region_JP="due: placed + 3d") | {
        "changes/CHG-57.yaml": change('"overlays/arm=CHG-57"')
        + "scope: {units: customer}\narms: {treated: {units: [bee]}, control: {units: [cod]}}\n",
        "overlays/arm=CHG-57/promises/order.yaml": "change: CHG-57\ndeliver: {due: placed + 1d}\n",
    }
    opening, problems = opened(files)
    assert not problems

    def due(customer: str, *without: str) -> str | None:
        (terms,) = terms_of(opening, without)
        keys = {"customer": customer, "region": "JP"}
        return next(v.definition.value.due for v in terms.variants(keys) if v.since <= datetime(2026, 6, 1) < v.until)

    assert [due(one) for one in ("acme", "bee", "cod")] == ["placed + 2d", "placed + 1d", "placed + 3d"]
    assert [due(one, "customer") for one in ("acme", "bee", "cod")] == ["placed + 3d", "placed + 1d", "placed + 3d"]
    assert [due(one, "customer", "region") for one in ("acme", "bee", "cod")] == ["placed + 5d", "placed + 1d", "placed + 5d"]

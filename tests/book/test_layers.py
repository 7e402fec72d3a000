"""Whose word counts: addresses, ranks, dates, merging, locks; and what an overlay may not be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.book.books import CHECKS, opened
from troth.book import Book, Checks, Kind, Part

COMPANY = """
dimensions:
  - {id: region, read: customer.region, values: [JP, BR, DE]}
  - {id: segment, read: customer.segment}
  - {id: customer, read: order.customer}
roles: [head_of_ops]
"""
CHANGE = """
kind: {kind}
title: Terms of their own
owner: head_of_ops
reason: agreed in the contract
since: {since}
expires: {expires}
overlays: [{overlays}]
"""
PROMISE = """
deliver:
  subject: order
  words: delivered in time
  anchor: placed
  fulfil: {event: delivered}
  due: placed + 5d
"""
NOW = datetime(2026, 3, 1)


class Step(Part):
    id: str
    do: str | None = None
    due: str | None = None


class Playbook(Part):
    steps: tuple[Step, ...]
    owners: tuple[str, ...] = ()
    texts: dict[str, str] | None = None


PLAYBOOKS = Checks((*CHECKS.kinds, Kind("playbooks", Playbook, layered=True)), CHECKS.lints)
RECOVERY = """
recovery:
  steps:
    - {id: acknowledge, do: message, due: 4h, locked: true}
    - {id: settle, do: refund, due: 2d}
    - {id: ask, do: survey, due: 7d}
  owners: [support, sales]
  texts: {en: sorry}
"""


def change(*overlays: str, kind: str = "exception", since: str = "2026-01-01", expires: str = "2027-01-01") -> str:
    return CHANGE.format(kind=kind, since=since, expires=expires, overlays=", ".join(overlays))


def due(book: Book, at: datetime = NOW, **keys: str) -> str:
    return str(book.resolve("promises", "deliver", keys, at).content["due"])


def world(**layers: str) -> dict[str, str]:
    """A book with the promise and one overlay of it a layer, each under a Change of its own: region_JP="placed + 3d"."""
    files = {"company.yaml": COMPANY, "promises/order.yaml": PROMISE}
    for number, (name, text) in enumerate(layers.items()):
        folder = ",".join(pair.replace("_", "=", 1) for pair in name.split("__"))
        files[f"overlays/{folder}/promises/order.yaml"] = f"change: CHG-{number}\ndeliver: {{due: {text}}}\n"
        files[f"changes/CHG-{number}.yaml"] = change(f'"overlays/{folder}"')
    return files


def test_the_more_specific_layer_wins_and_others_keep_the_standard() -> None:
    book, problems = opened(world(region_JP="placed + 4d", segment_strategic="placed + 3d", customer_acme="placed + 2d"))

    assert problems == []
    assert due(book) == "placed + 5d"
    assert due(book, region="JP") == "placed + 4d"
    assert due(book, region="JP", segment="strategic") == "placed + 3d"
    assert due(book, region="JP", segment="strategic", customer="acme") == "placed + 2d"
    assert due(book, region="BR", segment="basic", customer="other") == "placed + 5d"


def test_two_dimensions_together_are_more_specific_than_each() -> None:
    book, problems = opened(world(region_JP="placed + 4d", region_JP__segment_strategic="placed + 1d", segment_strategic="placed + 3d"))

    assert problems == []
    assert due(book, region="JP", segment="strategic") == "placed + 1d"
    assert due(book, region="BR", segment="strategic") == "placed + 3d"


def test_an_overlay_holds_for_the_dates_of_its_change() -> None:
    files = world(region_JP="placed + 4d")
    files["changes/CHG-0.yaml"] = change("overlays/region=JP", since="2026-02-01", expires="2026-04-01 12:00")
    book, problems = opened(files)

    assert problems == []
    assert due(book, datetime(2026, 1, 31, 23, 59), region="JP") == "placed + 5d"
    assert due(book, datetime(2026, 2, 1), region="JP") == "placed + 4d"
    assert due(book, datetime(2026, 4, 1, 11, 59), region="JP") == "placed + 4d"
    assert due(book, datetime(2026, 4, 1, 12), region="JP") == "placed + 5d"


def test_a_day_begins_at_midnight_of_the_operation() -> None:
    files = world(region_JP="placed + 4d") | {"troth.yaml": "name: W\nfolder: data\nzone: Asia/Tokyo\n"}
    book, _ = opened(files)

    assert due(book, datetime(2025, 12, 31, 14, 59), region="JP") == "placed + 5d"
    assert due(book, datetime(2025, 12, 31, 15), region="JP") == "placed + 4d"


def test_a_crisis_outranks_everything_for_its_dates() -> None:
    files = world(customer_acme="placed + 2d", region_BR="placed + 9d")
    files["changes/CHG-1.yaml"] = change('"overlays/region=BR"', kind="crisis", since="2026-03-01", expires="2026-03-15")
    book, problems = opened(files)

    assert problems == []
    assert due(book, datetime(2026, 3, 1), region="BR", customer="acme") == "placed + 9d"
    assert due(book, datetime(2026, 2, 28), region="BR", customer="acme") == "placed + 2d"
    assert due(book, datetime(2026, 3, 15), region="BR", customer="acme") == "placed + 2d"
    assert due(book, datetime(2026, 3, 1), region="JP", customer="acme") == "placed + 2d"


def test_an_arm_of_a_pilot_is_read_from_the_units_that_were_drawn() -> None:
    files = world(region_JP="placed + 4d", customer_acme="placed + 2d") | {
        "changes/CHG-57.yaml": change("overlays/arm=CHG-57")
        + "scope: {units: region, design: stepped_wedge}\narms:\n  treated: {units: [JP, DE]}\n  control: {units: [BR]}\n",
        "overlays/arm=CHG-57/promises/order.yaml": "change: CHG-57\ndeliver: {due: placed + 1d}\n",
    }
    book, problems = opened(files)

    assert problems == []
    assert due(book, region="JP", customer="acme") == "placed + 1d"
    assert due(book, region="BR", customer="acme") == "placed + 2d"
    assert due(book, NOW, **{"arm@CHG-57": "treated"}) == "placed + 1d"
    assert book.dimensions("promises", "deliver") == ("region", "customer")
    assert book.values("promises", "deliver", "region") == {"JP", "DE", "BR"}


def test_the_lists_of_ids_merge_by_id_and_other_lists_replace() -> None:
    files: dict[str, str] = {
        "company.yaml": COMPANY,
        "playbooks/r.yaml": RECOVERY,
        "changes/CHG-1.yaml": change('"overlays/region=JP"'),
        "overlays/region=JP/playbooks/r.yaml": "change: CHG-1\nrecovery:\n  steps:\n    - {id: settle, do: visit, due: null}\n"
        "    - {id: gift, do: send}\n    - {id: ask, do: call}\n  owners: [branch]\n  texts: {ja: sumimasen}\n",
    }
    book, problems = opened(files, checks=PLAYBOOKS)
    content: Any = book.resolve("playbooks", "recovery", {"region": "JP"}, NOW).content

    assert problems == []
    assert content["steps"] == [
        {"id": "acknowledge", "do": "message", "due": "4h", "locked": True},
        {"id": "settle", "do": "visit"},
        {"id": "ask", "do": "call", "due": "7d"},
        {"id": "gift", "do": "send"},
    ]
    assert content["owners"] == ["branch"]
    assert content["texts"] == {"en": "sorry", "ja": "sumimasen"}


def test_null_removes_a_field_and_an_item() -> None:
    files = {
        "company.yaml": COMPANY,
        "playbooks/r.yaml": RECOVERY,
        "changes/CHG-1.yaml": change('"overlays/region=JP"'),
        "overlays/region=JP/playbooks/r.yaml": "change: CHG-1\nrecovery: {steps: {ask: null}, texts: null}\n",
    }
    book, problems = opened(files, checks=PLAYBOOKS)
    content: Any = book.resolve("playbooks", "recovery", {"region": "JP"}, NOW).content

    assert problems == []
    assert [step["id"] for step in content["steps"]] == ["acknowledge", "settle"]
    assert "texts" not in content


@pytest.mark.parametrize(
    ("overlay", "problem"),
    [
        ("recovery: {steps: [{id: acknowledge, due: 8h}]}\n", "2:38: recovery.steps.0.due: 'steps.acknowledge' is locked"),
        ("recovery: {steps: {acknowledge: {due: 8h}}}\n", "2:34: recovery.steps.acknowledge.due: 'steps.acknowledge' is locked"),
        ("recovery: {steps: {acknowledge: null}}\n", "2:20: recovery.steps.acknowledge: 'steps.acknowledge' is locked"),
        ("recovery: {steps: null}\n", "2:12: recovery.steps: 'steps.acknowledge' is locked"),
        ("recovery: {locked: true}\n", "2:12: recovery.locked: an overlay cannot lock or unlock"),
    ],
)
def test_what_is_locked_cannot_be_overlaid(overlay: str, problem: str) -> None:
    files = {
        "company.yaml": COMPANY,
        "playbooks/r.yaml": RECOVERY,
        "changes/CHG-1.yaml": change('"overlays/region=JP"'),
        "overlays/region=JP/playbooks/r.yaml": f"change: CHG-1\n{overlay}",
    }
    (found,) = opened(files, checks=PLAYBOOKS)[1]

    assert found.startswith(f"overlays/region=JP/playbooks/r.yaml:{problem}")


def test_a_definition_may_list_what_is_locked() -> None:
    files = world(region_JP="placed + 4d")
    files["promises/order.yaml"] = PROMISE + "  locked: [due, fulfil.event]\n"
    (problem,) = opened(files)[1]
    assert problem == (
        "overlays/region=JP/promises/order.yaml:2:11: deliver.due: 'due' is locked: it is the same everywhere and cannot be overlaid"
    )

    files["promises/order.yaml"] = PROMISE + "  locked: [deu]\n"
    assert opened(files)[1] == ["promises/order.yaml:8:12: deliver.locked.0: there is no 'deu' to lock; did you mean 'due'?"]


OVERLAY = "overlays/region=JP/promises/order.yaml"


@pytest.mark.parametrize(
    ("change_", "overlay", "problem"),
    [
        (change("overlays/region=JP"), "deliver: {due: placed + 1d}\n",
         f"{OVERLAY}:1:1: -: no overlay without a Change: write `change: CHG-…`"),
        (change("overlays/region=JP"), "change: CHG-2\ndeliver: {due: placed + 1d}\n",
         f"{OVERLAY}:1:9: change: no Change 'CHG-2' in changes/; did you mean 'CHG-0'?"),
        (change("overlays/region=JP") + "status: proposed\n", "change: CHG-0\ndeliver: {due: placed + 1d}\n",
         f"{OVERLAY}:1:9: change: CHG-0 is only proposed: an overlay needs a live Change"),
        (change(), "change: CHG-0\ndeliver: {due: placed + 1d}\n",
         f"{OVERLAY}:1:9: change: CHG-0 does not stand for this overlay: list overlays/region=JP under its `overlays:`"),
        (change("overlays/region=JP", "overlays/region=JR"), "change: CHG-0\ndeliver: {due: placed + 1d}\n",
         "changes/CHG-0.yaml:8:32: overlays.1: there is no overlay at 'overlays/region=JR'; did you mean 'overlays/region=JP'?"),
        (change("overlays/region=JR"), "change: CHG-0\ndeliver: {due: placed + 1d}\n",
         "changes/CHG-0.yaml:8:12: overlays.0: there is no overlay at 'overlays/region=JR'; did you mean 'overlays/region=JP'?"),
        (change("overlays/region=JP"), "change: CHG-0\ndelivr: {due: placed + 1d}\n",
         f"{OVERLAY}:2:1: delivr: no definition 'promises.delivr' to lie over; did you mean 'deliver'?"),
        (change("overlays/region=JP"), "change: CHG-0\ndeliver: {duee: placed + 1d}\n",
         f"{OVERLAY}:2:11: deliver.duee: unknown name; did you mean 'due'?"),
        (change("overlays/region=JP"), "change: CHG-0\ndeliver: {due: [placed]}\n",
         f"{OVERLAY}:2:16: deliver.due: should be a text"),
        (change("overlays/region=JP"), "change: CHG-0\ndeliver: {anchor: paid}\n",
         f"{OVERLAY}:2:11: deliver.anchor: cannot be overlaid: terms are chosen by 'anchor'"),
        (change("overlays/region=JP"), "change: CHG-0\ndeliver: {due: null}\n",
         f"{OVERLAY}:2:10: deliver: say once by when it is due: give 'due' or 'within'"),
        (change("overlays/region=JP"), "change: CHG-0\ndeliver: {since: 2026-01-01}\n",
         f"{OVERLAY}:2:11: deliver.since: 'since' stands in the definition"),
        (change("overlays/region=JP").replace("owner: head_of_ops\n", ""), "change: CHG-0\ndeliver: {due: placed + 1d}\n",
         "changes/CHG-0.yaml:1:1: owner: is missing"),
        (change("overlays/region=JP").replace("reason: agreed in the contract\n", ""), "change: CHG-0\ndeliver: {due: placed + 1d}\n",
         "changes/CHG-0.yaml:2:1: -: say why: give 'reason' or 'hypothesis'"),
        (change("overlays/region=JP") + "scope: {only: {regoin: [JP]}}\n", "change: CHG-0\ndeliver: {due: placed + 1d}\n",
         "changes/CHG-0.yaml:9:16: scope.only.regoin: no dimension 'regoin' in company.yaml; did you mean 'region'?"),
        (change("overlays/region=JP") + "scope: {only: {region: [JP, JR]}}\n", "change: CHG-0\ndeliver: {due: placed + 1d}\n",
         "changes/CHG-0.yaml:9:29: scope.only.region.1: no region 'JR' in company.yaml; one of 'BR', 'DE', 'JP'"),
        (change("overlays/region=JP").replace("2027-01-01", "next year"), "change: CHG-0\ndeliver: {due: placed + 1d}\n",
         "changes/CHG-0.yaml:7:10: expires: got 'next year'; write a day or an instant"),
    ],
)  # fmt: skip
def test_an_overlay_that_cannot_stand_is_told_once(change_: str, overlay: str, problem: str) -> None:
    files = {"company.yaml": COMPANY, "promises/order.yaml": PROMISE, "changes/CHG-0.yaml": change_, OVERLAY: overlay}
    (found,) = opened(files)[1]

    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("regoin=JP", "no dimension 'regoin' in company.yaml; did you mean 'region'?"),
        ("region=JPN", "no region 'JPN' in company.yaml; did you mean 'JP'?"),
        ("region", "'region' is no dimension=value"),
        ("region=JP,region=BR", "'region' stands twice"),
        ("arm=CHG-9", "no Change 'CHG-9' of this arm"),
        ("arm=CHG-0.other", "CHG-0 has no arm 'other'"),
    ],
)
def test_a_folder_that_is_no_layer_is_told_once_for_all_its_files(folder: str, said: str) -> None:
    files = {
        "company.yaml": COMPANY,
        "promises/order.yaml": PROMISE + PROMISE.replace("deliver:", "answer:"),
        "changes/CHG-0.yaml": change(f'"overlays/{folder}"'),
        f"overlays/{folder}/promises/a.yaml": "change: CHG-0\ndeliver: {due: placed + 1d}\n",
        f"overlays/{folder}/promises/b.yaml": "change: CHG-0\nanswer: {due: placed + 1d}\n",
    }
    (problem,) = opened(files)[1]

    assert problem.startswith(f"overlays/{folder}/promises/a.yaml:1:1: -: {said}")


def test_a_tie_is_an_error_that_the_layer_of_both_settles() -> None:
    #  ranks: region 1, segment 2, customer 3: region with segment = customer
    files = world(region_JP__segment_strategic="placed + 4d", customer_acme="placed + 2d")
    (problem,) = opened(files)[1]
    assert problem == (
        "overlays/region=JP,segment=strategic/promises/order.yaml:2:11: deliver.due: 'due' is also set by"
        " overlays/customer=acme/promises/order.yaml, and neither layer is more specific: say it for"
        " overlays/customer=acme,region=JP,segment=strategic too, or in one of them only"
    )

    settled = world(region_JP__segment_strategic="placed + 4d", customer_acme="placed + 2d", customer_acme__region_JP="placed + 1d")
    book, problems = opened(settled)
    assert problems == []
    assert due(book, region="JP", segment="strategic", customer="acme") == "placed + 1d"


def test_there_is_no_tie_where_no_subject_or_no_time_or_no_field_is_in_both() -> None:
    assert opened(world(region_JP="placed + 4d", region_BR="placed + 2d"))[1] == []
    assert opened(world(region_JP__segment_strategic="placed + 4d", customer_acme="placed + 4d"))[1] == []

    apart = world(region_JP__segment_strategic="placed + 4d", customer_acme="placed + 2d")
    apart["changes/CHG-1.yaml"] = change("overlays/customer=acme", since="2027-01-01", expires="2028-01-01")
    assert opened(apart)[1] == []

    other = world(region_JP__segment_strategic="placed + 4d", customer_acme="placed + 2d")
    other["overlays/customer=acme/promises/order.yaml"] = "change: CHG-1\ndeliver: {void_when: false}\n"
    assert opened(other)[1] == []


def test_a_value_may_bear_any_letter() -> None:
    book, problems = opened(world(**{"customer_a%2Fb%2C%3D": "placed + 1d"}))

    assert problems == []
    assert due(book, customer="a/b,=") == "placed + 1d"


def test_what_is_not_a_layer_of_anything_is_told() -> None:
    files = {"company.yaml": COMPANY, "promises/order.yaml": PROMISE}
    assert opened({**files, "overlays/region=JP/order.yaml": "change: CHG-1\n"})[1] == [
        "overlays/region=JP/order.yaml:1:1: -: an overlay stands in a folder of its layer and its kind: overlays/region=JP/promises/"
    ]
    (problem,) = opened({**files, "overlays/region=JP/promisses/order.yaml": "change: CHG-1\n"})[1]
    assert problem.endswith("there are no 'promisses' that could be overlaid; did you mean 'promises'?")
    (problem,) = opened(
        {
            **files,
            "changes/CHG-1.yaml": change('"overlays/region=JP"'),
            "overlays/region=JP/sources/o.yaml": "change: CHG-1\norders: {key: []}\n",
        }
    )[1]
    assert problem == "overlays/region=JP/sources/o.yaml:2:1: orders: 'sources' cannot be overlaid"


def tied(**settling: str) -> dict[str, str]:
    """Region with segment beside customer, all of 2026, and layers more specific than both."""
    return world(region_JP__segment_strategic="placed + 4d", customer_acme="placed + 2d", **settling)


def test_a_tie_is_settled_only_for_the_time_in_which_the_layer_of_both_holds() -> None:
    files = tied(customer_acme__region_JP="placed + 1d")
    files["changes/CHG-2.yaml"] = change('"overlays/customer=acme,region=JP"', since="2026-02-01", expires="2026-06-01")
    (problem,) = opened(files)[1]
    assert "neither layer is more specific" in problem

    files["changes/CHG-1.yaml"] = change("overlays/customer=acme", since="2026-03-01", expires="2026-05-01")
    assert opened(files)[1] == []
    files["changes/CHG-0.yaml"] = change('"overlays/region=JP,segment=strategic"', since="2026-03-01", expires="2026-05-01")
    files["changes/CHG-1.yaml"] = change("overlays/customer=acme")
    assert opened(files)[1] == []


def test_each_field_of_a_tie_is_to_be_settled() -> None:
    files = tied(customer_acme__region_JP="placed + 1d")
    for number, name in enumerate(("region=JP,segment=strategic", "customer=acme")):
        files[f"overlays/{name}/promises/order.yaml"] = (
            f"change: CHG-{number}\ndeliver: {{due: placed + {number + 2}d, void_when: order.a = {number}}}\n"
        )
    (problem,) = opened(files)[1]

    assert problem.startswith(
        "overlays/region=JP,segment=strategic/promises/order.yaml:2:29: deliver.void_when: 'void_when' is also set by"
    )


def test_a_part_of_a_field_does_not_settle_the_whole() -> None:
    stages = "  stages: {carry: {from: placed, to: delivered}}\n"
    files = tied(customer_acme__region_JP="placed + 1d") | {"promises/order.yaml": PROMISE + stages}
    for number, (name, says) in enumerate(
        (
            ("region=JP,segment=strategic", "carry: null"),
            ("customer=acme", "carry: {budget: 1d}"),
            ("customer=acme,region=JP", "carry: {budget: 2d}"),
        )
    ):
        files[f"overlays/{name}/promises/order.yaml"] = f"change: CHG-{number}\ndeliver: {{stages: {{{says}}}}}\n"
    (problem,) = opened(files)[1]

    assert problem.startswith(
        "overlays/region=JP,segment=strategic/promises/order.yaml:2:20: deliver.stages.carry: 'stages.carry' is also set"
    )


def test_a_unit_is_in_one_arm_only() -> None:
    files = world(region_JP="placed + 4d") | {
        "changes/CHG-57.yaml": change() + "scope: {units: region}\narms:\n  treated: {units: [JP, DE]}\n  control: {units: [BR, JP]}\n"
    }

    assert opened(files)[1] == ["changes/CHG-57.yaml:12:25: arms.control.units.1: 'JP' is in the arm 'treated' already"]


def test_arms_are_drawn_by_a_dimension_of_the_company() -> None:
    files = world(region_JP="placed + 4d") | {"changes/CHG-57.yaml": change() + "scope: {units: regoin}\narms: {treated: {units: [JP]}}\n"}

    assert opened(files)[1] == ["changes/CHG-57.yaml:9:16: scope.units: no dimension 'regoin' in company.yaml; did you mean 'region'?"]


@pytest.mark.parametrize("expires", ["2026-03-01", "2026-06-01", "2026-05-31T23:59Z"])
def test_a_change_that_ends_before_it_begins_is_told_and_ties_with_nothing(expires: str) -> None:
    files = tied()
    files["changes/CHG-1.yaml"] = change("overlays/customer=acme", since="2026-06-01", expires=expires)

    assert opened(files)[1] == ["changes/CHG-1.yaml:7:10: expires: ends before it begins: its `since:` is 2026-06-01"]


def test_a_layer_of_which_no_word_counts_is_not_named() -> None:
    files = world(region_JP="placed + 4d", segment_strategic="placed + 3d", customer_acme="placed + 2d")
    files["overlays/region=JP/promises/order.yaml"] = "change: CHG-0\ndeliver: {due: placed + 4d, void_when: order.a = 1}\n"
    book, problems = opened(files)
    found = book.resolve("promises", "deliver", {"region": "JP", "segment": "strategic", "customer": "acme"}, NOW)

    assert problems == []
    assert [str(layer.address) for layer in found.layers] == ["customer=acme", "region=JP"]

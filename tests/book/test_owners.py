"""Who answers: every source has an owner and a steward, every stage an owner, or lint says which have none, and where."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.book.books import ROOT, revision
from tests.book.test_layers import change
from tests.book.test_mutations import FULL, book
from troth.book.loading import of_texts
from troth.book.opening import checked
from troth.book.past import Past

COMPANY = "dimensions: [{id: region, read: order.region}]\nroles: [sales_lead, it_lead, head_of_ops]\n"
SOURCE = """orders:
  files: [orders.csv]
  key: [id]
  owner: sales_lead
  steward: it_lead
  object: {type: order, id: [id], attributes: {region: {column: region}}}
  events: [{type: placed, at: p}, {type: packed, at: k}, {type: delivered, at: d}]
"""
PROMISE = """deliver:
  subject: order
  words: delivered in time
  anchor: placed
  fulfil: {event: delivered}
  due: placed + 5d
  stages:
    pack: {from: placed, to: packed, owner: sales_lead}
    carry: {from: packed, to: delivered, owner: sales_lead}
"""
FILES = {"company.yaml": COMPANY, "sources/orders.yaml": SOURCE, "promises/order.yaml": PROMISE}
OVERLAY = "overlays/region=JP/promises/order.yaml"
NOBODY = "nobody owns this stage: name the role that answers for it as its `owner`"
NOT_KEPT = "nobody is its {}: name the role that answers for the system and the one that repairs its data"


def found(files: dict[str, str], past: tuple[Past, ...] = ()) -> list[tuple[str, str]]:
    texts = {PurePosixPath(name): text.encode() for name, text in {**ROOT, **files}.items()}
    return [(problem.level, str(problem)) for problem in checked(of_texts(texts, FULL.known), FULL, past)[1]]


def test_where_everything_is_owned_there_is_nothing_to_say() -> None:
    assert found(FILES) == []


def test_nothing_in_the_example_is_without_an_owner() -> None:
    assert found(book()) == []


@pytest.mark.parametrize(
    ("gone", "missing"),
    [(["  owner: sales_lead\n"], "owner"), (["  steward: it_lead\n"], "steward"),
     (["  owner: sales_lead\n", "  steward: it_lead\n"], "owner or steward")],
)  # fmt: skip
def test_a_source_without_owner_or_steward_is_a_warning_at_its_name(gone: list[str], missing: str) -> None:
    text = "# from the shop\n" + SOURCE
    for line in gone:
        text = text.replace(line, "")

    assert found({**FILES, "sources/orders.yaml": text}) == [("warning", f"sources/orders.yaml:2:1: orders: {NOT_KEPT.format(missing)}")]


def test_every_source_without_them_is_listed() -> None:
    more = "".join(f"s{n}:\n  files: [s{n}.csv]\n  key: [id]\n" for n in range(3))
    said = found({**FILES, "sources/more.yaml": more})

    assert [line.split(": ")[0] for _, line in said] == ["sources/more.yaml:1:1", "sources/more.yaml:4:1", "sources/more.yaml:7:1"]
    assert {level for level, _ in said} == {"warning"}


def test_an_owner_that_is_no_role_of_the_company_is_an_error_and_no_orphan() -> None:
    wrong = SOURCE.replace("steward: it_lead", "steward: it_leat")

    assert found({**FILES, "sources/orders.yaml": wrong}) == [
        ("error", "sources/orders.yaml:5:12: orders.steward: no role 'it_leat' in company.yaml; did you mean 'it_lead'?")
    ]


def test_every_stage_without_an_owner_is_listed_with_its_place() -> None:
    text = PROMISE.replace(", owner: sales_lead", "") + "answer:" + PROMISE.removeprefix("deliver:").replace(", owner: sales_lead}", "}", 1)

    assert found({**FILES, "promises/order.yaml": text}) == [
        ("warning", f"promises/order.yaml:8:5: deliver.stages.pack: {NOBODY}"),
        ("warning", f"promises/order.yaml:9:5: deliver.stages.carry: {NOBODY}"),
        ("warning", f"promises/order.yaml:17:5: answer.stages.pack: {NOBODY}"),
    ]


def test_a_stage_that_a_version_or_a_layer_adds_needs_an_owner_too() -> None:
    files = {
        **FILES,
        "promises/order.yaml": PROMISE
        + "  versions:\n    - {since: 2026-03-01, stages: {wait: {from: placed, to: packed}, pack: {budget: 1d}}}\n",
        "changes/CHG-1.yaml": change("overlays/region=JP"),
        OVERLAY: "change: CHG-1\ndeliver: {stages: {ferry: {from: packed, to: delivered}, pack: {owner: null}, carry: {budget: 1d}}}\n",
    }

    assert found(files) == [
        ("warning", f"{OVERLAY}:2:20: deliver.stages.ferry: {NOBODY}"),
        ("warning", f"{OVERLAY}:2:58: deliver.stages.pack: {NOBODY}"),
        ("warning", f"promises/order.yaml:11:36: deliver.versions.0.stages.wait: {NOBODY}"),
    ]


def test_a_stage_of_the_standard_is_told_once_whatever_lies_over_it() -> None:
    files = {
        **FILES,
        "promises/order.yaml": PROMISE.replace(", owner: sales_lead", "", 1)
        + "  versions: [{since: 2026-03-01, stages: {pack: {budget: 1d}}}]\n",
        "changes/CHG-1.yaml": change("overlays/region=JP"),
        OVERLAY: "change: CHG-1\ndeliver: {stages: {pack: {budget: 2d}}}\n",
    }

    assert found(files) == [("warning", f"promises/order.yaml:8:5: deliver.stages.pack: {NOBODY}")]


def test_an_owner_that_an_edit_gave_is_missed_no_more() -> None:
    before = PROMISE.replace(", owner: sales_lead", "", 1)
    past = revision("2026-01-01", {**FILES, "promises/order.yaml": before})
    after = revision("2026-02-01", {"promises/order.yaml": PROMISE})

    assert found(FILES, (past, after)) == []
    assert [line for _, line in found(FILES, (past,)) if NOBODY in line] == []

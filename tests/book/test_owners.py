"""Who answers: sources, attributes and metrics have an owner and a steward, stages an owner, or lint says which have none, and where."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.book.books import ROOT, revision
from tests.book.test_layers import change
from tests.book.test_mutations import FULL, book
from troth.app.rulebook.rules import CHECKS
from troth.book import Checks
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
OF_SYSTEM = ": name the role that answers for the system and the one that repairs its data"
NOT_KEPT = "nobody is its {}, nor that of 1 of its 1 attribute" + OF_SYSTEM
METRIC = "late: {kind: count, words: orders placed, of: order, at: placed, owner: sales_lead, steward: it_lead}\n"


def found(files: dict[str, str], past: tuple[Past, ...] = (), checks: Checks = FULL) -> list[tuple[str, str]]:
    texts = {PurePosixPath(name): text.encode() for name, text in {**ROOT, **files}.items()}
    return [(problem.level, str(problem)) for problem in checked(of_texts(texts, checks.known), checks, past)[1]]


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
    assert all("attribute" not in line for _, line in said)


def test_an_owner_that_is_no_role_of_the_company_is_an_error_and_no_orphan() -> None:
    wrong = SOURCE.replace("steward: it_lead", "steward: it_leat")

    assert found({**FILES, "sources/orders.yaml": wrong}) == [
        ("error", "sources/orders.yaml:5:12: orders.steward: no role 'it_leat' in company.yaml; did you mean 'it_lead'?")
    ]


@pytest.mark.parametrize(
    ("own", "told"),
    [("", ", nor that of 2 of its 3 attributes"), (", owner: head_of_ops", ", nor that of 2 of its 3 attributes"),
     (", owner: head_of_ops, steward: it_lead", ", nor that of 1 of its 3 attributes")],
)  # fmt: skip
def test_an_attribute_has_the_roles_of_its_source_where_it_names_none(own: str, told: str) -> None:
    mine = f"weight: {{column: weight{own}}}, urgent: {{column: urgent, owner: sales_lead, steward: it_lead}}"
    text = SOURCE.replace("{region: {column: region}}", f"{{region: {{column: region}}, {mine}}}")
    ownerless = text.replace("  owner: sales_lead\n  steward: it_lead\n", "")

    assert found({**FILES, "sources/orders.yaml": text}) == []
    assert found({**FILES, "sources/orders.yaml": ownerless}) == [
        ("warning", f"sources/orders.yaml:1:1: orders: nobody is its owner or steward{told}{OF_SYSTEM}")
    ]


def test_a_role_of_an_attribute_that_the_company_has_not_is_an_error_at_its_place() -> None:
    wrong = SOURCE.replace("{column: region}", "{column: region, steward: it_leat}")

    assert found({**FILES, "sources/orders.yaml": wrong}) == [
        (
            "error",
            "sources/orders.yaml:6:82: orders.object.attributes.region.steward: no role 'it_leat' in company.yaml; did you mean 'it_lead'?",
        )
    ]


@pytest.mark.parametrize(
    ("gone", "missing"),
    [(", owner: sales_lead", "owner"), (", steward: it_lead", "steward"), (", owner: sales_lead, steward: it_lead", "owner or steward")],
)
def test_a_metric_without_owner_or_steward_is_a_warning_at_its_name(gone: str, missing: str) -> None:
    said = f"nobody is its {missing}: name the role that answers for it and the one that keeps its definition right"

    assert found({**FILES, "metrics/orders.yaml": METRIC}, checks=CHECKS) == []
    assert found({**FILES, "metrics/orders.yaml": METRIC.replace(gone, "")}, checks=CHECKS) == [
        ("warning", f"metrics/orders.yaml:1:1: late: {said}")
    ]


@pytest.mark.parametrize("example", ["meridian", "parts-wholesaler", "service-catalogue", "two-systems"])
def test_no_example_has_an_orphan(example: str) -> None:
    root = Path(__file__).parents[2] / "examples" / example / "book"
    texts = {PurePosixPath(path.relative_to(root).as_posix()): path.read_bytes() for path in sorted(root.rglob("*.yaml"))}

    assert [str(one) for one in checked(of_texts(texts, CHECKS.known), CHECKS, ())[1]] == []


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

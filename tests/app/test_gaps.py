"""`troth gaps` on a book of three orders whose promise has a stage, and no owner."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import BOOK, PROMISE, built, write_book
from troth.app.answers.gaps import Placed
from troth.faces.cli import app
from troth.faces.cli.gap_commands import HANDOFFS, said
from troth.faces.cli.output import Out
from troth.findings.gaps import Gap

STAGED = PROMISE + "  stages: {road: {from: placed, to: delivered}}\n"
COMPANY = "roles: [head_of_sales, it_lead]\n"


def _book(under: Path) -> Path:
    root = write_book(under, book={**BOOK, "promises/deliver.yaml": STAGED, "company.yaml": COMPANY})
    built(root)
    return root


def test_each_gap_has_its_place_and_what_to_do(tmp_path: Path) -> None:
    found = troth.open(_book(tmp_path)).gaps()

    assert [(one.gap.kind, one.gap.about, one.place) for one in found.gaps] == [
        ("stage without owner", "promises.deliver.stages.road", "promises/deliver.yaml:7:12"),
        ("promise without owner", "promises.deliver", "promises/deliver.yaml:1:1"),
        ("promise to nobody", "promises.deliver", "promises/deliver.yaml:1:1"),
        ("role promises nothing", "role head_of_sales", None),
        ("role promises nothing", "role it_lead", None),
        ("event nobody uses", "payment: paid", None),
    ]
    assert found.gaps[0].gap.next_act == "Give the stage an owner: promises.deliver.stages.road.owner"


def test_the_command_prints_the_same_in_words_and_as_json(tmp_path: Path) -> None:
    root = _book(tmp_path)

    words = CliRunner().invoke(app, ["gaps", "--book", str(root)]).output
    data = json.loads(CliRunner().invoke(app, ["gaps", "--book", str(root), "--json"]).output)

    assert "Stages that nobody answers for (1)" in words
    assert "troth handoffs" not in words, "none is unpromised"
    assert "Give the stage an owner: promises.deliver.stages.road.owner.  promises/deliver.yaml:7:12" in words
    assert "  payment: paid (3)" in words
    order = next(one for one in data["journeys"] if one["object_type"] == "order")
    (stretch,) = order["stretches"]
    # A took 2 days and 23 hours, B 4 days and 22 hours: half of them so long or less.
    assert stretch == {
        "from": "placed", "to": "delivered", "usual": True, "times": 2, "half_within_us": 71 * 3_600_000_000, "covered": 2,
        "promised_by": ["deliver.stages.road"], "gives": "customer", "takes": "road", "changes_hands": True,
    }  # fmt: skip
    assert order["hands"] == ["customer", "road", "customer"]
    assert len(data["gaps"]) == 6
    assert data["gaps"][-1]["count"] == 3


def test_a_book_without_a_gap_says_so(tmp_path: Path) -> None:
    whole = PROMISE + "  promisor: {role: seller}\n  promisee: order.customer\n  owners: [head_of_sales]\n"
    sources = {name: text for name, text in BOOK.items() if name != "sources/payments.yaml"}
    root = write_book(tmp_path, book={**sources, "promises/deliver.yaml": whole})
    built(root)

    assert (
        "No gap: every stage, handoff, event, role and unit has a promise." in CliRunner().invoke(app, ["gaps", "--book", str(root)]).output
    )


def test_what_was_known_then_has_the_gaps_of_then(tmp_path: Path) -> None:
    root = _book(tmp_path)

    done = CliRunner().invoke(app, ["gaps", "--book", str(root), "--as-known-at", "2020-01-01"])

    assert done.exit_code != 0  # nothing was known then


def test_a_handover_that_nobody_promised_leads_to_those_that_somebody_did(capsys: pytest.CaptureFixture[str]) -> None:
    gap = Gap(HANDOFFS, "order: packed to billed", "From 'packed' to 'billed' of order nobody promised anything", "Promise it", 3)

    said(Out(json=False, quiet=False), (Placed(gap, None),))

    assert capsys.readouterr().out.splitlines()[2:] == [
        "  From 'packed' to 'billed' of order nobody promised anything",
        "    Promise it.",
        "  Those that somebody promised: troth handoffs",
    ]

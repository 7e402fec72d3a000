"""Names that no lint can know before data were read."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from tests.app.small_book import BOOK, ORDERS, built, write_book
from troth.app.bootstrap import open_workspace
from troth.app.pages.rule_pages import rules_told
from troth.app.rulebook.rulebook import lint
from troth.faces.cli import app

CRISIS = "kind: crisis\ntitle: A strike\nowner: head\nreason: a strike\nexpires: 2027-01-01\nscope: {{only: {{shopper: [{only}]}}}}\n"
WARNING = "changes/CHG-1.yaml:6:30: scope.only.shopper.1: no shopper 'c9' is on record; one of 'c1', 'c2'"


def world(under: Path, only: str) -> Path:
    """The small book, whose shoppers are c1 and c2, with a crisis of some of them."""
    orders = ORDERS.replace("due: {column: due, as: day}", "due: {column: due, as: day}, shopper: {column: customer}")
    company = "roles: [head]\ndimensions: [{id: shopper, read: {order: order.shopper}}]\n"
    texts = {"sources/orders.yaml": orders, "company.yaml": company, "changes/CHG-1.yaml": CRISIS.format(only=only)}
    return write_book(under, book={**BOOK, **texts})


def warned(root: Path) -> list[str]:
    return [str(one) for one in lint(open_workspace(root)) if "on record" in one.message]


def test_a_unit_that_nothing_on_record_has_is_warned_of_once_data_were_read(tmp_path: Path) -> None:
    root = world(tmp_path, "c1, c9")
    assert warned(root) == []

    workspace, made = built(root)
    assert made.fresh
    assert made.notices == [WARNING]
    assert built(root)[1].notices == [WARNING]
    assert warned(root) == [WARNING]
    assert WARNING in map(str, rules_told(workspace).problems)
    assert f"! {WARNING}" in CliRunner().invoke(app, ["build", "--book", str(root)]).stdout
    assert CliRunner().invoke(app, ["book", "lint", "--book", str(root)]).exit_code == 0


def test_units_on_record_are_not_warned_of(tmp_path: Path) -> None:
    root = world(tmp_path, "c1, c2")

    assert built(root)[1].notices == []
    assert warned(root) == []

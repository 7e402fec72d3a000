from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.app.mailed import DUE, Shop, open_shop
from tests.post import post_office
from troth.faces.cli.commands import app
from troth.stores.mail.smtp import VARIABLE


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return open_shop(tmp_path)


def test_a_page_is_scheduled_listed_without_its_address_and_ended(shop: Shop) -> None:
    book = ["--book", str(shop.root)]
    run = CliRunner().invoke

    said = run(app, ["schedule", "monday", "06:30", "--to", "-", "--scope", "country=PT", *book], input="ana@shop.example\n")
    assert said.exit_code == 0, said.output
    assert "goes out on monday 06:30, of country=PT" in said.output
    listed = run(app, ["schedule", "list", *book]).output
    assert "country=PT" in listed
    assert "ana@" not in listed
    assert "ana@shop.example" in run(app, ["schedule", "list", "--names", *book]).output
    (one,) = json.loads(run(app, ["schedule", "list", "--json", *book]).output)
    assert (one["when"], one["scope"], one["letters"]) == ("monday 06:30", {"country": ["PT"]}, [])
    assert run(app, ["schedule", "remove", one["id"], *book]).exit_code == 0
    assert json.loads(run(app, ["schedule", "list", "--json", *book]).output) == []


def test_what_is_due_is_sent_by_a_command_that_says_what_it_did(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's clock is the machine's: of the Mondays since the schedule was made the newest is due."""
    shop.now = DUE.replace(hour=0)
    shop.add()
    with post_office() as office:
        monkeypatch.setenv(VARIABLE, office.url)
        said = CliRunner().invoke(app, ["schedule", "run", "--book", str(shop.root)])
        again = CliRunner().invoke(app, ["schedule", "run", "--book", str(shop.root), "--json"])

        assert ": sent 2" in said.output
        assert json.loads(again.output) == {"sent": [], "failed": [], "built": None}
        assert str(office.mails[0]["subject"]).startswith("Old data: ")


def test_a_run_that_sent_not_all_says_so_by_its_exit_code(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.now = DUE.replace(hour=0)
    shop.add()
    monkeypatch.delenv(VARIABLE, raising=False)
    said = CliRunner().invoke(app, ["schedule", "run", "--book", str(shop.root)])

    assert said.exit_code == 1
    assert "waits, TROTH_SMTP is not set" in said.output

"""`troth access`: accounts, links and tokens from the command line, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.needs import ROOT
from troth.access import Role, Viewer
from troth.access.factor import code_at, step_at
from troth.app.bootstrap import open_access, open_workspace
from troth.app.people.access import tie
from troth.app.people.factors import Begun, confirm, propose, proposed
from troth.app.people.signing_in import has_name, welcome
from troth.app.people.signing_in import viewer_of as session_of
from troth.app.people.tokens import viewer_of
from troth.app.starting.start import Said, start
from troth.faces.cli.commands import app
from troth.kernel.errors import BadValue, NotFound


@pytest.fixture
def book(tmp_path: Path) -> Path:
    files = shutil.copytree(ROOT / "examples" / "corner-shop", tmp_path / "files", ignore=shutil.ignore_patterns(".troth", "pages"))
    return start(files, into=tmp_path / "shop", said=Said("Europe/Berlin", "EUR")).book


def said(book: Path, *words: str) -> Any:
    done = CliRunner().invoke(app, ["access", *words, "--json", "--book", str(book)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return json.loads(done.stdout)


def test_an_account_is_made_changed_disabled_and_removed(book: Path) -> None:
    made = said(book, "add", "--role", "manager", "--scope", "customer=a,b")
    id, key = made["id"], made["link"].partition("#")[2]
    access = open_access(open_workspace(book))

    assert made["scope"] == {"customer": ["a", "b"]}
    assert has_name(access, key) is False
    changed = said(book, "change", id, "--everything")
    assert (changed["role"], changed["scope"]) == ("manager", {})
    assert said(book, "disable", id)["disabled"]
    assert has_name(access, key) is None
    assert not said(book, "disable", id, "--again")["disabled"]
    again = said(book, "link", id)["link"].partition("#")[2]
    assert has_name(access, key) is None
    welcome(access, again, "zuleika", "three calm otters")
    assert "zuleika" not in json.dumps(said(book, "list"))
    assert [one["name"] for one in said(book, "list", "--names")] == ["zuleika"]
    said(book, "remove", id)
    assert said(book, "list") == []
    assert b"three calm" not in (book / ".troth" / "access.db").read_bytes()
    assert b"zuleika" not in (book / ".troth" / "access.db").read_bytes()


def test_a_second_factor_that_is_lost_is_taken_away(book: Path) -> None:
    made = said(book, "add")
    access = open_access(open_workspace(book))
    opened = welcome(access, made["link"].partition("#")[2], "zuleika", "three calm otters")
    with pytest.raises(BadValue, match="no second factor"):
        said(book, "drop-factor", made["id"])
    assert propose(access, opened.key, "three calm otters") is None
    factor = proposed(access, opened.key)
    assert factor is not None
    begun = confirm(access, opened.key, code_at(factor.secret, step_at(access.now())))
    assert isinstance(begun, Begun)

    assert [one["second_factor"] for one in said(book, "list")] == [True]
    assert not said(book, "drop-factor", made["id"])["second_factor"]
    assert session_of(access, begun.opened.key) is None
    assert access.factors.codes(made["id"]) == {}


def test_whose_an_account_is_holds_once_a_second_one_says_it(book: Path) -> None:
    id = said(book, "add")["id"]

    for _ in range(2):
        assert said(book, "person", id, "a1") == {"account": id, "tied": False}
    access = open_access(open_workspace(book))
    assert tie(access, Viewer("second", Role.admin), id, "a1")
    assert access.persons.of(id) == "a1"


def test_the_file_of_accounts_is_its_owners_alone(book: Path) -> None:
    said(book, "add")

    assert (book / ".troth" / "access.db").stat().st_mode & 0o777 == 0o600


def test_a_token_is_made_listed_and_ended(book: Path) -> None:
    made = said(book, "token", "the wall", "--role", "analyst", "--expires", "30d")
    access = open_access(open_workspace(book))
    viewer = viewer_of(access, made["key"])

    assert viewer is not None
    assert viewer.role.name == "analyst"
    assert made["key"] not in json.dumps(said(book, "tokens"))
    said(book, "revoke", made["id"])
    assert viewer_of(access, made["key"]) is None


def test_the_last_admin_stays(book: Path) -> None:
    made = said(book, "add", "--role", "admin")
    welcome(open_access(open_workspace(book)), made["link"].partition("#")[2], "zuleika", "three calm otters")

    for words in (("disable", made["id"]), ("remove", made["id"]), ("change", made["id"], "--role", "viewer")):
        with pytest.raises(BadValue, match="last admin"):
            said(book, *words)


@pytest.mark.parametrize(
    "words",
    [
        ("add", "--role", "root"),
        ("add", "--scope", "nothing=x"),
        ("add", "--scope", "customer"),
        ("token", "x", "--expires", "400d"),
        ("token", "x", "--expires", "soon"),
        ("token", " "),
    ],
)
def test_what_makes_no_sense_is_refused(book: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(BadValue):
        said(book, *words)
    assert said(book, "tokens") == []


def test_what_is_not_there_is_not_found(book: Path) -> None:
    for words in (("link", "nobody"), ("revoke", "nothing")):
        with pytest.raises(NotFound):
            said(book, *words)

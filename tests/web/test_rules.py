"""The rules in a browser: what is wrong is told at its line, what is saved is a revision, and nobody's edit is lost."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Known, text_of
from troth.access import Role, Viewer
from troth.app.bootstrap import open_workspace
from troth.app.pages.served import Served
from troth.app.rulebook.revisions import log, save
from troth.app.starting.examples import corner_shop
from troth.app.starting.start import start
from troth.app.workspace import Workspace
from troth.faces.web import web_app

FILE = "/rules/files/promises/promises.yaml"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    shutil.copytree(corner_shop(), folder / "own")
    start(folder / "own", into=folder / "book")
    return folder


@pytest.fixture
def workspace(shop: Path, tmp_path: Path) -> Workspace:
    """A copy of a shop whose rules were saved once."""
    shutil.copytree(shop, tmp_path / "shop")
    made = open_workspace(tmp_path / "shop" / "book")
    save(made, "As proposed")
    return made


def browser(workspace: Workspace, role: Role = Role.admin) -> TestClient:
    return TestClient(web_app(Served(workspace), Known(Viewer("a-random-name", role, language="en"))), follow_redirects=False)


def text_in(page: str) -> str:
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    return html.unescape(found.group(1))


def sent(page: str, text: str, **fields: str) -> dict[str, str]:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return {**hidden, "text": text.replace("\n", "\r\n"), **fields}


def test_an_edit_is_saved_as_a_revision_by_whom_it_is(workspace: Workspace) -> None:
    here = browser(workspace)
    page = here.get(FILE).text

    answer = here.post(FILE, data=sent(page, text_in(page) + "# seen\n", message="Seen by all"))

    assert answer.status_code == 303, text_of(answer.text)
    assert answer.headers["location"] == "/rules/history"
    newest = log(workspace)[0]
    assert (newest.message, newest.author) == ("Seen by all", "a-random-name")
    assert len(log(workspace)) == 2


def test_what_is_wrong_is_told_at_its_line_and_the_edit_stays_in_the_form(workspace: Workspace) -> None:
    here = browser(workspace)
    page = here.get(FILE).text
    lines = text_in(page).split("\n")
    at = next(number for number, line in enumerate(lines) if "due:" in line or "within:" in line)
    lines[at] = re.sub(r"(due|within):.*", r"\1: end_of_dya(attr(nothing))", lines[at])
    wrong = "\n".join(lines)

    answer = here.post(FILE, data=sent(page, wrong))

    assert answer.status_code == 422
    assert f"promises/promises.yaml:{at + 1}:" in text_of(answer.text)
    assert text_in(answer.text).rstrip("\n") == wrong.rstrip("\n")
    assert len(log(workspace)) == 1
    assert (workspace.root / "promises" / "promises.yaml").read_text(encoding="utf-8") == text_in(page)


def test_an_edit_can_be_checked_and_nothing_is_saved(workspace: Workspace) -> None:
    here = browser(workspace)
    page = here.get(FILE).text

    answer = here.post(FILE, data=sent(page, text_in(page) + "# looked at\n", check="1"))

    assert answer.status_code == 200
    assert "no errors" in text_of(answer.text)
    assert "# looked at" in text_in(answer.text)
    assert len(log(workspace)) == 1


def test_two_who_change_the_same_line_are_told_of_each_other(workspace: Workspace) -> None:
    first, second = browser(workspace), browser(workspace)
    page = first.get(FILE).text
    text = text_in(page)
    words = re.search(r"words: .*", text)
    assert words is not None

    assert first.post(FILE, data=sent(page, text.replace(words.group(), "words: kept by noon"))).status_code == 303
    answer = second.post(FILE, data=sent(page, text.replace(words.group(), "words: kept by night")))

    assert answer.status_code == 409
    assert "kept by night" in text_in(answer.text)
    assert "kept by noon" in text_of(answer.text)
    assert "kept by noon" in (workspace.root / "promises" / "promises.yaml").read_text(encoding="utf-8")


def test_two_who_change_different_lines_are_both_kept(workspace: Workspace) -> None:
    here = browser(workspace)
    page = here.get(FILE).text
    text = text_in(page)

    assert here.post(FILE, data=sent(page, "# first\n" + text)).status_code == 303
    assert here.post(FILE, data=sent(page, text + "# last\n")).status_code == 303
    kept = (workspace.root / "promises" / "promises.yaml").read_text(encoding="utf-8")
    assert kept.startswith("# first\n")
    assert kept.endswith("# last\n")


@pytest.mark.parametrize("path", ["../outside.yaml", ".troth/journal.yaml", "pages/x.yaml", "notes.md", "/etc/passwd"])
def test_no_other_file_can_be_written(workspace: Workspace, path: str) -> None:
    here = browser(workspace)
    page = here.get(FILE).text

    answer = here.post(f"/rules/files/{path}", data=sent(page, "name: x\n"))

    assert answer.status_code in (400, 404, 405)
    assert len(log(workspace)) == 1


@pytest.mark.parametrize("role", [Role.viewer, Role.analyst, Role.manager])
def test_who_may_not_edit_reads(workspace: Workspace, role: Role) -> None:
    page = browser(workspace).get(FILE).text
    here = browser(workspace, role)

    assert "<textarea" not in here.get(FILE).text
    assert here.post(FILE, data=sent(page, "x: 1\n")).status_code == 403
    assert len(log(workspace)) == 1


def test_what_a_revision_changed_is_shown_field_by_field(workspace: Workspace) -> None:
    here = browser(workspace)
    page = here.get(FILE).text
    words = re.search(r"words: .*", text_in(page))
    assert words is not None
    here.post(FILE, data=sent(page, text_in(page).replace(words.group(), "words: at the door by night")))

    shown = text_of(here.get(f"/rules/history?revision={log(workspace)[0].id}").text)

    assert "at the door by night" in shown
    assert words.group().removeprefix("words: ") in shown

"""Who somebody is stands in no address, no log and no page of anybody else's; and a page that is open while a build publishes."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path
from threading import Thread

import pytest
from starlette.testclient import TestClient

from tests.needs import ROOT
from tests.web.doors import PASSWORD, House
from troth.access import Role
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.pages.served import Served
from troth.app.starting.start import Said, start
from troth.faces.web import web_app
from troth.faces.web.gate import OpenGate

ADDRESSES = re.compile(r'(?:href|src|action)="([^"]*)"')
NAME = "ana.pessoal"


def test_a_name_is_in_no_address_no_log_and_no_page_of_others(doors: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    id = doors.taken(f"{NAME}@example.org", Role.analyst)
    doors.taken("chief", Role.admin)
    doors.taken("eve", Role.manager)
    mine, chief, other = doors.signed_in(f"{NAME}@example.org"), doors.signed_in("chief"), doors.signed_in("eve")
    doors.browser().sign_in(f"{NAME}@example.org", "not it at all")
    mine.post("/account/tokens", {"label": "the wall"}, on="/account")
    chief.post(f"/access/{id}", {"role": "viewer"}, on="/access")

    for browser in (mine, chief):
        for path in ("/", "/account", "/access", f"/access/{id}"):
            answer = browser.get(path)
            addresses = [*ADDRESSES.findall(answer.text), answer.headers.get("location", "")]
            assert not [one for one in addresses if NAME in one], path
    assert NAME in chief.get("/access").text, "who gives access must know to whom"
    for path in ("/", "/account", "/promises", "/customers", "/access"):
        assert NAME not in other.get(path).text, path
    assert NAME not in caplog.text
    assert PASSWORD not in caplog.text
    assert NAME not in str(doors.journal.said)


def test_an_error_of_ours_tells_a_reader_nothing_of_the_inside(doors: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the inside of it")

    doors.taken("ana")
    browser = doors.signed_in("ana")
    monkeypatch.setattr("troth.faces.web.desk.Desk.show", broken)
    monkeypatch.setattr("troth.faces.api.operations.tell_handoffs", broken)

    for path in ("/account", "/api/v1/handoffs?role=head_of_people"):
        answer = browser.get(path)
        assert answer.status_code == 500
        assert "inside" not in answer.text
        assert "Traceback" not in answer.text


def test_a_page_stays_what_it_was_while_a_build_publishes_and_the_next_is_of_the_new_one(tmp_path: Path) -> None:
    files = shutil.copytree(ROOT / "examples" / "corner-shop", tmp_path / "corner-shop", ignore=shutil.ignore_patterns(".troth", "pages"))
    book = start(files, into=tmp_path / "shop", said=Said("Europe/Berlin", "EUR")).book
    client = TestClient(web_app(Served(open_workspace(book)), OpenGate()))
    before = client.get("/").text
    own = re.search(r'data-snapshot="([^"]+)"', before)
    assert own is not None
    assert client.get("/fresh").text == own[1]
    orders = files / "orders.csv"
    orders.write_text("\n".join(orders.read_text(encoding="utf-8").splitlines()[:-3]) + "\n", encoding="utf-8")

    statuses: list[int] = []
    reading = Thread(target=lambda: statuses.extend(client.get(path).status_code for path in ("/", "/promises", "/api/v1/promises") * 8))
    reading.start()
    build(open_workspace(book))
    reading.join()

    assert set(statuses) == {200}
    assert client.get("/fresh").text != own[1]
    after = re.search(r'data-snapshot="([^"]+)"', client.get("/").text)
    assert after is not None
    assert after[1] == client.get("/fresh").text

"""Searching: by number and name within one's scope, by keyboard alone; by a person's name or mail for those who may."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.web.browser import Browser, browsing, served_at
from tests.web.conftest import FORM_KEY, Client, Known, text_of
from troth.access import EVERYTHING, Role, Scope, Viewer
from troth.app.pages.search import ASKED
from troth.app.pages.served import Served
from troth.faces.web import web_app


def hits(client: object, text: str) -> list[tuple[str, str]]:
    """Address and kind of each."""
    answer = client.get("/search/hits", params={"q": text})  # type: ignore[attr-defined]
    assert answer.status_code == 200
    return [(one["href"], one["kind"]) for one in answer.json()["hits"]]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("SO-00000010", ("/orders/order/SO-00000010", "order")),
        ("so-00000010", ("/orders/order/SO-00000010", "order")),
        ("k0000001", ("/customers/customer:K0000001", "customer")),
        ("delivered by the day", ("/promises/deliver", "promise")),
        ("visit_rating", ("/measures/visit_rating", "measure")),
        ("FR-02", ("/huddle/branch=FR-02", "unit")),
        ("head of logistics", ("/roles/head_of_logistics", "role")),
        ("huddle", ("/huddle", "page")),
    ],
)
def test_what_is_looked_for_stands_first(as_viewer: Client, text: str, first: tuple[str, str]) -> None:
    assert hits(as_viewer(), text)[0] == first


def test_what_is_found_can_be_opened(as_viewer: Client) -> None:
    client = as_viewer()
    for text in ("SO-00000010", "K0000001", "refund", "FR-02", "board"):
        for href, _ in hits(client, text)[:3]:
            assert client.get(href).status_code == 200, href


def test_a_number_with_a_slip_of_the_pen_is_found_all_the_same(as_viewer: Client) -> None:
    answer = as_viewer().get("/search/hits", params={"q": "SO-0000010O"}).json()

    assert answer["hits"] == []
    assert "/orders/order/SO-00000100" in {one["href"] for one in answer["near"]}
    assert as_viewer().get("/search/hits", params={"q": "delivred in time"}).json()["near"][0]["href"] == "/measures/delivered_in_time"
    assert as_viewer().get("/search/hits", params={"q": "zzzzzzzz"}).json() == {"hits": [], "near": []}
    assert "Nothing here has it." in as_viewer().get("/search?q=zzzzzzzz").text


def test_nothing_of_another_scope_is_found(served: Served, as_viewer: Client) -> None:
    """Of all orders those are found, by their number, that go to France."""
    engine = served.reading(EVERYTHING).context.engine
    rows = engine.rows("SELECT id, ship_country FROM object_order ORDER BY id LIMIT 60")
    client = as_viewer(scope=Scope({"country": frozenset({"FR"})}))

    for id, country in rows:
        found = [href for href, kind in hits(client, str(id)) if kind == "order"]
        assert bool(found) == (country == "FR"), id


def a_person(meridian: Path) -> tuple[str, str]:
    """Mail and number of a customer of the ERP."""
    rows = duckdb.execute(
        f"SELECT mail, customer_no FROM read_csv('{meridian}/data/erp_customers.csv', all_varchar = true, delim = ';')"
        " WHERE mail <> '' ORDER BY customer_no LIMIT 1"
    ).fetchall()
    return str(rows[0][0]), str(rows[0][1])


def test_a_manager_finds_a_customer_by_mail_and_the_mail_stands_nowhere(
    meridian: Path, served: Served, as_viewer: Client, caplog: pytest.LogCaptureFixture
) -> None:
    mail, number = a_person(meridian)
    before = len(served.workspace.journal.recorded(ASKED))

    with caplog.at_level(logging.DEBUG):
        answer = as_viewer().post("/search", data={"csrf": FORM_KEY, "value": mail.upper()})
    assert answer.status_code == 200
    assert f"/customers/customer:{number}" in answer.text
    for text in (mail, mail.upper()):
        assert text not in answer.text
        assert text not in str(answer.url)
        assert not [one for one in caplog.records if "troth" in one.name and text in one.getMessage()]
    asked = served.workspace.journal.recorded(ASKED)[before:]
    assert [about for about, _ in asked] == ["search"]
    assert mail not in str(asked).lower()


def test_nobody_below_a_manager_and_nobody_of_another_scope_finds_a_person(meridian: Path, served: Served, as_viewer: Client) -> None:
    mail, number = a_person(meridian)
    ((country,),) = served.reading(EVERYTHING).context.engine.rows("SELECT country FROM object_customer WHERE id = ?", (number,))
    other = "JP" if country != "JP" else "BR"
    form = {"csrf": FORM_KEY, "value": mail}

    assert as_viewer(Role.analyst).post("/search", data=form).status_code == 403
    assert 'name="value"' not in as_viewer(Role.analyst).get("/search").text
    foreign = as_viewer(scope=Scope({"warehouse": frozenset({"OSA" if other == "BR" else "SAO"}), "country": frozenset({other})}))
    assert number not in text_of(foreign.post("/search", data=form).text)


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[Browser]:
    with served_at(web_app(served, Known(Viewer("somebody", Role.manager)))) as base, browsing(base) as made:
        yield made


@pytest.mark.system
@pytest.mark.parametrize("keys", ["Control+k", "/"])
def test_an_order_is_opened_from_any_page_by_keyboard_alone(browser: Browser, keys: str) -> None:
    page = browser.open("/roles").page
    page.keyboard.press(keys)
    page.keyboard.type("SO-0000001")
    page.wait_for_selector("#finder-1")
    assert page.evaluate("document.activeElement.getAttribute('aria-activedescendant')") == "finder-0"
    page.keyboard.press("ArrowDown")
    wanted = page.evaluate("document.querySelector('[aria-selected=true]').dataset.href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wanted}")


@pytest.mark.system
def test_the_dialog_keeps_nobody_out_and_closes_by_escape(browser: Browser) -> None:
    for theme in ("light", "dark"):
        opened = browser.open("/roles", theme=theme)
        opened.page.keyboard.press("/")
        opened.page.keyboard.type("deliver")
        opened.page.wait_for_selector("#finder-0")
        assert opened.axe() == []
        assert opened.complaints == []
        opened.page.keyboard.press("Escape")
        assert not opened.page.evaluate("document.querySelector('dialog').open")


@pytest.mark.system
def test_a_mail_that_is_written_into_the_dialog_is_sent_nowhere(browser: Browser) -> None:
    opened = browser.open("/roles")
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("anna.lang@mail.example")
    opened.page.locator(".finder-note", has_text="looks like a person").wait_for()
    opened.page.keyboard.press("Enter")
    opened.page.wait_for_url("**/search")

    assert not [one for one in opened.requests if "mail.example" in one]

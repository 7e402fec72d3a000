"""The pages by which people come in, in a real browser: nobody kept out, a phone, and the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.browser import Browser, Opened, Theme, browsing, served_at
from tests.web.doors import PASSWORD, House, house
from tests.web.test_second_factor import code
from troth.access import EVERYTHING, Role
from troth.app.pages.served import Served
from troth.app.people.access import HERE, invite
from troth.faces.web import web_app
from troth.faces.web.gate import AccountGate

pytestmark = pytest.mark.system

MOST_SIZES = 4
LEAST = "Math.min(...[...document.querySelectorAll('.masthead a, .tongues a')].map(one => one.getBoundingClientRect().height))"


@pytest.fixture(scope="module")
def doors(served: Served, tmp_path_factory: pytest.TempPathFactory) -> House:
    made = house(served, tmp_path_factory.mktemp("doors"))
    made.taken("ana", Role.admin)
    return made


@pytest.fixture(scope="module")
def browser(doors: House) -> Iterator[Browser]:
    with served_at(web_app(doors.served, AccountGate(doors.access))) as base, browsing(base) as made:
        yield made


def by_keyboard(opened: Opened, name: str, password: str) -> None:
    page = opened.page
    page.locator("#name").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signing_in_keeps_nobody_out_and_goes_by_keyboard_alone(browser: Browser, theme: Theme) -> None:
    opened = browser.open("/promises", theme=theme)
    assert "/sign-in?" in opened.page.url
    assert opened.axe() == []
    assert len(opened.sizes()) <= MOST_SIZES

    by_keyboard(opened, "ana", PASSWORD)
    opened.page.wait_for_selector("nav")

    for path in ("/account", "/access"):
        opened.page.goto(f"{browser.base}{path}")
        assert opened.axe() == [], path
        assert len(opened.sizes()) <= MOST_SIZES, path
    assert [one for one in opened.requests if not one.startswith(browser.base)] == []
    assert opened.complaints == []


def test_what_was_not_right_is_said_and_keeps_nobody_out(browser: Browser) -> None:
    opened = browser.open("/sign-in")
    by_keyboard(opened, "ana", "not it at all")
    opened.page.wait_for_selector("[role=alert]")

    assert "not right" in opened.page.inner_text("[role=alert]")
    assert opened.axe() == []


def test_whoever_has_a_link_takes_the_account_by_keyboard_on_a_phone(browser: Browser, doors: House) -> None:
    key = invite(doors.access, HERE, Role.viewer, EVERYTHING).key
    opened = browser.open(f"/welcome#{key}", width=380)
    assert opened.wide() == 0
    assert opened.axe() == []

    by_keyboard(opened, "bob", "four quiet herons")
    opened.page.wait_for_url(f"{browser.base}/")
    assert key not in opened.page.url


@pytest.mark.parametrize("language", ["en", "pt"])
def test_the_masthead_is_one_row_at_a_desk_and_each_link_is_large_enough_for_a_thumb(browser: Browser, language: str) -> None:
    """Of somebody who is signed in and sees everything, for whom it is longest. At a desk no target is less than WCAG 2.5.8 asks for."""
    opened = browser.open("/sign-in")
    by_keyboard(opened, "ana", PASSWORD)
    opened.page.wait_for_selector("nav")
    opened.page.goto(f"{browser.base}/language/{language}?to=%2Frules")
    assert opened.page.evaluate("document.documentElement.lang") == language

    rows = "new Set([...document.querySelectorAll('.masthead a')].map(one => Math.round(one.getBoundingClientRect().top / 24))).size"
    assert opened.page.evaluate(rows) == 1
    assert opened.page.evaluate(LEAST) >= 24

    opened.page.set_viewport_size({"width": 380, "height": 800})
    assert opened.page.evaluate(LEAST) >= 44
    assert opened.wide() == 0


@pytest.mark.parametrize("path", ["/account", "/access"])
def test_pages_of_accounts_fit_a_phone(browser: Browser, path: str) -> None:
    opened = browser.open("/sign-in", width=380)
    assert opened.wide() == 0
    by_keyboard(opened, "ana", PASSWORD)
    opened.page.wait_for_selector("nav")
    opened.page.goto(f"{browser.base}{path}")

    assert opened.wide() == 0


@pytest.mark.parametrize("width", [1280, 380])
def test_a_second_factor_is_set_up_and_given_by_keyboard_alone(browser: Browser, doors: House, width: int) -> None:
    name = f"cy {width}"
    id = doors.taken(name, Role.manager)
    doors.required.add(Role.manager)
    opened = browser.open("/sign-in", width=width, theme="dark" if width == 380 else "light")
    page = opened.page

    def fits() -> None:
        assert opened.wide() == 0, page.url
        assert opened.axe() == [], page.url
        assert len(opened.sizes()) <= MOST_SIZES, page.url

    by_keyboard(opened, name, PASSWORD)
    page.wait_for_url("**/sign-in/code?**")
    fits()
    page.get_by_role("button", name="Set it up").press("Enter")
    page.wait_for_selector("svg.qr")
    fits()
    assert page.locator("svg.qr").bounding_box()["width"] > 200
    page.keyboard.type(code(doors, id))
    page.keyboard.press("Enter")
    page.wait_for_selector("#codes")
    fits()
    page.get_by_role("link", name="go on").press("Enter")
    page.wait_for_selector("nav")
    page.goto(f"{browser.base}/account")
    fits()

    doors.pass_(minutes=1)
    again = browser.open("/sign-in", width=width)
    by_keyboard(again, name, PASSWORD)
    again.page.wait_for_selector("#code")
    assert again.wide() == 0
    assert again.axe() == []
    again.page.keyboard.type(code(doors, id))
    again.page.keyboard.press("Enter")
    again.page.wait_for_url(f"{browser.base}/")
    assert [one for one in (*opened.requests, *again.requests) if not one.startswith(browser.base)] == []
    assert opened.complaints == again.complaints == []

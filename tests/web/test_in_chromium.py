"""Every page as somebody meets it: at a desk, on a phone, in the dark, on paper, and by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from tests.web.browser import Browser, Theme, browsing, served_at
from tests.web.conftest import Known
from troth.access import Role, Viewer
from troth.app.pages.served import Served
from troth.faces.web import web_app

pytestmark = pytest.mark.system

PAGES = (
    "/",
    "/promises",
    "/promises/deliver",
    "/promises/answer_complaint",
    "/measures",
    "/measures/delivered_in_time?by=warehouse",
    "/measures/packed_twice",
    "/data",
    "/start",
    "/rules",
    "/rules/history",
    "/rules/promises.deliver",
    "/rules/promises.deliver.due",
    "/rules/files/promises/parcels.yaml",
    "/units",
    "/units?metric=delivered_in_time&by=warehouse&adjust=segment",
    "/roles",
    "/roles/head_of_logistics",
    "/roles/board",
    "/customers",
    "/customers/customer:K0000001",
    "/orders/SO-00000010",
    "/huddle",
    "/huddle/warehouse=LYS",
    "/search?q=SO-0000001",
    "/reliability",
    "/calibrations",
    "/rewards",
    "/values",
    "/values/customers/customer:K0000001",
    "/nothing-of-the-kind",
)
MOST_SIZES = 4


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[Browser]:
    with served_at(web_app(served, Known(Viewer("somebody", Role.admin)))) as base, browsing(base) as made:
        yield made


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_nobody_out_asks_nobody_else_and_breaks_nothing(browser: Browser, path: str, theme: Theme) -> None:
    opened = browser.open(path, theme=theme)
    opened.page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")

    assert opened.axe() == []
    assert [one for one in opened.complaints if "404" not in one or path != PAGES[-1]] == []
    assert [one for one in opened.requests if not one.startswith(browser.base)] == []
    assert len(opened.sizes()) <= MOST_SIZES


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_phone_and_paper(browser: Browser, path: str) -> None:
    opened = browser.open(path, width=380)

    assert opened.wide() == 0
    assert len(opened.sizes()) <= MOST_SIZES

    opened.page.emulate_media(media="print")
    assert opened.page.evaluate("[...document.querySelectorAll('nav, button, .skip')].filter(one => one.checkVisibility()).length") == 0
    assert opened.page.pdf(format="A4").startswith(b"%PDF")


def test_the_first_statement_stands_above_the_fold(browser: Browser) -> None:
    opened = browser.open("/")
    box = opened.page.locator("article.statement h2").first.bounding_box()

    assert box["y"] + box["height"] < 800


def test_the_way_from_monday_to_a_promise_goes_by_keyboard_alone(browser: Browser) -> None:
    page = browser.open("/").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "/promises":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/promises")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "/promises/deliver":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/promises/deliver")

    assert "Delivered by the day given" in page.inner_text("h1")


def test_monday_s_slider_goes_by_arrow_keys(browser: Browser) -> None:
    page = browser.open("/").page
    page.evaluate("document.querySelector('.replay').closest('details').open = true")
    slider = page.locator(".replay input[type=range]").first
    slider.focus()
    before = page.locator(".replay output").first.inner_text()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")

    assert page.locator(".replay output").first.inner_text() != before


def test_a_table_is_copied_as_it_is_shown(browser: Browser) -> None:
    page = browser.open("/promises/deliver").page
    page.locator("section[aria-labelledby=stages] .copy", has_text="CSV").click()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()

    assert copied[0].startswith("stage,from,to,owner")
    assert copied[1].startswith("in the warehouse,placed,handed over")
    assert len(copied) == 3


def test_a_drawing_is_copied_with_its_colours(browser: Browser) -> None:
    page = browser.open("/promises/deliver").page
    page.locator("figure.larger .copy").first.click()
    drawing = ElementTree.fromstring(page.evaluate("navigator.clipboard.readText()"))
    fills = {one.get("fill") for one in drawing.iter() if one.get("fill")}

    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert any(re.fullmatch(r"rgb\(.*\)", fill) for fill in fills if fill)
    assert not [one for one in drawing.iter() if one.get("class")]


def test_a_measure_is_asked_otherwise_without_leaving_its_page(browser: Browser) -> None:
    page = browser.open("/measures/delivered_in_time").page
    page.evaluate("window.stayed = true")
    page.select_option("select[name=by]", "warehouse")
    page.wait_for_selector("h3:has-text('HAM')")

    assert page.evaluate("window.stayed") is True
    assert "by=warehouse" in page.url


def test_a_build_that_is_published_meanwhile_is_said(browser: Browser) -> None:
    page = browser.open("/").page
    assert not page.locator("[data-fresh]").is_visible()
    page.route("**/fresh", lambda route: route.fulfill(body="another"))
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_selector("[data-fresh]:not([hidden])")

    assert "newer data" in page.inner_text("[data-fresh]")


def test_a_place_in_the_rules_is_shown_in_the_editor(browser: Browser) -> None:
    page = browser.open("/rules/files/promises/parcels.yaml#L3").page
    chosen = page.evaluate("(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.querySelector('[data-editor]'))")
    third = page.evaluate("document.querySelector('[data-editor]').value.split('\\n')[2]")

    assert chosen == third
    assert chosen.strip()

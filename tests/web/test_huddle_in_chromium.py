"""The huddle on a television, and on one sheet of paper."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.web.browser import Browser, browsing, served_at
from tests.web.conftest import Known
from troth.access import Role, Viewer
from troth.app.pages.served import Served
from troth.faces.web import web_app

pytestmark = pytest.mark.system

UNITS = ("warehouse=LYS", "warehouse=PNQ", "branch=JP-01")

# What of the screen does not show all of its text: what is longer than its box, is shortened by dots, or reaches into the next column; and
# numbers on two lines. The feet of letters may reach below a box that is as high as they are.
CUT = """() => [...document.querySelectorAll('.huddle :is(h2, p, li, li > *, blockquote, figcaption), .huddle-head *')].filter(one => {
    const style = getComputedStyle(one), box = one.getBoundingClientRect(), line = parseFloat(style.lineHeight);
    const around = one.closest('.huddle-column, .huddle-head').getBoundingClientRect();
    const longer = one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight + line / 2;
    const broken = one.matches('.figure') && box.height > 1.5 * line;
    return one.checkVisibility() && ((style.display !== 'inline' && longer) || box.right > around.right + 1 || broken ||
        style.textOverflow === 'ellipsis');
}).map(one => one.textContent.trim())"""


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[Browser]:
    with served_at(web_app(served, Known(Viewer("somebody", Role.manager)))) as base, browsing(base) as made:
        yield made


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("width", "height"), [(1600, 900), (1920, 1080)])
def test_a_television_shows_all_of_it_a_third_larger_and_never_scrolls(browser: Browser, unit: str, width: int, height: int) -> None:
    page = browser.open(f"/huddle/{unit}", width=width, height=height).page

    assert page.evaluate("document.documentElement.scrollHeight") <= height
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    assert not page.locator(".masthead").is_visible()
    assert not page.locator(".tongues").is_visible()
    assert page.evaluate(CUT) == []
    assert page.get_by_text("No person is measured on this screen.").is_visible()


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1000, 700), (380, 800)])
def test_no_word_is_cut_on_a_smaller_screen(browser: Browser, unit: str, width: int, height: int) -> None:
    opened = browser.open(f"/huddle/{unit}", width=width, height=height)

    assert opened.page.evaluate(CUT) == []
    assert opened.wide() == 0


@pytest.mark.parametrize("unit", UNITS)
def test_it_is_one_sheet_of_paper_without_a_button(browser: Browser, unit: str) -> None:
    page = browser.open(f"/huddle/{unit}").page
    page.emulate_media(media="print")

    assert not page.get_by_role("button", name="Huddle held").is_visible()
    assert len(PdfReader(BytesIO(page.pdf(format="A4"))).pages) == 1


def test_a_huddle_is_held_by_keyboard_alone(browser: Browser) -> None:
    page = browser.open("/huddle/warehouse=DAL").page
    for _ in range(25):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Huddle held ✓":
            break
    page.keyboard.press("Enter")

    page.get_by_text("Held today ✓").wait_for()

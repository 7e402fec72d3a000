"""The HTML page as a reader meets it: opened from a file, at a desk, on a phone, in the dark, on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from math import sin
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.faces.sample_page import EMPTY_PAGE, PAGE
from tests.needs import require_system
from troth.app.calendar.calendar_year import year_of
from troth.app.calendar.calendars import of_hours
from troth.faces.page import render, render_calendar

pytestmark = pytest.mark.system

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
Theme = Literal["light", "dark"]

# Gives every pair of drawn texts that meet, and every text that leaves its drawing.
COLLISIONS = """() => [...document.querySelectorAll('svg.figure')].filter(svg => svg.checkVisibility()).flatMap(svg => {
  const room = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
  const found = [];
  boxes.forEach(([name, a], at) => {
    if (a.left < room.left - 1 || a.right > room.right + 1 || a.top < room.top - 2 || a.bottom > room.bottom + 2)
      found.push(name + ' leaves the drawing');
    boxes.slice(at + 1).forEach(([other, b]) => {
      if (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2)
        found.push(name + ' meets ' + other);
    });
  });
  return found;
})"""


@dataclass
class Opened:
    """A page in a window, and what the browser complained about or asked for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


class Desk:
    """Opens pages from files in windows of any size."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self._browser, self._folder, self._opened = browser, folder, 0

    def open(
        self, page: dict[str, Any], *, width: int = 1280, height: int = 800, theme: Theme = "light", script: bool = True,
        by: Callable[[dict[str, Any]], str] = render,
    ) -> Opened:  # fmt: skip
        self._opened += 1
        file = self._folder / f"page-{self._opened}.html"
        file.write_text(by(page), encoding="utf-8")
        context = self._browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, java_script_enabled=script)
        opened = Opened(context.new_page())
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.goto(file.as_uri())
        return opened


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    sync_api = pytest.importorskip("playwright.sync_api")
    program = require_system("chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield Desk(browser, tmp_path_factory.mktemp("pages"))
        browser.close()


def unfold(page: Any) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")


def crowded() -> dict[str, Any]:
    """A page whose words are longer and whose figures are fuller than anybody would draw them."""
    long = "handed over on the promised day but nothing recorded after that by anybody"
    points = [50 + 40 * sin(at * at) for at in range(90)]
    labels = [f"week {at} of the long year" for at in range(90)]
    figures: list[dict[str, Any]] = [
        {
            "kind": "bars",
            "rows": [{"label": long, "value": at * 1e9, "shown": f"R$ {at:,}00,000,000"} for at in range(7)],
        },
        {
            "kind": "gap",
            "upper": {"label": long[:40], "points": [point + 9 for point in points]},
            "lower": {"label": long[7:47], "points": points},
            "labels": labels,
            "replay": True,
        },
        {
            "kind": "histogram",
            "zero": "the promised day of the week",
            "unit": "working days",
            "series": [
                {"label": f"{name} {long[:20]}", "bins": [[at, abs(100 * sin(at + name))] for at in range(-40, 60)]} for name in (1, 2, 3)
            ],
        },
        {
            "kind": "control",
            "labels": labels,
            "points": points,
            "centre": [50] * 90,
            "low": [20] * 90,
            "high": [80] * 90,
            "flagged": list(range(0, 90, 7)),
        },
        {
            "kind": "two_lines",
            "labels": labels,
            "unit": "working days",
            "series": [{"label": f"{at} {long[:25]}", "points": [p * at for p in points]} for at in (1, 2)],
        },
    ]
    model = PAGE["statements"][0]
    word = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente"
    statements = [
        model
        | {
            "id": f"crowded/{at}",
            "headline": f"{word} {long}",
            "figure": figure,
            "table": {"columns": [word] * 6, "rows": [[f"{word}{word}", 1, 2, 3, 4, 5]] * 30},
            "sql": "select " + word * 8,
        }
        for at, figure in enumerate(figures)
    ]
    sources = [PAGE["sources"][1] | {"source": word * 3, "file": f"{word * 3}.csv"}]
    return PAGE | {"headline": f"{word} {long}", "operation": word * 2, "statements": statements, "sources": sources}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_opens_from_a_file_without_a_complaint_or_a_request(desk: Desk, theme: Theme) -> None:
    opened = desk.open(PAGE, theme=theme)
    unfold(opened.page)
    opened.page.wait_for_load_state("networkidle")

    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [opened.page.url]
    assert opened.page.evaluate("document.fonts.check('22px \"Troth Serif\"') && document.fonts.check('13px \"Troth Sans\"')")


def test_labels_that_meet_would_be_seen(desk: Desk) -> None:
    page = desk.open(PAGE).page
    page.evaluate("document.querySelectorAll('.beside svg text').forEach(one => { one.setAttribute('x', 0); })")
    page.evaluate("document.querySelectorAll('.beside svg text').forEach(one => { one.setAttribute('y', -30); })")

    assert any("meets" in found for found in page.evaluate(COLLISIONS))
    assert any("leaves" in found for found in page.evaluate(COLLISIONS))


@pytest.mark.parametrize("width", [380, 768, 1280, 1920])
@pytest.mark.parametrize("name", ["page", "empty", "crowded"])
def test_nothing_scrolls_sideways_and_no_labels_meet(desk: Desk, name: str, width: int) -> None:
    page = {"page": PAGE, "empty": EMPTY_PAGE, "crowded": crowded()}[name]
    opened = desk.open(page, width=width)

    for _ in range(2):
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.page.evaluate(COLLISIONS) == []
        unfold(opened.page)


def test_the_first_statement_is_read_without_scrolling(desk: Desk) -> None:
    opened = desk.open(PAGE)

    assert opened.page.locator("article").first.locator(".acts").bounding_box()["y"] < 800 - 40


@pytest.mark.parametrize("width", [380, 1280])
def test_a_page_has_at_most_four_sizes_of_type(desk: Desk, width: int) -> None:
    opened = desk.open(PAGE, width=width)
    unfold(opened.page)

    sizes = opened.page.evaluate(
        """() => [...new Set([...document.body.querySelectorAll('*')].filter(one => one.checkVisibility()
        && [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()))
        .map(one => getComputedStyle(one).fontSize))]"""
    )

    assert len(sizes) <= 4, sizes


def test_the_slider_follows_the_keyboard_and_says_the_monday(desk: Desk) -> None:
    opened = desk.open(PAGE)
    page = opened.page
    page.get_by_role("link", name="Replay a Monday").click()
    slider = page.get_by_role("slider", name="Replay a Monday")
    output = page.locator(".replay output")
    assert slider.is_visible()
    before, place = output.inner_text(), page.locator(".wide .marker").get_attribute("transform")

    slider.press("ArrowRight")

    assert before.replace("\N{NO-BREAK SPACE}", " ") == "Mon 4 May 2026: 97.2 % shown, 74.0 % of all due."
    assert output.inner_text().startswith("Mon 11 May 2026: ")
    assert slider.get_attribute("aria-valuetext") == output.inner_text()
    assert page.locator(".wide .marker").get_attribute("transform") != place
    slider.press("Home")
    assert output.inner_text().startswith("Mon 13 Oct 2025: ")
    assert opened.complaints == []


def test_without_a_script_the_whole_story_is_there(desk: Desk) -> None:
    opened = desk.open(PAGE, script=False)
    page = opened.page

    assert page.locator("button:visible").count() == 0
    page.locator("article summary").nth(1).click()
    second = page.locator("article").nth(1)
    assert second.locator("table").is_visible()
    assert second.locator("pre").is_visible()
    assert second.locator(".larger svg").first.is_visible()
    assert second.locator("input").count() == 1
    assert not second.locator("input").is_visible()


def test_the_sql_can_be_copied(desk: Desk) -> None:
    page = desk.open(PAGE).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("article summary").first.click()

    page.locator("article").first.get_by_role("button", name="Copy").click()

    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == PAGE["statements"][0]["sql"]


@pytest.mark.parametrize("script", [True, False])
def test_paper_shows_the_numbers_and_no_buttons(desk: Desk, *, script: bool) -> None:
    page = desk.open(PAGE, script=script).page
    sql = page.locator("article pre").first
    assert not sql.evaluate("one => one.checkVisibility()")

    pdf = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")

    assert sql.evaluate("one => one.checkVisibility()")
    assert sql.bounding_box()["height"] > 20
    assert page.locator("button:visible, input:visible, a.act:visible").count() == 0
    sizes = re.findall(rb"/MediaBox \[([^\]]+)\]", pdf)
    assert {tuple(round(float(side)) for side in size.split()) for size in sizes} == {(0, 0, 595, 842)}


def test_printing_opens_what_is_folded_and_folds_it_again(desk: Desk) -> None:
    page = desk.open(PAGE).page
    page.evaluate("addEventListener('beforeprint', () => { window.folded = document.querySelector('details:not([open])'); })")

    page.pdf()

    assert page.evaluate("window.folded") is None
    assert page.locator("details[open]").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("name", ["page", "empty"])
def test_axe_finds_nothing(desk: Desk, name: str, width: int, theme: Theme) -> None:
    opened = desk.open({"page": PAGE, "empty": EMPTY_PAGE}[name], width=width, theme=theme)
    unfold(opened.page)
    opened.page.evaluate(AXE.read_text(encoding="utf-8") + ";0")

    found = opened.page.evaluate("async () => (await axe.run()).violations")

    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
def test_the_year_of_a_calendar_is_calm_and_within_reach(desk: Desk, width: int, theme: Theme) -> None:
    chosen = of_hours("Europe/Berlin", "Mon-Fri 09:00-12:00,13:00-17:00; Sat 22:00-06:00", "DE-BY", "2026-12-24,2026-12-28..2026-12-31")
    opened = desk.open(asdict(year_of(chosen, 2026)), width=width, theme=theme, by=render_calendar)
    opened.page.evaluate(AXE.read_text(encoding="utf-8") + ";0")

    found = opened.page.evaluate("async () => (await axe.run()).violations")

    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert (opened.complaints, len(opened.requests)) == ([], 1)

"""The Data page as HTML, and as a reader meets it in a browser."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.faces.sample_data import DATA_PAGE, WELL, failed, source
from tests.faces.sample_page import PAGE
from tests.faces.test_page import poisoned
from tests.faces.test_page_in_chromium import AXE, Desk, Theme, desk, unfold
from troth.faces.page import render, render_data

__all__ = ["desk"]


def test_each_source_shows_where_its_rows_went_and_who_answers() -> None:
    text = words(render_data(DATA_PAGE))

    assert "orders 1,200 1,180 4 6 9 1 0 3" in text
    assert "orders sales_ops data_desk Thu 5 Feb 2026 12:00 10 days behind, old data (within 2d) 9 of 11 checks hold frozen yes 7d" in text
    assert "tickets nobody nobody Thu 5 Feb 2026 12:00 the newest of all (within 2d) none may grow – –" in text
    assert "Nobody answers for tickets" in text


def test_a_check_that_failed_names_where_how_many_since_when_whom_and_what_to_do() -> None:
    text = words(render_data(DATA_PAGE))

    assert "orders.amount: not between 0 and 100000 in 2 of 1,199 rows held in quarantine" in text
    assert "since the data up to Mon 2 Feb 2026 08:00 · steward: data_desk Ask data_desk to mend it" in text
    assert "orders.csv 17 -5.00 orders.csv 99 –" in text
    assert "old data · promised: within 2d of the data of all sources" in text


def test_open_cases_say_for_whom_they_wait_and_since_when() -> None:
    text = words(render_data(DATA_PAGE))

    assert "2 cases are open" in text
    assert "CASE-0002 data_desk Mon 2 Feb 2026 09:00 orders.amount: not between 0 and 100000 in 2 of 1,199 rows" in text
    assert "CASE-0003 nobody yet Tue 3 Feb 2026 09:00 tickets.id is gone" in text


def test_what_is_held_back_stands_above_everything() -> None:
    html = render_data(DATA_PAGE)

    assert "2 of 1,180 promises &#39;delivered by the day given&#39; cannot be told" in html[: html.index("<main")]
    assert "answered in a day" not in html


def test_quarantine_names_reasons_and_rows_and_says_how_many_more_there_are() -> None:
    text = words(render_data(DATA_PAGE))

    assert "orders amount held: not between 0 and 100000 4" in text
    assert "orders.csv 8 whole row key id is empty –" in text
    assert "the first 2 of 5" in text


def test_joins_say_how_many_of_every_hundred_are_found_and_do_not_where_none_could_be() -> None:
    text = words(render_data(DATA_PAGE))

    assert "tickets by order_no order of orders 800 792 99" in text
    assert "orders by customer customer of which no source has rows 1,180 – –" in text


def test_when_all_is_well_the_page_says_so_and_has_no_empty_tables() -> None:
    html = render_data(WELL)
    text = words(html)

    for said in ("Nothing: every row and every cell", "They are as in the first snapshot", "No source names what another one holds"):
        assert said in text
    assert "Not as promised" not in text
    assert html.count("<table>") == 2


def test_the_two_pages_link_to_each_other_and_nowhere_else() -> None:
    assert re.findall(r'href="([^"]+)"', render_data(DATA_PAGE)) == ["data:,", "monday.html"]
    assert 'href="data.html"' in render({**PAGE, "data": "data.html"})
    assert "data.html" not in render({**PAGE, "data": None})


def test_planted_markup_comes_out_escaped() -> None:
    html = render_data(poisoned(DATA_PAGE))

    assert "<img" not in html
    assert "&lt;img" in html


def words(html: str) -> str:
    body = re.sub(r"<(style|script)>.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&#39;", "'")


def crowded() -> dict[str, Any]:
    """Names longer than anybody would choose."""
    word = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente"
    return {**DATA_PAGE, "headline": f"The data of {word} are not as promised.", "operation": word * 2, "orphans": [word * 3],
            "sources": [source(word, owner=word, steward=word)] * 20, "failing": [failed(word, f"one of {word * 2}", steward=word)] * 4,
            "guesses": [{"what": word * 4, "evidence": word * 2}]}  # fmt: skip


@pytest.mark.system
@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("name", ["full", "crowded"])
def test_nothing_scrolls_sideways(desk: Desk, name: str, width: int) -> None:
    opened = desk.open({"full": DATA_PAGE, "crowded": crowded()}[name], width=width, by=render_data)

    for _ in range(2):
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        unfold(opened.page)
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [opened.page.url]


@pytest.mark.system
@pytest.mark.parametrize(("name", "width", "theme"), [("full", 1280, "light"), ("full", 380, "dark"), ("well", 1280, "dark")])
def test_axe_finds_nothing(desk: Desk, name: str, width: int, theme: Theme) -> None:
    opened = desk.open({"full": DATA_PAGE, "well": WELL}[name], width=width, theme=theme, by=render_data)
    unfold(opened.page)
    opened.page.evaluate(AXE.read_text(encoding="utf-8") + ";0")

    found = opened.page.evaluate("async () => (await axe.run()).violations")

    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.system
def test_it_is_read_by_keyboard_alone(desk: Desk) -> None:
    page = desk.open(DATA_PAGE, by=render_data).page
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate("(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText).split('\\n')[0]")
        )

    for name in ("What your files say", "Where every row went", "Reasons of quarantine", "How the sources fit together"):
        assert name in stops
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open] table").first.is_visible()


@pytest.mark.system
def test_paper_shows_every_row_and_no_links_between_pages(desk: Desk) -> None:
    page = desk.open(DATA_PAGE, by=render_data).page
    page.emulate_media(media="print")

    assert page.locator("nav:visible, button:visible").count() == 0
    assert page.get_by_text("orders.csv").nth(1).is_visible()

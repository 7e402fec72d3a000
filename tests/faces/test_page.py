"""The HTML page, read as text: what is escaped, what is in order, what it may not ask for."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest

from tests.faces.sample_page import EMPTY_PAGE, NOTHING_RECORDED, PAGE
from troth.faces.page import render
from troth.faces.page.figures import KINDS
from troth.faces.page.words import cell, link, reads_as_number

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class _Reader(HTMLParser):
    """Tags with their attributes, and the text inside each script and style."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def poisoned(value: Any) -> Any:
    """The same page with an attack in every text, the words that steer the drawing excepted."""
    if isinstance(value, dict):
        return {key: inner if key in {"kind", "tone", "labels"} else poisoned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [poisoned(inner) for inner in value]
    return f"{value}{ATTACK}" if isinstance(value, str) else value


def test_planted_markup_comes_out_escaped_wherever_it_stands() -> None:
    clean, attacked = read(render(PAGE)), read(render(poisoned(PAGE)))

    assert len(attacked.scripts) == 1
    assert [tag for tag, _ in attacked.tags if tag == "img"] == []
    assert {name for _, names in attacked.tags for name in names if name.startswith("on")} == set()
    assert {tag for tag, _ in attacked.tags} == {tag for tag, _ in clean.tags}


def test_a_list_of_orders_outside_the_folder_is_not_linked() -> None:
    for path in (
        "javascript:alert(1)",
        "https://example.org/a.csv",
        "//example.org/a",
        "../../etc/passwd",
        "/etc/passwd",
    ):
        page = PAGE | {"statements": [NOTHING_RECORDED | {"orders": {"file": path, "count": 131}}]}

        targets = [names.get("href") or "" for tag, names in read(render(page)).tags if tag == "a"]

        assert all(target.startswith("#") for target in targets)
    assert link("orders/ab cd.csv") == "orders/ab%20cd.csv"


def test_the_evidence_line_keeps_its_order_in_every_statement() -> None:
    order = ["n", "interval", "window", "how-sure", "owner", "note"]
    lines = re.findall(r'<p class="evidence">(.*?)</p>', render(PAGE), re.DOTALL)

    assert len(lines) == len(PAGE["statements"])
    for line in lines:
        parts = re.findall(r'data-part="([a-z-]+)"', line)
        assert parts == sorted(parts, key=order.index)
        assert parts[0] == "n"
        assert "how-sure" in parts


def test_what_was_scaled_up_is_marked() -> None:
    assert "~ scaled up from a sample" in render(PAGE)
    assert "~ scaled up" not in render(PAGE | {"statements": [NOTHING_RECORDED]})


def test_every_statement_carries_its_table_its_sql_and_its_orders() -> None:
    html = render(PAGE)
    articles = re.findall(r"<article.*?</article>", html, re.DOTALL)

    assert len(articles) == len(PAGE["statements"])
    for article in articles:
        assert "<table>" in article
        assert "select count(*)" in article
    assert 'href="orders/nothing-recorded-visit.csv"' in articles[0]
    assert "The 131 behind this" in articles[0]


def test_at_most_three_acts_and_one_primary() -> None:
    acts = [{"label": f"act {at}", "kind": "table", "primary": True} for at in range(5)]

    html = render(PAGE | {"statements": [NOTHING_RECORDED | {"acts": acts}]})

    assert html.count('class="act primary"') == 1
    assert "act 2" in html
    assert "act 3" not in html


def test_an_act_that_a_file_cannot_carry_out_is_advice_and_no_button() -> None:
    html = render(PAGE | {"statements": [NOTHING_RECORDED]})

    assert "Or: <b>Ask 40 of them</b>" in html


def test_every_figure_kind_is_drawn_with_a_text_alternative() -> None:
    html = render(PAGE)
    kinds = {statement["figure"]["kind"] for statement in PAGE["statements"]}
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)

    assert kinds == set(KINDS)
    for svg in drawings:
        assert 'role="img"' in svg
        title, told = re.search(r"<title id=[^>]+>(.+?)</title>", svg), re.search(r"<desc id=[^>]+>(.+?)</desc>", svg)
        assert title
        assert told
    idents = re.findall(r'\bid="([^"]+)"', html)
    assert len(idents) == len(set(idents))


def test_the_replay_says_each_monday_in_words() -> None:
    html = render(PAGE).replace("\N{NO-BREAK SPACE}", " ")

    assert "Mon 4 May 2026: 97.2 % shown, 74.0 % of all due." in html
    assert 'min="0" max="51"' in html


def test_a_figure_of_an_unknown_kind_leaves_the_sentence_and_the_table() -> None:
    html = render(PAGE | {"statements": [NOTHING_RECORDED | {"figure": {"kind": "sunburst", "caption": "x"}}]})

    assert "131 paid visits" in html
    assert "never assigned" in html
    assert '<figure class="beside">' not in html


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_figure_without_numbers_is_left_out(kind: str) -> None:
    assert KINDS[kind]({"kind": kind}, ident="x", width=250) == ""


@pytest.mark.parametrize("page", [PAGE, EMPTY_PAGE], ids=["full", "empty"])
def test_the_page_asks_for_nothing_outside_itself(page: dict[str, Any]) -> None:
    html = render(page)

    assert re.findall(r"https?://", html) == []
    assert re.findall(r"url\((?!data:font/woff2;base64,)", html) == []
    assert [tag for tag, _ in read(html).tags if tag in {"link", "img", "iframe", "object", "form"}] == ["link"]
    assert [names for tag, names in read(html).tags if tag == "script"] == [{}]


def test_the_policy_names_the_hash_of_the_only_script() -> None:
    reader = read(render(PAGE))
    policies = [names["content"] for _, names in reader.tags if names.get("http-equiv") == "Content-Security-Policy"]

    digest = base64.b64encode(hashlib.sha256(reader.scripts[0].encode()).digest()).decode()

    assert len(policies) == 1
    policy = policies[0] or ""
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; ")
    assert "font-src data:; img-src data:" in policy


def test_the_same_page_gives_the_same_bytes_and_stays_small() -> None:
    html = render(PAGE)

    assert render(PAGE) == html
    assert len(html.encode()) < 450_000


def test_a_refusal_says_what_is_missing_and_what_would_settle_it() -> None:
    html = render(PAGE)
    aside = html[html.index("<aside") : html.index("</aside>")]

    for words in ("Do late customers come back less?", "about 380 second visits", "the visits up to February"):
        assert words in aside


def test_each_source_shows_where_its_rows_went() -> None:
    html = render(PAGE).replace("\N{NO-BREAK SPACE}", " ")

    assert "= 640 stored + 2 quarantined + 58 superseded + 2 filtered" in html
    assert "= 8,164 stored" in html
    assert "0 quarantined" not in html


def test_only_unconfirmed_guesses_are_listed() -> None:
    html = render(PAGE)

    assert "amounts are in euro" in html
    assert "customer_no is the customer" not in html


def test_without_a_promise_the_page_helps() -> None:
    html = render(EMPTY_PAGE)

    assert "We found no promise in these files." in html
    assert "What a promise looks like in a file" in html
    assert "What you can do next" in html
    assert "Without a promise there was nothing to ask." in html
    assert "<article" not in html


def test_with_promises_and_nothing_to_say_the_page_says_so() -> None:
    html = render(PAGE | {"statements": []})

    assert "The promises are there" in html
    assert "What a promise looks like" not in html


def test_the_smallest_page_there_can_be_is_a_page() -> None:
    html = render({"headline": "Nothing was read."})

    assert "<h1>Nothing was read.</h1>" in html
    assert "No file was read." in html


def test_characters_no_file_may_hold_are_replaced() -> None:
    html = render(PAGE | {"headline": "a\x00b\ud800c"})

    assert "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c" in html
    html.encode()


def test_cells_read_as_people_read_them() -> None:
    assert [cell(value) for value in (1226, -3, None, True, "x")] == ["1,226", "−3", "–", "yes", "x"]
    assert [cell(value, digits=1) for value in (97, 97.25, -0.01)] == ["97.0", "97.2", "0.0"]
    assert all(reads_as_number(text) for text in ("1,226", "52 %", "€ 31,870", "R$ 442,467", "−0.26", "–", "~90"))
    assert not any(reads_as_number(text) for text in ("2026-04", "113 days", "A 17", ""))


# Pairs of text over ground that the style sheet makes; drawn marks need 3, text 4.5 (WCAG 2.2, 1.4.3 and 1.4.11).
TEXT_OVER_GROUND = (
    *((text, "paper") for text in ("ink", "soft", "accent", "missed", "waiting")),
    *((text, "accent-tint") for text in ("ink", "accent", "soft")),
    *((text, "missed-tint") for text in ("missed", "soft")),
    ("waiting", "waiting-tint"),
    ("on-accent", "accent"),
    ("ink", "button"),
)
MARK_OVER_GROUND = (("waiting-bar", "paper"), ("accent", "paper"), ("missed", "paper"), ("soft", "paper"))


def tokens(css: str, theme: str) -> dict[str, str]:
    light, dark = css.split("prefers-color-scheme: dark", 1)
    block = light if theme == "light" else dark[: dark.index("@media")]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21. Source: WCAG 2.2, definition of contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_the_published_extreme() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_of_colours_has_contrast_enough(theme: str) -> None:
    css = files("troth.faces.page").joinpath("templates", "page.css").read_text(encoding="utf-8")
    colours = tokens(css, theme)

    for text, ground in TEXT_OVER_GROUND:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for mark, ground in MARK_OVER_GROUND:
        assert contrast(colours[mark], colours[ground]) >= 3, (mark, ground)


def test_the_fonts_are_those_of_the_manifest() -> None:
    folder = files("troth.faces.page").joinpath("fonts")
    named = dict(re.findall(r"^([0-9a-f]{64})  (\S+)$", folder.joinpath("MANIFEST").read_text("utf-8"), re.MULTILINE))

    assert len(named) == 4
    for digest, name in named.items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest


def test_a_correction_is_told_apart_from_what_is_not_certain() -> None:
    page = render({**PAGE, "corrections": ["'the visit' was corrected"], "warnings": ["Set `zone:`"]})
    assert "<b>Corrected.</b> &#39;the visit&#39; was corrected</p>" in page
    assert "<b>Not certain yet.</b> Set <code>zone:</code></p>" in page
    assert "<b>Corrected.</b>" not in render({**PAGE, "corrections": []})

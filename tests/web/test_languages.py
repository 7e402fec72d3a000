"""Pages in other languages: what the interface says is translated; what the record and the rules say stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser

import pytest
import yaml

from tests.web.conftest import Client, text_of
from tests.web.doors import House
from tests.web.test_scopes import HERE, Side, _addresses, _ids
from troth.access import Role
from troth.access.passwords import refuse_name, refuse_weak
from troth.app.pages.served import Served
from troth.app.rulebook.rules import read_rules
from troth.engines.signals import NELSON, WESTERN_ELECTRIC
from troth.faces.language import PSEUDO, language_of
from troth.faces.web.desk import LANGUAGE
from troth.faces.web.pages.measures import RULES
from troth.faces.web.refused import SAID, refusal_in
from troth.kernel.errors import BadValue

SPOKEN = frozenset({"button", "dt", "h2", "label", "legend", "nav", "summary", "th"})
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
# Sentences and tables of findings are in English; so are words of the rules, which title their pages and head their rows.
FINDINGS = frozenset({"statement", "numbers"})


class Reader(HTMLParser):
    """Texts of a page that fit, with the tags in which they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[tuple[str, dict[str, str | None]]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.within.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.fits(data):
            self.found.append(data.strip())

    def fits(self, data: str) -> bool:
        raise NotImplementedError

    @property
    def marked(self) -> bool:
        """Whether it is said of the text that it is of another language, or of none."""
        return any("lang" in attributes or attributes.get("translate") == "no" for _, attributes in self.within[1:])


class Spoken(Reader):
    """What the interface says, each text in the nearest of the tags that are spoken."""

    def fits(self, data: str) -> bool:
        spoken = next((tag for tag, _ in reversed(self.within) if tag in SPOKEN), None)
        return spoken is not None and re.search(r"[A-Za-z]{2}", data) is not None and not self._is_data(spoken)

    def _is_data(self, spoken: str) -> bool:
        tags = {tag for tag, _ in self.within}
        classes = {one for _, attributes in self.within for one in (attributes.get("class") or "").split()}
        scopes = {attributes.get("scope") for _, attributes in self.within}
        of_findings = bool(classes & FINDINGS) and (spoken in ("h2", "th") or "unseen" in classes)
        named = spoken == "h2" and "a" in tags
        return self.marked or of_findings or named or "row" in scopes or bool(tags & {"option", "svg"})


ENGLISH = re.compile(r"\b(?:the|of|and|were|is|not|with|to|in|on|by|for|was|are|that|than|it|has|have|no)\b")


class Foreign(Reader):
    """The sentences that are in English, and of which the page does not say so."""

    def fits(self, data: str) -> bool:
        code = any(tag in ("pre", "code", "script", "style", "title", "option", "desc") for tag, _ in self.within)
        return len(ENGLISH.findall(data)) > 2 and "⟦" not in data and not self.marked and not code


def said(html: str) -> list[str]:
    reader = Spoken()
    reader.feed(html)
    return reader.found


@pytest.fixture(scope="module")
def names(served: Served) -> frozenset[str]:
    """What the rules and the record call that by which a page is cut; it stands at the head of columns."""
    rules = read_rules(served.workspace)
    stages = (stage.words for one in rules.promises.values() for stage in one.value.stages.values())
    return frozenset(one.id.replace("_", " ") for one in rules.book.company.dimensions) | {"carrier"} | {words for words in stages if words}


def test_a_page_says_nothing_that_no_catalogue_has(served: Served, as_viewer: Client, names: frozenset[str]) -> None:
    client = as_viewer(Role.admin, language=PSEUDO)
    pages = 0
    for address in _addresses(Side(client, frozenset(), frozenset()), _ids(served, HERE)):
        if address.startswith("/api") or address.endswith((".csv", ".pdf", ".pptx", ".svg")):
            continue
        answer = client.get(address)
        if "html" in answer.headers["content-type"]:
            plain = [one for one in said(answer.text) if "⟦" not in one and one.split(" · ")[0] not in names]
            assert plain == [], address
            pages += 1
    assert pages > 20


def test_whoever_signs_in_is_spoken_to_in_the_language_they_chose(doors: House) -> None:
    found = said(doors.browser().get("/sign-in", headers={"cookie": f"{LANGUAGE}={PSEUDO}"}).text)

    assert found
    assert [one for one in found if "⟦" not in one] == []


def test_a_text_without_translation_would_be_seen() -> None:
    page = '<html lang="en-XA"><nav>⟦Pages⟧</nav><h2>Left</h2><th scope="row">DE-01</th><label>by<option>day</option></label></html>'

    assert said(page) == ["⟦Pages⟧", "Left", "by"]


def test_portuguese_has_its_numbers_dates_and_plurals(as_viewer: Client) -> None:
    client = as_viewer(Role.admin, language="pt")

    html = client.get("/").text
    text = text_of(html)

    assert '<html lang="pt">' in html
    assert "Promessas" in text
    assert re.search(r"\d+ coisas precisam de alguém|Uma coisa precisa de alguém", text)
    assert re.search(r"\d{1,2} (de )?(jan|fev|mar|abr|mai|jun|jul|ago|set|out|nov|dez)\b", text)
    assert re.search(r"\d,\d %", text)
    assert re.search(r"\b\d{1,3}\.\d{3}\b", text_of(client.get("/promises").text))


def _texts(value: object) -> Iterator[str]:
    """What the rules call things, which stays as they have it."""
    if isinstance(value, str) and " " in value.strip():
        yield value.strip().lower()
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def test_what_rounds_to_nothing_has_no_minus_and_one_promise_stands_in_the_singular() -> None:
    english, portuguese = language_of("en"), language_of("pt")

    assert [english.number(value, 1) for value in (-0.04, -0.06, 0.0, -10.0)] == ["0.0", "−0.1", "0.0", "−10.0"]
    assert [portuguese.standing("broken", count) for count in (1, 1234)] == ["1 não cumprida", "1.234 não cumpridas"]
    assert [english.standing("void", count) for count in (1, 2)] == ["1 does not count", "2 do not count"]


def test_what_is_english_on_a_page_of_another_language_says_so(served: Served, as_viewer: Client) -> None:
    client, rules = as_viewer(Role.admin, language=PSEUDO), read_rules(served.workspace)
    words = {text for path in rules.root.rglob("*.yaml") for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8")))}
    for address in _addresses(Side(client, frozenset(), frozenset()), _ids(served, HERE)):
        if address.startswith("/api") or address.endswith((".csv", ".pdf", ".pptx", ".svg")):
            continue
        page = Foreign()
        page.feed(client.get(address).text)
        assert [one for one in page.found if not any(named in one.lower() for named in words)] == [], address


def test_an_english_page_marks_no_part_of_itself(as_viewer: Client) -> None:
    assert 'lang="en"' not in as_viewer(language="en").get("/").text.replace('<html lang="en">', "")


def test_numbers_of_the_data_page_are_written_as_its_reader_does(as_viewer: Client) -> None:
    def cells(language: str) -> list[str]:
        return re.findall(r'<td class="right">([^<]*)</td>', as_viewer(Role.admin, language=language).get("/data").text)

    english, portuguese = cells("en"), cells("pt")
    assert any("," in one for one in english)
    assert [one.replace(".", "#").replace(",", ".").replace("#", ",") for one in portuguese] == english


def test_the_headline_of_monday_is_in_its_readers_language(as_viewer: Client) -> None:
    page = as_viewer(language="pt").get("/").text
    assert re.search(r"<h1>\d+ de cada 100 promessas", page)
    assert re.search(r"<h1>\d+ of every 100 promises", as_viewer(language="en").get("/").text)


def test_rules_by_which_points_are_more_than_chance_are_all_in_the_catalogue() -> None:
    assert {rule.name for rule in (*WESTERN_ELECTRIC, *NELSON)} == set(RULES)


NAMES = ("", "x" * 201)
PASSWORDS = ("short", "x" * 300, "passwordpassword", "ana.silva@example.org")


@pytest.mark.parametrize(
    "refuse",
    [*(partial(refuse_name, name) for name in NAMES), *(partial(refuse_weak, one, name="ana.silva@example.org") for one in PASSWORDS)],
)
def test_what_is_wrong_with_a_name_or_a_password_is_in_the_catalogue(refuse: Callable[[], None]) -> None:
    with pytest.raises(BadValue) as refused:
        refuse()
    assert {refused.value.what, str(refused.value.allowed)} <= SAID
    assert "⟦" in refusal_in(language_of(PSEUDO), refused.value)

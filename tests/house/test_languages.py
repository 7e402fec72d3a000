"""Every text of the interface can be said in another language, and each language says all of them."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tools.messages import CATALOGUES, KEYWORDS, SOURCE, catalogue, lacking, said
from troth.faces.language import CATALOGUES as LANGUAGES

# The pages that are files of their own, which are in English.
FILES = frozenset({"frame.html", "page.html", "data.html", "calendar.html", "footer.html"})
TEMPLATES = sorted(
    path
    for folder in ("page/templates", "web/layouts", "outgoing/layouts")
    for path in (SOURCE / folder).glob("*.html")
    if path.name not in FILES
)
HIDDEN = re.compile(r"\{#.*?#\}|\{%.*?%\}|<(code|style)>.*?</\1>", re.DOTALL)
SPOKEN = re.compile(r"(aria-label|title|placeholder|alt)=\"([^\"]*)\"")
NAMES = frozenset({"Troth", "SQL", "CSV", "PowerPoint", "PDF", "n", "ID", "OK", "SVG", "troth.yaml", "customer=acme", "country=PT,ES"})


def outside(text: str) -> list[str]:
    """Letters of a template that nobody translates."""
    plain = HIDDEN.sub(" ", re.sub(r"\{\{.*?\}\}", " ", text, flags=re.DOTALL))
    shown = [*re.sub(r"<[^>]*>", "\n", plain).split("\n"), *(value for _, value in SPOKEN.findall(plain))]
    words = [word.strip(string.punctuation + " ·–→…") for line in shown for word in line.split()]
    return [word for word in words if re.search(r"[A-Za-z]{2}", word) and word not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_that_no_catalogue_has(path: Path) -> None:
    assert outside(path.read_text(encoding="utf-8")) == []


def test_a_text_that_nobody_translates_is_seen() -> None:
    assert outside('<p title="Look here">{{ _("said") }} and more</p>') == ["and", "more", "Look", "here"]


def test_no_text_hides_in_a_formatted_one() -> None:
    """Babel finds none there before Python 3.12."""
    hidden = [
        f"{path.relative_to(SOURCE)}:{call.lineno}"
        for path in sorted(SOURCE.rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in KEYWORDS
    ]

    assert hidden == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_a_language_says_every_text_and_no_other(language: str) -> None:
    assert lacking(CATALOGUES / f"{language}.po") == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_what_is_put_into_a_text_is_put_into_its_translation(language: str) -> None:
    wrong = [message.id for message in catalogue(CATALOGUES / f"{language}.po") if message.id and holes(message) is None]

    assert wrong == []


def holes(message: Message) -> set[str] | None:
    """The names in a message, or None where a translation has others."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    texts = message.string if isinstance(message.string, tuple | list) else (message.string or "",)
    wanted = {hole for text in ids for hole in re.findall(r"%\((\w+)\)s", text)}
    optional = {"num"} if len(ids) > 1 else set()
    found = [set(re.findall(r"%\((\w+)\)s", text)) for text in texts]
    return wanted if all(wanted - optional <= one <= wanted | optional for one in found) else None


def test_the_texts_are_found_where_they_are_said() -> None:
    texts = {one.id for one in said() if one.id}

    assert "promises kept" in texts
    assert ("One promise", "%(num)s promises") in texts
    assert len(texts) > 200

"""The page of the language says what the language does: each example, each message, each place, and none is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from sqlglot import exp

from tests.needs import ROOT
from tests.query.worlds import engine
from troth.engines.calendars import transitions
from troth.kernel.errors import ExpressionError
from troth.metrics.rows import PLACES as OF_METRICS
from troth.promises.naming import DUE, VOID
from troth.promises.naming import PLACES as OF_PROMISES
from troth.query import CalendarJoins, Kind, Place, Scope, Typed, compile_expression, parse
from troth.query.functions import TABLE
from troth.query.lowering import lower
from troth.query.parse import MAX_DECIMALS, MAX_DEPTH, MAX_DIGITS, MAX_LENGTH, RESERVED

QUERY = ROOT / "src" / "troth" / "query"
LANGUAGE = sorted(path for path in QUERY.rglob("*.py") if path.parent.name != "dialects")  # those are told of other engines
PAGE = (ROOT / "docs" / "reference" / "expressions.md").read_text(encoding="utf-8")
PLACES = {place.name: place for place in (*OF_PROMISES, *OF_METRICS)}
LANE = Place("lane", ("instant",), frozenset({"attr"}))
ATTRIBUTES: dict[str, Kind] = {
    "status": "text", "items": "num", "price": "money", "gift": "bool", "estimated": "day", "limit": "instant",
}  # fmt: skip


@cache
def order() -> Scope:
    """The order that the page's examples are about."""
    attributes = {name: Typed(exp.column(name), kind, "EUR" if kind == "money" else "") for name, kind in ATTRIBUTES.items()}
    names = {event: Typed(exp.column(event), "instant") for event in ("placed", "approved", "delivered")}
    return Scope(names | {f"order.{name}": typed for name, typed in attributes.items()}, attributes, transitions("UTC", 0, 0), DUE)


def table(*header: str) -> list[list[str]]:
    """The rows of all tables of the page that have this header."""
    top = re.escape(f"| {' | '.join(header)} |\n|{'---|' * len(header)}\n")
    found = re.findall(rf"^{top}((?:\|.*\|\n)+)", PAGE, re.MULTILINE)
    return [[cell.strip() for cell in row[1:-1].split("|")] for rows in found for row in rows.splitlines()]


def spans(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def written(cell: str) -> str:
    """What a cell writes: its code, as often as it says behind it."""
    return "".join(code * int(times or 1) for code, times in re.findall(r"`([^`]+)`(?: × (\d+))?", cell))


MISTAKES = [(place.strip("`"), written(text), *spans(message)) for place, text, message in table("place", "written", "message")]


@pytest.mark.parametrize(("place", "text", "message"), MISTAKES, ids=[text[:30] or "nothing" for _, text, _ in MISTAKES])
def test_a_mistake_is_answered_as_the_page_says(place: str, text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, order().at({**PLACES, "lane": LANE}[place]))
    assert str(caught.value) == message


def _sentences(tree: ast.AST) -> Iterator[str]:
    """Texts of at least two words in code; docstrings, patterns and what only we can read are left out."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Assert() | ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError"))):
                continue
            case ast.Call(func=ast.Attribute(attr="compile")):
                continue
            case ast.Constant(value=str(text)) if re.search(r"[a-z] [a-z]", text):
                yield text
            case _:
                yield from _sentences(node)


@pytest.mark.parametrize("module", LANGUAGE, ids=lambda path: path.name)
def test_each_message_in_the_source_has_its_example_on_the_page(module: Path) -> None:
    sentences = set(_sentences(ast.parse(module.read_text(encoding="utf-8"))))
    assert [text for text in sorted(sentences) if not any(text.strip() in message for *_, message in MISTAKES)] == []


def test_the_page_has_messages_to_look_for() -> None:
    source = (QUERY / "durations.py").read_text(encoding="utf-8")
    assert "days, weeks, months and years are whole" in set(_sentences(ast.parse(source)))
    assert len(MISTAKES) > 40


@pytest.mark.parametrize("text", [text for _, cell in table("you mean", "you write") for text in spans(cell)])
def test_what_the_page_writes_is_read(text: str) -> None:
    lower(parse(text), order())


@pytest.mark.parametrize(
    ("kind", "cell"), [(kind.strip("`"), cell) for kind, _, cell in table("type", "what it is", "for example") if cell]
)
def test_an_example_of_a_type_is_of_it(kind: Kind, cell: str) -> None:
    assert lower(parse(written(cell)), order()).kind == kind


def test_each_type_is_on_the_page() -> None:
    assert sorted(kind.strip("`") for kind, _, _ in table("type", "what it is", "for example")) == sorted(get_args(Kind))


def test_the_examples_at_the_top_stand_at_their_places() -> None:
    block = re.search(r"```yaml\n(.+?)```", PAGE, re.DOTALL)
    assert block
    for line in block.group(1).splitlines():
        place, text = line.split(": ", 1)
        compile_expression(text, order().at(PLACES[place]))


def test_each_place_is_on_the_page_with_what_it_takes() -> None:
    rows = {row[0].strip("`"): row[1:] for row in table("place", "takes", "functions")}
    assert rows.keys() == PLACES.keys()
    for name, (takes, functions) in rows.items():
        assert re.split(r", | or ", takes) == list(PLACES[name].want)
        assert frozenset(spans(functions)) == (PLACES[name].functions or frozenset())
        assert functions == "all" or PLACES[name].functions


def test_each_function_is_on_the_page_with_an_example() -> None:
    rows = {spans(function)[0].partition("(")[0]: written(example) for function, _, example in table("function", "gives", "for example")}
    assert rows.keys() == TABLE.keys()
    for name, example in rows.items():
        assert example.startswith(f"{name}(")
        lower(parse(example), replace(order(), calendar=CalendarJoins("0")))


def test_unknown_is_joined_as_the_page_says() -> None:
    truths = {"true": True, "false": False, "unknown": None}
    rows = table("a", "b", "a and b", "a or b", "not a")
    assert len(rows) == 6
    for a, b, *expected in rows:
        names = {name: Typed(exp.column(name), "bool") for name in "ab"}
        scope = Scope(names, {}, transitions("UTC", 0, 0), VOID)
        asked = ", ".join(compile_expression(text, scope).node.sql("duckdb") for text in ("a and b", "a or b", "not a"))
        found = engine().rows(f"SELECT {asked} FROM (SELECT CAST(? AS BOOLEAN) AS a, CAST(? AS BOOLEAN) AS b)", [truths[a], truths[b]])
        assert found == [tuple(truths[word] for word in expected)]


def test_the_grammar_and_its_limits_are_those_of_the_parser() -> None:
    source = (QUERY / "parse.py").read_text(encoding="utf-8")
    _, rules = str(ast.get_docstring(ast.parse(source))).split("\n\n", 1)
    assert f"```\n{rules}\n```" in PAGE
    assert f"{MAX_LENGTH:,} characters and {MAX_DEPTH} levels, a number at most {MAX_DIGITS} digits" in PAGE
    assert MAX_DECIMALS == 10, "ten of them decimals"
    assert [word for word in RESERVED if f"`{word}`" not in PAGE] == []

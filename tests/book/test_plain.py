"""The short way through a text agrees with the careful one wherever it answers, and answers what a book is made of."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.needs import ROOT
from troth.book.parsing import carefully
from troth.book.plain import DEEPEST, MOST, plain

PIECES = (
    "a", "b", ": ", ":", "\n", "\n  ", "\n    ", "- ", "? ", "{", "}", "[", "]", ", ", "'", '"', "|\n", ">-\n", "&a ", "*a", "!t ", "! ",
    "<<", "#", "---\n", "...\n", "null", "true", "1.50", "-3", "0x1", "\t", "~", "%", "\\", "é", "\x00", "<<<<<<< HEAD\n", "2026-01-05",
)  # fmt: skip


@cache
def _texts() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / "examples").rglob("*.yaml")) if ".troth" not in path.parts]


@pytest.mark.slow
@settings(max_examples=2_000, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example("a: &x 1\nb: *x")
@example("a: 1\na: 2")
@example("&x\na: 1")
@example("!t {a: 1}")
@example("a: ! 1")
@example("? {a: 1}\n: 2")
@example("a: 1\n--- \nb: 2")
@example("{a: {<<: 1}}")
def test_where_the_short_way_answers_the_careful_one_finds_the_same_and_no_mistake(text: str) -> None:
    data = plain(text)
    if data is not None:
        assert (data, []) == carefully(text)
        assert list(data) == list(carefully(text)[0])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_the_same_holds_for_files_of_a_book_in_which_something_was_changed(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(_texts()))
    place = data.draw(st.integers(0, len(text)))
    other = text[:place] + data.draw(st.sampled_from(PIECES)) + text[place + data.draw(st.integers(0, 3)) :]
    found = plain(other)
    assert found is None or (found, []) == carefully(other)


def test_every_file_of_the_examples_goes_the_short_way() -> None:
    assert len(_texts()) > 20
    assert all(plain(text) is not None for text in _texts())


@pytest.mark.parametrize("text", ["a: " + "[" * 70 + "]" * 70, "a: " + "{b: " * 70 + "1" + "}" * 70, "a: '" + "x" * MOST + "'"])
def test_what_is_beyond_a_limit_is_left_to_the_careful_way(text: str) -> None:
    assert plain(text) is None


def test_the_deepest_that_is_read_is_the_same_on_both_ways() -> None:
    for depth in range(DEEPEST - 3, DEEPEST + 3):
        text = "a: " + "[" * depth + "x" + "]" * depth
        data, mistakes = carefully(text)
        found = plain(text)
        assert found is None if mistakes else found in (None, data)

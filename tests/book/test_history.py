from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.book.history import Author, Marked, conflict_markers, in_book, undo_message

INSIDE = ["troth.yaml", "promises/order.yaml", "overlays/region=JP,unit=SP/x.yml", "promises/pages/x.yaml"]
OUTSIDE = ["pages/x.yaml", ".troth/x.yaml", "a/.git/x.yaml", ".github/workflows/x.yaml", ".yaml", "x.YAML", "x.yaml.bak", "x.json", ""]
NOWHERE = ["..", "../x.yaml", "a/../../x.yaml", "/x.yaml", "a\\..\\x.yaml"]


@pytest.mark.parametrize("name", [*INSIDE, *OUTSIDE, *NOWHERE])
def test_what_belongs_to_the_book(name: str) -> None:
    assert in_book(PurePosixPath(name)) == (name in INSIDE)


def test_marks_of_another_git_are_found_with_both_sides() -> None:
    text = "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\nc: 4\n>>>>>>> theirs\nd: 5\n<<<<<<< HEAD\n=======\ne: 6\n>>>>>>> theirs\n"

    assert conflict_markers(text) == [Marked(2, "b: 2\n", "b: 3\nc: 4\n"), Marked(9, "", "e: 6\n")]


def test_the_common_text_of_a_three_sided_mark_is_neither_side() -> None:
    text = "<<<<<<< ours\nb: 2\n||||||| base\nb: 1\n=======\nb: 3\n>>>>>>> theirs\n"

    assert conflict_markers(text) == [Marked(1, "b: 2\n", "b: 3\n")]


def test_marks_with_carriage_returns_are_found() -> None:
    assert conflict_markers("<<<<<<< a\r\nb: 2\r\n=======\r\nb: 3\r\n>>>>>>> c\r\n") == [Marked(1, "b: 2\r\n", "b: 3\r\n")]


def test_a_mark_without_an_end_goes_on_to_the_end() -> None:
    assert conflict_markers("a: 1\n<<<<<<< HEAD\nb: 2\n") == [Marked(2, "b: 2\n", "")]
    assert conflict_markers("<<<<<<<\nb: 2\n=======\nb: 3") == [Marked(1, "b: 2\n", "b: 3")]


@pytest.mark.parametrize(
    "text", ["", "a: 1\n", "a: '<<<<<<< no'\n", "<<<<<<<<< nine\n", " <<<<<<< moved in\n", "=======\n>>>>>>> x\n", "<<<<<<<x\n"]
)
def test_what_only_looks_like_a_mark_is_none(text: str) -> None:
    assert conflict_markers(text) == []


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert conflict_markers("a: 'x\x0cy\u2028z'\n<<<<<<< a\n=======\n>>>>>>> b\n")[0].line == 2


@given(st.text(alphabet="<=>| ab\n\r", max_size=80))
def test_any_text_may_be_looked_at(text: str) -> None:
    for place in conflict_markers(text):
        assert text.split("\n")[place.line - 1].startswith("<<<<<<<")
        assert place.ours in text
        assert place.theirs in text


@given(st.text(max_size=20), st.text(max_size=20))
def test_an_author_never_breaks_a_commit(name: str, mail: str) -> None:
    author = Author(name, mail)

    assert author.name
    assert not set("\0\r\n<>") & set(author.name + author.mail)
    assert Author(author.name, author.mail) == author
    assert f"{author.name} <{author.mail}>".encode()


def test_an_undone_revision_without_a_message_is_said_as_such() -> None:
    assert undo_message("") == "Undo: a revision without a message"

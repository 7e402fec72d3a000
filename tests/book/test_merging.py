"""One layer over another: names by name, items with an id by id, other lists and values replace, null removes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from troth.book.merging import at, leaves, locks, merged, spoken, touches, written

BASE: dict[str, Any] = {
    "due": "2d",
    "texts": {"en": "sorry", "ja": "sumimasen"},
    "owners": ["support", "sales"],
    "steps": [{"id": "a", "do": "call", "then": [{"id": "x", "n": 1}, {"id": "y", "n": 2}]}, {"id": "b", "do": "mail"}],
}
A = BASE["steps"][0]
B = BASE["steps"][1]


@pytest.mark.parametrize(
    ("over", "changed"),
    [
        ({}, {}),
        ({"due": "1d"}, {"due": "1d"}),
        ({"due": None}, {"due": None}),
        ({"texts": {"en": None, "de": "Pardon"}}, {"texts": {"ja": "sumimasen", "de": "Pardon"}}),
        ({"texts": {}}, {}),
        ({"texts": None}, {"texts": None}),
        ({"owners": ["branch"]}, {"owners": ["branch"]}),
        ({"owners": []}, {"owners": []}),
        ({"new": {"a": None, "b": [{"c": None, "d": 1}]}}, {"new": {"b": [{"d": 1}]}}),
        ({"steps": [{"id": "b", "do": "visit"}]}, {"steps": [A, {"id": "b", "do": "visit"}]}),
        ({"steps": {"b": {"do": "visit"}}}, {"steps": [A, {"id": "b", "do": "visit"}]}),
        ({"steps": {"b": None}}, {"steps": [A]}),
        ({"steps": {"a": None, "b": None}}, {"steps": []}),
        ({"steps": {"c": {"do": "send"}}}, {"steps": [A, B, {"do": "send", "id": "c"}]}),
        ({"steps": [{"id": "c", "do": "send", "to": None}]}, {"steps": [A, B, {"id": "c", "do": "send"}]}),
        ({"steps": {}}, {}),
        ({"steps": []}, {"steps": []}),
        ({"steps": [{"do": "no id"}]}, {"steps": [{"do": "no id"}]}),
        ({"steps": {"a": {"then": {"x": None, "y": {"n": 3}}}}}, {"steps": [{**A, "then": [{"id": "y", "n": 3}]}, B]}),
        ({"steps": {"a": {"then": [{"id": "x", "n": 7}]}}}, {"steps": [{**A, "then": [{"id": "x", "n": 7}, {"id": "y", "n": 2}]}, B]}),
    ],
)
def test_a_layer_changes_what_it_says_and_nothing_else(over: dict[str, Any], changed: dict[str, Any]) -> None:
    base, laid = deepcopy(BASE), deepcopy(over)
    expected = {key: value for key, value in {**BASE, **changed}.items() if value is not None}

    assert merged(base, laid) == expected
    assert (base, laid) == (BASE, over)


def test_an_item_is_found_by_its_id_whatever_its_place() -> None:
    assert at(BASE, ("steps", "a", "then", "y", "n")) == 2
    assert at(BASE, ("steps", "c", "do")) is None
    assert at(BASE, ("due", "deeper")) is None
    assert written(BASE, ("steps", "b", "do")) == ("steps", 1, "do")
    assert written(BASE, ("steps", "a", "then", "y", "n")) == ("steps", 0, "then", 1, "n")
    assert written(BASE, ("steps", "c", "do")) == ("steps",)
    assert written(BASE, ("texts", "de")) == ("texts",)


def test_locks_are_marks_of_parts_and_lists_of_paths_at_any_depth() -> None:
    marked = {"steps": [{"id": "a", "locked": True}, {"id": "b", "then": {"locked": ["n.m", "o"]}}], "due": "2d", "locked": ["due"]}

    assert set(locks(marked)) == {("due",), ("steps", "a"), ("steps", "b", "then", "n", "m"), ("steps", "b", "then", "o")}
    assert list(locks({"due": "2d", "locked": True})) == [()]
    assert list(locks({"due": "2d", "locked": False})) == []
    assert "locked" not in {path[-1] for path, _ in leaves(marked)}


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (("a",), ("a",), True),
        (("a",), ("a", "b"), True),
        (("a", "b", "c"), ("a",), True),
        ((), ("a",), True),
        (("a", "b"), ("a", "c"), False),
        (("a",), ("b",), False),
    ],
)
def test_a_change_touches_what_is_above_and_below_it(one: tuple[str, ...], other: tuple[str, ...], meet: bool) -> None:  # noqa: FBT001
    assert touches(one, other) is touches(other, one) is meet


def test_names_with_nothing_under_them_say_nothing() -> None:
    assert spoken({}) == []
    assert spoken({"texts": {}, "steps": {"a": {}}}) == []
    assert spoken({"texts": None, "owners": [], "steps": {"a": None}}) == [("texts",), ("owners",), ("steps", "a")]

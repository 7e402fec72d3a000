"""How far a layer departs from the standard: overridden open leaves over open leaves; what is locked is the same everywhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from tests.book.books import CHECKS, opened
from tests.book.test_layers import COMPANY, PLAYBOOKS, RECOVERY, change
from tests.book.test_resolution_properties import DAY, INSTANTS, LAYERS, Drawn, files_of
from troth.book import Book, Checks, Kind, Part
from troth.book.address import address
from troth.book.divergence import Divergence, divergence
from troth.book.merging import at, leaves, locks, touches
from troth.book.parsing import Path

TREE: dict[str, Any] = {
    "steps": [{"id": "acknowledge", "do": "message", "due": "4h", "locked": True}, {"id": "settle", "do": "refund", "due": "2d"}],
    "owners": ["support", "sales"],
    "texts": {"en": "sorry"},
}
#  Open: settle.do, settle.due, owners, texts.en; locked: acknowledge.do, acknowledge.due.


@pytest.mark.parametrize(
    ("layer", "overridden"),
    [
        ({}, 0),
        ({"texts": {}, "steps": {}}, 0),
        ({"steps": {"settle": {}}}, 0),
        ({"steps": [{"id": "settle", "do": "visit"}]}, 1),
        ({"steps": {"settle": {"do": "visit", "due": "1d"}}}, 2),
        ({"steps": {"settle": None}}, 2),
        ({"owners": ["branch"], "texts": None}, 2),
        ({"texts": {"ja": "sumimasen"}}, 0),  # what is new departs from nothing that was open
        ({"steps": {"gift": {"do": "send"}}}, 0),
        ({"steps": {"settle": {"do": "visit", "due": "1d"}}, "owners": [], "texts": {"en": None}}, 4),
    ],
)
def test_the_index_is_overridden_open_leaves_over_open_leaves(layer: dict[str, Any], overridden: int) -> None:
    found = divergence(TREE, [layer])

    assert found == Divergence(open=4, locked=2, overridden=overridden)
    assert found.index == overridden / 4


def test_the_toy_tree_yields_a_quarter() -> None:
    assert divergence(TREE, [{"steps": {"settle": {"do": "visit"}}}]).index == 0.25


def test_a_leaf_that_two_layers_override_counts_once() -> None:
    assert divergence(TREE, [{"owners": ["a"]}, {"owners": ["b"], "texts": {"en": "oh"}}]).overridden == 2


def test_where_nothing_is_open_there_is_no_index() -> None:
    assert divergence({**TREE, "locked": True}, []) == Divergence(open=0, locked=6, overridden=0)
    assert divergence({**TREE, "locked": True}, []).index is None
    assert divergence({"a": 1, "b": {"c": 2, "d": 3}, "locked": ["b.c"]}, [{"b": {"d": 4}}]) == Divergence(2, 1, 1)


def test_a_locked_leaf_cannot_be_overridden_and_so_never_counts() -> None:
    files = {
        "company.yaml": COMPANY,
        "playbooks/r.yaml": RECOVERY,
        "changes/CHG-1.yaml": change('"overlays/region=JP"'),
        "overlays/region=JP/playbooks/r.yaml": "change: CHG-1\nrecovery: {steps: {acknowledge: {due: 8h}, settle: {due: 1d}}}\n",
    }
    (problem,) = opened(files, checks=PLAYBOOKS)[1]

    assert problem == (
        "overlays/region=JP/playbooks/r.yaml:2:34: recovery.steps.acknowledge.due: 'steps.acknowledge' is locked:"
        " it is the same everywhere and cannot be overlaid"
    )
    assert divergence(TREE, [{"steps": {"acknowledge": {"due": "8h"}}}]).overridden == 0


def open_leaves_said(book: Book, folder: str, when: datetime) -> bool:
    standard = book.version("promises", "deliver", when)
    assert standard is not None
    barred = [*locks(standard.content), ("subject",), ("anchor",), ("kind",)]
    free = [path for path, _ in leaves(dict(standard.content)) if not any(touches(lock, path) for lock in barred)]
    return any(
        layer.in_force(when) and any(touches(said, path) for said, _ in leaves(dict(layer.content)) for path in free)
        for layer in book.layers("promises", "deliver").all
        if str(layer.address) == folder
    )


@settings(max_examples=100, deadline=None)
@given(LAYERS, INSTANTS)
def test_the_index_is_nought_just_where_no_layer_in_force_speaks_of_an_open_leaf(layers: list[Drawn], when: datetime) -> None:
    book, _ = opened(files_of(layers))
    standard = book.version("promises", "deliver", when)
    assert standard is not None
    for folder in {str(layer.address) for layer in book.all_layers()}:
        own = [layer.content for layer in book.all_layers() if str(layer.address) == folder and layer.in_force(when)]
        index = divergence(standard.content, own, book.kinds["promises"].fixed).index
        assert index is not None
        assert 0 <= index <= 1
        # Against the drawn layers, which share no code with the book's.
        drawn = [fields for pairs, fields, begins, lasts, _ in layers
                 if str(address(",".join(f"{k}={v}" for k, v in pairs.items()))) == folder
                 and DAY + timedelta(days=begins) <= when < DAY + timedelta(days=begins + lasts)]  # fmt: skip
        assert (index > 0) == bool(drawn)
        assert index == len({field for fields in drawn for field in fields}) / 6
        assert (index > 0) == open_leaves_said(book, folder, when)


#  002.M6.2: what customers value, as a tree whose core is the same for every segment, so that segments can be compared.


class Node(Part):
    id: str
    words: str
    metric: str | None = None
    weight: int | None = None
    children: tuple[Node, ...] = ()


class ValueTree(Part):
    nodes: tuple[Node, ...]


VALUE = Checks((*CHECKS.kinds, Kind("values", ValueTree, layered=True)), CHECKS.lints)
SEGMENTS = """
dimensions:
  - {id: segment, read: customer.segment, values: [B2B, B2C]}
roles: [head_of_ops]
"""
STANDARD = """
worth:
  nodes:
    - id: reliability
      words: does what was agreed
      children:
        - {id: on_time, words: there when it was promised, metric: kept_by_due, weight: 40, locked: true}
        - {id: complete, words: all of it at once, metric: in_full, weight: 20, locked: true}
        - {id: notice, words: told before it is late, metric: told_ahead, weight: 10}
    - {id: price, words: what it costs in all, metric: spend, weight: 30}
    - {id: trust, words: keeps its word, metric: kept, weight: 10, locked: true}
"""
B2B = """
change: CHG-1
worth:
  nodes:
    reliability:
      children:
        - {id: notice, words: told in time to plan the shift, weight: 25}
        - {id: paperwork, words: invoices that match the order, metric: clean_invoices, weight: 15}
    price: {weight: 5}
"""
B2C = """
change: CHG-2
worth:
  nodes:
    - {id: reliability, words: comes when I am at home, children: {notice: null}}
    - {id: ease, words: no effort of mine, metric: ces, weight: 30}
"""


def value_book(b2b: str = B2B, b2c: str = B2C) -> tuple[Book, list[str]]:
    return opened(
        {
            "company.yaml": SEGMENTS,
            "values/worth.yaml": STANDARD,
            "changes/CHG-1.yaml": change("overlays/segment=B2B"),
            "changes/CHG-2.yaml": change("overlays/segment=B2C"),
            "overlays/segment=B2B/values/worth.yaml": b2b,
            "overlays/segment=B2C/values/worth.yaml": b2c,
        },
        checks=VALUE,
    )


def by_path(nodes: Any, path: Path = ("nodes",)) -> dict[Path, dict[str, Any]]:
    """Every node of a tree without its children."""
    found: dict[Path, dict[str, Any]] = {}
    for node in nodes:
        here = (*path, node["id"])
        found[here] = {name: value for name, value in node.items() if name != "children"}
        found |= by_path(node.get("children", []), (*here, "children"))
    return found


def test_the_value_trees_of_two_segments_share_their_locked_nodes_and_differ_in_open_ones_only() -> None:
    book, problems = value_book()
    when = datetime(2026, 3, 1)
    standard, b2b, b2c = (book.resolve("values", "worth", keys, when).content for keys in ({}, {"segment": "B2B"}, {"segment": "B2C"}))
    core = set(locks(standard))
    trees = [by_path(content["nodes"]) for content in (standard, b2b, b2c)]

    assert problems == []
    assert core == {("nodes", "reliability", "children", "on_time"), ("nodes", "reliability", "children", "complete"), ("nodes", "trust")}
    for path in core:
        assert trees[0][path] == trees[1][path] == trees[2][path]
        assert at(standard, path) == at(b2b, path) == at(b2c, path)
    differing = {path[-1] for path in trees[1].keys() | trees[2].keys() if trees[1].get(path) != trees[2].get(path)}
    assert differing == {"reliability", "notice", "paperwork", "price", "ease"}
    assert not differing & {path[-1] for path in core}


def test_the_comparable_core_is_weighed_alike_in_every_segment() -> None:
    book, _ = value_book()
    weights = []
    for segment in ("B2B", "B2C"):
        content = book.resolve("values", "worth", {"segment": segment}, datetime(2026, 3, 1)).content
        weights.append({path[-1]: node["weight"] for path, node in by_path(content["nodes"]).items() if node.get("locked")})

    assert weights[0] == weights[1] == {"on_time": 40, "complete": 20, "trust": 10}
    assert [index_of(book, segment) for segment in ("B2B", "B2C")] == [3 / 7, 4 / 7]


def index_of(book: Book, segment: str) -> float | None:
    """Open leaves: reliability's words, notice's three, price's three; locked: three of each of the three core nodes."""
    version = book.version("values", "worth", datetime(2026, 3, 1))
    assert version is not None
    found = divergence(version.content, [one.content for one in book.layers("values", "worth").for_keys({"segment": segment})])
    assert (found.open, found.locked) == (7, 9)
    return found.index


@pytest.mark.parametrize(
    ("b2c", "place", "what"),
    [
        ("nodes: {reliability: {children: {on_time: {weight: 10}}}}", "2:52: worth.nodes.reliability.children.on_time.weight", "on_time"),
        ("nodes: [{id: reliability, children: [{id: on_time, words: fast}]}]", "2:60: worth.nodes.0.children.0.words", "on_time"),
        ("nodes: {reliability: {children: null}}", "2:31: worth.nodes.reliability.children", "on_time"),
        ("nodes: {reliability: null}", "2:17: worth.nodes.reliability", "on_time"),
        ("nodes: [{id: trust, metric: stars}]", "2:29: worth.nodes.0.metric", "trust"),
    ],
)
def test_no_segment_changes_the_core(b2c: str, place: str, what: str) -> None:
    (problem,) = value_book(b2c=f"change: CHG-2\nworth: {{{b2c}}}\n")[1]

    assert problem.startswith(f"overlays/segment=B2C/values/worth.yaml:{place}: 'nodes.")
    assert what in problem
    assert "is locked: it is the same everywhere and cannot be overlaid" in problem


def test_a_node_that_is_added_is_a_whole_one() -> None:
    (problem,) = value_book(b2c="change: CHG-2\nworth:\n  nodes: [{id: ease, weight: 30}]\n")[1]

    assert problem == "overlays/segment=B2C/values/worth.yaml:3:11: worth.nodes.ease.words: is missing"

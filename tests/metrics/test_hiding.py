"""Small cells: none is shown, and none follows from those that are."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from troth.metrics.hiding import Key, hidden

CELLS = st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), st.integers(0, 12), min_size=1)


@given(CELLS, st.integers(2, 6))
def test_no_total_tells_a_cell_that_is_hidden(cells: dict[Key, int], minimum: int) -> None:
    gone = hidden(cells, minimum)

    assert all(key in gone for key, n in cells.items() if 0 < n < minimum)
    for size in range(2):
        for kept in combinations(range(2), size):
            lines: dict[Key, list[Key]] = defaultdict(list)
            for key in cells:
                lines[tuple(key[place] for place in kept)].append(key)
            for line in lines.values():
                secret = [key for key in line if key in gone]
                shown = [key for key in line if key not in gone and cells[key]]
                # What is hidden of a line is nothing, or so much together that its total tells no cell; or all of the line.
                assert not secret or not shown or (len(secret) > 1 and sum(cells[key] for key in secret) >= minimum)


def test_what_need_not_be_hidden_is_shown() -> None:
    assert hidden({("a",): 5, ("b",): 9, ("c",): 0}, 5) == frozenset()
    assert hidden({("a",): 2, ("b",): 2, ("c",): 9, ("d",): 30}, 5) == {("a",), ("b",), ("c",)}
    assert hidden({("a",): 3, ("b",): 3, ("c",): 9}, 5) == {("a",), ("b",)}
    assert hidden({(): 3}, 5) == {()}

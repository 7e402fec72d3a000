"""From marks to tokens: each its own, also where two marks begin alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from troth.sources.personal.packed import Bytes
from troth.stores.vault.index import distinct, halves, index_of

# Halves of few values, so that marks share them.
MARKS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=24)


def written(marks: list[tuple[int, int]]) -> Bytes:
    return np.array(marks, dtype=np.uint64).reshape(-1, 2).view(np.uint8).reshape(-1, 16)


def signs_of(marks: list[tuple[int, int]]) -> Bytes:
    return np.array([[high * 16 + low] * 20 for high, low in marks], dtype=np.uint8).reshape(-1, 20)


@given(MARKS, MARKS, MARKS)
def test_a_mark_leads_to_its_own_token_or_nowhere(
    first: list[tuple[int, int]], later: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    one = list(dict.fromkeys(first))
    two = [mark for mark in dict.fromkeys(later) if mark not in one]
    index = index_of(written(one), signs_of(one)).with_ways(*halves(written(two)), signs_of(two))

    places = index.where(*halves(written(asked))).tolist()

    found = [None if place < 0 else int(index.signs[place][0]) for place in places]
    assert found == [high * 16 + low if (high, low) in {*one, *two} else None for high, low in asked]


@given(MARKS)
def test_equal_marks_are_one_and_the_first_of_them_stands_for_all(marks: list[tuple[int, int]]) -> None:
    first, which = distinct(*halves(written(marks)))

    assert [marks[place] for place in first.tolist()] == sorted(set(marks))
    assert first.tolist() == [marks.index(mark) for mark in sorted(set(marks))]
    assert [marks[first[number]] for number in which.tolist()] == marks

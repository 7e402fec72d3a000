"""Many texts as one run of bytes: each is found again, also where it holds what parts them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from troth.sources.personal.packed import packed

TEXTS = st.lists(st.text(st.sampled_from("ab@é🦉\0 ")) | st.text(max_size=5), min_size=1, max_size=8)


@given(TEXTS)
def test_each_text_is_found_again(texts: list[str]) -> None:
    found = packed(texts)

    assert [found.text(number) for number in range(len(texts))] == texts


@given(TEXTS, st.data())
def test_others_may_take_the_place_of_some(texts: list[str], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(range(len(texts))), unique=True, min_size=1))
    others = data.draw(st.lists(st.text(max_size=5), min_size=len(chosen), max_size=len(chosen)))

    found = packed(texts).with_texts(np.array(chosen), others)

    wanted = dict(enumerate(texts)) | dict(zip(chosen, others, strict=True))
    assert [found.text(number) for number in range(len(texts))] == [wanted[number] for number in range(len(texts))]


@given(TEXTS)
def test_rows_have_zeros_behind_each_text(texts: list[str]) -> None:
    width = max(len(text.encode()) for text in texts) + 1

    rows = packed(texts).rows(np.arange(len(texts)), width)

    assert [row.tobytes() for row in rows] == [text.encode().ljust(width, b"\0") for text in texts]


@given(TEXTS)
def test_a_place_in_the_bytes_is_of_the_text_it_lies_in(texts: list[str]) -> None:
    found = packed(texts)

    having = found.having(np.flatnonzero(found.data == ord("@"))).tolist()

    assert having == [number for number, text in enumerate(texts) for _ in range(text.count("@"))]


def test_a_place_between_two_texts_is_of_none() -> None:
    found = packed(["ab", "", "c"])

    assert found.having(np.arange(len(found.data))).tolist() == [0, 0, 2]

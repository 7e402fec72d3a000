"""Whatever is written where an expression belongs, the answer is a tree and its SQL, or an expression error with a column.

A round takes a text of the grammar, one that a few slips of the hand have spoiled, a soup of the language's words, and
characters of any kind. What is read is also shown, and what is shown is read as the same tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.query.worlds import scope
from troth.engines.calendars import transitions
from troth.kernel.errors import ExpressionError
from troth.query import Place, Scope, compile_expression, parse, show
from troth.query.slots import opened
from troth.query.tree import Node

WORDS = [
    *"()[],.+-*/%=<>'\"#;\\ \n\tä0𝟛{}", "!=", "<=", ">=", "or", "and", "not", "in", "is", "known", "true", "false", "attr", "end_of_day",
    "order.status", "placed", "x", "3", "2.5", "07", "d", "mo", "wh", "BRL", "'text'", "''",
]  # fmt: skip
NAMES = ["placed", "order.n", "order.price", "order.status", "order.buyer", "order.paid", "order.until", "order.on", "x"]
LITERALS = ["0", "3", "2.5", "5%", "1.5h", "2d", "3mo", "1y", "0.5d", "2wh", "1wd", "5 EUR", "7 BRL", "'a'", "'it''s'", "true", "false"]
COMPARED = ["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "and", "or"]
CHARACTERS = [chr(code) for code in (*range(0x20), 0x7F, 0xA0, 0xAD, 0x2019, 0x2028, 0x200B, 0xFEFF, 0xFF11, 0x1D7DB, 0x1F600, 0x10FFFF)]


def sentence(rng: Random, depth: int = 0) -> str:
    """A text of the grammar, of whatever types."""
    choice = rng.random() * (1 if depth < 3 else 0.5)
    if choice < 0.3:
        return rng.choice(NAMES)
    if choice < 0.5:
        return rng.choice(LITERALS)
    one = sentence(rng, depth + 1)
    if choice < 0.75:
        return f"{one} {rng.choice(COMPARED)} {sentence(rng, depth + 1)}"
    if choice < 0.8:
        return f"({one})"
    if choice < 0.85:
        return f"{rng.choice(['not ', '-'])}{one}"
    if choice < 0.9:
        return f"{one} in [{one}, {sentence(rng, depth + 1)}]"
    if choice < 0.94:
        return f"{one} is {rng.choice(['', 'not '])}known"
    return f"{rng.choice(['attr', 'end_of_day', 'f'])}({rng.choice([one, 'on', 'n', ''])})"


def spoiled(text: str, rng: Random) -> str:
    """A few characters or words left out, doubled, changed or moved."""
    for _ in range(rng.randint(1, 3)):
        begins = rng.randint(0, len(text))
        ends = min(len(text), begins + rng.randint(0, 4))
        cut = text[begins:ends]
        text = text[:begins] + rng.choice(["", cut + cut, rng.choice(WORDS), rng.choice(CHARACTERS), cut[::-1]]) + text[ends:]
    return text


def soup(rng: Random) -> str:
    return rng.choice(["", " "]).join(rng.choices(WORDS, k=rng.randint(0, 14)))


def characters(rng: Random) -> str:
    return "".join(rng.choice([rng.choice(CHARACTERS), chr(rng.randrange(0xD800)), rng.choice(WORDS)]) for _ in range(rng.randint(0, 12)))


def fuzz_texts(rng: Random, rounds: int) -> Iterator[str]:
    """Four texts a round."""
    for _ in range(rounds):
        text = sentence(rng)
        yield text
        yield spoiled(text, rng)
        yield soup(rng)
        yield characters(rng)


def refused(read: Callable[[], object]) -> ExpressionError | None:
    try:
        read()
    except ExpressionError as error:
        return error
    return None


def try_out(text: str, here: Scope) -> bool:
    """Whether the text has a meaning."""
    tree: list[Node] = []
    error = refused(lambda: tree.append(parse(text)))
    if tree:
        assert parse(show(tree[0])) == tree[0], text
        error = refused(lambda: (compile_expression(tree[0], here), opened(tree[0])))
    if error is not None:
        assert 1 <= error.column <= len(text) + 1, text
        assert str(error).startswith(f"column {error.column}: ")
    return error is None


def fuzz(rng: Random, rounds: int) -> float:
    """The share of texts that mean something."""
    place = Place("due", ("bool", "num", "text", "money", "instant"), frozenset({"attr", "end_of_day"}))
    here = Scope(scope().names, scope().attributes, transitions("UTC", 0, 0), place)
    meant = sum(try_out(text, here) for text in fuzz_texts(rng, rounds))
    return meant / (4 * rounds)


@pytest.mark.slow
def test_no_text_gives_anything_but_a_tree_or_an_expression_error() -> None:
    assert 0.05 < fuzz(Random(20_260_301), 25_000) < 0.5


@pytest.mark.slow
def test_no_text_of_many_more_either() -> None:
    fuzz(Random(7), 100_000)


@given(st.text(max_size=60))
def test_nor_any_other_characters(text: str) -> None:
    try_out(text, scope())

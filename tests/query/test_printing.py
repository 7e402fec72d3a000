"""That a tree's text is the tree, and that it has not a parenthesis too many."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.query.worlds import BOOL
from troth.query import parse, show
from troth.query.parse import COMPARISONS, MAX_DIGITS, RESERVED, UNITS
from troth.query.tree import Binary, Call, Duration, Known, Money, Name, Node, Number, OneOf, Slot, Text, Truth, Unary

A = Name(("a",))

WORD = st.one_of(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True), st.sampled_from([*UNITS, "BRL", "attr", "note"]))
FIRST = WORD.filter(lambda word: word not in RESERVED and word not in ("true", "false"))


def decimals(places: int) -> st.SearchStrategy[Decimal]:
    """Amounts with so many decimals at most, some with exponents and with noughts at the end."""
    digits = st.integers(0, 10**MAX_DIGITS - 1)
    return st.one_of(
        st.integers(0, 100).map(Decimal),
        st.builds(lambda whole, places: Decimal(whole).scaleb(-places), digits, st.integers(0, places)),
        st.builds(lambda whole, exponent: Decimal((0, (whole,), exponent)), st.integers(0, 9), st.integers(0, 20)),
        st.sampled_from([Decimal(text) for text in ("0", "0.00", "2.50", "10", "100.0")]),
    )


LEAF = st.one_of(
    st.builds(Number, decimals(10)),
    st.builds(Number, decimals(8), st.just(True)),
    st.builds(Duration, decimals(10), st.sampled_from(UNITS)),
    st.builds(Money, decimals(10), st.from_regex(r"[A-Z]{3}", fullmatch=True)),
    st.builds(Text, st.one_of(st.text(max_size=8), st.text("'% ()", max_size=8))),
    st.builds(Truth, st.booleans()),
    st.builds(lambda first, rest: Name((first, *rest)), FIRST, st.lists(st.one_of(WORD, st.sampled_from(sorted(RESERVED))), max_size=2)),
)


def inner(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(below, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Binary, st.sampled_from(["or", "and", "+", "-", "*", "/", *COMPARISONS]), below, below),
        st.builds(Unary, st.sampled_from(["not", "-"]), below),
        st.builds(OneOf, below, some),
        st.builds(Known, below, st.booleans()),
        st.builds(Call, FIRST, st.one_of(st.just(()), some)),
    )


TREES: st.SearchStrategy[Node] = st.recursive(LEAF, inner, max_leaves=12)


@settings(max_examples=500)
@given(TREES)
def test_the_text_of_a_tree_is_the_tree(tree: Node) -> None:
    assert parse(show(tree)) == tree


@settings(max_examples=200)
@given(TREES)
def test_no_parenthesis_can_be_left_out(tree: Node) -> None:
    text = show(tree)
    for pair in pairs_in(text):
        assert read(text[: pair[0]] + " " + text[pair[0] + 1 : pair[1]] + " " + text[pair[1] + 1 :]) != tree, text


def pairs_in(text: str) -> list[tuple[int, int]]:
    """Where parentheses that group open and close; those of a call follow a name, those in a text are none."""
    found, opened, quoted = [], list[int](), False
    for at, mark in enumerate(text):
        quoted ^= mark == "'"
        if mark == "(" and not quoted:
            opened.append(at)
        elif mark == ")" and not quoted:
            begins = opened.pop()
            if begins == 0 or text[begins - 1] in "( [-":
                found.append((begins, at))
    return found


def read(text: str) -> Node | None:
    try:
        return parse(text)
    except ValueError:
        return None


@given(BOOL)
def test_what_was_shown_shows_alike(text: str) -> None:
    shown = show(parse(text))
    assert show(parse(shown)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("((a)) or (b or c)", "a or (b or c)"),
        ("(a or b) or c", "a or b or c"),
        ("(a and b) or c", "a and b or c"),
        ("(a or b) and c", "(a or b) and c"),
        ("not (a = b) and not (not a)", "not a = b and not not a"),
        ("not (a and b)", "not (a and b)"),
        ("(not a) = (b = c)", "(not a) = (b = c)"),
        ("(a is known) is not known", "(a is known) is not known"),
        ("(a + b) in [(a), (b or c)]", "a + b in [a, b or c]"),
        ("(a + b) is known", "a + b is known"),
        ("(a or b) is known or f((a or b))", "(a or b) is known or f(a or b)"),
        ("(a + b) = (c - a) and (a)", "a + b = c - a and a"),
        ("a - (b - c) - (a - b)", "a - (b - c) - (a - b)"),
        ("(a * b) / (c * a)", "a * b / (c * a)"),
        ("-(a+b)*-(-a)", "-(a + b) * -(-a)"),
        ("(-a) - (-(3))", "-a - -3"),
        ("'it''s'='('", "'it''s' = '('"),
        ("07.50% + 1.5 h + 12.00BRL", "7.5% + 1.5h + 12 BRL"),
        ("f( a,(b),g( ) )", "f(a, b, g())"),
    ],
)
def test_a_text_has_one_form(text: str, shown: str) -> None:
    assert show(parse(text)) == shown


def test_equal_trees_have_one_text() -> None:
    assert Number(Decimal("2.50")) == Number(Decimal("2.5"))
    assert show(Number(Decimal("2.50"))) == show(Number(Decimal("2.5"))) == "2.5"
    assert show(Number(Decimal("1E+3"))) == "1000"


def test_a_slot_shows_as_its_number() -> None:
    assert show(Binary("+", A, Slot(3, Duration(Decimal(1), "d")))) == "a + {3}"

"""The grammar, production by production; what is wrong, by its column; and that nothing else can happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.kernel.errors import ExpressionError
from troth.query import names_in, parse
from troth.query.parse import MAX_DEPTH, MAX_DIGITS, MAX_LENGTH, RESERVED, UNITS
from troth.query.tree import Binary, Call, Duration, Known, Money, Name, Node, Number, OneOf, Text, Truth, Unary

A, B, C = Name(("a",)), Name(("b",)), Name(("c",))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a or b or c", Binary("or", Binary("or", A, B), C)),
        ("a or b and c", Binary("or", A, Binary("and", B, C))),
        ("(a or b) and c", Binary("and", Binary("or", A, B), C)),
        ("not a and b", Binary("and", Unary("not", A), B)),
        ("not not a", Unary("not", Unary("not", A))),
        ("not a = b", Unary("not", Binary("=", A, B))),
        ("a = b", Binary("=", A, B)),
        ("a != b", Binary("!=", A, B)),
        ("a < b", Binary("<", A, B)),
        ("a<=b", Binary("<=", A, B)),
        ("a > b", Binary(">", A, B)),
        ("a >= b + c", Binary(">=", A, Binary("+", B, C))),
        ("a in [b]", OneOf(A, (B,))),
        ("a in [b, c or a]", OneOf(A, (B, Binary("or", C, A)))),
        ("a is known", Known(A, negated=False)),
        ("a is not known", Known(A, negated=True)),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("a / b * c", Binary("*", Binary("/", A, B), C)),
        ("a * -b", Binary("*", A, Unary("-", B))),
        ("-3", Unary("-", Number(Decimal(3)))),
        ("12.50", Number(Decimal("12.50"))),
        ("5%", Number(Decimal(5), percent=True)),
        ("5000 BRL", Money(Decimal(5000), "BRL")),
        ("'it''s'", Text("it's")),
        ("''", Text("")),
        ("true", Truth(True)),
        ("false", Truth(False)),
        ("a.b.c", Name(("a", "b", "c"))),
        ("f()", Call("f", ())),
        ("f(a, b)", Call("f", (A, B))),
        ("f(g(a))", Call("f", (Call("g", (A,)),))),
        ("((a))", A),
        (" a\n or\tb ", Binary("or", A, B)),
        *((f"3{unit}", Duration(Decimal(3), unit)) for unit in UNITS),
        ("1.5 h", Duration(Decimal("1.5"), "h")),
    ],
)
def test_each_production_gives_its_tree(text: str, tree: Node) -> None:
    assert parse(text) == tree


def test_a_node_knows_where_it_began() -> None:
    tree = parse("placed + end_of_day( x.y )")
    assert isinstance(tree, Binary)
    assert (tree.left.column, tree.column, tree.right.column) == (1, 8, 10)
    assert [(name.dotted, name.column) for name in names_in(tree)] == [("placed", 1), ("x.y", 22)]


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 1, "got the end; allowed: a value"),
        ("a =", 4, "got the end; allowed: a value"),
        ("a = = b", 5, "got '='"),
        ("a b", 3, "got 'b'; allowed: the end, or an operator"),
        ("(a", 3, r"allowed: '\)'"),
        ("f(a,)", 5, r"got '\)'"),
        ("a in b", 6, r"allowed: '\['"),
        ("a in []", 7, "allowed: a value"),
        ("a in [b", 8, r"allowed: '\]'"),
        ("a is b", 6, "allowed: 'known'"),
        ("a. = b", 4, "allowed: a name"),
        ("a.", 3, "allowed: a name"),
        ("a < b < c", 7, "allowed: the end"),
        ("- - a", 3, "got '-'"),
        ("and", 1, "got 'and'"),
        ("a or 'b", 6, "the text is not closed"),
        ("a # b", 3, "means nothing here"),
        ("ä = 1", 1, "means nothing here"),
        ("1" * (MAX_DIGITS + 1), 1, "the number is too long"),
        ("a " * 2001, MAX_LENGTH, "the expression is too long"),
    ],
)
def test_what_is_wrong_is_named_by_its_column(text: str, column: int, says: str) -> None:
    with pytest.raises(ExpressionError, match=says) as caught:
        parse(text)
    assert caught.value.column == column
    assert str(caught.value).startswith(f"column {column}: ")


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_word_of_the_language_is_no_name(word: str) -> None:
    with pytest.raises(ExpressionError):
        parse(f"{word} = 1")


DEEP = ["(" * 3900, "not " * 900 + "a", "f(" * 1900, "-" * 3900, "a+" * 1900 + "a", "a or " * 700 + "a", "a in [" * 600, "a*" * 61 + "a"]


@pytest.mark.parametrize("text", DEEP, ids=lambda text: text[:6])
def test_no_nesting_exhausts_the_stack(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * (MAX_DEPTH - 1) + "a" + ")" * (MAX_DEPTH - 1),
        "f(" * (MAX_DEPTH - 1) + "a" + ")" * (MAX_DEPTH - 1),
        "a+" * (MAX_DEPTH - 1) + "a",
    ],
    ids=["parentheses", "calls", "a chain"],
)
def test_what_is_not_too_deep_is_read(text: str) -> None:
    assert names_in(parse(text))[0] == A


WORDS = [
    *"()[],.+-*/%=<>'\"#;\\ \n\tä0𝟛", "!=", "<=", ">=", "or", "and", "not", "in", "is", "known", "true", "false", "attr", "end_of_day",
    "order.status", "placed", "x", "3", "2.5", "07", "d", "mo", "wh", "BRL", "'text'", "''",
]  # fmt: skip


def fuzz_texts(rng: Random, count: int) -> Iterator[str]:
    """Texts of the language's words in any order."""
    for _ in range(count):
        yield rng.choice(["", " "]).join(rng.choices(WORDS, k=rng.randint(0, 14)))


def refused_at(text: str, read: Callable[[str], object]) -> int | None:
    try:
        read(text)
    except ExpressionError as error:
        return error.column
    return None


def fuzz(rng: Random, count: int) -> None:
    for text in fuzz_texts(rng, count):
        column = refused_at(text, parse)
        assert column is None or 1 <= column <= len(text) + 1, text


def test_no_text_gives_anything_but_a_tree_or_an_expression_error() -> None:
    fuzz(Random(20_260_301), 20_000)


@pytest.mark.slow
def test_no_text_of_many_more_either() -> None:
    fuzz(Random(7), 1_000_000)


@given(st.text(max_size=60))
def test_nor_any_other_characters(text: str) -> None:
    column = refused_at(text, parse)
    assert column is None or 1 <= column <= len(text) + 1

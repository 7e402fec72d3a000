"""The grammar, production by production; what is wrong, by its column; and that nothing else can happen."""

from __future__ import annotations

from decimal import Decimal
from time import process_time

import pytest

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
        ("a.in.true.d", Name(("a", "in", "true", "d"))),
        ("f()", Call("f", ())),
        ("f(a, b)", Call("f", (A, B))),
        ("f(g(a))", Call("f", (Call("g", (A,)),))),
        ("((a))", A),
        (" a\n or\tb ", Binary("or", A, B)),
        ("a" + " " * 3999, A),
        ("1" * 28, Number(Decimal("1" * 28))),
        ("1.0000000001", Number(Decimal("1.0000000001"))),
        ("d = BRL", Binary("=", Name(("d",)), Name(("BRL",)))),
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
        ("a | b", 3, r"got '\|'; allowed: or"),
        ("a = ‘b’", 5, "allowed: single quotes, as in 'text'"),
        ("a + 3 days", 7, "no such unit; got 'days'; allowed: s, min, h, d, w, mo, y, wh, wd, or a currency such as EUR"),
        ("5 eur", 3, "no such unit; got 'eur'"),
        ("5 EURO", 3, "no such unit; got 'EURO'"),
        ("3 true", 3, "no such unit; got 'true'"),
        ("ä = 1", 1, "means nothing here"),
        ("1" * (MAX_DIGITS + 1), 1, "the number is too long"),
        ("a = 1.00000000001", 5, "the number is too fine; got 1.00000000001; allowed: 10 decimals"),
        ("0.123456789%", 1, "the number is too fine; got 0.123456789; allowed: 8 decimals"),
        ("a = 'x' 'it''s'", 9, "got 'it''s'; allowed: the end"),
        ("a.'b'", 3, "allowed: a name"),
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


def test_a_long_tail_of_blanks_is_read_at_once() -> None:
    begun = process_time()
    assert parse("a" + " " * (MAX_LENGTH - 1)) == A
    assert process_time() - begun < 0.5  # a pattern that searches from each blank takes three times as long

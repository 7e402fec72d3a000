"""The one small expression language: text in, frozen tree out, or an error with its column.

expr := or ; or := and {"or" and} ; and := not {"and" not} ; not := "not" not | cmp
cmp  := sum [("="|"!="|"<"|"<="|">"|">=") sum | "in" "[" expr {"," expr} "]" | "is" ["not"] "known"]
sum  := mul {("+"|"-") mul} ; mul := unary {("*"|"/") unary} ; unary := ["-"] atom
atom := NUMBER["%"] | DURATION | MONEY | 'text' | true | false | NAME{"."NAME} | FUNC "(" [expr {"," expr}] ")" | "(" expr ")"
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TypeAlias

from troth.kernel.errors import ExpressionError
from troth.query.tree import Binary, Call, Duration, Known, Money, Name, Node, Number, OneOf, Text, Truth, Unary, parts

UNITS = ("s", "min", "h", "d", "w", "mo", "y", "wh", "wd")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
RESERVED = frozenset({"or", "and", "not", "in", "is", "known"})
MAX_LENGTH = 4000
MAX_DEPTH = 60
# 28 digits are what Decimal computes exactly; with ten of them behind the point they fit the DECIMAL(38, 10) of arithmetic.
MAX_DIGITS = 28
MAX_DECIMALS = 10

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<mark>!=|<=|>=|[=<>+\-*/%().,\[\]])
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>'(?:[^']|'')*')
      | (?P<strange>[^ \t\r\n]))""",
    re.VERBOSE | re.ASCII,
)
_CURRENCY = re.compile(r"[A-Z]{3}")
# What somebody means who writes a character that is not of the language.
_MEANT = (
    dict.fromkeys('"‘’“”`´', "single quotes, as in 'text'")
    | {"&": "and", "|": "or", "!": "not, !="}
    | dict.fromkeys("€$£¥", "the currency behind the amount, as in 5 EUR")
)

# (kind, text, column). A mark and a word of the language are a kind of their own; else name, number, text or end.
_Token: TypeAlias = tuple[str, str, int]


def parse(text: str) -> Node:
    """Tree of an expression.

    Refuses text over 4,000 characters and trees over 60 levels, so that no input can exhaust the stack; a chain of
    operators is as many levels as it has operators. Raises ExpressionError only.

    >>> parse("end_of_day(attr(estimated))").function
    'end_of_day'
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("the expression is too long", column=MAX_LENGTH, got=len(text), allowed=f"{MAX_LENGTH} characters")
    tokens = _tokens(text)
    parser = _Parser(tokens)
    node = parser.either()
    parser.finish()
    if len(tokens) > MAX_DEPTH:
        _refuse_tall(node)
    return node


def _refuse_tall(node: Node) -> None:
    level: list[Node] = [node]
    for _ in range(MAX_DEPTH):
        level = [below for above in level for below in parts(above)]
    if level:
        raise ExpressionError("too many operators in one another", column=level[0].column, allowed=f"{MAX_DEPTH} levels")


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(text.rstrip(" \t\r\n")):  # from each blank of a long tail the pattern would search to its end
        kind = match.lastgroup or ""
        found, column = match[kind], match.start(kind) + 1
        if kind == "mark" or found in RESERVED:
            kind = found
        elif kind == "strange":
            what = "the text is not closed" if found == "'" else "this character means nothing here"
            raise ExpressionError(what, column=column, got=repr(found), allowed=_MEANT.get(found))
        tokens.append((kind, found, column))
    tokens.append(("end", "", len(text) + 1))
    return tokens


class _Parser:
    """One method a production. `kind` is that of the token to come."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.kind = tokens[0][0]
        self.depth = 0

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += 1
        self.kind = self.tokens[self.at][0]
        return token

    def expect(self, kind: str) -> None:
        if self.kind != kind:
            raise self.unexpected(f"'{kind}'")
        self.take()

    def unexpected(self, allowed: str) -> ExpressionError:
        kind, text, column = self.tokens[self.at]
        got = "the end" if kind == "end" else text if kind == "text" else f"'{text}'"
        return ExpressionError("something else is expected here", column=column, got=got, allowed=allowed)

    def finish(self) -> None:
        if self.kind != "end":
            raise self.unexpected("the end, or an operator such as 'and', '=', '+'")

    def either(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError("too deeply nested", column=self.tokens[self.at][2], allowed=f"{MAX_DEPTH} levels")
        node = self.both()
        while self.kind == "or":
            _, _, column = self.take()
            node = Binary("or", node, self.both(), column)
        self.depth -= 1
        return node

    def both(self) -> Node:
        node = self.negation()
        while self.kind == "and":
            _, _, column = self.take()
            node = Binary("and", node, self.negation(), column)
        return node

    def negation(self) -> Node:
        columns = []
        while self.kind == "not":
            columns.append(self.take()[2])
        node = self.comparison()
        for column in reversed(columns):
            node = Unary("not", node, column)
        return node

    def comparison(self) -> Node:
        node = self.addition()
        if self.kind in COMPARISONS:
            operator, _, column = self.take()
            return Binary(operator, node, self.addition(), column)
        if self.kind == "in":
            _, _, column = self.take()
            self.expect("[")
            return OneOf(node, self.listed("]"), column)
        if self.kind == "is":
            _, _, column = self.take()
            negated = self.kind == "not"
            if negated:
                self.take()
            self.expect("known")
            return Known(node, negated, column)
        return node

    def addition(self) -> Node:
        node = self.product()
        while self.kind in ("+", "-"):
            operator, _, column = self.take()
            node = Binary(operator, node, self.product(), column)
        return node

    def product(self) -> Node:
        node = self.signed()
        while self.kind in ("*", "/"):
            operator, _, column = self.take()
            node = Binary(operator, node, self.signed(), column)
        return node

    def signed(self) -> Node:
        if self.kind == "-":
            _, _, column = self.take()
            return Unary("-", self.atom(), column)
        return self.atom()

    def listed(self, closing: str) -> tuple[Node, ...]:
        items = [self.either()]
        while self.kind == ",":
            self.take()
            items.append(self.either())
        self.expect(closing)
        return tuple(items)

    def atom(self) -> Node:
        match self.kind:
            case "name":
                return self.named()
            case "number":
                return self.quantity()
            case "text":
                _, text, column = self.take()
                return Text(text[1:-1].replace("''", "'"), column)
            case "(":
                self.take()
                node = self.either()
                self.expect(")")
                return node
            case _:
                raise self.unexpected("a value: a number, a 'text', a name, a function or '('")

    def quantity(self) -> Node:
        _, text, column = self.take()
        whole, _, decimals = text.partition(".")
        if len(whole) + len(decimals) > MAX_DIGITS:
            raise ExpressionError("the number is too long", column=column, allowed=f"{MAX_DIGITS} digits")
        percent = self.kind == "%"
        most = MAX_DECIMALS - 2 if percent else MAX_DECIMALS
        if len(decimals) > most:
            raise ExpressionError("the number is too fine", column=column, got=text, allowed=f"{most} decimals")
        value = Decimal(text)
        if percent:
            self.take()
            return Number(value, True, column)
        if self.kind != "name":
            return Number(value, False, column)
        _, unit, begins = self.take()
        if unit in UNITS:
            return Duration(value, unit, column)
        if _CURRENCY.fullmatch(unit):
            return Money(value, unit, column)
        allowed = f"{', '.join(UNITS)}, or a currency such as EUR"
        raise ExpressionError("no such unit", column=begins, got=f"'{unit}'", allowed=allowed)

    def named(self) -> Node:
        _, text, column = self.take()
        if text in ("true", "false"):
            return Truth(text == "true", column)
        if self.kind == "(":
            self.take()
            if self.kind == ")":
                self.take()
                return Call(text, (), column)
            return Call(text, self.listed(")"), column)
        path = [text]
        while self.kind == ".":
            self.take()
            if self.kind != "name" and self.kind not in RESERVED:
                raise self.unexpected("a name")
            path.append(self.take()[1])
        return Name(tuple(path), column)

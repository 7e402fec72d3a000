"""The one small expression language: text in, frozen tree out, or an error with its column.

expr := or ; or := and {"or" and} ; and := not {"and" not} ; not := "not" not | cmp
cmp  := sum [("="|"!="|"<"|"<="|">"|">=") sum | "in" "[" expr {"," expr} "]" | "is" ["not"] "known"]
sum  := mul {("+"|"-") mul} ; mul := unary {("*"|"/") unary} ; unary := ["-"] atom
atom := NUMBER["%"] | DURATION | MONEY | 'text' | true | false | NAME{"."NAME} | FUNC "(" [expr {"," expr}] ")" | "(" expr ")"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from troth.kernel.errors import ExpressionError
from troth.query.tree import Binary, Call, Duration, Known, Money, Name, Node, Number, OneOf, Text, Truth, Unary, parts

UNITS = ("s", "min", "h", "d", "w", "mo", "y", "wh", "wd")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
MAX_LENGTH = 4000
MAX_DEPTH = 60
MAX_DIGITS = 28  # what Decimal computes exactly, and with the record's four decimals fits a DECIMAL(38)

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<mark>!=|<=|>=|[=<>+\-*/%().,\[\]])""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def parse(text: str) -> Node:
    """Tree of an expression.

    Refuses text over 4,000 characters and trees over 60 levels, so that no input can exhaust the stack; a chain of
    operators is as many levels as it has operators. Raises ExpressionError only.

    >>> parse("end_of_day(attr(estimated))").function
    'end_of_day'
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("the expression is too long", column=MAX_LENGTH, got=len(text), allowed=f"{MAX_LENGTH} characters")
    parser = _Parser(_tokens(text), len(text) + 1)
    node = parser.either()
    parser.finish()
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
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            what = "the text is not closed" if text[position] == "'" else "this character means nothing here"
            raise ExpressionError(what, column=position + 1, got=repr(text[position]))
        if match.lastgroup != "space":
            tokens.append(_Token(str(match.lastgroup), match.group(), position + 1))
        position = match.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[_Token], end: int) -> None:
        self.tokens = tokens
        self.end = end
        self.at = 0
        self.depth = 0

    def peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("end", "", self.end)

    def take(self) -> _Token:
        token = self.peek()
        self.at += 1
        return token

    def accept(self, *texts: str) -> _Token | None:
        token = self.peek()
        return self.take() if token.kind in ("mark", "name") and token.text in texts else None

    def expect(self, text: str) -> _Token:
        token = self.accept(text)
        if token is None:
            raise self.unexpected(f"'{text}'")
        return token

    def unexpected(self, allowed: str) -> ExpressionError:
        token = self.peek()
        got = "the end" if token.kind == "end" else f"'{token.text}'"
        return ExpressionError("something else is expected here", column=token.column, got=got, allowed=allowed)

    def finish(self) -> None:
        if self.peek().kind != "end":
            raise self.unexpected("the end, or an operator such as 'and', '=', '+'")

    def either(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError("too deeply nested", column=self.peek().column, allowed=f"{MAX_DEPTH} levels")
        node = self.both()
        while token := self.accept("or"):
            node = Binary("or", node, self.both(), token.column)
        self.depth -= 1
        return node

    def both(self) -> Node:
        node = self.negation()
        while token := self.accept("and"):
            node = Binary("and", node, self.negation(), token.column)
        return node

    def negation(self) -> Node:
        nots: list[_Token] = []
        while token := self.accept("not"):
            nots.append(token)
        node = self.comparison()
        for token in reversed(nots):
            node = Unary("not", node, token.column)
        return node

    def comparison(self) -> Node:
        node = self.addition()
        if token := self.accept(*COMPARISONS):
            return Binary(token.text, node, self.addition(), token.column)
        if token := self.accept("in"):
            self.expect("[")
            choices = self.listed("]")
            return OneOf(node, choices, token.column)
        if token := self.accept("is"):
            negated = self.accept("not") is not None
            self.expect("known")
            return Known(node, negated, token.column)
        return node

    def addition(self) -> Node:
        node = self.product()
        while token := self.accept("+", "-"):
            node = Binary(token.text, node, self.product(), token.column)
        return node

    def product(self) -> Node:
        node = self.signed()
        while token := self.accept("*", "/"):
            node = Binary(token.text, node, self.signed(), token.column)
        return node

    def signed(self) -> Node:
        if token := self.accept("-"):
            return Unary("-", self.atom(), token.column)
        return self.atom()

    def listed(self, closing: str) -> tuple[Node, ...]:
        items = [self.either()]
        while self.accept(","):
            items.append(self.either())
        self.expect(closing)
        return tuple(items)

    def atom(self) -> Node:
        token = self.peek()
        if token.kind == "number":
            return self.quantity()
        if token.kind == "text":
            self.take()
            return Text(token.text[1:-1].replace("''", "'"), token.column)
        if token.kind == "mark" and token.text == "(":
            self.take()
            node = self.either()
            self.expect(")")
            return node
        if token.kind == "name" and token.text not in RESERVED:
            self.take()
            return self.named(token)
        raise self.unexpected("a value: a number, a 'text', a name, a function or '('")

    def quantity(self) -> Node:
        token = self.take()
        if len(token.text.replace(".", "")) > MAX_DIGITS:
            raise ExpressionError("the number is too long", column=token.column, allowed=f"{MAX_DIGITS} digits")
        value = Decimal(token.text)
        follower = self.peek()
        if self.accept("%"):
            return Number(value, True, token.column)
        if follower.kind == "name" and follower.text in UNITS:
            self.take()
            return Duration(value, follower.text, token.column)
        if follower.kind == "name" and re.fullmatch(r"[A-Z]{3}", follower.text):
            self.take()
            return Money(value, follower.text, token.column)
        return Number(value, False, token.column)

    def named(self, token: _Token) -> Node:
        if token.text in ("true", "false"):
            return Truth(token.text == "true", token.column)
        if self.accept("("):
            arguments = () if self.accept(")") else self.listed(")")
            return Call(token.text, arguments, token.column)
        path = [token.text]
        while self.accept("."):
            part = self.peek()
            if part.kind != "name":
                raise self.unexpected("a name")
            path.append(self.take().text)
        return Name(tuple(path), token.column)


RESERVED = frozenset({"or", "and", "not", "in", "is", "known"})

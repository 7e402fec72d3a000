"""Which columns are amounts, how they are written, and in what currency."""

from __future__ import annotations

from troth.sources.guess import lexicon
from troth.sources.guess.naming import looks_like_id
from troth.sources.guess.profile import Column, Table
from troth.sources.guess.words import says, tokens


def is_money(column: Column) -> bool:
    """A number whose name says amount; of whole numbers only those that end in such a word, since others count things."""
    if column.kind != "number" or looks_like_id(column.name):
        return False
    said = [t for t in tokens(column.name) if t not in lexicon.CURRENCIES and not says(t, lexicon.NET_GROSS)]
    ends = bool(said) and says(said[-1], lexicon.MONEY)
    return ends or (not column.whole and says(column.name, lexicon.MONEY))


def decimal_of(table: Table) -> str:
    return "," if any(c.decimal == "," and is_money(c) for c in table.columns) else "."


def thousands_of(table: Table) -> str | None:
    """The mark between groups of three that amounts prove; a point is taken with a decimal comma anyhow."""
    return next((c.thousands for c in table.columns if c.thousands and is_money(c) and c.decimal == decimal_of(table)), None)


def currency_of(column: Column, table: Table) -> str | None:
    """A currency in the column's name, else the one value of a column of currencies."""
    for token in tokens(column.name):
        if token in lexicon.CURRENCIES:
            return lexicon.CURRENCIES[token]
    for other in table.columns:
        if says(other.name, "^currenc ^waehrung =moeda =moneda =devise =valuta") and len(other.vocabulary) == 1:
            code = other.vocabulary[0][0].upper()
            return code if len(code) == 3 and code.isascii() and code.isalpha() else None
    return None

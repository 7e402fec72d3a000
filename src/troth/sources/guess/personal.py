"""Columns with personal data: they are named in the mapping so that the build keeps tokens in their place, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from troth.sources.guess import lexicon
from troth.sources.guess.keys import Keyed, Reference
from troth.sources.guess.naming import looks_like_id, snake
from troth.sources.guess.profile import Column
from troth.sources.guess.words import is_neutral, says, tokens

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(\+|00|\(0|0)[\d ()/.-]{6,20}")
_DOCUMENT = re.compile(r"(?:^|_)(?:tax|vat|ust|steuer|national|personal|fiscal|social_security)_?(?:id|nr|no|number|nummer)$")
_THINGS = """
=activity =article =artikel =branch =brand =campaign =carrier =categoria =category =channel =cidade =city =ciudad =column
=concept =country =department =event =event_name =field =file =filiale =group =item =model =plan =plz =product =produkt
=produto =queue =service =shop =stadt =stage =state =status =step =store =table =team =type =ville =warehouse
"""


def personal_kind(column: Column, *, party: bool) -> str | None:
    """Kind of personal data in a column, by its name and its values.

    party: the file is about people, so that a bare `name` is a person's. Names of staff count, since nothing is measured by person.
    """
    if column.kind in ("blank", "instant") or _is_code(column):
        return None
    if column.kind == "text" and _share(column, _EMAIL) >= 0.8:
        return "email"
    if column.kind == "text" and _share(column, _PHONE) >= 0.9 and says(column.name, lexicon.PERSONAL["phone"]):
        return "phone"
    for kind in ("tax_id", "email", "phone", "address"):
        said = says(column.name, lexicon.PERSONAL[kind]) or (kind == "tax_id" and _names_document(column))
        if said and column.distinct > 2 and not (kind == "address" and looks_like_id(column.name)):
            return kind
    if column.kind != "text":
        return None
    if (says(column.name, lexicon.STAFF) and not looks_like_id(column.name)) or (":" in column.name and says(column.name, lexicon.STAFF)):
        return "name"
    if _is_person(column, party=party):
        return "name"
    return "free_text" if _is_prose(column) else None


def share_kinds(keyed: Sequence[Keyed], pointers: Sequence[Reference], personal: Mapping[int, dict[str, str]]) -> None:
    """An id that is personal in one file is so in every file that points to it: else one would hold tokens and the other values."""
    keys = {k.number: k.key[0] for k in keyed if len(k.key) == 1}
    for _ in keyed:
        for pointer in pointers:
            if pointer.to not in keys:
                continue
            ends = ((pointer.table, pointer.column), (pointer.to, keys[pointer.to]))
            kind = next((personal[table][column] for table, column in ends if column in personal[table]), None)
            for table, column in ends if kind else ():
                personal[table][column] = str(kind)


def _is_person(column: Column, *, party: bool) -> bool:
    words = set(tokens(column.name))
    if says(column.name, _THINGS) or ":" in column.name or not says(column.name, lexicon.PERSONAL["name"]):
        return False
    bare = words <= {"name", "names", "nome", "nombre", "nom", "naam"}
    return (party or not bare) and column.distinct > 2


def _is_prose(column: Column) -> bool:
    spaces = sum(v.count(" ") for v in column.sample) / max(len(column.sample), 1)
    named = says(column.name, lexicon.PERSONAL["free_text"]) and not is_neutral(column.name)
    varied = column.distinct > max(12, 0.2 * column.filled)
    return varied and ((spaces >= 5) or (named and spaces >= 0.8))


def _is_code(column: Column) -> bool:
    return (
        looks_like_id(column.name)
        and column.longest <= 40
        and not says(column.name, lexicon.PERSONAL["tax_id"])
        and not _names_document(column)
        and _share(column, _EMAIL) < 0.8
    )


def _names_document(column: Column) -> bool:
    return _DOCUMENT.search(snake(column.name)) is not None


def _share(column: Column, pattern: re.Pattern[str]) -> float:
    return sum(bool(pattern.fullmatch(v)) for v in column.sample) / len(column.sample) if column.sample else 0.0


def is_party(type: str, columns: Sequence[Column]) -> bool:
    return says(type, lexicon.PARTY) or any(
        says(c.name, lexicon.NEVER) and says(c.name, "^birth =dob ^geburt ^nasc ^nacim ^naiss ^geboor") for c in columns
    )

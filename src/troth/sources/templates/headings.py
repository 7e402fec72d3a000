"""Which column of a file is which of a template: by its name or one of its other names, and by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from troth.query import identifier, literal_text
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.readers import opened
from troth.sources.templates.template import Form

LOOKED_AT = 500
NEARLY = 0.95


def recognised(form: Form, columns: Sequence[str]) -> dict[str, str] | None:
    """The template's columns that a header has -> their names there; None where one that the form needs is missing."""
    found: dict[str, str] = {}
    free = {_folded(column): column for column in reversed(columns)}
    for column in (*form.needs, *(c for c in form.headings if c not in form.needs)):
        name = _name_of(column, form.headings.get(column, ()), free, columns)
        if name is not None and name not in found.values():
            found[column] = name
        elif column in form.needs:
            return None
    if any(_folded(column) in free for column in form.without):
        return None
    return found


def others(names: Iterable[str], columns: Sequence[str], found: Mapping[str, str]) -> dict[str, str]:
    """The rest of a template's columns, which have one name only, that a header has."""
    free = {_folded(column): column for column in reversed(columns)}
    return {name: free[_folded(name)] for name in names if name not in found and _folded(name) in free}


def proven(engine: Engine, form: Form, address: Address, found: Mapping[str, str]) -> dict[str, str] | None:
    """The same without columns whose values are out of range; None where one that is needed does not look so, or there is no row."""
    asked = {column: pattern for column, pattern in form.looks.items() if column in found}
    ranged = {column: bounds for column, bounds in form.within.items() if column in found}
    tests = [f"regexp_full_match(trim({identifier(found[c])}), {literal_text(pattern)})" for c, pattern in asked.items()]
    for column, (low, high) in ranged.items():
        number = f"TRY_CAST(trim({identifier(found[column])}) AS DECIMAL(18,4))"
        tests.append(f"coalesce({number} BETWEEN {low} AND {high} AND {number} = floor({number}), FALSE)")
    texts = [f"NULLIF(trim({identifier(found[c])}), '')" for c in (*asked, *ranged)]
    counts = [f"count({text}), count(*) FILTER ({text} IS NOT NULL AND {test})" for text, test in zip(texts, tests, strict=True)]
    with opened(engine, address, "template", counted=False) as table:
        rows, *row = engine.rows(f"SELECT {', '.join(['count(*)', *counts])} FROM (SELECT * FROM {table.relation} LIMIT {LOOKED_AT})")[0]
    if not rows:
        return None
    kept = dict(found)
    for place, column in enumerate((*asked, *ranged)):
        filled, fitting = int(row[2 * place]), int(row[2 * place + 1])
        if not filled or fitting < NEARLY * filled:
            if column in form.needs:
                return None
            del kept[column]
    return kept


def _name_of(column: str, names: Iterable[str], free: Mapping[str, str], columns: Sequence[str]) -> str | None:
    for name in (column, *names):
        if name.startswith("~"):
            fitting = [c for c in columns if re.search(name[1:], c, re.IGNORECASE)]
            if fitting:
                return fitting[0]
        elif name.startswith("*"):
            before = [c.removesuffix(name[1:]) for c in columns if c.endswith(name[1:])]
            if before and before[0] in columns:
                return before[0]
        elif _folded(name) in free:
            return free[_folded(name)]
    return None


def _folded(name: str) -> str:
    """
    >>> _folded("Created  At") == _folded("created at")
    True
    """
    return " ".join(name.split()).casefold()

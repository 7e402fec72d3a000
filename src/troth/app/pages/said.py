"""What the files say to somebody who asks a server: nothing is written, and lists are given when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troth.app.reading import Page, Reading, findings_of, told_page
from troth.findings import Statement
from troth.kernel.errors import NotFound

LISTS = "statements"


@dataclass(frozen=True, slots=True)
class Said:
    """page: as of `troth monday --json`; a list is named by where a server has it.

    queries: by the name of each list, the SQL of its ids.
    """

    page: Page
    queries: Mapping[str, str]


def said(reading: Reading, before: Sequence[Statement] = ()) -> Said:
    """The ranked statements of a reading. before: what stands in front of those that are found."""
    statements = (*before, *findings_of(reading))
    named = {one.id: one.id.replace("/", "-").replace("_", "-") for one in statements if one.orders_sql is not None}
    page = told_page(reading, statements, {id: f"{LISTS}/{name}.csv" for id, name in named.items()}, "", "views.sql")
    return Said(page, {named[one.id]: one.orders_sql for one in statements if one.orders_sql is not None})


def ids_of(reading: Reading, queries: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The ids behind a statement or a need, by the name of its list. Raises NotFound for one that there is not."""
    if name not in queries:
        raise NotFound("no such list", got=f"'{name}'", next_step="Open it from its statement on the Monday page.")
    return tuple(str(row[0]) for row in reading.context.engine.rows(queries[name]))

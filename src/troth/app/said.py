"""What the files say to somebody who asks a server: nothing is written, and lists are given when they are asked for."""

from __future__ import annotations

from troth.app.reading import Page, Reading, told_page
from troth.findings import Statement, find_all
from troth.kernel.errors import NotFound

LISTS = "statements"


def said(reading: Reading) -> Page:
    """The ranked statements of a reading, as the plain data of `troth monday --json`; a list is named by where a server has it."""
    statements = find_all(reading.context)
    lists = {one.id: f"{LISTS}/{list_name(one)}.csv" for one in statements if one.orders_sql is not None}
    return told_page(reading, statements, lists, "", "views.sql")


def list_name(statement: Statement) -> str:
    """The name of a statement's list in an address."""
    return statement.id.replace("/", "-").replace("_", "-")


def listed_ids(reading: Reading, name: str) -> tuple[str, ...]:
    """The ids behind a statement, by the name of its list. Raises NotFound for one that there is not."""
    for one in find_all(reading.context):
        if one.orders_sql is not None and list_name(one) == name:
            return tuple(str(row[0]) for row in reading.context.engine.rows(one.orders_sql))
    raise NotFound("no such list", got=f"'{name}'", next_step="Open it from its statement on the Monday page.")

"""A question in SQL to the snapshot in force, or to what was known at an instant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from troth.app.answers.huddle_promises import TABLE, huddles_alone
from troth.app.past.known import Known
from troth.app.reading import open_reading
from troth.app.workspace import Workspace
from troth.kernel.errors import BadValue, NotFound, StoreError
from troth.record import Engine


@dataclass(frozen=True, slots=True)
class Answered:
    """columns: names. rows: values as the engine has them, exact numbers as Decimal, instants in UTC without zone."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def ask(workspace: Workspace, query: str, known: Known | None = None) -> Answered:
    """The rows of one query on the views of a snapshot: outcome, event, step, object_<type>, and so on; and on `huddle`, where it is named.

    Nothing that a query does reaches the lake. Raises NotFound where nothing was built yet, BadValue for what is no query, with what
    the engine says of it.
    """
    snapshot = known.snapshot if known else workspace.lake.current()
    if snapshot is None:
        raise NotFound("nothing was built yet", next_step="Run: troth build")
    if TABLE in query.casefold():
        reading, _ = huddles_alone(workspace, open_reading(workspace, known))
        return answered(reading.context.engine, query)
    engine = workspace.engine()
    workspace.lake.attach(engine, snapshot)
    return answered(engine, query)


def answered(engine: Engine, query: str) -> Answered:
    """The rows of one query on whatever an engine has. Raises BadValue for what is no query, before any of it is run."""
    try:
        return Answered(tuple(_columns(engine, query)), engine.rows(query))
    except StoreError as error:
        raise BadValue(
            "the query cannot be answered", got=str(error.got or error.what).splitlines()[0],
            allowed="one SELECT over the tables of docs/reference/lake.md",
            next_step="Which there are: troth sql \"SHOW TABLES\".",
        ) from error  # fmt: skip


def _columns(engine: Engine, query: str) -> list[str]:
    """What a query would give; in brackets, so that two of them, or what is none, are no query; nor what closes the bracket itself."""
    bracketed = f"SELECT * FROM ({query.strip().rstrip(';')}\n)"
    ((parsed,),) = engine.rows("SELECT json_serialize_sql(?)", (bracketed,))
    said = json.loads(parsed)
    if said["error"]:
        raise StoreError("no query", got=f"Parser Error: {said['error_message']}")
    if len(said["statements"]) > 1:
        raise StoreError("no query", got=f"{len(said['statements'])} statements")
    return engine.names(bracketed)

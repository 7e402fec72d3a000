"""The promise to hold a huddle beside the others: its outcomes in tables like theirs, made of the journal when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from troth.app.answers.holdings import HELD, Huddles, Turn, huddles
from troth.app.answers.huddles import huddle_of
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.kernel import digest
from troth.metrics.huddles import PROMISED, Huddle
from troth.promises import Promise
from troth.query import identifier, literal_text
from troth.record import Engine

TABLE = "huddle"
NOTHING = (
    "SELECT '' AS promise, '' AS dimension, '' AS unit, CAST(NULL AS DATE) AS day, t.at AS made, t.at AS due, t.at AS fulfilled,"
    " t.at AS recorded, '' AS state FROM (SELECT CAST(NULL AS TIMESTAMP) AS at) t WHERE FALSE"
)


def with_huddles(workspace: Workspace, reading: Reading) -> Reading:
    """A reading with the promise of the units of each dimension to meet as its last promises, as `huddles_alone` has them."""
    alone, _ = huddles_alone(workspace, reading)
    promises = {**reading.context.promises, **alone.context.promises}
    return replace(alone, context=replace(alone.context, promises=promises))


def huddles_alone(workspace: Workspace, reading: Reading) -> tuple[Reading, dict[str, Huddles]]:
    """A reading whose promises are those of the units of each dimension to meet, huddle_<dimension>, and each of them by unit; none where
    nobody ever met.

    outcome_huddle_<dimension> and object_huddle_<dimension> are put into its engine in place of those of before, and so is the table
    `huddle`: promise, dimension, unit, day, and the instants and the state of each. A build makes none of it: its files follow from
    sources and rules alone.
    """
    engine, context = reading.context.engine, reading.context
    found = tuple(one for one in huddles(workspace, reading) if any(unit.turns for unit in one.units))
    for one in found:
        _put(engine, one, huddle_of(reading, one.dimension))
    days = " UNION ALL ".join(_days(one, context.state()) for one in found)
    engine.run(f"CREATE OR REPLACE VIEW {TABLE} AS {days or NOTHING}")
    tables = {name: tuple(engine.names(f"FROM {identifier(name)}")) for one in found for name in _tables(one)}
    promises = {_name(one): _promise(one) for one in found}
    alone = replace(reading, context=replace(context, promises=promises, tables={**context.tables, **tables}), findings=None)
    return alone, {_name(one): one for one in found}


def _name(one: Huddles) -> str:
    return f"{PROMISED}{one.dimension}"


def _tables(one: Huddles) -> tuple[str, str]:
    return f"outcome_{_name(one)}", f"object_{_name(one)}"


def _days(one: Huddles, state: str) -> str:
    outcome, turn = map(identifier, _tables(one))
    return (
        f"SELECT o.promise, {literal_text(one.dimension)} AS dimension, t.unit, t.day, o.made, o.due, o.fulfilled, t.recorded,"
        f" {state} AS state FROM {outcome} o JOIN {turn} t ON t.code = o.subject"
    )


def _promise(one: Huddles) -> Promise:
    return Promise.model_validate(
        {
            "kind": "internal",
            "subject": _name(one),
            "promisor": {"each": one.dimension},
            "promisee": "the operation",
            "words": f"huddle held: {one.words}",
            "anchor": "day",
            "fulfil": {"event": HELD},
            "due": "end_of_day(day)",
        }
    )


def _put(engine: Engine, one: Huddles, huddle: Huddle) -> None:
    outcome, turn = _tables(one)
    engine.run(f"DROP TABLE IF EXISTS {identifier(turn)}")
    engine.load(turn, _columns([(holding.unit, turn) for holding in one.units for turn in holding.turns]))
    name, terms = literal_text(_name(one)), literal_text(digest.of_text(huddle.model_dump_json(include={"of", "days"})))
    nothing = ", ".join(
        f"CAST(NULL AS {type}) AS {column}"
        for type, columns in (("TIMESTAMP", ("voided", "waived", "breached")), ("VARCHAR", ("void_flag", "unknown_reason", "change")))
        for column in columns
    )
    engine.run(
        f"CREATE OR REPLACE VIEW {identifier(outcome)} AS SELECT {name} AS promise, month, {name} AS subject_type, code AS subject,"
        f" stratum, made, due, fulfilled, greatest(made, fulfilled) AS known_from, {terms} AS terms, 'standard' AS layer, {nothing},"
        f" CAST(NULL AS INTEGER) AS share_of FROM {identifier(turn)}"
    )


def _columns(turns: list[tuple[str, Turn]]) -> Mapping[str, np.ndarray[Any, Any]]:
    def instants(found: list[datetime | None]) -> np.ndarray[Any, Any]:
        return np.array(found, dtype="datetime64[us]")

    return {
        "code": np.arange(len(turns), dtype=np.int32),
        "id": np.array([f"{unit} {turn.day}" for unit, turn in turns], dtype=object),
        "month": np.array([turn.day.year * 100 + turn.day.month for _, turn in turns], dtype=np.int32),
        "stratum": np.array([None for _ in turns], dtype=object),
        "unit": np.array([unit for unit, _ in turns], dtype=object),
        "day": np.array([turn.day for _, turn in turns], dtype="datetime64[D]"),
        "made": instants([turn.made for _, turn in turns]),
        "due": instants([turn.due for _, turn in turns]),
        "fulfilled": instants([turn.fulfilled for _, turn in turns]),
        "recorded": instants([turn.recorded for _, turn in turns]),
    }

"""What the questions of a promise's tracks need in the engine: its lanes, and which of its terms can be compared."""

from __future__ import annotations

import numpy as np

from troth.promises.definition import Promise
from troth.promises.naming import Record
from troth.promises.risk.lanes import lanes_sql
from troth.promises.risk.tracks import Tracks, marks_of, shape_of
from troth.record import Engine


def prepare(engine: Engine, name: str, promise: Promise, record: Record, *, working_time: bool) -> Tracks:
    """promise: as it stands, with the stages that its outcomes have. working_time: whether the snapshot has that table."""
    rows = engine.rows("SELECT DISTINCT terms, definition FROM terms WHERE promise = ? ORDER BY terms", (name,))
    shapes = [shape_of(str(definition)) for _, definition in rows]
    table = f"shape_{name}"
    engine.run(f"DROP TABLE IF EXISTS {table}")
    if rows:
        columns = {"terms": [str(terms) for terms, _ in rows], "shape": shapes}
        engine.load(table, {column: np.array(values, dtype=object) for column, values in columns.items()})
    else:
        engine.run(f"CREATE TABLE {table} (terms VARCHAR, shape VARCHAR)")
    calendars = working_time and bool(engine.rows(f"SELECT count(calendar) FROM outcome_{name}")[0][0])
    by = promise.at_risk.by
    return Tracks(
        name, marks_of(promise, alike=len(set(shapes)) < 2), calendars, lanes_sql(engine, promise.subject, by, record), len(by), table
    )

"""One order of ten million explained, out of a lake with their fifty million events: which of its files hold it, and what was promised."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.orders import CACHE
from bench.process import fresh
from bench.promises import COUNT, EVENTS, written_book, written_record
from bench.table import Line, shown
from bench.timeline import quantile, seconds

IDS = 60
MOST_S = 0.2


def measure(count: int = COUNT) -> list[Line]:
    """The lake is made once: 1.6 GiB of files, ten minutes."""
    root = CACHE / f"explained-{count}"
    if not (root / "made").is_file():
        shutil.rmtree(root, ignore_errors=True)
        fresh("explained", "make", str(root), str(count))
        (root / "made").touch()
    said = fresh("explained", "ask", str(root), str(count))
    half, p95 = quantile(said["took"], 0.5), quantile(said["took"], 0.95)
    what = f"`explain` of one order of {count:,}, p50 / p95 of {len(said['took'])} orders"
    notes = f"warm process; its first call {shown(said['first'])}"
    return [Line(what, f"{shown(half)} / {shown(p95)}", f"< {shown(MOST_S)}", notes, met=p95 < MOST_S)]


def make_here(root: Path, count: int) -> None:
    """A lake as a build leaves it, of a record that no file was read for."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook.rules import read_rules
    from troth.engines.calendars import transitions
    from troth.kernel.instant import to_us
    from troth.promises import Record, make_outcomes
    from troth.record import Part, Snapshot

    record = written_record(count)
    written_book("own", root / "book")
    workspace = open_workspace(root / "book")
    rules = read_rules(workspace)
    at = datetime(2026, 1, 1)
    with workspace.building() as engine:
        month = "CAST(year(e.occurred) * 100 + month(e.occurred) AS INTEGER) AS month"
        placed = f"'{record}/object.parquet' o JOIN '{record}/event.parquet' e ON e.object = o.code AND e.type = 'placed'"
        engine.run(f"CREATE TABLE object_order AS SELECT o.* REPLACE ({month}) FROM {placed}")
        kinds = ", ".join(f"'{name}'" for name in sorted(EVENTS))
        engine.run(
            "CREATE TABLE event AS SELECT o.month, e.object_type, e.object, e.occurred,"
            f" CAST(e.type AS ENUM ({kinds})) AS type, 'orders' AS source, CAST(e.object AS BIGINT) AS source_row"
            f" FROM '{record}/event.parquet' e JOIN object_order o ON o.code = e.object"
        )
        for table, columns in EMPTY.items():
            engine.run(f"CREATE TABLE {table} ({columns})")
        zone = transitions("UTC", to_us(datetime(2020, 1, 1)), to_us(datetime(2031, 1, 1)))
        span = to_us(datetime(2025, 1, 1)), to_us(datetime(2026, 1, 20))
        told = Record({"order": {"customer": "text"}}, {"order": frozenset(EVENTS)}, zone, "EUR", span=span)
        (made,) = make_outcomes(engine, rules.terms, told, at)
        stages = [[key, stage.model_dump(by_alias=True, exclude_none=True)] for key, stage in made.promise.stages.items()]
        parts = [
            Part("event", ("object_type", "month"), ("object", "occurred", "type")), Part("object_order", (), ("code",)),
            Part("outcome_deliver", ("promise", "month"), ("subject",)), Part("terms", (), ("promise", "terms", "layer", "change")),
            Part("working_time", (), ("calendar", "opens")), *(Part(table, (), ()) for table in EMPTY),
        ]  # fmt: skip
        files = workspace.lake.write(engine, parts)
        facts = {"promises": {"deliver": {"subject": "order", "stages": stages}}, "zone": "UTC", "currency": "EUR", "first_us": span[0]}
        schemas = {part.table: workspace.schema(engine, part.table) for part in parts}
        workspace.lake.publish(Snapshot("bench", at, rules.hash, "bench", schemas, files, facts), at)


EMPTY = {
    "relation": "from_type VARCHAR, from_code INTEGER, to_type VARCHAR, to_code INTEGER, qualifier VARCHAR",
    "bad_cell": "object_type VARCHAR, object INTEGER, name VARCHAR, source VARCHAR, file VARCHAR, source_row BIGINT, load INTEGER",
    "quarantine": "source VARCHAR, file VARCHAR, source_row BIGINT, source_column VARCHAR, reason VARCHAR, whole_row BOOLEAN,"
    " value VARCHAR, load INTEGER",
}


def measure_here(root: Path, count: int) -> dict[str, Any]:
    from troth.app.answers.timeline import why_not
    from troth.app.bootstrap import open_workspace
    from troth.app.reading import open_reading

    reading = open_reading(open_workspace(root / "book"))
    ids = [f"o{(number * 7_919_393 + 17) % count:09}" for number in range(IDS + 1)]
    first = seconds(lambda: why_not(reading, ids[0]))
    took = [seconds(lambda id=id: why_not(reading, id)) for id in ids[1:]]  # type: ignore[misc]
    return {"first": first, "took": took}


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make_here(Path(sys.argv[2]), int(sys.argv[3]))
        print(json.dumps({}))
    else:
        print(json.dumps(measure_here(Path(sys.argv[2]), int(sys.argv[3]))))

"""A table taken in: which of its rows are new or changed, and which of those known before it has no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from troth.query import identifier
from troth.record import Engine, Load
from troth.sources.fate import unbalanced
from troth.sources.intake.arrivals import Arrival, manner_of
from troth.sources.intake.texts import Texts, content_sql, read_texts
from troth.sources.mapping import Source
from troth.sources.personal.vault import Tokens


@dataclass(frozen=True, slots=True)
class Stored:
    """A load and its rows in SQL; None where it has none. rows: as `Texts` has them; gone: (seq, row); aside: (line, fate, reason)."""

    load: Load
    rows: str | None = None
    gone: str | None = None
    aside: str | None = None

    @property
    def texts(self) -> Texts:
        return Texts(self.rows or "", self.aside or "", self.load.columns, self.load.places, self.load.counted)


def take(
    engine: Engine,
    name: str,
    source: Source,
    arrival: Arrival,
    before: Sequence[Stored],
    vault: Tokens | None = None,
    *,
    seq: int,
    known_from: datetime,
) -> Load:
    """Read an arrival as tables `rows_<name>`, the rows that are new or changed, `gone_<name>` and `aside_<name>`.

    before: the loads of the same place, oldest first. vault: of the tokens in place of personal cells.
    Rows are compared by all that is kept of them, equal ones by their number.
    Several rows of one key are taken together, since the last of them counts: where one is new or their order is, all are.
    Raises SourceError as the reader does, ConservationError where the splitter counted other rows than the reader gave.
    """
    personal = tuple(sorted(source.personal.items()))
    load = Load(seq, known_from, name, arrival.place, arrival.name, arrival.content, manner_of(source), personal=personal)
    engine.run(f"CREATE OR REPLACE TABLE gone_{name} (seq INTEGER, row BIGINT)")
    if arrival.file is None:
        engine.run(f'CREATE OR REPLACE TABLE rows_{name} ("#row" BIGINT)')
        engine.run(f"CREATE OR REPLACE TABLE aside_{name} (line BIGINT, fate VARCHAR, reason VARCHAR)")
        return replace(load, anew=True)
    texts = read_texts(engine, name, source, arrival.file, vault)
    count, rejected, filtered = _counts(engine, texts)
    if texts.counted != count + rejected + filtered:
        raise unbalanced(name, texts.counted, count + rejected + filtered)
    load = replace(
        load, columns=texts.columns, places=texts.places, counted=texts.counted, taken=count, rejected=rejected, filtered=filtered
    )
    standing = since(before)
    if not standing:
        return replace(load, anew=bool(before))
    if {frozenset(one.load.columns) for one in standing if one.rows} - {frozenset(texts.columns)}:
        return replace(load, anew=True)
    taken = _keep_new(engine, name, source, texts, standing)
    gone = int(engine.rows(f"SELECT count(*) FROM gone_{name}")[0][0])
    return replace(load, taken=taken, unchanged=count - taken, gone=gone)


def _counts(engine: Engine, texts: Texts) -> tuple[int, int, int]:
    rows = engine.rows(f"SELECT count(*) FROM {texts.rows}")[0][0]
    aside = engine.rows(f"SELECT count(*) FILTER (fate = 'rejected'), count(*) FILTER (fate = 'filtered') FROM {texts.aside}")[0]
    return int(rows), int(aside[0]), int(aside[1])


def since(before: Sequence[Stored]) -> Sequence[Stored]:
    """The loads of which something may still stand: from the last on that left nothing of those before."""
    first = max((place for place, one in enumerate(before) if one.load.anew), default=0)
    return [one for one in before[first:] if one.load.there]


def _keep_new(engine: Engine, name: str, source: Source, texts: Texts, standing: Sequence[Stored]) -> int:
    """Leave in `rows_<name>` what is new, and put into `gone_<name>` what stood and is there no more; the number of new rows."""
    keys = [f"NULLIF(trim({identifier(column)}), '')" for column in source.key]
    key = f"CASE WHEN {' AND '.join(f'{k} IS NOT NULL' for k in keys)} THEN [{', '.join(keys)}] END" if keys else "CAST(NULL AS VARCHAR[])"
    read = f"CAST({identifier(texts.row)} AS BIGINT) AS row, {content_sql(texts)} AS content, {key} AS key"
    selects = [f"SELECT CAST({one.load.seq} AS INTEGER) AS seq, {read} FROM {one.rows}" for one in standing if one.rows]
    stood = " UNION ALL ".join(selects) or f"SELECT 0 AS seq, {read} FROM {texts.rows} WHERE FALSE"
    left = " UNION ALL ".join(
        f"SELECT CAST(seq AS INTEGER) AS seq, CAST(row AS BIGINT) AS row FROM {one.gone}" for one in standing if one.gone
    )
    without = f" ANTI JOIN ({left}) USING (seq, row)" if left else ""
    nth = "row_number() OVER (PARTITION BY content ORDER BY seq, row) AS nth"
    engine.run(f"CREATE OR REPLACE TABLE stood_{name} AS SELECT *, {nth} FROM (SELECT * FROM ({stood}){without})")
    engine.run(f"CREATE OR REPLACE TABLE now_{name} AS SELECT *, {nth} FROM (SELECT 0 AS seq, {read} FROM {texts.rows})")
    said = "list(content ORDER BY seq, row) AS said"
    several = (
        f"SELECT n.key FROM (SELECT key, {said} FROM now_{name} WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1) n"
        f" LEFT JOIN (SELECT key, {said} FROM stood_{name} GROUP BY key) s USING (key) WHERE s.said IS DISTINCT FROM n.said"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE same_{name} AS SELECT n.row, s.seq AS stood_seq, s.row AS stood_row FROM now_{name} n"
        f" JOIN stood_{name} s USING (content, nth) ANTI JOIN ({several}) k ON k.key = n.key"
    )
    engine.run(
        f"INSERT INTO gone_{name} SELECT s.seq, s.row FROM stood_{name} s"
        f" ANTI JOIN same_{name} u ON u.stood_seq = s.seq AND u.stood_row = s.row ORDER BY ALL"
    )
    new = f"SELECT r.* FROM {texts.rows} r ANTI JOIN same_{name} u ON u.row = r.{identifier(texts.row)}"
    engine.run(f"CREATE OR REPLACE TABLE rows_{name} AS {new}")
    for table in ("stood", "now", "same"):
        engine.run(f"DROP TABLE {table}_{name}")
    return int(engine.rows(f"SELECT count(*) FROM rows_{name}")[0][0])

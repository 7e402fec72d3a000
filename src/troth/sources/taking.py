"""A table taken in: which of its rows are new or changed, and which of those known before it has no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from troth.kernel.errors import ConservationError
from troth.query import identifier
from troth.record import Engine, Load
from troth.sources.arrivals import Arrival, manner_of
from troth.sources.mapping import Source
from troth.sources.texts import Texts, content_sql, read_texts


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


def take(engine: Engine, name: str, source: Source, arrival: Arrival, before: Sequence[Stored], *, seq: int, known_from: datetime) -> Load:
    """Read an arrival as tables `rows_<name>`, the rows that are new or changed, `gone_<name>` and `aside_<name>`.

    before: the loads of the same place, oldest first. Rows are compared by all that is kept of them, equal ones by their number. A
    row that stands behind a changed one of the same key is taken again, since the last of them counts.
    Raises SourceError as the reader does, ConservationError where the splitter counted other rows than the reader gave.
    """
    load = Load(seq, known_from, name, arrival.place, arrival.name, arrival.content, manner_of(source))
    engine.run(f"CREATE OR REPLACE TABLE gone_{name} (seq INTEGER, row BIGINT)")
    if arrival.file is None:
        engine.run(f'CREATE OR REPLACE TABLE rows_{name} ("#row" BIGINT)')
        engine.run(f"CREATE OR REPLACE TABLE aside_{name} (line BIGINT, fate VARCHAR, reason VARCHAR)")
        return replace(load, anew=True)
    texts = read_texts(engine, name, source, arrival.file)
    count, rejected, filtered = _counts(engine, texts)
    if texts.counted != count + rejected + filtered:
        raise unbalanced(name, texts.counted, count + rejected + filtered)
    load = replace(
        load, columns=texts.columns, places=texts.places, counted=texts.counted, taken=count, rejected=rejected, filtered=filtered
    )
    since = _since(before)
    if not since:
        return replace(load, anew=bool(before))
    if {frozenset(one.load.columns) for one in since if one.rows} - {frozenset(texts.columns)}:
        return replace(load, anew=True)
    taken = _keep_new(engine, name, source, texts, since)
    gone = int(engine.rows(f"SELECT count(*) FROM gone_{name}")[0][0])
    return replace(load, taken=taken, unchanged=count - taken, gone=gone)


def unbalanced(name: str, counted: int, accounted: int) -> ConservationError:
    return ConservationError(
        f"source '{name}' does not balance",
        got=f"{counted} rows counted, {accounted} accounted for",
        next_step="Nothing was published. A quote that is never closed is the usual cause.",
    )


def _counts(engine: Engine, texts: Texts) -> tuple[int, int, int]:
    rows = engine.rows(f"SELECT count(*) FROM {texts.rows}")[0][0]
    aside = engine.rows(f"SELECT count(*) FILTER (fate = 'rejected'), count(*) FILTER (fate = 'filtered') FROM {texts.aside}")[0]
    return int(rows), int(aside[0]), int(aside[1])


def _since(before: Sequence[Stored]) -> Sequence[Stored]:
    """The loads of which something may still stand: from the last on that left nothing of those before."""
    first = max((place for place, one in enumerate(before) if one.load.anew), default=0)
    return [one for one in before[first:] if one.load.there]


def _keep_new(engine: Engine, name: str, source: Source, texts: Texts, since: Sequence[Stored]) -> int:
    """Leave in `rows_<name>` what is new, and put into `gone_<name>` what stood and is there no more; the number of new rows."""
    row = identifier(texts.row)
    nth = "row_number() OVER (PARTITION BY content ORDER BY seq, row)"
    stood = (
        " UNION ALL ".join(
            f"SELECT CAST({one.load.seq} AS INTEGER) AS seq, CAST({row} AS BIGINT) AS row, {content_sql(texts)} AS content FROM {one.rows}"
            for one in since
            if one.rows
        )
        or "SELECT 0 AS seq, CAST(0 AS BIGINT) AS row, CAST(0 AS UBIGINT) AS content WHERE FALSE"
    )
    left = " UNION ALL ".join(
        f"SELECT CAST(seq AS INTEGER) AS seq, CAST(row AS BIGINT) AS row FROM {one.gone}" for one in since if one.gone
    )
    without = f" ANTI JOIN ({left}) USING (seq, row)" if left else ""
    engine.run(f"CREATE OR REPLACE TABLE stood_{name} AS SELECT *, {nth} AS nth FROM (SELECT * FROM ({stood}){without})")
    keys = "".join(f", NULLIF(trim({identifier(column)}), '') AS k{n}" for n, column in enumerate(source.key) if column in texts.columns)
    engine.run(
        f"CREATE OR REPLACE TABLE now_{name} AS SELECT *, {nth} AS nth"
        f" FROM (SELECT 0 AS seq, {row} AS row, {content_sql(texts)} AS content{keys} FROM {texts.rows})"
    )
    engine.run(f"CREATE OR REPLACE TABLE new_{name} AS SELECT n.* FROM now_{name} n ANTI JOIN stood_{name} s USING (content, nth)")
    if keys:
        same = " AND ".join(f"n.k{n} = f.k{n}" for n in range(len(source.key)))
        listed = ", ".join(f"k{n}" for n in range(len(source.key)))
        engine.run(
            f"INSERT INTO new_{name} SELECT n.* FROM now_{name} n"
            f" JOIN (SELECT {listed}, min(row) AS first FROM new_{name} GROUP BY ALL) f ON {same} AND n.row > f.first"
            f" ANTI JOIN new_{name} w ON w.row = n.row"
        )
    unchanged = f"SELECT n.content, n.nth FROM now_{name} n ANTI JOIN new_{name} w ON w.row = n.row"
    engine.run(
        f"INSERT INTO gone_{name} SELECT s.seq, s.row FROM stood_{name} s ANTI JOIN ({unchanged}) u USING (content, nth) ORDER BY ALL"
    )
    engine.run(f"CREATE OR REPLACE TABLE rows_{name} AS SELECT r.* FROM {texts.rows} r SEMI JOIN new_{name} w ON w.row = r.{row}")
    taken = int(engine.rows(f"SELECT count(*) FROM rows_{name}")[0][0])
    for table in ("stood", "now", "new"):
        engine.run(f"DROP TABLE {table}_{name}")
    return taken

"""What was taken in before a column was personal, as it would have been taken in since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from troth.query import identifier
from troth.record import Engine, Load
from troth.sources.address import Address
from troth.sources.intake.arrivals import manner_of
from troth.sources.intake.taking import Stored
from troth.sources.intake.texts import Texts, free
from troth.sources.mapping import Source
from troth.sources.personal.protecting import protected_late
from troth.sources.personal.vault import Vault
from troth.sources.readers import Opened

ROWS = "cleaned"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A load whose rows lie in the engine's table `rows_<source of the load>` until the next one is asked for.

    columns: that became personal.
    """

    load: Load
    columns: tuple[str, ...]


def exposed(source: Source, loads: Iterable[Load]) -> tuple[Load, ...]:
    """The loads whose rows were kept before some column was personal that is so now, as far as they say it."""
    if not source.personal:
        return ()
    manner, wanted = manner_of(source), source.personal.items()
    return tuple(
        load
        for load in loads
        if load.stored(f"rows_{load.source}") and (load.manner != manner if load.personal is None else not wanted <= set(load.personal))
    )


def cleaned(engine: Engine, source: Source, place: Sequence[Stored], wanted: Sequence[Load], vault: Vault) -> Iterator[Cleaned]:
    """The wanted loads of one place with tokens, redacted texts and shapes in their rows, one after the other.

    place: all loads of the place. Rows that differ in nothing that is kept any more are numbered over all of them, those that stand
    first: so a file that is read again finds in them what it holds. Raises SourceError where a file gives other rows when read again.
    """
    alike: dict[object, list[Stored]] = {}
    for one in place:
        if one.load in wanted:
            alike.setdefault((one.load.columns, one.load.places, one.load.personal), []).append(one)
    for loads in alike.values():
        done = {column for column, kind in loads[0].load.personal or () if source.personal.get(column) == kind}
        texts = _clean(engine, source, place, loads, vault, done)
        late = tuple(sorted(column for column in source.personal if column in loads[0].load.columns and column not in done))
        for one in loads:
            rows = f"rows_{one.load.source}"
            chosen = f"SELECT * EXCLUDE (seq) FROM {ROWS} WHERE seq = {one.load.seq}"
            engine.run(f"CREATE OR REPLACE TABLE {rows} AS {chosen}")
            personal = tuple(sorted(source.personal.items()))
            yield Cleaned(replace(one.load, columns=texts.columns, places=texts.places, personal=personal), late)
            engine.run(f"DROP TABLE {rows}")
        engine.run(f"DROP TABLE {ROWS}")


def _clean(engine: Engine, source: Source, place: Sequence[Stored], loads: Sequence[Stored], vault: Vault, done: set[str]) -> Texts:
    """Table `cleaned`: seq of the load, then the rows as `Texts` has them."""
    before = loads[0].texts
    seq = free("#seq", before.columns)
    own = [before.row, before.twin, before.bad]
    stored = ", ".join(map(identifier, (*own, *before.columns)))
    relation = f"({' UNION ALL '.join(f'SELECT {one.load.seq} AS {identifier(seq)}, {stored} FROM {one.rows}' for one in loads)})"
    bad = before.bad if before.places else None
    table = Opened(
        Address(Path(loads[0].load.name)), before.columns, relation, 0, row=f"src.{identifier(before.row)}", bad=bad, places=before.places
    )
    with protected_late(engine, table, ROWS, source, vault, done) as now:
        texts = Texts(ROWS, "", now.columns, now.places if bad else (), 0)
        cells = [f"src.{identifier(column)} AS c{number}" for number, column in enumerate(now.columns)]
        content = ", ".join([*(f"src.{identifier(column)}" for column in sorted(now.columns)), f"src.{identifier(before.bad)}"])
        engine.run(
            f"CREATE OR REPLACE TABLE {ROWS}_read AS SELECT CAST(src.{identifier(seq)} AS INTEGER) AS seq,"
            f" CAST(src.{identifier(before.row)} AS BIGINT) AS row, CAST(src.{identifier(before.twin)} AS INTEGER) AS twin,"
            f" src.{identifier(before.bad)} AS bad, {now.print} AS whole, hash({content}) AS content, {', '.join(cells)}"
            f" FROM {now.relation} AS src"
        )
    read = f"SELECT r.*, CAST(g.row IS NOT NULL AS INTEGER) AS gone FROM {ROWS}_read r LEFT JOIN ({_left(place)}) g USING (seq, row)"
    grouped = f"SELECT *, min(gone) OVER (PARTITION BY content, twin, whole) AS all_gone FROM ({read})"
    twin = "CAST(dense_rank() OVER (PARTITION BY content ORDER BY all_gone, twin, whole) - 1 AS INTEGER)"
    columns = "".join(f", c{number} AS {identifier(column)}" for number, column in enumerate(texts.columns))
    engine.run(
        f"CREATE OR REPLACE TABLE {ROWS} AS SELECT seq, row AS {identifier(texts.row)}, bad AS {identifier(texts.bad)},"
        f" {twin} AS {identifier(texts.twin)}{columns} FROM ({grouped})"
    )
    engine.run(f"DROP TABLE {ROWS}_read")
    return texts


def _left(place: Sequence[Stored]) -> str:
    """(seq, row) of the rows that their table has no more."""
    anew = max((one.load.seq for one in place if one.load.anew), default=0)
    told = [f"SELECT CAST(seq AS INTEGER) AS seq, CAST(row AS BIGINT) AS row FROM {one.gone}" for one in place if one.gone]
    ended = (one for one in place if one.rows and one.load.seq < anew)
    told += [f"SELECT {one.load.seq}, CAST({identifier(one.texts.row)} AS BIGINT) FROM {one.rows}" for one in ended]
    return " UNION ".join(told) or "SELECT 0 AS seq, CAST(0 AS BIGINT) AS row WHERE FALSE"

"""What stands of a source as known at some time: its loads, folded."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace

from troth.query import identifier, literal_text
from troth.record import Engine
from troth.sources.fate import unusable_sql
from troth.sources.intake.arrivals import is_full, newest
from troth.sources.intake.taking import Stored
from troth.sources.intake.texts import Texts, free, require
from troth.sources.mapping import Source
from troth.sources.reading import Piece, Plan, Staged, Withdrawn, append, begin, keep_aside, keep_came, plan_of, staged_of

NEVER = 2**31 - 1


def stage_loads(
    engine: Engine, name: str, source: Source, zone: str, known: Sequence[Stored], *, strict: bool = True, also: Collection[str] = ()
) -> Staged:
    """The rows of a source's loads as one staged table, in the order in which they became known, then of their tables' names.

    known: all loads that count, oldest first. A row that its own table replaced or has no more is left out by the contract: in an
    extract of the whole it was taken back, else it stays. What a reader set aside stands as long as its table is not taken in anew.
    strict: a table that lacks a mapped column raises SourceError, else the column is empty. also: columns of which the text is wanted
    though the mapping does not carry it.
    """
    last = newest(one.load for one in known)
    for load in last.values() if strict else ():
        if load.there:
            require((*load.columns, *source.personal), {*source.in_files(), *(c for c in also if c not in source.derived)}, load.name)
    tables = sorted(last.values(), key=lambda load: (load.name, load.place))
    places = {load.place: number for number, load in enumerate(tables)}
    ordered = sorted(known, key=lambda one: (one.load.seq, places[one.load.place]))
    pieces = tuple(Piece(one.load.name, one.load.seq, places[one.load.place]) for one in ordered)
    plan = plan_of(name, source, zone, marked=any(one.load.places for one in ordered), also=also)
    begin(engine, name)
    naive = _append_all(engine, plan, ordered)
    for index, one in enumerate(ordered):
        if one.load is last[one.load.place] and one.aside is not None:
            keep_aside(engine, name, index, one.aside, pieces[index])
    standing = [load for load in tables if load.there or not is_full(source)]
    read = sum(one.load.taken for one in known) + sum(load.rejected + load.filtered for load in last.values())
    staged = staged_of(engine, plan, pieces, tuple(load.name for load in standing), read, naive=naive)
    staged = replace(staged, columns=tuple((load.name, load.columns) for load in tables if load.there))
    return _without_withdrawn(engine, staged, ordered)


def _append_all(engine: Engine, plan: Plan, ordered: Sequence[Stored]) -> bool:
    """Rows of loads with the same columns are read together."""
    groups: dict[tuple[tuple[str, ...], tuple[int, ...]], list[int]] = {}
    for index, one in enumerate(ordered):
        if one.rows is not None:
            groups.setdefault((one.load.columns, one.load.places), []).append(index)
    naive = False
    for members in groups.values():
        texts = ordered[members[0]].texts
        piece = free("#piece", texts.columns)
        selects = [_select(ordered[index], index, piece) for index in members]
        together = Texts(f"({' UNION ALL '.join(selects)})", texts.aside, texts.columns, texts.places, texts.counted)
        naive |= append(engine, plan, together, piece=f"src.{identifier(piece)}")
    if not groups:
        append(engine, plan, _nothing(ordered), piece="0")
    return naive


def _select(one: Stored, index: int, piece: str) -> str:
    texts = one.texts
    own = f"{index} AS {identifier(piece)}, CAST({identifier(texts.row)} AS BIGINT) AS {identifier(texts.row)}"
    own += f", CAST({identifier(texts.twin)} AS INTEGER) AS {identifier(texts.twin)}, {identifier(texts.bad)}"
    return f"SELECT {own}{''.join(f', {identifier(c)}' for c in texts.columns)} FROM {texts.rows}"


def _nothing(ordered: Sequence[Stored]) -> Texts:
    columns = next((one.load.columns for one in reversed(ordered) if one.load.columns), ())
    texts = Texts("", "", columns, (), 0)
    cells = [f"CAST(0 AS BIGINT) AS {identifier(texts.row)}", f"CAST(0 AS INTEGER) AS {identifier(texts.twin)}"]
    cells += [f"CAST(NULL AS VARCHAR) AS {identifier(c)}" for c in (texts.bad, *columns)]
    return Texts(f"(SELECT {', '.join(cells)} WHERE FALSE)", "", columns, (), 0)


def _without_withdrawn(engine: Engine, staged: Staged, ordered: Sequence[Stored]) -> Staged:
    """Rows that their own table replaced, or took back, are gone before any is judged; the staged source without them."""
    name = staged.name
    left = _rows_left(engine, staged, ordered)
    if not left:
        return staged
    full = str(is_full(staged.source)).upper()
    places = ", ".join(str(piece.place) for piece in staged.pieces)
    keys = [f"t{staged.texts[column]}" for column in staged.source.key]
    whole = " AND ".join(f"{key} IS NOT NULL" for key in keys) or "FALSE"
    key = f"CASE WHEN {whole} THEN [{', '.join([*keys, literal_text('key')])}] ELSE [CAST(_content AS VARCHAR)] END"
    engine.run(
        f"CREATE OR REPLACE TABLE withdrawn_{name} AS WITH keyed AS ("
        f"SELECT s._file, s._row, s._content, [{places}][s._file + 1] AS place, {key} AS key, l.went"
        f" FROM {staged.table} s LEFT JOIN left_{name} l USING (_file, _row)),"
        " touched AS (SELECT DISTINCT place, key FROM keyed WHERE went IS NOT NULL),"
        f" until AS (SELECT k.*, coalesce(went, {NEVER}) AS until, max(coalesce(went, {NEVER})) OVER (PARTITION BY place, key) AS last"
        " FROM keyed k SEMI JOIN touched USING (place, key)),"
        " judged AS (SELECT *, list(_content) FILTER (WHERE until = last) OVER (PARTITION BY place, key) AS newest FROM until)"
        f" SELECT _file, _row, CASE WHEN until = last THEN CASE WHEN {full} THEN 'retracted' END"
        " WHEN list_contains(newest, _content) THEN 'duplicate' ELSE 'superseded' END AS fate FROM judged WHERE went IS NOT NULL"
    )
    counted = dict(engine.rows(f"SELECT fate, count(*) FROM withdrawn_{name} WHERE fate IS NOT NULL GROUP BY 1"))
    if counted:
        gone = f"(SELECT s.* FROM {staged.table} s SEMI JOIN (FROM withdrawn_{name} WHERE fate IS NOT NULL) w USING (_file, _row))"
        keep_came(engine, staged, f"(SELECT * FROM {gone} WHERE {unusable_sql(staged)} IS NULL)")
        engine.run(
            f"CREATE OR REPLACE TABLE {staged.table} AS SELECT s.* FROM {staged.table} s"
            f" ANTI JOIN (SELECT _file, _row FROM withdrawn_{name} WHERE fate IS NOT NULL) w USING (_file, _row) ORDER BY _file, _row"
        )
    for table in ("withdrawn", "left"):
        engine.run(f"DROP TABLE {table}_{name}")
    withdrawn = Withdrawn(*(int(counted.get(fate, 0)) for fate in ("duplicate", "superseded", "retracted")))
    return replace(staged, withdrawn=withdrawn)


def _rows_left(engine: Engine, staged: Staged, ordered: Sequence[Stored]) -> bool:
    """Table `left_<name>` (_file, _row, went): rows that their own table has no more, and since which intake. Whether there are any."""
    name = staged.name
    files: dict[str, list[tuple[int, int]]] = {}
    ends: dict[str, list[int]] = {}
    for index, one in enumerate(ordered):
        files.setdefault(one.load.place, []).append((one.load.seq, index))
        if one.load.anew:
            ends.setdefault(one.load.place, []).append(one.load.seq)
    engine.run(f"CREATE OR REPLACE TABLE left_{name} (_file INTEGER, _row BIGINT, went INTEGER)")
    for one in ordered:
        if one.gone is not None:
            engine.run(
                f"INSERT INTO left_{name} SELECT f.file, CAST(g.row AS BIGINT), {one.load.seq} FROM {one.gone} g"
                f" JOIN (VALUES {_listed(files[one.load.place])}) f(seq, file) ON f.seq = CAST(g.seq AS INTEGER)"
            )
    ended = [
        (index, later[0])
        for index, one in enumerate(ordered)
        if (later := ends.get(one.load.place, [])[bisect_right(ends.get(one.load.place, []), one.load.seq) :])
    ]
    if ended:
        engine.run(
            f"INSERT INTO left_{name} SELECT s._file, s._row, e.went FROM {staged.table} s"
            f" JOIN (VALUES {_listed(ended)}) e(file, went) ON e.file = s._file"
            f" ANTI JOIN left_{name} l ON l._file = s._file AND l._row = s._row"
        )
    return bool(engine.rows(f"SELECT 1 FROM left_{name} LIMIT 1"))


def _listed(pairs: Sequence[tuple[int, int]]) -> str:
    return ", ".join(map(str, pairs))

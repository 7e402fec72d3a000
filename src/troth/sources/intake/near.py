"""What of a source's rows has to do with what was taken in last: the rows of the keys that it spoke of, and of the objects these name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from troth.query import identifier, literal_text
from troth.record import Engine
from troth.sources.casting import trimmed
from troth.sources.intake.taking import Stored
from troth.sources.mapping import Source

Reference = tuple[str, tuple[str, ...]]
PIECE, ROW = "#piece", "#number"


@dataclass(frozen=True, slots=True)
class Coming:
    """A source with its loads, oldest first, those of the last intake among them. seq: of that one."""

    name: str
    source: Source
    loads: tuple[Stored, ...]
    seq: int

    @property
    def before(self) -> tuple[Stored, ...]:
        return tuple(one for one in self.loads if one.load.seq != self.seq)

    @property
    def news(self) -> tuple[Stored, ...]:
        return tuple(one for one in self.loads if one.load.seq == self.seq)


def why_not(coming: Sequence[Coming]) -> str | None:
    """Why rows cannot be told near from far by the texts of their keys and ids; None where they can."""
    for one in coming:
        source, loads = one.source, [each.load for each in one.loads]
        named = {*source.key, *(column for _, columns in source.references() for column in columns)}
        if any(load.anew for load in loads if load.seq == one.seq):
            return f"a table of {one.name} is another one than before, or is gone"
        if any(load.places for load in loads) or len({load.columns for load in loads if load.taken}) > 1:
            return f"the tables of {one.name} differ in their columns"
        if len({load.name for load in loads}) != len({load.place for load in loads}):
            return f"two tables of {one.name} share a name"
        if named & set(source.derived):
            return f"a key or id of {one.name} is made of other columns"
        if any(relation.is_match for relation in source.relations):
            return f"{one.name} names objects by what they look like"
    return None


def make_near(engine: Engine, coming: Sequence[Coming], there: Mapping[str, str]) -> None:
    """near_<source>: the rows of all its loads that what is new may have to do with; `touched`: the objects that may have changed.

    there: a relation with the column `id` of the objects of each type that were known before. An object is touched where a row says
    something of it that is new or was replaced; one that is named as whom it belongs to only where it was not known, or where a row
    that named it was replaced by one that does not. Of what is touched every row is near, and all rows of the keys of near rows.
    `touched` has hashes of ids: what shares one by chance is taken for touched too, its rows are near, and nothing is lost by it.
    """
    for table in ("touched", "named"):
        engine.run(f"CREATE OR REPLACE TABLE {table} (object_type VARCHAR, id UBIGINT)")
    for one in coming:
        _make_thin(engine, one)
        _make_groups(engine, one)
        if one.news:
            _touch(engine, one, there)
    for table in ("touched", "named"):
        engine.run(f"CREATE OR REPLACE TABLE {table} AS SELECT DISTINCT * FROM {table} WHERE id IS NOT NULL")
    for one in coming:
        _make_near(engine, one)
        engine.run(f"DROP TABLE groups_{one.name}")
        engine.run(f"DROP TABLE thin_{one.name}")


def near(engine: Engine, one: Coming, *, before: bool) -> tuple[Stored, ...]:
    """The loads of a source with their near rows alone. before: without those of the last intake."""
    loads = [stored for stored in one.loads if not before or stored.load.seq != one.seq]
    pieces = {piece for (piece,) in engine.rows(f"SELECT DISTINCT {identifier(PIECE)} FROM near_{one.name}")}
    found = []
    for piece, stored in enumerate(one.loads):
        if stored in loads:
            rows = f"(SELECT * EXCLUDE ({identifier(PIECE)}) FROM near_{one.name} WHERE {identifier(PIECE)} = {piece})"
            found.append(replace(stored, rows=rows if piece in pieces else None))
    return tuple(found)


def _make_thin(engine: Engine, one: Coming) -> None:
    """thin_<source>: of every row its place, the group that it is settled in, and hashes of the ids that it names."""
    named = _named(one.source)
    columns = sorted({*one.source.key, *(column for _, columns in named for column in columns)})
    piece_and_row = "CAST({} AS INTEGER) AS " + identifier(PIECE) + ", CAST({} AS BIGINT) AS " + identifier(ROW)
    read = "".join(f", {identifier(column)}" for column in columns)
    rows = [
        f"SELECT {piece_and_row.format(piece, _row(stored))}{read} FROM {stored.rows}"
        for piece, stored in enumerate(one.loads)
        if stored.rows is not None
    ]
    nothing = "".join(f", '' AS {identifier(column)}" for column in columns)
    empty = f"SELECT {piece_and_row.format(0, 0)}{nothing} WHERE FALSE"
    hashes = "".join(f", {_hash(_id_sql(columns))} AS r{place}" for place, (_, columns) in enumerate(named))
    # Terms over the union, since those within it are planned once a load: of a year of days that takes longer than to read the rows.
    engine.run(
        f"CREATE OR REPLACE TABLE thin_{one.name} AS SELECT {identifier(PIECE)} AS piece, {identifier(ROW)} AS row,"
        f" {_group_sql(one)} AS grp{hashes} FROM ({' UNION ALL '.join(rows) or empty})"
    )


def _make_groups(engine: Engine, one: Coming) -> None:
    """groups_<source>: the keys, or what a row without one names, of rows that are new and of those that their table has no more."""
    pieces = {(stored.load.place, stored.load.seq): piece for piece, stored in enumerate(one.loads)}
    groups = [f"SELECT grp FROM thin_{one.name} WHERE piece IN ({_news(one)})"] if one.news else []
    for stored in one.news:
        mine = ", ".join(f"({seq}, {piece})" for (place, seq), piece in pieces.items() if place == stored.load.place)
        if stored.gone is not None:
            left = f"SELECT f.piece, CAST(g.row AS BIGINT) AS row FROM {stored.gone} g JOIN (VALUES {mine}) f(seq, piece) ON f.seq = g.seq"
            groups.append(f"SELECT grp FROM thin_{one.name} SEMI JOIN ({left}) USING (piece, row)")
    engine.run(f"CREATE OR REPLACE TABLE groups_{one.name} (grp UBIGINT)")
    if groups:
        engine.run(f"INSERT INTO groups_{one.name} SELECT DISTINCT grp FROM ({' UNION ALL '.join(groups)})")


def _touch(engine: Engine, one: Coming, there: Mapping[str, str]) -> None:
    """What the rows of the groups name, into `touched`, and what they only say to belong to, into `named`."""
    engine.run(f"CREATE OR REPLACE TABLE spoken AS FROM thin_{one.name} SEMI JOIN groups_{one.name} USING (grp)")
    belonging = _belonging(one.source)
    for place, (type, columns) in enumerate(_named(one.source)):
        if (type, columns) not in belonging:
            engine.run(f"INSERT INTO touched SELECT DISTINCT {literal_text(type)}, r{place} FROM spoken")
            continue
        pair = f"SELECT grp, r{place} AS id FROM spoken WHERE piece"
        lost = f"SELECT id FROM ({pair} NOT IN ({_news(one)}) EXCEPT {pair} IN ({_news(one)}))"
        unknown = f"SELECT r{place} AS id FROM spoken ANTI JOIN (SELECT hash(id) AS id FROM {there[type]}) k ON k.id = r{place}"
        engine.run(f"INSERT INTO touched SELECT {literal_text(type)}, id FROM ({lost} UNION {unknown})")
        engine.run(f"INSERT INTO named SELECT DISTINCT {literal_text(type)}, r{place} FROM spoken")
    engine.run("DROP TABLE spoken")


def _make_near(engine: Engine, one: Coming) -> None:
    """The groups of rows that name what is touched, and of the own rows of what is named; then their rows with all their cells."""
    groups = [f"SELECT grp FROM groups_{one.name}"]
    types = {(table, str(type)) for table in ("touched", "named") for (type,) in engine.rows(f"SELECT DISTINCT object_type FROM {table}")}
    own = (one.source.object.type, one.source.object.id) if one.source.object is not None else None
    for place, (type, columns) in enumerate(_named(one.source)):
        for table in ("touched", "named"):
            if (table, type) in types and (table == "touched" or (type, columns) == own):
                ids = f"SELECT id FROM {table} WHERE object_type = {literal_text(type)}"
                groups.append(f"SELECT grp FROM thin_{one.name} WHERE r{place} IN ({ids})")
    engine.run(
        f"CREATE OR REPLACE TABLE wanted AS SELECT piece, row FROM thin_{one.name}"
        f" SEMI JOIN (SELECT DISTINCT grp FROM ({' UNION ALL '.join(groups)})) USING (grp)"
    )
    pieces = {int(piece) for (piece,) in engine.rows("SELECT DISTINCT piece FROM wanted")}
    selects = [
        f"SELECT CAST({piece} AS INTEGER) AS {identifier(PIECE)}, {_columns(stored)} FROM {stored.rows}"
        f" WHERE {_row(stored)} IN (SELECT row FROM wanted WHERE piece = {piece})"
        for piece, stored in enumerate(one.loads)
        if piece in pieces
    ]
    nothing = f"SELECT CAST(0 AS INTEGER) AS {identifier(PIECE)} WHERE FALSE"
    engine.run(f"CREATE OR REPLACE TABLE near_{one.name} AS {' UNION ALL '.join(selects) or nothing}")
    engine.run("DROP TABLE wanted")


def _news(one: Coming) -> str:
    return ", ".join(str(piece) for piece, stored in enumerate(one.loads) if stored.load.seq == one.seq)


def _row(stored: Stored) -> str:
    return identifier(stored.texts.row)


def _columns(stored: Stored) -> str:
    texts = stored.texts
    ours = f"CAST({identifier(texts.row)} AS BIGINT) AS {identifier(texts.row)}, {identifier(texts.bad)}"
    ours += f", CAST({identifier(texts.twin)} AS INTEGER) AS {identifier(texts.twin)}"
    return ", ".join([ours, *map(identifier, texts.columns)])


def _group_sql(one: Coming) -> str:
    """Rows with one key share it, and rows without a whole key at least where they are equal; what shares it by chance does no harm.

    Equal rows have equal ids, so that no cell besides keys and ids is read of all rows.
    """
    keys = [trimmed(identifier(column)) for column in one.source.key]
    told = f"hash({', '.join([*keys, *(_id_sql(columns) for _, columns in _named(one.source))]) or 'NULL'})"
    whole = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    return f"CASE WHEN {whole} THEN hash({', '.join(keys)}) ELSE {told} END" if keys else told


def _named(source: Source) -> list[Reference]:
    return sorted({*_giving(source), *_belonging(source)})


def _giving(source: Source) -> list[Reference]:
    """Where a row says something of the object that it names."""
    named = [(source.object.type, source.object.id)] if source.object else []
    named += [(entry.to, entry.id) for entry in source.lends]
    named += [(entry.about, entry.id) for entry in source.feedback]
    named += [(entry.about, entry.id) for entry in source.money]
    return sorted(set(named))


def _belonging(source: Source) -> list[Reference]:
    """Where a row names what its object belongs to, and says no more of it."""
    return sorted({(relation.to, relation.id) for relation in source.relations} - set(_giving(source)))


def _hash(text: str) -> str:
    return f"CASE WHEN {text} IS NOT NULL THEN hash({text}) END"


def _id_sql(columns: Iterable[str]) -> str:
    """As `Staged.id_sql` has it, of texts as they were read."""
    texts = [trimmed(identifier(column)) for column in columns]
    if len(texts) == 1:
        return texts[0]
    return " || '/' || ".join(f"replace(replace({text}, '%', '%25'), '/', '%2F')" for text in texts)

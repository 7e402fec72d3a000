"""What names a row, and which column points to which file's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from troth.record import Engine
from troth.sources.guess import lexicon
from troth.sources.guess.naming import file_noun, looks_like_id, name_of, object_noun, singular, without_id
from troth.sources.guess.profile import Column, Table
from troth.sources.guess.words import is_neutral, says, tokens

MOST_PAIRS = 12
NEARLY = 0.995
LIKELY = 0.98


@dataclass(frozen=True, slots=True)
class Reference:
    """A column whose values are names of another file's rows.

    matched, distinct: distinct values found among the key's, and in all. named: the column's name says so too.
    """

    table: int
    column: str
    to: int
    matched: int
    distinct: int
    named: bool

    @property
    def share(self) -> float:
        return self.matched / self.distinct if self.distinct else 0.0


@dataclass(frozen=True, slots=True)
class Keyed:
    """A file with its key and the type of object that one row is.

    key: columns; () where every row is a fact of its own. twin: number of the file that describes the same objects.
    """

    table: Table
    key: tuple[str, ...]
    type: str
    distinct: int
    twin: int | None = None

    @property
    def number(self) -> int:
        return self.table.number


def keyed_tables(engine: Engine, tables: Sequence[Table]) -> list[Keyed]:
    stems = [name_of(t.path) for t in tables]
    found = []
    for table in tables:
        noun = file_noun(name_of(table.path), [s for s in stems if s != name_of(table.path)])
        single = _single(engine, table, noun)
        key = (single,) if single else ()
        type = object_noun(single, noun) if single else noun
        found.append(Keyed(table, key, type, exact_distinct(engine, table.column(single), table) if single else 0))
    return found


def _single(engine: Engine, table: Table, noun: str) -> str | None:
    if table.rows < 2:
        return None
    candidates = [c for c in table.columns if _may_name(c, table) and _is_unique(engine, c, table)]
    if not candidates:
        return _submitted(engine, table)
    return min(candidates, key=lambda c: _rank(c, table, noun)).name


def _submitted(engine: Engine, table: Table) -> str | None:
    """A form's answers have no number, but the second in which each was sent, in the first column and under a name that says so."""
    first = table.columns[0]
    sent = first.kind == "instant" and not first.is_round and first.filled == table.looked and says(first.name, lexicon.SENT)
    return first.name if sent and _is_unique(engine, first, table) else None


def _may_name(column: Column, table: Table) -> bool:
    if column.kind == "instant" or column.longest > 80 or (column.kind == "number" and not column.whole):
        return False
    if says(column.name, lexicon.MONEY) and not looks_like_id(column.name):
        return False
    if any(says(column.name, lexicon.PERSONAL[k]) for k in ("email", "phone", "free_text", "address")) and not looks_like_id(column.name):
        return False
    rows = table.looked
    spaced = sum(v.count(" ") >= 2 for v in column.sample)
    return column.filled >= LIKELY * rows and column.distinct >= LIKELY * rows and spaced * 4 <= len(column.sample)


def _is_unique(engine: Engine, column: Column, table: Table) -> bool:
    """Whether no two rows share a value, but for copies, blanks and, where the name speaks for it, one row in fifty."""
    if table.looked == table.rows:
        likely = looks_like_id(column.name) or column.position == 0
        return column.distinct == table.rows or (column.distinct >= LIKELY * table.rows and likely)
    return exact_distinct(engine, column, table) >= NEARLY * table.rows


def exact_distinct(engine: Engine, column: Column, table: Table) -> int:
    """Distinct values in all rows, also where the file was profiled on a part of them."""
    if table.looked == table.rows:
        return column.distinct
    return int(engine.rows(f"SELECT count(DISTINCT t{column.position}) FROM {table.sql}")[0][0])


def _rank(column: Column, table: Table, noun: str) -> tuple[int, int, int, int]:
    """Lower is better: named for the file, an id by name, not a mere row count, leftmost."""
    named = without_id(column.name)
    own = named and (singular(named.split("_")[-1]) == noun.rsplit("_", maxsplit=1)[-1] or noun.startswith(named[:5]))
    counts_rows = column.name.startswith("column_") or (
        tokens(column.name) and tokens(column.name)[-1] in ("index", "row", "zeile", "linha")
    )
    return (
        int(bool(counts_rows)),
        0 if looks_like_id(column.name) and (own or not named) else 1 if looks_like_id(column.name) else 2 if own else 3,
        int(column.distinct < table.looked),
        column.position,
    )


def references(engine: Engine, keyed: Sequence[Keyed]) -> list[Reference]:
    """The best target of every column that may point somewhere."""
    found: list[Reference] = []
    for source in keyed:
        for column in source.table.columns:
            tried = [r for target in keyed if (r := _reference(engine, source, column, target))]
            if tried:
                found.append(max(tried, key=lambda r: (r.named, round(r.share, 3), keyed_rows(keyed, r.to), -r.to)))
    return found


def keyed_rows(keyed: Sequence[Keyed], number: int) -> int:
    return next(k.table.rows for k in keyed if k.number == number)


def _reference(engine: Engine, source: Keyed, column: Column, target: Keyed) -> Reference | None:
    if source.number == target.number or len(target.key) != 1 or not column.distinct:
        return None
    key = target.table.column(target.key[0])
    named = _same_words(column.name, key.name, target)
    if not _alike(column, key, named=named) or (source.key == (column.name,) and target.table.rows < source.table.rows):
        return None
    if not named and (column.distinct < 3 or (key.kind == "number" and not _plausible_number(column, key, source, target))):
        return None
    matched, distinct = engine.rows(
        f"SELECT count(k.v), count(*) FROM"
        f" (SELECT DISTINCT t{column.position} AS v FROM {source.table.sql} WHERE t{column.position} IS NOT NULL) s"
        f" LEFT JOIN (SELECT DISTINCT t{key.position} AS v FROM {target.table.sql}) k ON k.v = s.v"
    )[0]
    if matched < (0.5 if named else 0.95) * distinct or matched == 0:
        return None
    if source.key == (column.name,) and target.table.rows == source.table.rows and not _owns(target, source):
        return None
    return Reference(source.number, column.name, target.number, int(matched), int(distinct), named)


def _owns(target: Keyed, source: Keyed) -> bool:
    """Of two files with the same keys, the one whose name is the key's owns them, else the one with more time columns."""
    ours, theirs = (int(without_id(k.key[0])[:5] in file_noun(name_of(k.table.path), ())) if k.key else 0 for k in (target, source))
    if ours != theirs:
        return ours > theirs
    mine, other = len(target.table.instants), len(source.table.instants)
    return mine > other or (mine == other and target.number < source.number)


def _plausible_number(column: Column, key: Column, source: Keyed, target: Keyed) -> bool:
    """Small whole numbers are among any running number; a pointer has no better name for itself and covers much of the key."""
    if column.name in source.key or says(column.name, lexicon.MONEY) or not (column.whole and key.whole):
        return False
    covers = column.distinct * source.table.rows >= 0.3 * target.table.rows * source.table.looked
    return covers and target.table.rows >= 20 and (key.low > 1000 or is_neutral(column.name) or looks_like_id(column.name))


def _alike(column: Column, key: Column, *, named: bool) -> bool:
    if column.kind not in ("text", "number") or column.kind != key.kind or (column.kind == "number" and not column.whole):
        return False
    if (
        not named
        and key.kind == "text"
        and key.shortest == key.longest
        and (column.shortest, column.longest) != (key.shortest, key.longest)
    ):
        return False
    return column.shortest <= key.longest and column.longest >= key.shortest and column.longest <= 80


def _same_words(name: str, key: str, target: Keyed) -> bool:
    """Whether a column's name says that it points to the target: same name as its key, or the target's type in it."""
    if is_neutral(name):
        return False
    if name.lower() == key.lower() and (without_id(key) or not looks_like_id(key)):
        return True
    ours = without_id(name) or name.lower()
    theirs = {target.type, target.type.split("_")[-1], without_id(key)} - {""}
    return any(
        len(t) >= 3 and (ours == t or (ours.endswith("_" + t) and looks_like_id(name)) or (len(ours) >= 5 and t.startswith(ours)))
        for t in theirs
    )


def with_twins(keyed: Sequence[Keyed], found: Sequence[Reference]) -> list[Keyed]:
    """A file whose own key points to another file's key describes the same objects."""
    twins = {r.table: r for r in found if r.share >= 0.9}
    types = {k.number: k for k in keyed}
    return [
        replace(k, twin=r.to, type=types[r.to].type)
        if (r := next((r for r in found if r.table == k.number and k.key == (r.column,)), None)) and r.table in twins
        else k
        for k in keyed
    ]


def with_composites(engine: Engine, keyed: Sequence[Keyed], found: Sequence[Reference]) -> list[Keyed]:
    """Pairs of columns for files without a single key: a pointer and a line number, or two pointers. Rows that are copies do not count."""
    return [k if k.distinct == k.table.rows or (k.key and k.table.rows > k.table.looked) else _composite(engine, k, found) for k in keyed]


def _composite(engine: Engine, keyed: Keyed, found: Sequence[Reference]) -> Keyed:
    table = keyed.table
    pointers = [table.column(r.column) for r in found if r.table == keyed.number]
    pointers += [c for c in table.columns if c not in pointers and c.kind != "instant" and looks_like_id(c.name)]
    full = NEARLY * table.looked
    seconds = [
        c
        for c in table.columns
        if c.filled >= full
        and c.kind in ("text", "number")
        and c.longest <= 60
        and (c.whole or looks_like_id(c.name) or c in pointers or c.name in keyed.key)
    ]
    tried = [(a, b) for a in pointers for b in seconds if a is not b and a.filled and a.distinct * b.distinct >= 0.9 * table.looked]
    tried.sort(key=lambda ab: (not looks_like_id(ab[1].name), ab[1] not in pointers and ab[1].distinct > 100, ab[1].distinct))
    if keyed.key and keyed.distinct == _facts(engine, table, keyed.key):
        return replace(keyed, distinct=table.rows)
    for a, b in tried[:MOST_PAIRS]:
        distinct = engine.rows(
            f"SELECT count(*) FROM (SELECT DISTINCT t{a.position}, t{b.position} FROM {table.sql}"
            f" WHERE t{a.position} IS NOT NULL AND t{b.position} IS NOT NULL)"
        )[0][0]
        if distinct == _facts(engine, table, (a.name, b.name)):
            return replace(keyed, key=(a.name, b.name), distinct=int(distinct))
    return keyed if keyed.distinct >= NEARLY * table.rows else replace(keyed, key=())


def _facts(engine: Engine, table: Table, key: Sequence[str]) -> int:
    """Rows that differ, of those that have the key."""
    known = " AND ".join(f"t{table.column(k).position} IS NOT NULL" for k in key)
    return int(engine.rows(f"SELECT count(*) FROM (SELECT DISTINCT * FROM {table.sql} WHERE {known})")[0][0])

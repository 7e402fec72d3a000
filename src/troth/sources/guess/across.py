"""Which column of one system names the objects of another: found by the values that both have, and refused where chance has them too."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from troth.record import Engine
from troth.sources.address import Address
from troth.sources.guess.naming import looks_like_id, snake, unique, without_id
from troth.sources.guess.profile import Column, Table, close_table, open_table
from troth.sources.guess.proposal import Guess
from troth.sources.guess.words import is_neutral, says, tokens
from troth.sources.mapping import Ignored
from troth.sources.matches import alike_sql

Yaml = dict[str, Any]
WAYS: tuple[tuple[Ignored, ...], ...] = ((), ("case",), ("leading_zeros",), ("salesforce_suffix",), ("case", "leading_zeros"))
WORDS: dict[Ignored, str] = {"case": "capitals", "leading_zeros": "zeros in front", "salesforce_suffix": "the last 3 of 18 characters"}
FEWEST = 5
SURE = 1e-6
FIRST_NUMBER = 400
TOLD_REFUSALS = 5


@dataclass(frozen=True, slots=True)
class Side:
    """A column of a source. type: of the source's objects. by: under which name it names them; None for their own id."""

    place: int
    source: str
    type: str
    table: Table
    column: Column
    by: str | None = None
    is_id: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """A pointer that names the objects of another source.

    rows, distinct: of the pointer, filled; matched_*: of these, found among the names. named: names that some row points to.
    doubt: why it may be by chance; "" where it is not.
    """

    pointer: Side
    name: Side
    ignoring: tuple[Ignored, ...]
    rows: int
    matched_rows: int
    distinct: int
    matched: int
    named: int
    doubt: str = ""

    @property
    def share(self) -> float:
        return self.matched / self.distinct

    def evidence(self) -> str:
        rates = (
            f"{self.matched_rows:,} of {self.rows:,} rows and {self.matched:,} of {self.distinct:,} different values are found there;"
            f" {self.named:,} of {self.name.column.distinct:,} there are named"
        )
        return "; ".join([rates, *(f"{WORDS[i]} left aside" for i in self.ignoring), *([self.doubt] if self.doubt else [])])

    def guess(self) -> Guess:
        target = self.name.table.path.name
        made = "no relation is made of it" if self.doubt else f"so its row belongs to {_one(self.name.type)}"
        what = f"`{self.pointer.column.name}` holds values of `{self.name.column.name}` in {target}: {made}"
        return Guess(what, self.evidence(), self.pointer.table.path.name, (self.pointer.column.name,))


def joined(
    engine: Engine, sources: Mapping[str, Yaml], files: Mapping[str, Sequence[Address]], systems: Mapping[str, str]
) -> tuple[dict[str, Yaml], list[Guess]]:
    """The sources with relations across systems, and what each rests on.

    files: of the sources that are looked at. systems: the template of each that has one; of two guessed ones, which were
    joined when they were guessed, and of two of one system nothing is asked, unless it is how a relation's ids are written.
    """
    looked = [name for name in files if name in sources and "object" in sources[name]]
    tables: dict[str, Table] = {}
    try:
        for number, name in enumerate(looked, start=FIRST_NUMBER):
            tables[name] = open_table(engine, files[name], number, name)
        found = _found(engine, sources, tables, systems)
    finally:
        for number, name in enumerate(looked, start=FIRST_NUMBER):
            close_table(engine, number, len(files[name]))
        engine.run("DROP TABLE IF EXISTS across")
    made = [join for join in found if not join.doubt]
    doubted = [join for join in found if join.doubt and not any(_same_pointer(join, other) for other in made)]
    return _written(sources, made), [join.guess() for join in (*made, *doubted[:TOLD_REFUSALS])]


def _found(engine: Engine, sources: Mapping[str, Yaml], tables: Mapping[str, Table], systems: Mapping[str, str]) -> list[Join]:
    pointers, names = _sides(sources, tables)
    if not pointers or not names:
        return []
    values = " UNION ALL ".join(
        f"SELECT {side.place} AS place, t{side.column.position} AS v, count(*) AS n FROM {side.table.sql}"
        f" WHERE t{side.column.position} IS NOT NULL GROUP BY 2"
        for side in (*pointers, *names)
    )
    engine.run(f"CREATE OR REPLACE TABLE across AS {values}")
    by_place = {side.place: side for side in (*pointers, *names)}
    best: dict[tuple[int, int], Join] = {}
    for ignoring in WAYS:
        for join in _joins(engine, by_place, ignoring):
            one, other = join.pointer, join.name
            if one.source == other.source or one.type == other.type:
                continue
            if systems.get(one.source) == systems.get(other.source) and not _relates(sources, join):
                continue
            held = best.get((one.place, other.place))
            if held is None or join.matched > held.matched:
                best[one.place, other.place] = join
    ranked = sorted(
        best.values(), key=lambda j: (-j.share, j.name.by is not None, not j.name.is_id, -j.matched, j.pointer.place, j.name.place)
    )
    chosen: list[Join] = []
    for join in ranked:
        judged = _judged(join)
        if judged is not None and not any(_rivals(judged, other) for other in chosen) and not _said(sources, judged):
            chosen.append(judged)
    return chosen


def _joins(engine: Engine, sides: Mapping[int, Side], ignoring: tuple[Ignored, ...]) -> list[Join]:
    pointers = [str(s.place) for s in sides.values() if not s.is_id and s.by is None]
    names = [str(s.place) for s in sides.values() if s.is_id or s.by is not None]
    alike = alike_sql("v", ignoring)
    rows = engine.rows(
        f"WITH pointed AS (SELECT place, {alike} AS a, count(*) AS d, sum(n) AS n FROM across WHERE place IN ({', '.join(pointers)})"
        f" GROUP BY ALL), named AS (SELECT place, {alike} AS a FROM across WHERE place IN ({', '.join(names)}) GROUP BY ALL"
        f" HAVING count(*) = 1), totals AS (SELECT place, count(*) AS d, sum(n) AS n FROM across GROUP BY place)"
        f" SELECT p.place, k.place, any_value(t.n), sum(p.n), any_value(t.d), sum(p.d), count(*) FROM pointed p JOIN named k USING (a)"
        f" JOIN totals t ON t.place = p.place GROUP BY p.place, k.place ORDER BY 1, 2"
    )
    return [Join(sides[p], sides[k], ignoring, int(r), int(m_r), int(d), int(m), int(n)) for p, k, r, m_r, d, m, n in rows]


def _sides(sources: Mapping[str, Yaml], tables: Mapping[str, Table]) -> tuple[list[Side], list[Side]]:
    """Columns that may name other systems' objects, and columns by which objects are named: their id and what else is unique."""
    pointers: list[Side] = []
    names: list[Side] = []
    for source, table in tables.items():
        thing = sources[source]["object"]
        also = {column: by for by, column in thing.get("known_as", {}).items()}
        own = thing["id"][0] if len(thing["id"]) == 1 else None
        taken = [*also.values()]
        for column in table.columns:
            if column.kind not in ("text", "number") or column.longest > 80 or column.distinct < FEWEST or _is_measure(column):
                continue
            place = len(pointers) + len(names)
            is_unique = column.distinct >= 0.98 * column.filled and column.filled >= 0.3 * table.looked
            if column.name == own:
                names.append(Side(place, source, thing["type"], table, column, is_id=True))
            elif (
                is_unique
                and column.filled >= 0.3 * table.looked
                and (column.name in also or looks_like_id(column.name) or _is_mail(column))
            ):
                by = also.get(column.name) or unique(snake(column.name), taken)
                taken.append(by)
                names.append(Side(place, source, thing["type"], table, column, by))
                pointers.append(Side(place + 1, source, thing["type"], table, column))
            elif not _is_prose(column):
                pointers.append(Side(place, source, thing["type"], table, column))
    return pointers, names


def _judged(join: Join) -> Join | None:
    """The join with its doubt; None where too little speaks for it to be told at all."""
    speaks = _speaks(join.pointer.column.name, join.name)
    if join.matched < FEWEST:
        return None
    chance = _by_chance(join)
    strong = _is_mail(join.name.column) or (join.name.column.shortest >= 5 and chance < SURE)
    if join.share < (0.2 if strong or speaks else 0.5):
        return None
    doubt = ""
    if not speaks and chance >= SURE:
        doubt = "numbers that lie as close as these agree by chance" if _are_numbers(join) else "words as short as these agree by chance"
    if doubt and join.share < 0.9:
        return None
    return replace(join, doubt=doubt)


def _by_chance(join: Join) -> float:
    """A bound on how probable so many matches are, were the pointer's values drawn at random from all that look like the names."""
    name = join.name.column
    if _are_numbers(join):
        numbers = _numbers(name)
        density = min(1.0, name.distinct / max(max(numbers) - min(numbers) + 1, 1))
    else:
        density = min(1.0, name.distinct / 20.0 ** max(name.shortest, 1))
    share = join.matched / join.distinct
    if share <= density:
        return 1.0
    # Chernoff's bound on a binomial tail: exact enough to tell 1e-6 from 1e-2.
    apart = share * math.log(share / density) + ((1 - share) * math.log((1 - share) / (1 - density)) if share < 1 else 0.0)
    return math.exp(-join.distinct * apart)


def _are_numbers(join: Join) -> bool:
    return bool(_numbers(join.name.column))


def _numbers(column: Column) -> list[int]:
    """The values of a running number, also of one with the same letters in front of each, as in C001; [] of anything else."""
    letters = {value.rstrip("0123456789") for value in column.sample}
    rest = [value.removeprefix(min(letters)) for value in column.sample] if len(letters) == 1 else []
    return [int(value) for value in rest] if all(value.isascii() and value.isdigit() for value in rest) else []


def _speaks(column: str, name: Side) -> bool:
    """Whether the pointer's name says what it points to."""
    if is_neutral(column):
        return False
    said = {without_id(column), "_".join(tokens(column))}
    meant = {name.type, name.type.split("_")[-1], without_id(name.column.name), name.by or ""} - {"", "name"}
    return any(word and any(word == m or word.endswith("_" + m) or word.startswith(m + "_") for m in meant) for word in said)


def _rivals(join: Join, chosen: Join) -> bool:
    """A source belongs to another's objects by one column, and a column to one name of a type."""
    return (join.pointer.source, join.name.type) == (chosen.pointer.source, chosen.name.type) or (
        join.pointer.type == chosen.name.type and join.name.type == chosen.pointer.type
    )


def _same_pointer(join: Join, other: Join) -> bool:
    return join.pointer.source == other.pointer.source and join.pointer.column.name == other.pointer.column.name


def _relates(sources: Mapping[str, Yaml], join: Join) -> bool:
    """Whether a relation of the same two columns is there already."""
    column = join.pointer.column.name
    relations = sources[join.pointer.source].get("relations", ())
    return join.name.is_id and any((r["to"], r["id"]) == (join.name.type, [column]) for r in relations)


def _said(sources: Mapping[str, Yaml], join: Join) -> bool:
    """Whether the source belongs to such an object already, and by ids that are written alike."""
    if _relates(sources, join) and join.ignoring:
        return False
    return any(relation["to"] == join.name.type for relation in sources[join.pointer.source].get("relations", ()))


def _written(sources: Mapping[str, Yaml], joins: Sequence[Join]) -> dict[str, Yaml]:
    made = {name: dict(source) for name, source in sources.items()}
    for join in joins:
        source, column = made[join.pointer.source], join.pointer.column.name
        relation: Yaml = {"to": join.name.type} | ({"by": join.name.by} if join.name.by else {}) | {"id": [column]}
        relation |= {"ignoring": list(join.ignoring)} if join.ignoring else {}
        kept = [r for r in source.get("relations", ()) if (r["to"], r["id"]) != (join.name.type, [column])]
        source["relations"] = [*kept, relation]
        if join.name.by:
            other = made[join.name.source]
            other["object"] = {**other["object"], "known_as": {**other["object"].get("known_as", {}), join.name.by: join.name.column.name}}
    return made


def _is_measure(column: Column) -> bool:
    return column.kind == "number" and (not column.whole or column.low < 0)


def _is_mail(column: Column) -> bool:
    return bool(column.sample) and sum("@" in value for value in column.sample) >= 0.9 * len(column.sample)


def _is_prose(column: Column) -> bool:
    return sum(value.count(" ") for value in column.sample) >= 4 * len(column.sample) or says(column.name, "^comment ^description ^note")


def _one(type: str) -> str:
    return f"{'an' if type[0] in 'aeio' else 'a'} {type.replace('_', ' ')}"

"""Rows that no column names, about somebody or something that comes again: purchases of a customer, lines of an invoice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from troth.record import Engine
from troth.sources.guess import lexicon
from troth.sources.guess.amounts import is_money
from troth.sources.guess.keys import Keyed, Reference, exact_distinct
from troth.sources.guess.log_shape import constant_within
from troth.sources.guess.naming import event_noun, looks_like_id, singular, snake, unique, without_id
from troth.sources.guess.profile import Column, Table
from troth.sources.guess.words import says, time_name

FULL = 0.9
LEAST_REPEATS = 1.1
MOST_REPEATS = 500
# Of the ids with several rows, those whose rows differ in their instant: lines of one document hardly ever do.
MOST_APART = 0.05


@dataclass(frozen=True, slots=True)
class Recurring:
    """Whose the rows of a file without a key are, and when each happened.

    id, at: columns. type: of what `id` names; event: what happens to it. ids: different values of `id`. lines: the rows of one id
    are lines of one event. constant: columns with one value for each id. twice: the same may happen again in the same words, since
    only days are told.
    """

    table: int
    id: str
    at: str
    type: str
    event: str
    ids: int
    lines: bool
    constant: tuple[str, ...]
    twice: bool


def find_recurring(
    engine: Engine, keyed: Keyed, found: Sequence[Reference], types: Mapping[int, str], taken: Collection[str]
) -> Recurring | None:
    """None where a column names the rows, nothing says when, or no id comes again.

    found: references of all files. types: by number, of files with a key. taken: types that others gave.
    """
    table = keyed.table
    at = when(table)
    if keyed.key or at is None:
        return None
    pointers = {r.column: r.to for r in found if r.table == keyed.number}
    ids = [c for c in table.columns if _comes_again(engine, c, table, pointers)]
    ids.sort(key=lambda c: (not _is_party(c), c.name not in pointers, -c.distinct, c.position))
    documents = sorted((c for c in ids if not _is_party(c) and c.name not in pointers), key=lambda c: (-c.distinct, c.position))
    lines = next((c for c in documents if _apart(engine, table, c, at) <= MOST_APART), None)
    id = lines or next(iter(ids), None)
    if id is None:
        return None
    named = snake(singular(without_id(id.name))) if without_id(id.name) else keyed.type
    if says(id.name, lexicon.PERSONAL["email"]):
        named = "customer" if any(map(is_money, table.columns)) else "person"
    others = {type for number, type in types.items() if number != pointers.get(id.name)} | set(taken)
    type = types[pointers[id.name]] if id.name in pointers else unique(named, others)
    event = _event(at.name, type, keyed.type, table)
    constant = constant_within(engine, table, id, [c for c in table.columns if c not in (id, at) and c.kind != "blank"])
    return Recurring(
        table.number, id.name, at.name, type, event, exact_distinct(engine, id, table), lines is not None,
        tuple(c.name for c in table.columns if c.name in constant), lines is None and at.is_day,
    )  # fmt: skip


def when(table: Table) -> Column | None:
    """The column of instants that nearly every row has and that says when something happened."""
    happened = [
        c
        for c in table.instants
        if c.read >= FULL * table.looked and not ((n := time_name(c.name)).promise or n.never or n.housekeeping or n.wish)
    ]
    return min(happened, key=lambda c: (not time_name(c.name).created, c.position), default=None)


def equal_rows(engine: Engine, table: Table) -> int:
    """Rows that equal an earlier one in every cell."""
    cells = ", ".join(f"t{c.position}" for c in table.columns)
    return table.rows - int(engine.rows(f"SELECT count(*) FROM (SELECT DISTINCT {cells} FROM {table.sql})")[0][0])


def _comes_again(engine: Engine, column: Column, table: Table, pointers: Collection[str]) -> bool:
    if column.kind not in ("text", "number") or (column.kind == "number" and not column.whole) or column.longest > 80:
        return False
    if is_money(column) or column.distinct < 2 or column.filled < FULL / 2 * table.looked:
        return False
    sure = _is_party(column) or column.name in pointers
    if not (sure or looks_like_id(column.name)):
        return False
    repeats = table.rows / exact_distinct(engine, column, table)
    return repeats >= LEAST_REPEATS and (sure or repeats <= MOST_REPEATS)


def _is_party(column: Column) -> bool:
    """Whether a name ends in such a word, leaving out words such as number: `loyalty_card_no`, not `customer_city`."""
    if says(column.name, lexicon.PERSONAL["email"]):
        return all("@" in value for value in column.sample)
    return says(without_id(column.name).split("_")[-1], lexicon.COMES_AGAIN)


def _apart(engine: Engine, table: Table, id: Column, at: Column) -> float:
    """Of ids with several rows, the share whose rows differ in their instant; 1 where no id has several."""
    several, apart = engine.rows(
        f"SELECT count(*), count(*) FILTER (first IS DISTINCT FROM last) FROM (SELECT min(i{at.position}) AS first,"
        f" max(i{at.position}) AS last FROM {table.sql} WHERE t{id.position} IS NOT NULL GROUP BY t{id.position} HAVING count(*) > 1)"
    )[0]
    return float(apart / several) if several else 1.0


def _event(at: str, type: str, noun: str, table: Table) -> str:
    """What happens: as the time column says it, else the file's name, else a purchase where somebody spends an amount."""
    said = event_noun(at, type)
    if said != snake(at):
        return said
    name = time_name(at)
    if name.created or name.actual or says(noun, lexicon.HAPPENINGS):
        return said if name.created or name.actual else noun
    return "purchase" if says(type, lexicon.COMES_AGAIN) and any(map(is_money, table.columns)) else noun

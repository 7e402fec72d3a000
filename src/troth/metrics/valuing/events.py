"""What a value scorecard counts, one by one: each purchase, each thing that cost effort, each promise, with whose it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from troth.kernel import digest
from troth.metrics.finding import find
from troth.metrics.ground import Ground
from troth.metrics.rows import BELONGS, entries, happened, made
from troth.metrics.valuing.definition import Value
from troth.promises import state_sql
from troth.query import identifier, literal_text
from troth.record import Engine

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
OCCURRED, DUE = exp.column("occurred", table="f"), exp.column("due", table="r")
What = Literal["purchase", "effort", "promise"]


@dataclass(frozen=True, slots=True)
class Event:
    """at: local; of effort None where its time is not on record. name: of a promise. amount: of a purchase. state: of a promise."""

    customer: str
    what: What
    type: str
    id: str
    at: datetime | None
    name: str | None = None
    amount: Decimal | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Sums of a customer's events; customer None: of what is of nobody on record, or of several."""

    customer: str | None
    purchases: int
    spent: Decimal
    effort: int
    kept: int
    broken: int
    unknown: int


@dataclass(frozen=True, slots=True, eq=False)
class Bought:
    """Shape (customers,) each, in the order of names. first, last: local days, as numbers of `date.toordinal`. days: with a purchase.

    later: the mean of what was spent on a day after the first, 0 where there is none.
    """

    names: tuple[str, ...]
    first: Ints
    last: Ints
    days: Ints
    later: Floats


def make_events(engine: Engine, value: Value, ground: Ground, parties: Collection[str] = ()) -> str:
    """A table of everything that counts, found once; gives its name.

    parties: types whose objects are records of the same customers in several systems; they have a column `party`.

    A purchase is one amount: an order of two amounts has two, of one day. Effort counts each object of its types. Promises are those that
    fell due. An amount in another currency than the operation's is not known in it and left out.
    """
    parts = [_purchases(engine, value, ground, parties), *(_effort(type, value, ground, parties) for type in value.effort)]
    parts += [_promises(name, value, ground, parties) for name in value.promises if name in ground.promises]
    sql = " UNION ALL ".join(parts)
    name = f"valued_{digest.of_value(sql)[:16]}"
    find(engine, {name: sql})
    return name


def events_of(engine: Engine, table: str, customer: str) -> tuple[Event, ...]:
    """One customer's events, by what they are and in the order of what happened."""
    rows = engine.rows(f"SELECT * FROM {table} WHERE customer = ? ORDER BY 1, 2, 5, 3, 4, 6, 7", (customer,))
    return tuple(
        Event(
            str(who), what, str(type), str(id), at, name, None if amount is None else Decimal(amount), None if state is None else str(state)
        )
        for who, what, type, id, at, name, amount, state in rows
    )  # fmt: skip


def counted_of(engine: Engine, table: str) -> tuple[Counted, ...]:
    """The sums of every customer, in the order of names, nobody's last."""
    rows = engine.rows(
        "SELECT customer, count(DISTINCT id) FILTER (what = 'purchase'), coalesce(sum(amount), 0), count(*) FILTER (what = 'effort'),"
        " count(*) FILTER (state = 'kept'), count(*) FILTER (state = 'broken'), count(*) FILTER (state = 'unknown')"
        f" FROM {table} GROUP BY 1 ORDER BY 1 NULLS LAST"
    )
    return tuple(Counted(who, int(bought), Decimal(spent), *map(int, others)) for who, bought, spent, *others in rows)


def bought_of(engine: Engine, table: str, until: date | None = None) -> Bought:
    """When customers bought, as it was known at the end of a local day."""
    known = "" if until is None else f" AND CAST(moment AS DATE) <= DATE '{until}'"
    rows = engine.rows(
        "WITH d AS (SELECT customer, CAST(moment AS DATE) AS day, sum(amount) AS paid FROM"
        f" {table} WHERE what = 'purchase' AND customer IS NOT NULL{known} GROUP BY 1, 2),"
        " f AS (SELECT *, min(day) OVER (PARTITION BY customer) AS first FROM d)"
        " SELECT customer, min(day), max(day), count(*), coalesce(sum(paid) FILTER (day > first), 0) FROM f GROUP BY 1 ORDER BY 1"
    )
    names, first, last, days, later = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    counts = np.array(days, dtype=np.int64)
    return Bought(
        tuple(map(str, names)), np.array([one.toordinal() for one in first], dtype=np.int64),
        np.array([one.toordinal() for one in last], dtype=np.int64), counts,
        np.array([float(one) for one in later]) / np.maximum(counts - 1, 1),
    )  # fmt: skip


def _whose(type: str, value: Value, parties: Collection[str]) -> str:
    """SQL of object and customer for objects of a type: linked to a customer, or to what is; of several customers none."""
    types, name = (sorted(parties), "party") if parties else ([value.belongs_to], "id")
    known = " UNION ALL ".join(
        f"SELECT {literal_text(one)} AS type, code, {name} AS customer FROM {identifier(f'object_{one}')}" for one in types
    )
    listed, own = ", ".join(map(literal_text, types)), literal_text(type)
    pairs = (
        f"SELECT r.from_code AS object, k.customer FROM relation r JOIN known k ON (k.type, k.code) = (r.to_type, r.to_code)"
        f" WHERE r.from_type = {own}"
        f" UNION ALL SELECT r.from_code, k.customer FROM relation r JOIN relation s ON (s.from_type, s.from_code) = (r.to_type, r.to_code)"
        f" JOIN known k ON (k.type, k.code) = (s.to_type, s.to_code) WHERE r.from_type = {own} AND r.to_type NOT IN ({listed})"
    )
    return (
        f"(WITH known AS ({known}) SELECT object, min(customer) AS customer FROM ({pairs}) GROUP BY 1 HAVING min(customer) = max(customer))"
    )


def _purchases(engine: Engine, value: Value, ground: Ground, parties: Collection[str]) -> str:
    rows = entries(value.of, value.money, ground.record.currency)
    belongs = "TRUE"
    if value.where is not None:
        found = made(rows, value.where, ground, BELONGS)
        rows, belongs = found.rows, f"coalesce({found.sql}, FALSE)"
    began = happened(rows, value.event, ground)
    rows = began.rows
    find(engine, rows.relations)
    joined = " ".join((rows.base, *rows.joins))
    return (
        f"SELECT w.customer, 'purchase' AS what, {literal_text(value.of)} AS type, o.id, {ground.local(began.node)} AS moment,"
        f" CAST(NULL AS VARCHAR) AS name, m.amount AS amount, CAST(NULL AS VARCHAR) AS state FROM {joined}"
        f" LEFT JOIN {_whose(value.of, value, parties)} w ON w.object = o.code"
        f" WHERE {belongs} AND {began.sql} <= {ground.now} AND m.currency = {literal_text(ground.record.currency)}"
    )


def _effort(type: str, value: Value, ground: Ground, parties: Collection[str]) -> str:
    first = f"(SELECT object, min(occurred) AS occurred FROM event WHERE object_type = {literal_text(type)} GROUP BY 1)"
    return (
        f"SELECT w.customer, 'effort', {literal_text(type)}, o.id, {ground.local(OCCURRED)}, NULL, NULL, NULL"
        f" FROM {identifier(f'object_{type}')} o"
        f" LEFT JOIN {first} f ON f.object = o.code LEFT JOIN {_whose(type, value, parties)} w ON w.object = o.code"
    )


def _promises(name: str, value: Value, ground: Ground, parties: Collection[str]) -> str:
    subject, state = ground.promises[name].subject, state_sql(ground.now, "r")
    return (
        f"SELECT w.customer, 'promise', {literal_text(subject)}, o.id, {ground.local(DUE)}, {literal_text(name)}, NULL, {state}"
        f" FROM outcome_{name} r"
        f" JOIN {identifier(f'object_{subject}')} o ON o.code = r.subject"
        f" LEFT JOIN {_whose(subject, value, parties)} w ON w.object = r.subject"
        f" WHERE r.due <= {ground.now} AND {state} IN ('kept', 'broken', 'unknown')"
    )

"""What a value scorecard counts, one by one: each purchase, each thing that cost effort, each promise, with whose it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from sqlglot import exp

from troth.metrics.finding import find
from troth.metrics.ground import Ground
from troth.metrics.rows import BELONGS, entries, happened, made
from troth.metrics.valuing.definition import Value
from troth.promises import state_sql
from troth.query import identifier, literal_text
from troth.record import Engine

OCCURRED, DUE = exp.column("occurred", table="f"), exp.column("due", table="r")
What = Literal["purchase", "effort", "promise"]


@dataclass(frozen=True, slots=True)
class Event:
    """customer: None where none is on record, or several are. at: local; of effort None where its time is not on record.

    name: of a promise. amount: of a purchase. state: of a promise.
    """

    customer: str | None
    what: What
    type: str
    id: str
    at: datetime | None
    name: str | None = None
    amount: Decimal | None = None
    state: str | None = None


def events_of(
    engine: Engine, value: Value, ground: Ground, parties: Collection[str] = (), customer: str | None = None
) -> tuple[Event, ...]:  # fmt: skip
    """Everything that counts, in the order of customers and of what happened; of one customer alone where one is named.

    parties: types whose objects are records of the same customers in several systems; they have a column `party`.

    A purchase is one amount: an order of two amounts has two, of one day. Effort counts each object of its types. Promises are those that
    fell due. An amount in another currency than the operation's is not known in it and left out.
    """
    only = "" if customer is None else f" WHERE customer = {literal_text(customer)}"
    parts = [_purchases(engine, value, ground, parties), *(_effort(type, value, ground, parties) for type in value.effort)]
    parts += [_promises(name, value, ground, parties) for name in value.promises if name in ground.promises]
    rows = engine.rows(f"SELECT * FROM ({' UNION ALL '.join(parts)}) e{only} ORDER BY 1, 2, 5, 3, 4, 6, 7")
    return tuple(
        Event(
            None if who is None else str(who), what, str(type), str(id), at, name,
            None if amount is None else Decimal(amount), None if state is None else str(state),
        )
        for who, what, type, id, at, name, amount, state in rows
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


def by_customer(events: Sequence[Event]) -> Mapping[str, list[Event]]:
    """Events of each customer that is on record, by their names."""
    found: dict[str, list[Event]] = {}
    for one in events:
        if one.customer is not None:
            found.setdefault(one.customer, []).append(one)
    return dict(sorted(found.items()))

"""What comes one after another for the same owner: a customer's orders, an account's tickets."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from troth.kernel.errors import nearest
from troth.metrics.asking import Wrong, known_event, known_type
from troth.metrics.definition import Metric
from troth.metrics.ground import Ground
from troth.metrics.rows import Found, Rows, first_name, first_of, owner_name, owner_of
from troth.query import identifier
from troth.sources.contracts.contract import microseconds

BEGAN = exp.column("began", table="d")


def coming(metric: Metric, ground: Ground, *, about_owner: bool) -> Rows:
    """A row `d` for each object with its owner, when it began, and when and which the next of the same owner was; `turn` from 1.

    about_owner: `o` is the owner; else the object. An object without an owner, or with several of a type, has no row.
    """
    type, owner = known_type(metric.of, "of", ground), known_type(metric.belongs_to, "belongs_to", ground)
    if owner not in ground.record.owners_of(type):
        owners = ground.record.owners_of(type)
        raise Wrong(("belongs_to",), f"no '{type}' belongs to a '{owner}'; {nearest(owner, owners)}")
    event = known_event(metric.event, "event", type, ground)
    first, name = first_name(type, event), f"coming_{owner}_{type}_{event}"
    line = "OVER (PARTITION BY w.code ORDER BY e.occurred, e.object)"
    relations: dict[str, Found] = {
        first: first_of(type, event),
        owner_name(type, owner): owner_of(type, owner),
        name: f"SELECT e.object, w.code AS owner, e.occurred AS began, lead(e.occurred) {line} AS next, lag(e.object) {line} AS before,"
        f" row_number() {line} AS turn FROM {identifier(first)} e JOIN {owner_name(type, owner)} w ON w.object = e.object",
    }
    subject, code = (owner, "owner") if about_owner else (type, "object")
    return replace(Rows(subject, f"{identifier(name)} d JOIN object_{subject} o ON o.code = d.{code}"), relations=relations)


def within_us(metric: Metric) -> int:
    assert metric.within is not None, "its kind needs it"
    return microseconds(metric.within)


def matured(metric: Metric, ground: Ground) -> str:
    """SQL of whether as much time has passed since a row began as is looked at: else who returned soon would stand for all."""
    return f"d.began + to_microseconds({within_us(metric)}) <= {ground.now}"


def again(metric: Metric) -> str:
    """SQL of whether the next came in time."""
    return f"coalesce(d.next <= d.began + to_microseconds({within_us(metric)}), FALSE)"

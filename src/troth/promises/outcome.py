"""From compiled promises to outcome tables: instants, then where the delay of each broken one arose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from troth.book import Definition
from troth.promises.compile import Compiled, Record, compile_promise, make_instants
from troth.promises.definition import Promise
from troth.promises.shares import make_shares
from troth.query import names_in, parse
from troth.record import Engine


def make_outcomes(engine: Engine, definitions: Sequence[Definition[Promise]], record: Record, at: datetime) -> list[Compiled]:
    """outcome_<promise> for every definition, judged at an instant.

    Raises BookError for a definition that names what the record does not hold.
    """
    compiled = [compile_promise(definition, record) for definition in definitions]
    for type in sorted({c.promise.subject for c in compiled}):
        make_instants(engine, type, _events_needed([c.promise for c in compiled if c.promise.subject == type], record))
    for one in compiled:
        engine.run(f"CREATE OR REPLACE TABLE judged_{one.name} AS {one.select}")
        shares = make_shares(engine, one, at)
        engine.run(f"DROP TABLE IF EXISTS outcome_{one.name}")
        if not shares:
            engine.run(f"ALTER TABLE judged_{one.name} RENAME TO outcome_{one.name}")
            continue
        listed = ", ".join(f"s.{share}" for share in shares)
        engine.run(
            f"CREATE TABLE outcome_{one.name} AS SELECT j.*, {listed} FROM judged_{one.name} j"
            f" LEFT JOIN share_{one.name} s USING (subject) ORDER BY j.month, j.subject"
        )
        engine.run(f"DROP TABLE judged_{one.name}")
    return compiled


def _events_needed(promises: Sequence[Promise], record: Record) -> set[str]:
    needed: set[str] = set()
    for promise in promises:
        needed |= {promise.anchor, promise.fulfil.event}
        needed |= {event for stage in promise.stages.values() for event in (stage.from_, stage.to)}
        for text in (
            promise.due,
            promise.void_when,
            promise.fulfil.claimed_by,
            *(s.budget for s in promise.stages.values()),
        ):
            needed |= {name.dotted for name in names_in(parse(text))} if text else set()
    known = {event for promise in promises for event in record.events_of(promise.subject)}
    return needed & known

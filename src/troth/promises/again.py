"""Which promises can be judged subject by subject, and whose outcomes what came in last may have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from troth.kernel.instant import to_us
from troth.promises.assigning import only
from troth.promises.naming import Record, owners_in
from troth.promises.places import Places
from troth.promises.shape import shape_of
from troth.promises.terms import Terms
from troth.query import literal_instant, literal_text
from troth.record import Engine


def why_whole(terms: Sequence[Terms], record: Record) -> str | None:
    """Why some promise is judged by more than its subject and what that belongs to; None where none is."""
    for one in terms:
        promise = one.current.value
        if promise.every is not None:
            return f"{one.name} comes again"
        if only(one) is None:
            return f"{one.name} has terms of several"
        if promise.calendar is not None or promise.pause_while:
            return f"{one.name} counts working time or pauses"
        keeping = shape_of(promise, Places(one.current, record))[0].keeping
        if keeping.parts is not None or keeping.absent or keeping.amount is not None or keeping.all_of or keeping.event is None:
            return f"{one.name} is kept by more than an event of its own"
    return None


def reached(terms: Sequence[Terms], record: Record) -> Mapping[str, frozenset[str]]:
    """By type of subject, the types that its promises read beyond it."""
    found: dict[str, frozenset[str]] = {}
    for one in terms:
        subject = one.current.value.subject
        shape, _ = shape_of(one.current.value, Places(one.current, record))
        found[subject] = found.get(subject, frozenset()) | set(owners_in(shape.trees(), subject, record))
    return found


def make_again(engine: Engine, terms: Sequence[Terms], record: Record, *, was: str, since: datetime, until: datetime) -> None:
    """again: the subjects whose outcomes are to be made again, from `changed` (object_type, object), what is said otherwise than before.

    They changed themselves, or what they belong to did, or their due came between two instants: only then it is told where
    the delay arose. was: the schema of the outcomes before.
    """
    selects = ["SELECT object_type, object FROM changed"]
    for subject, owners in reached(terms, record).items():
        selects += [
            f"SELECT from_type, from_code FROM relation r JOIN changed c ON c.object_type = r.to_type AND c.object = r.to_code"
            f" WHERE r.from_type = {literal_text(subject)} AND r.to_type = {literal_text(owner)}"
            for owner in sorted(owners)
        ]
    low, high = (literal_instant(to_us(instant)).sql("duckdb") for instant in (since, until))
    selects += [
        f"SELECT {literal_text(one.current.value.subject)}, subject FROM {was}.outcome_{one.name} WHERE due > {low} AND due <= {high}"
        for one in terms
    ]
    named = ", ".join(sorted({literal_text(one.current.value.subject) for one in terms})) or "''"
    engine.run(
        f"CREATE OR REPLACE TABLE again AS SELECT DISTINCT object_type, object FROM ({' UNION ALL '.join(selects)})"
        f" WHERE object_type IN ({named})"
    )

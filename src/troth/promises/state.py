"""One pure function says what state a promise is in, in Python and in SQL alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["open", "kept", "broken", "waived", "void", "unknown"]
STATES: tuple[State, ...] = ("open", "kept", "broken", "waived", "void", "unknown")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The instants of one promise; None is an instant that is not on record.

    breached: when something happened by which it cannot be kept any more, whatever its due: what must not happen did, what came was
    not as promised, a part of the whole was broken.
    """

    made: datetime
    due: datetime | None
    fulfilled: datetime | None = None
    voided: datetime | None = None
    waived: datetime | None = None
    unknown_reason: str | None = None
    breached: datetime | None = None


def state(outcome: Outcome, at: datetime) -> State | None:
    """The state at an instant, from what had happened by then; None before the promise was made.

    void (before fulfilment) > waived > unknown > kept > broken > open. Broken begins at the due instant, or at the breach that came
    before; a fulfilment at the due instant keeps, unless it was breached by then.

    >>> due = datetime(2025, 1, 10)
    >>> state(Outcome(datetime(2025, 1, 1), due, fulfilled=datetime(2025, 1, 11)), datetime(2025, 2, 1))
    'broken'
    """
    if at < outcome.made:
        return None
    if outcome.voided is not None and outcome.voided <= at and (outcome.fulfilled is None or outcome.voided <= outcome.fulfilled):
        return "void"
    if outcome.waived is not None and outcome.waived <= at:
        return "waived"
    if outcome.unknown_reason is not None or outcome.due is None:
        return "unknown"
    if outcome.breached is not None and outcome.breached <= at:
        return "broken"
    if outcome.fulfilled is not None and outcome.fulfilled <= at and outcome.fulfilled <= outcome.due:
        return "kept"
    return "broken" if at >= outcome.due else "open"


def state_sql(at: str, alias: str = "") -> str:
    """The same as a SQL expression over the columns of an outcome table. at: SQL of the instant."""
    o = f"{alias}." if alias else ""
    return (
        f"CASE WHEN {at} < {o}made THEN NULL"
        f" WHEN {o}voided <= {at} AND ({o}fulfilled IS NULL OR {o}voided <= {o}fulfilled) THEN 'void'"
        f" WHEN {o}waived <= {at} THEN 'waived'"
        f" WHEN {o}unknown_reason IS NOT NULL OR {o}due IS NULL THEN 'unknown'"
        f" WHEN {o}breached <= {at} THEN 'broken'"
        f" WHEN {o}fulfilled <= {at} AND {o}fulfilled <= {o}due THEN 'kept'"
        f" WHEN {at} >= {o}due THEN 'broken' ELSE 'open' END"
    )

"""One finder a file; this tuple is the order in which they are asked and, within it, ranked."""

from __future__ import annotations

from collections.abc import Callable

from troth.findings.context import Context
from troth.findings.finders import (
    asked_too_early,
    budget_spent,
    coming_again,
    coming_back,
    internal_before,
    kept_by_due,
    monday_replay,
    nobody_to_ask,
    nothing_recorded,
    other_promises,
    promised_against_actual,
    stopped_events,
    unusual_months,
    where_delay_arose,
)
from troth.findings.statement import Statement

FINDERS: tuple[Callable[[Context], list[Statement]], ...] = (
    kept_by_due.find,
    budget_spent.find,
    nothing_recorded.find,
    nobody_to_ask.find,
    monday_replay.find,
    asked_too_early.find,
    where_delay_arose.find,
    internal_before.find,
    other_promises.find,
    unusual_months.find,
    promised_against_actual.find,
    stopped_events.find,
    coming_back.find,
    coming_again.find,
)

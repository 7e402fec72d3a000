"""One finder a file; this tuple is the order in which they are asked and, within it, ranked."""

from __future__ import annotations

from collections.abc import Callable

from troth.findings.context import Context
from troth.findings.finders import kept_by_due, monday_replay, nothing_recorded
from troth.findings.statement import Statement

FINDERS: tuple[Callable[[Context], list[Statement]], ...] = (
    kept_by_due.find,
    nothing_recorded.find,
    monday_replay.find,
)

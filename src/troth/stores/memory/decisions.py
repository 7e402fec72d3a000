"""What people decided about who is the same, in memory."""

from __future__ import annotations

from datetime import datetime

from troth.sources.identity import Decision, Draft


class MemoryDecisions:
    """Implements `sources.identity.Decisions`."""

    def __init__(self) -> None:
        self._made: list[Decision] = []

    def all(self) -> tuple[Decision, ...]:
        return tuple(self._made)

    def append(self, draft: Draft, actor: str, now: datetime) -> Decision:
        self._made.append(Decision(len(self._made) + 1, now, actor, draft))
        return self._made[-1]

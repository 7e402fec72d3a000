"""Decisions on rewards, in memory."""

from __future__ import annotations

from datetime import datetime

from troth.metrics.rewards import Decision, Draft


class MemoryAwards:
    """Implements `metrics.rewards.Awards`."""

    def __init__(self) -> None:
        self._decisions: list[Decision] = []

    def all(self) -> tuple[Decision, ...]:
        return tuple(self._decisions)

    def append(self, draft: Draft, actor: str, now: datetime) -> Decision:
        decision = Decision(len(self._decisions) + 1, now, actor, draft)
        self._decisions.append(decision)
        return decision

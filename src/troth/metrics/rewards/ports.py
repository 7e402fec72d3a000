"""Where decisions on rewards are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from troth.metrics.rewards.deciding import Decision, Draft


class Awards(Protocol):
    """Decisions, none of which is ever changed or removed."""

    def all(self) -> tuple[Decision, ...]:
        """Oldest first."""
        ...

    def append(self, draft: Draft, actor: str, now: datetime) -> Decision: ...

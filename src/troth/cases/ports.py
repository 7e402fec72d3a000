"""Where cases are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from troth.cases.case import Case, Moved


class Cases(Protocol):
    """Cases as what was done to them; none is ever changed or removed."""

    def all(self) -> tuple[Case, ...]:
        """In the order in which they were opened."""
        ...

    def move(self, moved: Sequence[Moved], now: datetime) -> None:
        """All of it is done, or nothing."""
        ...

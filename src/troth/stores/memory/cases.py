"""Cases, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from troth.cases import Case, Moved, told


class MemoryCases:
    """Implements `cases.Cases`."""

    def __init__(self) -> None:
        self._moved: list[tuple[Moved, datetime]] = []

    def all(self) -> tuple[Case, ...]:
        return told(self._moved)

    def move(self, moved: Sequence[Moved], now: datetime) -> None:
        self._moved += [(one, now) for one in moved]

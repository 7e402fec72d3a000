"""What metrics ask of whoever keeps sums; `stores` implements it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from troth.record import Engine


@dataclass(frozen=True, slots=True)
class Rolled:
    """Sums by local day that were kept, of one snapshot. rows: digest of what they are of. count: rows of the table.

    slices, sums: the name of the column by what it holds. Beside them stand `dated`, `period`, the day, and `stratum`.
    """

    rows: str
    slices: Mapping[str, str]
    sums: Mapping[str, str]
    count: int


class Rollups(Protocol):
    """Sums of one snapshot. Whoever keeps them gives back what was kept, or nothing: never what was damaged, or is of another snapshot
    or of another version of Troth.

    least: of fewer objects nothing is kept, since they are added up as quickly.
    """

    @property
    def least(self) -> int: ...

    def kept(self, rows: str) -> Sequence[Rolled]: ...

    def source(self, rolled: Rolled) -> str | None:
        """SQL of its rows, with the columns' own types; None where they cannot be read any more."""
        ...

    def keep(self, engine: Engine, table: str, rolled: Rolled) -> None:
        """Keep a table of the engine. What cannot be written is not kept."""
        ...

"""A folder of somebody's files with its written truth."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random


@dataclass(frozen=True, slots=True)
class Pair:
    """A promised column beside the actual one; `actual_file` differs from `file` when they meet through a key."""

    file: str
    promised: str
    actual: str
    actual_file: str = ""

    def where(self) -> tuple[str, str, str, str]:
        """(promised file, promised column, actual file, actual column)."""
        return self.file, self.promised, self.actual_file or self.file, self.actual


@dataclass(frozen=True, slots=True)
class World:
    """One folder and what a careful analyst would say about it.

    asserted: one entry a promise; each entry holds the pairs that state it equally well (mostly one).
    tolerated: pairs that may be listed as candidates, never asserted. Any other pair asserted is a false find.
    keys: column sets any of which is the key of `main`; empty when no row has one (a log).
    data: name of the public data set it is made from, empty when made up.
    says_none: True where "no promise found" must be said, False where it must not, None where either is fair.
    """

    name: str
    write: Callable[[Path, Path], None]
    main: str
    keys: tuple[tuple[str, ...], ...]
    asserted: tuple[tuple[Pair, ...], ...] = ()
    tolerated: tuple[Pair, ...] = ()
    data: str = ""
    says_none: bool | None = False
    note: str = ""


def write_table(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ",") -> None:
    """A CSV file in UTF-8; None is an empty cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=separator, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)


def moments(rng: Random, count: int, first: datetime, days: int) -> list[datetime]:
    """`count` sorted working-hour instants in the `days` after `first`."""
    drawn = (first + timedelta(days=rng.randrange(days), hours=rng.randrange(7, 19), minutes=rng.randrange(60)) for _ in range(count))
    return sorted(drawn)


def shown(instant: datetime | None, pattern: str = "%Y-%m-%d %H:%M:%S") -> str | None:
    """The instant in a pattern; None stays None."""
    return None if instant is None else instant.strftime(pattern)

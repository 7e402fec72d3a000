"""Pulled rows as a file of JSON lines that is there whole or not at all, and what the next pull begins with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from troth.kernel import digest
from troth.kernel.errors import SourceError, nearest
from troth.sources.pulls.asking import Row
from troth.sources.pulls.definition import Newer
from troth.sources.pulls.order import Order, order_of


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the last pull came. last: the latest value of the growing field; rows: digests of those that bear it."""

    last: str | int
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pulled:
    """file: its name, None where nothing was new. rows: written. known: rows that came again and were left out."""

    source: str
    file: str | None
    rows: int
    pages: int
    known: int


@dataclass(slots=True)
class _Came:
    source: str
    newer: Newer | None
    mark: Mark | None
    rows: int = 0
    known: int = 0
    latest: Order | None = None
    last: str | int = ""
    at_last: list[str] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    def takes(self, row: Row) -> bool:
        """Whether a row is new; what is later than all before is remembered."""
        if self.newer is None:
            self.rows += 1
            return True
        value = row.get(self.newer.field)
        if value is None:
            self.fields |= set(row)
            self.rows += 1
            return True
        order = self._order(value)
        same = digest.of_text(json.dumps(row, sort_keys=True))
        if self.mark is not None:
            before = self._order(self.mark.last)
            if order < before or (order == before and same in self.mark.rows):
                self.known += 1
                return False
        if self.latest is None or order > self.latest:
            self.latest, self.last, self.at_last = order, value, []
        if order == self.latest:
            self.at_last.append(same)
        self.rows += 1
        return True

    def _order(self, value: object) -> Order:
        assert self.newer is not None
        try:
            order = order_of(value)
        except ValueError:
            raise SourceError(
                f"'{self.source}' cannot be pulled: '{self.newer.field}' does not grow", got=f"a {type(value).__name__} of another kind",
                allowed="a number or an instant",
                next_step="Name another field under `newer:`. Nothing was written.",
            ) from None  # fmt: skip
        if self.latest is not None and order[0] != self.latest[0]:
            raise SourceError(
                f"'{self.source}' cannot be pulled: '{self.newer.field}' is of two kinds", got=f"a {order[0]} beside a {self.latest[0]}",
                next_step="Name another field under `newer:`. Nothing was written.",
            )  # fmt: skip
        return order


def bring(
    source: str, pages: Iterable[list[Row]], newer: Newer | None, *, target: Path, state: Path, may_be_empty: bool = False
) -> Pulled:  # fmt: skip
    """Write what is new as `target`, then how far it came as `state`: killed between the two, the next pull brings it again.

    may_be_empty: a list that is asked for whole may have no rows, and then there is no file.
    Raises what `pages` raises, and then both are as they were.
    """
    came = _Came(source, newer, read_mark(state) if newer else None)
    number = 0
    begun = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with begun.open("w", encoding="utf-8") as file:
            for page in pages:
                number += 1
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in page if came.takes(row))
            file.flush()
            os.fsync(file.fileno())
        _require_something(came, may_be_empty=may_be_empty)
        if came.rows:
            begun.replace(target)
            sync(target.parent)
            if came.latest is not None:
                _write_mark(state, came)
    except OSError as error:
        raise SourceError(f"'{target.name}' cannot be written", got=error.strerror, next_step="Make room, or ask for the right.") from error
    finally:
        with suppress(OSError):
            begun.unlink()
    return Pulled(source, target.name if came.rows else None, came.rows, number, came.known)


def file_name(pattern: str, now: datetime) -> str:
    """
    >>> file_name("crm/tickets-*.jsonl", datetime(2026, 3, 1, 14))
    'crm/tickets-20260301T140000Z.jsonl'
    """
    return pattern.replace("*", f"{now:%Y%m%dT%H%M%SZ}")


def read_mark(state: Path) -> Mark | None:
    try:
        said: Any = json.loads(state.read_text(encoding="utf-8"))
        return Mark(said["last"], tuple(said["rows"]))
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError) as error:
        raise SourceError(f"'{state.name}' is damaged", next_step=f"Remove {state} to pull everything again.") from error


def _write_mark(state: Path, came: _Came) -> None:
    # Rows that bear the same value as the last pull ended with are known as well.
    same = came.mark.rows if came.mark is not None and came.latest == order_of(came.mark.last) else ()
    state.parent.mkdir(parents=True, exist_ok=True)
    begun = state.with_name(f"{state.name}.part")
    with begun.open("w", encoding="utf-8") as file:
        json.dump({"last": came.last, "rows": sorted({*same, *came.at_last})}, file)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(state)
    sync(state.parent)


def _require_something(came: _Came, *, may_be_empty: bool) -> None:
    if came.newer is None and not came.rows and not may_be_empty:
        raise SourceError(f"'{came.source}' gave no rows", next_step="Mend its `pull:`. The file that was there stays.")
    if came.newer is not None and came.rows and came.latest is None:
        raise SourceError(
            f"'{came.source}' cannot be pulled: no row has '{came.newer.field}'", allowed=nearest(came.newer.field, came.fields),
            next_step="Mend `newer:` of its `pull:`. Nothing was written.",
        )  # fmt: skip


def sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

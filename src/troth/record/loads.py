"""What was taken in and when: the unit of knowledge, of which the record as known at any time is a fold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from troth.record.ports import StoredFile


@dataclass(frozen=True, slots=True)
class Load:
    """What one build found in one table of a source, against what it held when it was last taken in.

    seq: of the build's intake, from 1; loads of one intake are known at one instant, `known_from`, naive UTC, never before those
    of an earlier one. place: of the table below the operation's folder, `2026/orders.xlsx#March`; name: as messages have it.
    content: SHA-256 of the file, "" where it was there no more. manner: digest of how the book said to read it.
    columns: those that are kept. counted: records, by the splitter. taken: rows that are new or changed, which `files` hold;
    unchanged and gone: rows of earlier loads that it still has, and has no more. anew: nothing of earlier loads is left in it.
    personal: columns that were personal when its rows were kept, and of what kind; None where an older version kept them.
    rewritten: how often other rows were kept in place of those that were read.
    """

    seq: int
    known_from: datetime
    source: str
    place: str
    name: str
    content: str
    manner: str
    columns: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    counted: int = 0
    taken: int = 0
    unchanged: int = 0
    gone: int = 0
    rejected: int = 0
    filtered: int = 0
    anew: bool = False
    personal: tuple[tuple[str, str], ...] | None = None
    rewritten: int = 0
    files: tuple[StoredFile, ...] = ()

    @property
    def there(self) -> bool:
        """Whether the file was there."""
        return self.content != ""

    def stored(self, table: str) -> tuple[StoredFile, ...]:
        return tuple(file for file in self.files if file.table == table)

    @property
    def said(self) -> list[Any]:
        """What the record follows from, as JSON: neither when it was known nor where it is kept."""
        rewritten = [self.rewritten] if self.rewritten else []
        return [self.seq, self.source, self.place, self.content, self.manner, *rewritten]


def loads_data(loads: Iterable[Load]) -> list[dict[str, Any]]:
    """As JSON but for `known_from`, which the journal's entry has."""
    return [{name: value for name, value in asdict(load).items() if name != "known_from"} for load in loads]


def load_of(data: Mapping[str, Any], known_from: datetime) -> Load:
    lists: dict[str, Any] = {name: tuple(data[name]) for name in ("columns", "places")}
    if (personal := data.get("personal")) is not None:
        lists["personal"] = tuple((column, kind) for column, kind in personal)
    return Load(**{**data, **lists, "files": tuple(StoredFile(**file) for file in data["files"])}, known_from=known_from)


def known_at(loads: Iterable[Load], at: datetime | None) -> tuple[Load, ...]:
    """The loads known at an instant, naive UTC; all without one."""
    return tuple(load for load in loads if at is None or load.known_from <= at)

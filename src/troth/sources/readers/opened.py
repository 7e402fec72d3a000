"""What a reader of files is asked and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from troth.query import identifier
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.mapping import Written

ROW = "row_number() OVER ()"


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader took for granted about how a file is written, and what it took it from."""

    what: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A table that a file holds. hidden: it is left out unless it is named; the words say why.

    sheet: its name inside the file, where its address does without since it is the only one.
    """

    address: Address
    columns: tuple[str, ...]
    hidden: str = ""
    sheet: str = ""

    @property
    def part(self) -> str:
        return self.address.part or self.sheet


@dataclass(frozen=True, slots=True)
class Asked:
    """label: names the reader's tables in the engine. held: what must live as long as the rows are read.

    counted: False for a look, where nobody asks how many records there are.
    """

    address: Address
    written: Written
    label: str
    engine: Engine
    held: ExitStack
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Opened:
    """A table in SQL, every cell as text.

    relation: the rows. records: counted without the reader. row: SQL of a row's number as people see it in the file.
    rejects: name of the engine's own list of lines that did not fit. skip: lines above the first record.
    bad: column of the relation that lists the cells without a usable value: their places between commas. places: of each column.
    fates: a relation (line, fate, why) of the rows that the reader set aside, as `rejected` or `filtered`.
    print: SQL of a number that tells rows apart, where the cells no longer do.
    """

    address: Address
    columns: tuple[str, ...]
    relation: str
    records: int
    rejects: str | None = None
    skip: int = 0
    row: str = ROW
    bad: str | None = None
    places: tuple[int, ...] = ()
    fates: str | None = None
    told: tuple[Told, ...] = ()
    print: str | None = None

    def bad_sql(self, column: str) -> str | None:
        """Whether the cell of a row has no usable value; None where all have."""
        return (
            None
            if self.bad is None
            else (f"coalesce(contains(src.{identifier(self.bad)}, ',{self.places[self.columns.index(column)]},'), FALSE)")
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of file. tables: what is inside. marks: cells may come without a usable value, such as #REF!.

    listed: in place of `tables` where an engine is at hand, for files that it alone can look into.
    beside: another file may be read meanwhile: it takes little memory, and no content breaks the engine down.
    """

    endings: frozenset[str]
    tables: Callable[[Path], Sequence[Listed]]
    open: Callable[[Asked], Opened]
    parts: bool = False
    marks: bool = False
    beside: bool = False
    listed: Callable[[Path, Callable[[], Engine] | None], Sequence[Listed]] | None = None

"""Rows as a sheet or a page of text has them, before anybody knows which of them is the header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_LETTERS = re.compile(r"[A-Z]{1,3}")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


@dataclass(slots=True)
class Row:
    """number: as the file's program shows it. cells: texts, None where blank.

    typed: places that hold no text, with the number where it is one. bad: places without a usable value, whose cell says why.
    aside: fate and reason, where the reader itself knows that it is no record.
    """

    number: int
    cells: list[str | None]
    typed: dict[int, float | None] = field(default_factory=dict)
    bad: list[int] = field(default_factory=list)
    aside: tuple[str, str] | None = None

    def filled(self) -> list[int]:
        return [place for place, cell in enumerate(self.cells) if cell is not None]


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells that were made one; all inclusive, rows from 1, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


class Merges:
    """The merged cells of a sheet, asked row by row from top to bottom."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        self._wide = [m for m in merges if m.right > m.left]
        self.tall: dict[int, list[Merge]] = {}
        for merge in merges:
            if merge.bottom > merge.top:
                self.tall.setdefault(merge.top, []).append(merge)

    def wide_in(self, row: int) -> list[Merge]:
        return [m for m in self._wide if m.top <= row <= m.bottom]

    def depth(self, row: int) -> int:
        """How many rows the deepest merge that begins in a row reaches down."""
        return max((m.bottom - m.top for m in self.tall.get(row, ())), default=0)


class Filler:
    """Gives the value of a tall merge to the rows below its first, in its first column."""

    def __init__(self, merges: Merges, below: int) -> None:
        self._tall = merges.tall
        self._below = below
        self._open: list[tuple[Merge, str, float | None, bool]] = []
        self.filled: dict[int, int] = {}

    def fill(self, row: Row) -> None:
        for merge, text, number, typed in self._open:
            if row.number <= merge.bottom and merge.left < len(row.cells) and row.cells[merge.left] is None:
                row.cells[merge.left] = text
                if typed:
                    row.typed[merge.left] = number
                self.filled[merge.left] = self.filled.get(merge.left, 0) + 1
        if self._open:
            self._open = [held for held in self._open if held[0].bottom > row.number]
        for merge in self._tall.get(row.number, ()):
            own = row.cells[merge.left] if merge.left < len(row.cells) else None
            if merge.top >= self._below and own is not None and merge.left not in row.bad:
                self._open.append((merge, own, row.typed.get(merge.left), merge.left in row.typed))


def column_of(letters: str) -> int:
    """
    >>> column_of("A"), column_of("AA")
    (0, 26)
    """
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def letters_of(column: int) -> str:
    """
    >>> letters_of(0), letters_of(26), letters_of(701)
    ('A', 'AA', 'ZZ')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def merge_of(reference: str) -> Merge | None:
    """
    >>> merge_of("B2:C4")
    Merge(top=2, left=1, bottom=4, right=2)
    """
    ends = [_REFERENCE.fullmatch(end) for end in reference.split(":")]
    found = [(column_of(end[1].upper()), int(end[2])) for end in ends if end]
    if len(ends) != 2 or len(found) != 2:
        return None
    (left, top), (right, bottom) = found
    return Merge(top, left, bottom, right) if top <= bottom and left <= right else None

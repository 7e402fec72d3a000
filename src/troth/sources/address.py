"""Where a table lies: in a file, or as a part of one, written `orders.xlsx#March`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SIGN = "#"
EXTRACT = ".extract"
"""Of a file that holds a database's table for the time of a build. It is called as the table is."""


@dataclass(frozen=True, slots=True)
class Address:
    """part: the sheet of a workbook or the list of a JSON file; None where the file is one table."""

    path: Path
    part: str | None = None

    @property
    def name(self) -> str:
        """As `files:` of a source names it and as every message does."""
        name = self.path.name.removesuffix(EXTRACT)
        return name if self.part is None else f"{name}{SIGN}{self.part}"

    @property
    def stem(self) -> str:
        return self.path.stem if self.part is None else self.part

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()


@dataclass(frozen=True, slots=True)
class Print:
    """What a file looked like from outside; another print is another content, or may be."""

    size: int
    changed_ns: int
    touched_ns: int
    file: int


def print_of(path: Path) -> Print:
    seen = path.stat()
    return Print(seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)


def place_of(address: Address, folder: Path) -> str:
    """Where a table lies, as seen from the operation's folder: 2026/orders.xlsx#March, the same wherever the folder is.

    A database's table lies where its name says, SHOP_URL#orders, wherever its extract is.
    """
    if address.path.suffix == EXTRACT:
        return address.name
    place = Path(os.path.relpath(address.path, folder)).as_posix()
    return place if address.part is None else f"{place}{SIGN}{address.part}"

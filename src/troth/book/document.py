from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import Any, Literal

from troth.book.parsing import Path, Positions, positions

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file. kind: the folder that its definitions belong to (`sources`, `promises`), or a file of its own (`troth`).

    data: plain JSON data; numbers with a point are text. digest: of the data, whatever the order of keys, comments or white space.
    source: its text, or the book's folder, to read it from when a place in it is asked for.
    address: of the layer that an overlay is for, as its folder is called; None for the standard.
    """

    file: PurePosixPath
    kind: str
    data: Mapping[str, Any]
    digest: str
    source: str | FilePath = field(repr=False, compare=False)
    address: str | None = None

    @property
    def text(self) -> str:
        """What stands in the file; read anew where only its data were kept."""
        return self.source if isinstance(self.source, str) else (self.source / self.file).read_text(encoding="utf-8", errors="replace")

    def position(self, path: Path) -> tuple[int, int]:
        """Line and column, both from 1, of the key or list item; of the nearest ancestor that stands in the file."""
        return self.positions().key(path)

    def value_position(self, path: Path, column: int | None = None) -> tuple[int, int]:
        """Line and column of a value. column: a place inside it, where the value is a text on one line."""
        return self.positions().value(path, column)

    def positions(self) -> Positions:
        return _positions(self.text)


@lru_cache(maxsize=512)
def _positions(text: str) -> Positions:
    # Only asked for when something is to be pointed at: keeping them for every file would double the time of loading.
    return positions(text)


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole book. hash: of file names and data, whatever the order of files, comments or white space."""

    documents: tuple[Document, ...]
    hash: str

    def of_kind(self, kind: str) -> tuple[Document, ...]:
        """The standard's documents of a kind, without overlays."""
        return tuple(d for d in self.documents if d.kind == kind and d.address is None)

    def overlays(self) -> tuple[Document, ...]:
        return tuple(d for d in self.documents if d.address is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake at its place. cause: what several places have in common, so that one mistake is told once."""

    file: PurePosixPath
    line: int
    column: int
    path: str
    message: str
    level: Level = "error"
    cause: str = ""

    def warned(self) -> Problem:
        """The same as something to look at that stops nothing."""
        return replace(self, level="warning")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.path}: {self.message}"

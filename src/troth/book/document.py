from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file. kind: the folder it stands in (`sources`, `promises`) or `troth` for troth.yaml.

    positions: path inside the document -> (line, column), both from 1, of the key or list item.
    """

    file: PurePosixPath
    kind: str
    data: Mapping[str, Any]
    positions: Mapping[Path, tuple[int, int]]

    def position(self, path: Path) -> tuple[int, int]:
        """Line and column of the nearest ancestor that stands in the file."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole book. hash: of file names and data, whatever the order of files, comments or white space."""

    documents: tuple[Document, ...]
    hash: str

    def of_kind(self, kind: str) -> tuple[Document, ...]:
        return tuple(d for d in self.documents if d.kind == kind)


@dataclass(frozen=True, slots=True)
class Problem:
    file: PurePosixPath
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.path}: {self.message}"

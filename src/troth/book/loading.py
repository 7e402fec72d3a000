"""A folder of YAML to documents with positions; all problems at once, none hidden by another."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from troth.book.document import Document, Path, Problem, Tree
from troth.kernel import digest
from troth.kernel.errors import BookError, NotFound

KINDS = ("sources", "promises")
ROOT = "troth.yaml"
MOST = 100_000


def load(root: FilePath) -> Tree:
    """The book in a folder.

    Raises NotFound where there is no troth.yaml, BookError with every unreadable file named.
    """
    if not (root / ROOT).is_file():
        raise NotFound(f"no book in '{root}'", got="no troth.yaml there", next_step="Make one with: troth start FOLDER --into BOOK")
    documents: list[Document] = []
    problems: list[Problem] = []
    for file, kind in _files(root):
        name = PurePosixPath(file.relative_to(root).as_posix())
        try:
            if file.suffix != ".yaml":
                raise _Unreadable(Problem(name, 1, 1, "-", "files of a book end in .yaml"))
            documents.append(_read(file.read_text(encoding="utf-8"), name, kind))
        except UnicodeDecodeError as error:
            problems.append(Problem(name, 1, 1, "-", f"not UTF-8 at byte {error.start}"))
        except OSError as error:
            problems.append(Problem(name, 1, 1, "-", f"cannot be read: {error.strerror}"))
        except _Unreadable as error:
            problems.append(error.problem)
    raise_if(problems)
    return Tree(tuple(documents), digest.of_value([[str(d.file), plain(d.data)] for d in documents]))


def raise_if(problems: list[Problem]) -> None:
    if problems:
        ordered = sorted(problems, key=lambda p: (str(p.file), p.line, p.column))
        raise BookError("\n".join(str(p) for p in ordered))


def read(text: str, name: str, kind: str) -> Document:
    """One document from text; raises BookError with its position."""
    try:
        return _read(text, PurePosixPath(name), kind)
    except _Unreadable as error:
        raise BookError(str(error.problem)) from error


class _Unreadable(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _files(root: FilePath) -> Iterator[tuple[FilePath, str]]:
    yield root / ROOT, "troth"
    for kind in KINDS:
        for file in sorted((root / kind).rglob("*.y*ml")):
            yield file, kind


def _read(text: str, name: PurePosixPath, kind: str) -> Document:
    try:
        data = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _Unreadable(Problem(name, line, column, "-", str(error.problem or error.context).strip())) from error
    except YAMLError as error:
        raise _Unreadable(Problem(name, 1, 1, "-", str(error).splitlines()[0])) from error
    except RecursionError as error:
        raise _Unreadable(Problem(name, 1, 1, "-", "nested too deeply")) from error
    if data is None:
        data = CommentedMap()
    if not isinstance(data, CommentedMap):
        raise _Unreadable(Problem(name, 1, 1, "-", "a file of the book holds names with their definitions"))
    positions: dict[Path, tuple[int, int]] = {}
    _walk(data, (), positions)
    if len(positions) > MOST:
        raise _Unreadable(Problem(name, 1, 1, "-", f"more than {MOST:,} entries; aliases may not multiply"))
    return Document(name, kind, data, positions)


def _walk(node: Any, path: Path, positions: dict[Path, tuple[int, int]]) -> None:
    """Where every key and item stands; one merged in from an anchor stands where its mapping does."""
    if len(positions) > MOST:
        return
    if isinstance(node, CommentedMap):
        for key, value in node.items():
            line, column = node.lc.key(key) if key in node.lc.data else (node.lc.line, node.lc.col)
            positions[(*path, str(key))] = (line + 1, column + 1)
            _walk(value, (*path, str(key)), positions)
    elif isinstance(node, CommentedSeq):
        for index, value in enumerate(node):
            line, column = node.lc.item(index)
            positions[(*path, index)] = (line + 1, column + 1)
            _walk(value, (*path, index), positions)


def plain(node: Any) -> Any:
    """Plain JSON data of a YAML node; numbers with a point become text, so that the hash is the same everywhere."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, int):
        return int(node)
    if isinstance(node, float):
        return repr(float(node))
    if isinstance(node, datetime.date | datetime.datetime):
        return node.isoformat()
    return str(node)

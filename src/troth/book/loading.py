"""A folder of YAML to documents; all problems at once, none hidden by another. What was read once is known by its content."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from os import scandir, stat, stat_result
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from stat import S_ISREG
from typing import Any

from troth.book.document import Document, Problem, Tree
from troth.book.parsing import Mistake, parsed
from troth.kernel import digest
from troth.kernel.errors import BookError, NotFound, nearest

ROOT = "troth.yaml"
COMPANY = "company.yaml"
OVERLAYS = "overlays"
SINGLE: Mapping[str, str] = {ROOT: "troth", COMPANY: "company"}
READER = 2  # goes up when the same text is read into other data


Seen = tuple[int, int, int, int]
"""Size, time of the last write, time of the last change of any kind, inode: the same four are the same bytes."""


@dataclass(slots=True)
class Cache:
    """Data of files, and names in folders, by what the system says of them, in one file beside the lake; without a file nothing is kept.

    A damaged one is made anew. What was written as late as the cache itself is read again: its times cannot tell.
    """

    file: FilePath | None = None
    known: dict[str, Any] = field(default_factory=dict)
    used: dict[str, Any] = field(default_factory=dict)
    sound: list[str] = field(default_factory=list)
    folders: dict[str, Any] = field(default_factory=dict)
    listed: dict[str, Any] = field(default_factory=dict)
    written: int = 0

    @classmethod
    def of(cls, file: FilePath) -> Cache:
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(file.read_bytes())
            if kept["reader"] == READER:
                return cls(file, kept["files"], sound=kept["sound"], folders=kept["folders"], written=file.stat().st_mtime_ns)
        return cls(file)

    def find(self, name: str, seen: Seen) -> list[Any] | None:
        """Data and digest of a file that is as it was."""
        found: Any = self.known.get(name)
        if not self._holds(found, seen):
            return None
        self.used[name] = found
        return list(found[1:])

    def names(self, folder: str, path: str) -> tuple[list[str], list[str]]:
        """Names of the files and of the folders in a folder, listed again only where it is not as it was."""
        seen = _seen(stat(path))  # noqa: PTH116  as with _bytes
        found: Any = self.folders.get(folder)
        if not self._holds(found, seen):
            found = [seen, *_listed(path)]
        self.listed[folder] = found
        return found[1], found[2]

    def _holds(self, found: Any, seen: Seen) -> bool:
        return found is not None and tuple(found[0]) == seen and max(seen[1], seen[2]) < self.written

    def put(self, name: str, seen: Seen, data: Any, digest: str) -> None:
        self.used[name] = [seen, data, digest]

    def keep(self, sound: str | None = None) -> None:
        """Write what was used, where it differs from what is there. sound: of a book in which nothing is wrong."""
        listed = [sound, *(one for one in self.sound if one != sound)][:20] if sound else self.sound
        same = _same(self.used, self.known) and _same(self.listed, self.folders)
        if self.file is None or (same and listed == self.sound):
            return
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            aside = self.file.with_suffix(".new")
            kept = {"reader": READER, "files": self.used, "folders": self.listed, "sound": listed}
            text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
            aside.write_text(text, encoding="utf-8")
            aside.replace(self.file)


@dataclass(frozen=True, slots=True)
class Loaded:
    """unreadable: kinds of which a file could not be read, so that what it declares is not missed elsewhere too."""

    tree: Tree
    problems: tuple[Problem, ...]
    unreadable: frozenset[str]


def load(root: FilePath, kinds: Iterable[str], cache: Cache | None = None) -> Loaded:
    """The book in a folder: the files of these kinds, their overlays, troth.yaml and company.yaml.

    Raises NotFound where there is no troth.yaml.
    """
    if not (root / ROOT).is_file():
        raise NotFound(f"no book in '{root}'", got=f"no {ROOT} there", next_step="Make one with: troth start FOLDER --into BOOK")
    known, kept = frozenset(kinds), cache or Cache()
    documents: list[Document] = []
    texts: dict[PurePosixPath, bytes | OSError] = {}
    seen: dict[PurePosixPath, Seen] = {}
    for name, entry in _files(root, known, kept):
        place = place_of(name, known)
        found = kept.find(name, entry) if place is not None and entry is not None else None
        path = PurePosixPath(name)
        if found is not None and place is not None:
            documents.append(Document(path, place[0], found[0], found[1], root, place[1]))
        else:
            texts[path] = _bytes(f"{root}/{name}")
            if entry is not None:
                seen[path] = entry
    read_now = of_texts(texts, known)
    wrong = {problem.file for problem in read_now.problems}
    for document in read_now.tree.documents:
        if document.file not in wrong and document.file in seen:
            kept.put(document.file.as_posix(), seen[document.file], document.data, document.digest)
    tree = tree_of([*documents, *read_now.tree.documents]) if documents else read_now.tree
    return Loaded(tree, read_now.problems, read_now.unreadable)


def of_texts(files: Mapping[PurePosixPath, bytes | OSError], kinds: Iterable[str]) -> Loaded:
    """The same from what stands in files; an OSError is why one could not be read. What is no file of a book is left out here too."""
    known = frozenset(kinds)
    documents: list[Document] = []
    problems: list[Problem] = []
    unreadable: set[str] = set()
    for name, content in files.items():
        if not (name.as_posix() in SINGLE if len(name.parts) == 1 else name.parts[0] in known or name.parts[0] == OVERLAYS):
            continue
        place = place_of(name.as_posix(), known)
        said = _misplaced(name, known) if place is None else None
        kind, address = place or (name.parts[0], None)
        if said is None and isinstance(content, OSError):
            said = f"cannot be read: {content.strerror}"
        if said is None and isinstance(content, bytes):
            try:
                document, mistakes = read(content.decode("utf-8"), name, kind, address)
            except UnicodeDecodeError as error:
                said = f"not UTF-8 at byte {error.start}"
            else:
                documents.append(document)
                problems += [_problem(name, mistake) for mistake in mistakes]
                unreadable |= {kind} if any(mistake.under is None for mistake in mistakes) else set()
        if said is not None:
            problems.append(Problem(name, 1, 1, "-", said))
            unreadable |= {kind, name.parts[0]}
    return Loaded(tree_of(documents), tuple(problems), frozenset(unreadable))


def _bytes(path: str) -> bytes | OSError:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123  thousands of small files: a Path each would double the time
            return file.read()
    except OSError as error:
        return error


def read(text: str, name: PurePosixPath, kind: str, address: str | None) -> tuple[Document, list[Mistake]]:
    """One document from its text. A name of the file with a mistake in it is left out of its data."""
    text = text.removeprefix("\ufeff")
    data, mistakes = parsed(text)
    wrong = {mistake.under for mistake in mistakes}
    usable = {key: value for key, value in data.items() if key not in wrong} if None not in wrong else {}
    return Document(name, kind, usable, digest.of_value(usable), text, address), mistakes


def tree_of(documents: Iterable[Document]) -> Tree:
    ordered = tuple(sorted(documents, key=lambda d: d.file.as_posix()))
    return Tree(ordered, digest.of_text("\n".join(f"{d.file.as_posix()}\t{d.digest}" for d in ordered)))


def raise_if(problems: Iterable[Problem]) -> None:
    """Raises BookError that names every error; warnings pass."""
    errors = [str(problem) for problem in problems if problem.level == "error"]
    if errors:
        raise BookError("\n".join(errors))


def place_of(name: str, kinds: Container[str]) -> tuple[str, str | None] | None:
    """Kind and layer of a file of the book by its path; None where it is none."""
    if name in SINGLE:
        return SINGLE[name], None
    parts = name.split("/", 3)
    if not name.endswith(".yaml") or len(parts) < 2:
        return None
    if parts[0] == OVERLAYS:
        return (parts[2], parts[1]) if len(parts) == 4 and parts[2] in kinds else None
    return (parts[0], None) if parts[0] in kinds else None


def _files(root: FilePath, kinds: frozenset[str], kept: Cache) -> Iterator[tuple[str, Seen | None]]:
    """Every file of the book with what the system says of it."""
    for single in SINGLE:
        if single == ROOT or (root / single).is_file():
            yield single, _seen((root / single).stat())
    for folder in (*sorted(kinds), OVERLAYS):
        yield from _under(root, folder, kept)


def _misplaced(name: PurePosixPath, kinds: frozenset[str]) -> str:
    if name.suffix != ".yaml":
        return "files of a book end in .yaml"
    if len(name.parts) < 4:
        return "an overlay stands in a folder of its layer and its kind: overlays/region=JP/promises/"
    return f"there are no '{name.parts[2]}' that could be overlaid; {nearest(name.parts[2], kinds)}"


def _under(root: FilePath, folder: str, kept: Cache) -> list[tuple[str, Seen | None]]:
    """Every file below a folder; a folder that is called like a file is given as one, so that reading it says what is wrong."""
    found: list[tuple[str, Seen | None]] = []
    waiting, above = [folder], str(root)
    while waiting:
        inner = waiting.pop()
        with suppress(OSError):
            files, folders = kept.names(inner, f"{above}/{inner}")
            waiting += [f"{inner}/{name}" for name in folders]
            for name in files:
                found.append((f"{inner}/{name}", _seen_file(f"{above}/{inner}/{name}")))
    return sorted(found, key=lambda one: one[0])


def _listed(path: str) -> tuple[list[str], list[str]]:
    files: list[str] = []
    folders: list[str] = []
    with scandir(path) as entries:
        for entry in entries:
            if entry.name.endswith((".yaml", ".yml")):
                files.append(entry.name)
            elif entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
    return files, folders


def _same(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return now.keys() == before.keys() and all(before[name] is one for name, one in now.items())


def _seen_file(path: str) -> Seen | None:
    try:
        said = stat(path)  # noqa: PTH116  as with _bytes
    except OSError:
        return None
    return _seen(said) if S_ISREG(said.st_mode) else None


def _seen(said: stat_result) -> Seen:
    return said.st_size, said.st_mtime_ns, said.st_ctime_ns, said.st_ino


def _problem(name: PurePosixPath, mistake: Mistake) -> Problem:
    return Problem(name, mistake.line, mistake.column, ".".join(map(str, mistake.path)) or "-", mistake.message)

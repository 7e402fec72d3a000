"""A folder of YAML to documents; all problems at once, none hidden by another. What was read once is known by its content."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from os import PathLike, scandir
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import Any

from troth.book.document import Document, Problem, Tree
from troth.book.parsing import Mistake, parsed
from troth.kernel import digest
from troth.kernel.errors import BookError, NotFound, nearest

ROOT = "troth.yaml"
COMPANY = "company.yaml"
OVERLAYS = "overlays"
SINGLE: Mapping[str, str] = {ROOT: "troth", COMPANY: "company"}
READER = 1  # goes up when the same text is read into other data


@dataclass(slots=True)
class Cache:
    """Data of texts by their digest, in one file beside the lake; without a file nothing is kept. A damaged one is made anew."""

    file: FilePath | None = None
    known: dict[str, Any] = field(default_factory=dict)
    used: dict[str, Any] = field(default_factory=dict)
    sound: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, file: FilePath) -> Cache:
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(file.read_text(encoding="utf-8"))
            if kept["reader"] == READER:
                return cls(file, kept["texts"], sound=kept["sound"])
        return cls(file)

    def keep(self, sound: str | None = None) -> None:
        """Write what was used, where it differs from what is there. sound: of a book in which nothing is wrong."""
        listed = [sound, *(one for one in self.sound if one != sound)][:20] if sound else self.sound
        if self.file is None or (self.used.keys() == self.known.keys() and listed == self.sound):
            return
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            aside = self.file.with_suffix(".new")
            text = json.dumps({"reader": READER, "texts": self.used, "sound": listed}, ensure_ascii=False, separators=(",", ":"))
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
    known = frozenset(kinds)
    return of_texts({name: _bytes(root / name) for name in _files(root, known)}, known, cache)


def of_texts(files: Mapping[PurePosixPath, bytes | OSError], kinds: Iterable[str], cache: Cache | None = None) -> Loaded:
    """The same from what stands in files; an OSError is why one could not be read."""
    known = frozenset(kinds)
    documents: list[Document] = []
    problems: list[Problem] = []
    unreadable: set[str] = set()
    for name, content in files.items():
        place = place_of(name, known)
        said = _misplaced(name, known) if place is None else None
        kind, address = place or (name.parts[0], None)
        if said is None and isinstance(content, OSError):
            said = f"cannot be read: {content.strerror}"
        if said is None and isinstance(content, bytes):
            try:
                document, mistakes = read(content.decode("utf-8"), name, kind, address, cache)
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


def _bytes(path: FilePath) -> bytes | OSError:
    try:
        return path.read_bytes()
    except OSError as error:
        return error


def read(text: str, name: PurePosixPath, kind: str, address: str | None, cache: Cache | None = None) -> tuple[Document, list[Mistake]]:
    """One document from its text. A name of the file with a mistake in it is left out of its data."""
    text = text.removeprefix("\ufeff")
    key = digest.of_text(text)
    found = cache.known.get(key) if cache else None
    mistakes: list[Mistake] = []
    if found is None:
        data, mistakes = parsed(text)
        wrong = {mistake.under for mistake in mistakes}
        usable = {key: value for key, value in data.items() if key not in wrong} if None not in wrong else {}
        found = [usable, digest.of_value(usable)]
    if cache and not mistakes:
        cache.used[key] = found
    return Document(name, kind, found[0], found[1], text, address), mistakes


def tree_of(documents: Iterable[Document]) -> Tree:
    ordered = tuple(sorted(documents, key=lambda d: d.file.as_posix()))
    return Tree(ordered, digest.of_value([[d.file.as_posix(), d.digest] for d in ordered]))


def raise_if(problems: Iterable[Problem]) -> None:
    """Raises BookError that names every error; warnings pass."""
    errors = [str(problem) for problem in problems if problem.level == "error"]
    if errors:
        raise BookError("\n".join(errors))


def place_of(name: PurePosixPath, kinds: Iterable[str]) -> tuple[str, str | None] | None:
    """Kind and layer of a file of the book by its path; None where it is none."""
    if name.as_posix() in SINGLE:
        return SINGLE[name.as_posix()], None
    parts = name.parts
    if name.suffix != ".yaml" or len(parts) < 2:
        return None
    if parts[0] == OVERLAYS:
        return (parts[2], parts[1]) if len(parts) >= 4 and parts[2] in kinds else None
    return (parts[0], None) if parts[0] in kinds else None


def _files(root: FilePath, kinds: frozenset[str]) -> Iterator[PurePosixPath]:
    yield PurePosixPath(ROOT)
    if (root / COMPANY).is_file():
        yield PurePosixPath(COMPANY)
    for folder in (*sorted(kinds), OVERLAYS):
        yield from _under(root, PurePosixPath(folder))


def _misplaced(name: PurePosixPath, kinds: frozenset[str]) -> str:
    if name.suffix != ".yaml":
        return "files of a book end in .yaml"
    if len(name.parts) < 4:
        return "an overlay stands in a folder of its layer and its kind: overlays/region=JP/promises/"
    return f"there are no '{name.parts[2]}' that could be overlaid; {nearest(name.parts[2], kinds)}"


def _under(root: FilePath, folder: PurePosixPath) -> list[PurePosixPath]:
    """Every file below a folder; a folder that is called like a file is given as one, so that reading it says what is wrong."""
    found: list[PurePosixPath] = []
    waiting: list[tuple[str | PathLike[str], PurePosixPath]] = [(root / folder, folder)]
    while waiting:
        path, name = waiting.pop()
        with suppress(OSError), scandir(path) as entries:
            for entry in entries:
                inner = name / entry.name
                if entry.is_dir(follow_symlinks=False) and inner.suffix not in (".yaml", ".yml"):
                    waiting.append((entry.path, inner))
                elif inner.suffix in (".yaml", ".yml"):
                    found.append(inner)
    return sorted(found)


def _problem(name: PurePosixPath, mistake: Mistake) -> Problem:
    return Problem(name, mistake.line, mistake.column, ".".join(map(str, mistake.path)) or "-", mistake.message)

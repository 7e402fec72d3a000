"""The text of one YAML file to plain data, with the place of every key and value.

libyaml reads the syntax; what a scalar means is decided in `plain`, by the core schema of YAML 1.2: `no`, `14:00` and `2026-01-05`
are texts. Anchors, aliases, tags and a second document are refused: what a definition says must stand where it is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from troth.book.history import conflict_markers
from troth.book.plain import DEEPEST, LOADER, MERGE, MOST, plain, scalar

Path = tuple[str | int, ...]
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What cannot be read. under: the top-level name in which it stands, None where nothing of the file can be used."""

    line: int
    column: int
    path: Path
    message: str
    under: str | None = None


@dataclass(frozen=True, slots=True)
class Positions:
    """keys, values: path -> (line, column), both from 1. inside: columns from a value's beginning to its text (1 behind a quote)."""

    keys: dict[Path, tuple[int, int]]
    values: dict[Path, tuple[int, int]]
    inside: dict[Path, int | None]

    def key(self, path: Path) -> tuple[int, int]:
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, (1, 1))

    def value(self, path: Path, column: int | None = None) -> tuple[int, int]:
        """column: a place inside its text, from 1."""
        if path not in self.values:
            return self.key(path)
        line, start = self.values[path]
        offset = self.inside.get(path)
        return (line, start) if offset is None or column is None else (line, start + offset + column - 1)


def parsed(text: str) -> tuple[dict[str, Any], list[Mistake]]:
    """Plain data of a file and every mistake in it; a name that holds one keeps its first value."""
    data = plain(text)
    return (data, []) if data is not None else carefully(text)


def carefully(text: str) -> tuple[dict[str, Any], list[Mistake]]:
    """The same with a path for everything, which is what mistakes are told by."""
    builder = _Builder(positions=None)
    return builder.document(text), builder.mistakes


def positions(text: str) -> Positions:
    """Where everything stands in a text that can be read; as far as it can be where it cannot."""
    found = Positions({}, {}, {})
    _Builder(positions=found).document(text)
    return found


class _TooMuch(Exception):
    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake


@dataclass(slots=True)
class _Builder:
    """Events of the syntax to data. mistakes: in the order of the text."""

    positions: Positions | None
    mistakes: list[Mistake] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    aliases: list[tuple[str | None, Mistake]] = field(default_factory=list)
    count: int = 0

    def document(self, text: str) -> dict[str, Any]:
        try:
            events = yaml.parse(text, Loader=LOADER)
            data = self.whole(events)
        except _TooMuch as error:
            self.mistakes = [error.mistake]
        except yaml.reader.ReaderError:
            self.mistakes = [_unprintable(text)]
        except yaml.MarkedYAMLError as error:
            self.mistakes = [_conflict(text) or _syntax(error, text)]
        except RecursionError:
            self.mistakes = [Mistake(1, 1, (), "nested too deeply")]
        else:
            self.mistakes += [mistake for name, mistake in self.aliases if name not in self.anchors]
            return data
        return {}

    def whole(self, events: Iterator[Event]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.mistake(event, (), "another document begins here; a file of the book holds one")
                    return data
            elif isinstance(event, MappingStartEvent):
                data = self.value(event, events, ())
            elif isinstance(event, SequenceStartEvent | AliasEvent) or (isinstance(event, ScalarEvent) and event.value):
                self.mistakes = [Mistake(*_place(event), (), "a file of the book holds names with their definitions")]
                return {}
        return data

    def value(self, event: Event, events: Iterator[Event], path: Path) -> Any:
        self.count += 1
        if self.count > MOST or len(path) > DEEPEST:
            raise _TooMuch(
                Mistake(*_place(event), (), "nested too deeply" if len(path) > DEEPEST else f"more than {MOST:,} entries in one file")
            )
        if isinstance(event, AliasEvent):
            self.aliases.append(
                (event.anchor, self.made(event, path, f"aliases are not used in a book: write it out instead of '*{event.anchor}'"))
            )
            return None
        assert isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent)
        self.plainly(event, path)
        if self.positions is not None:
            self.positions.values[path] = _place(event)
            self.positions.inside[path] = _inside(event)
        if isinstance(event, ScalarEvent):
            return scalar(event.value) if event.style in (None, "") and event.tag is None else event.value
        if isinstance(event, SequenceStartEvent):
            return self.sequence(events, path)
        return self.mapping(events, path)

    def plainly(self, event: ScalarEvent | SequenceStartEvent | MappingStartEvent, path: Path) -> None:
        if event.anchor is not None:
            self.anchors.add(event.anchor)
            self.mistake(event, path, f"anchors are not used in a book: write it out instead of '&{event.anchor}'")
        elif event.tag is not None and event.tag != "!":
            self.mistake(event, path, f"tags are not used in a book: leave out '{event.tag.replace('tag:yaml.org,2002:', '!!')}'")

    def sequence(self, events: Iterator[Event], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            here = (*path, len(items))
            if self.positions is not None:
                self.positions.keys[here] = _place(event)
            items.append(self.value(event, events, here))
        return items

    def mapping(self, events: Iterator[Event], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                self.mistake(event, path, "a name is a plain text")
                self.value(event, events, path)
                self.value(next(events), events, path)
                continue
            key = event.value
            here = (*path, key)
            double = key in found
            if double:
                self.mistake(event, here, f"'{key}' stands here twice; remove one")
            elif key == MERGE:
                self.mistake(event, here, "merge keys are not used in a book: write it out")
            elif self.positions is not None:
                self.positions.keys[here] = _place(event)
            self.plainly(event, here)
            if double:
                self.dropped(events, here)  # what stands twice has its first place
            else:
                found[key] = self.value(next(events), events, here)
        return found

    def dropped(self, events: Iterator[Event], path: Path) -> None:
        kept, self.positions = self.positions, None
        self.value(next(events), events, path)
        self.positions = kept

    def mistake(self, event: Event, path: Path, message: str) -> None:
        self.mistakes.append(self.made(event, path, message))

    def made(self, event: Event, path: Path, message: str) -> Mistake:
        return Mistake(*_place(event), path, message, str(path[0]) if path else None)


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _inside(event: Event) -> int | None:
    """None where a column of the value is no column of the file: a text over several lines."""
    first, last = event.start_mark, event.end_mark
    if not isinstance(event, ScalarEvent) or first is None or last is None or first.line != last.line or event.style in ("|", ">"):
        return None
    return 1 if event.style in ("'", '"') else 0


def _unprintable(text: str) -> Mistake:
    found = UNPRINTABLE.search(text)
    at = found.start() if found else 0
    line, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    return Mistake(line, column, (), f"a character that no text holds: U+{ord(text[at]):04X}" if found else "cannot be read")


def _conflict(text: str) -> Mistake | None:
    """Two people's edits that a merge outside of Troth left in the file."""
    marked = conflict_markers(text)
    if not marked:
        return None
    ours, theirs = (" ".join(part.split()) or "nothing" for part in (marked[0].ours, marked[0].theirs))
    return Mistake(marked[0].line, 1, (), f"two edits of one place stand here: '{ours}' and '{theirs}'; keep one and remove the marks")


OPEN = ("while scanning a quoted scalar", "while parsing a flow sequence", "while parsing a flow mapping")


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Mistake:
    problem = str(error.problem or error.context or "cannot be read").strip()
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Mistake(1, 1, (), problem)
    if error.context in OPEN and error.context_mark is not None:
        opened = error.context_mark
        if opened.line == mark.line and "expected" in problem:
            return Mistake(mark.line + 1, mark.column + 1, (), "a comma or a closing bracket is missing before this")
        return Mistake(opened.line + 1, opened.column + 1, (), "what is opened here is not closed, or a comma is missing")
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    character = line[mark.column : mark.column + 1]
    if "\t" in line[: mark.column + 1] and not line[: mark.column].strip():
        column = line.index("\t") + 1
        return Mistake(mark.line + 1, column, (), "a tab; indent with blanks")
    if "cannot start any token" in problem and character:
        return Mistake(mark.line + 1, mark.column + 1, (), f"a text cannot begin with '{character}'; put it in quotes")
    if "mapping values are not allowed" in problem:
        return Mistake(
            mark.line + 1, mark.column + 1, (), "a ':' that is not expected here; check the indentation, or put the text in quotes"
        )
    return Mistake(mark.line + 1, mark.column + 1, (), problem)

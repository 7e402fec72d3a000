"""OCEL 2.0 as XML, in both of its dialects: relations are `relationship` in the specification, `object` in its own schema.

Source: OCEL 2.0 specification (Berti and others, 2023), XML format, and the XSD published with it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn, TextIO
from xml.sax.saxutils import escape

from troth.kernel.errors import SourceError
from troth.record.log import Log, LogType
from troth.sources.logs.assembly import Assembly
from troth.sources.logs.cells import shown
from troth.sources.logs.imported import Imported
from troth.sources.logs.markup import NO_XML, visit
from troth.sources.logs.output import written_whole
from troth.sources.logs.rows_out import RowOut, event_rows, object_rows

_KINDS = {"event": "events", "object": "objects", "event-type": "events", "object-type": "objects"}
_EXPECTED = (
    {"log"},
    {"event-types", "object-types", "events", "objects"},
    set(_KINDS),
    {"attributes", "objects"},
    {"attribute", "relationship", "object"},
)
_RELATIONS = ("relationship", "object")
_IN_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_IN_TEXT = {"\r": "&#13;"}
_NOT_YET = ("0", "")
Dialect = Literal["relationship", "object"]


@dataclass(slots=True)
class _Open:
    """An element that is open. row: of the event or object. declared: of a type. name, at: of an attribute."""

    tag: str
    row: int = -1
    type: str = ""
    line: int = 0
    declared: dict[str, str] = field(default_factory=dict)
    name: str = ""
    at: str | None = None


class _Reader:
    def __init__(self, path: Path, zone: str | None, line: Callable[[], int]) -> None:
        self.file = path.name
        self.line = line
        self.lines = {"events": array("q"), "objects": array("q")}
        self.assembly = Assembly(path.name, self._where, zone)
        self.open: list[_Open] = []
        self.said: list[str] = []
        self.sections: set[str] = set()

    def start(self, name: str, attributes: list[str]) -> None:
        given = dict(zip(attributes[::2], attributes[1::2], strict=True))
        self.said.clear()
        one = _Open(name.rpartition(":")[2])
        depth = len(self.open)
        if depth == 0 and one.tag != "log":
            self.refuse(f"the document is no event log but '{name}'")
        if depth >= len(_EXPECTED) or one.tag not in _EXPECTED[depth]:
            self.refuse(f"<{name}> is not expected here")
        if depth == 1:
            self.sections.add(one.tag)
        elif depth == 2:
            self._top(one, given)
        elif depth == 4:
            self._part(one, given)
        self.open.append(one)

    def text(self, text: str) -> None:
        self.said.append(text)

    def end(self) -> None:
        one = self.open.pop()
        if len(self.open) == 2 and one.tag in ("event-type", "object-type"):
            self.assembly.type(_KINDS[one.tag], one.type, one.declared, f"line {one.line:,}")
        elif len(self.open) == 4 and one.name and self.open[2].row >= 0:
            self.assembly.value(_KINDS[self.open[2].tag], self.open[2].row, one.name, "".join(self.said), one.at)
        self.said.clear()

    def _top(self, one: _Open, given: dict[str, str]) -> None:
        """A type, an event or an object, in the section that is called by its plural."""
        if self.open[1].tag != f"{one.tag}s":
            self.refuse(f"<{one.tag}> is not expected in <{self.open[1].tag}>")
        one.line = self.line()
        if one.tag in ("event-type", "object-type"):
            one.type = self.need(given, "name", one.tag)
            return
        kind = _KINDS[one.tag]
        self.lines[kind].append(one.line)
        id, type = self.need(given, "id", one.tag), self.need(given, "type", one.tag)
        one.row = (
            self.assembly.row_of_event(id, type, self.need(given, "time", one.tag))
            if kind == "events"
            else self.assembly.row_of_object(id, type)
        )

    def _part(self, one: _Open, given: dict[str, str]) -> None:
        """An attribute or a relation of the type, event or object that is open."""
        owner, section = self.open[2], self.open[3].tag
        if section == "attributes" and one.tag == "attribute":
            one.name = self.need(given, "name", one.tag)
            if owner.row < 0:
                if one.name in owner.declared:
                    self.refuse(f"the attribute '{one.name}' stands twice")
                owner.declared[one.name] = self.need(given, "type", one.tag)
            elif owner.tag == "object":
                at = self.need(given, "time", one.tag)
                one.at = None if at in _NOT_YET else at
        elif section == "attributes" or one.tag not in _RELATIONS or owner.row < 0:
            self.refuse(f"<{one.tag}> is not expected in <{section}> of <{owner.tag}>")
        else:
            target, qualifier = self.need(given, "object-id", one.tag), self.need(given, "qualifier", one.tag)
            self.assembly.relate(_KINDS[owner.tag], owner.row, target, qualifier)

    def need(self, given: dict[str, str], name: str, tag: str) -> str:
        if name not in given:
            self.refuse(f"<{tag}> has no '{name}'")
        return given[name]

    def refuse(self, what: str) -> NoReturn:
        raise SourceError(f"'{self.file}', line {self.line():,}: {what}", next_step="Mend the file, or export it again.")

    def _where(self, kind: str, row: int) -> str:
        lines = self.lines[kind]
        return f"line {lines[row]:,}" if row < len(lines) else f"line {self.line():,}"


def read(path: Path, zone: str | None) -> Imported:
    """Refuses as `visit` does, an element without what it must have, and what `Assembly` refuses."""
    made: list[_Reader] = []

    def reader(line: Callable[[], int]) -> _Reader:
        made.append(_Reader(path, zone, line))
        return made[0]

    visit(path, reader)
    missing = sorted({"event-types", "object-types", "events", "objects"} - made[0].sections)
    if missing:
        raise SourceError(f"'{path.name}' is no OCEL 2.0: <{missing[0]}> is missing", next_step="Export it again as OCEL 2.0.")
    return made[0].assembly.finished()


def write(log: Log, path: Path, *, dialect: Dialect = "relationship") -> None:
    """dialect: `relationship` as the specification has it, `object` as the published schema has it.

    Refuses characters that XML cannot hold.
    """
    with written_whole(path) as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log>\n')
        _write_types(file, "object-type", log.objects.types)
        _write_types(file, "event-type", log.events.types)
        for tag, rows in (("object", object_rows(log)), ("event", event_rows(log))):
            _write_rows(file, tag, rows, dialect)
        file.write("</log>\n")


def _write_types(file: TextIO, tag: str, types: Iterable[LogType]) -> None:
    file.write(f"<{tag}s>\n")
    for type in types:
        declared = "".join(f'<attribute name="{quoted(name)}" type="{kind}"/>' for name, kind in type.attributes.items())
        file.write(f'<{tag} name="{quoted(type.name)}"><attributes>{declared}</attributes></{tag}>\n')
    file.write(f"</{tag}s>\n")


def _write_rows(file: TextIO, tag: str, rows: Iterable[RowOut], dialect: Dialect) -> None:
    file.write(f"<{tag}s>\n")
    for row in rows:
        time = f' time="{row.time}"' if row.time else ""
        values = "".join(
            f'<attribute name="{quoted(v.name)}"' + (f' time="{v.at}"' if tag == "object" else "") + f">{_plain(v.text)}</attribute>"
            for v in row.values
        )
        # The schema asks a type of every element called `object`.
        type = ' type=""' if dialect == "object" else ""
        related = "".join(f'<{dialect} object-id="{quoted(o)}" qualifier="{quoted(q)}"{type}/>' for o, q in row.related)
        file.write(
            f'<{tag} id="{quoted(row.id)}" type="{quoted(row.type)}"{time}>'
            f"<attributes>{values}</attributes><objects>{related}</objects></{tag}>\n"
        )
    file.write(f"</{tag}s>\n")


def quoted(text: str) -> str:
    """
    >>> quoted('a "b"\\n<c>')
    'a &quot;b&quot;&#10;&lt;c&gt;'
    """
    return _writable(escape(text, _IN_ATTRIBUTE))


def _plain(text: str) -> str:
    return _writable(escape(text, _IN_TEXT))


def _writable(text: str) -> str:
    if not text.isprintable() and NO_XML.search(text):
        raise SourceError("a character that XML cannot hold", got=shown(text), next_step="Write JSON or SQLite instead.")
    return text

"""The parts of an .xlsx that its sheets need: which sheets there are, number formats, shared texts. ECMA-376 Part 1, 18."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from troth.kernel.errors import SourceError
from troth.sources.readers.package import SAVE_AGAIN, Parts, Xml, local, package
from troth.sources.readers.serials import Kind, kind_of, padding

MOST_TEXT = 1 << 30
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Style:
    """kind: what the format makes of a number. digits: to which it is filled up with zeros."""

    kind: Kind
    digits: int


class Workbook:
    """An opened .xlsx. `text` gives shared texts by number; they are read from the file as far as they were asked for."""

    def __init__(self, parts: Parts, name: str) -> None:
        self.name = name
        self._parts = parts
        self._known = parts.names
        self.from_1904 = False
        self._ids: list[tuple[str, str, bool]] = []
        main = next((n for n in self._relations("_rels/.rels", "").values() if n.endswith("workbook.xml")), "xl/workbook.xml")
        if main not in self._known:
            raise SourceError(f"'{name}' is no workbook", got="a zip without sheets", next_step="Leave it out of the folder.")
        self._read(main, self._workbook)
        folder, _, file = main.rpartition("/")
        related = self._relations(f"{folder}/_rels/{file}.rels", folder)
        targets = [(label, related.get(id_, ""), hidden) for label, id_, hidden in self._ids]
        self.sheets = tuple(Sheet(label, part, hidden) for label, part, hidden in targets if part in self._known and "chart" not in part)
        self.styles = self._styles(next((p for p in related.values() if p.endswith("styles.xml")), ""))
        self._texts = _Texts(self, next((p for p in related.values() if p.endswith("sharedStrings.xml")), ""))

    def open(self, part: str) -> IO[bytes]:
        return self._parts.open(part)

    def has(self, part: str) -> bool:
        return part in self._known

    def text(self, number: int) -> str:
        return self._texts[number]

    def _read(self, part: str, start: Callable[[str, dict[str, str]], None]) -> None:
        with self.open(part) as stream:
            Xml(stream, self.name, start, lambda _: None, None).all()

    def _relations(self, part: str, folder: str) -> dict[str, str]:
        """Id -> name of a part; a target is relative to the folder of what refers to it, or to the root."""
        found: dict[str, str] = {}

        def start(name: str, attributes: dict[str, str]) -> None:
            if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                found[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")

        if part in self._known:
            self._read(part, start)
        return found

    def _workbook(self, name: str, attributes: dict[str, str]) -> None:
        match local(name):
            case "workbookPr":
                self.from_1904 = attributes.get("date1904", "0") in ("1", "true")
            case "sheet":
                id_ = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                self._ids.append((attributes.get("name", ""), id_, attributes.get("state", "visible") != "visible"))
            case _:
                pass

    def _styles(self, part: str) -> list[Style]:
        formats: dict[int, str] = {}
        styles: list[Style] = []
        inside: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            name = local(name)
            inside.append(name)
            if name == "numFmt":
                formats[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
            elif name == "xf" and "cellXfs" in inside:
                number = int(attributes.get("numFmtId", "0"))
                code = formats.get(number)
                styles.append(Style(kind_of(number, code), padding(code)))

        def end(_: str) -> None:
            inside.pop()

        if part in self._known:
            with self.open(part) as stream:
                Xml(stream, self.name, start, end, None).all()
        return styles


class _Texts:
    """Shared texts as one run of bytes with the end of each; text that tells how others are pronounced is left out."""

    def __init__(self, workbook: Workbook, part: str) -> None:
        self._name = workbook.name
        self._bytes = bytearray()
        self._ends = array("Q")
        self._inside = 0
        self._spoken = 0
        self._taken = False
        self._xml: Xml | None = None
        if workbook.has(part):
            self._xml = Xml(workbook.open(part), workbook.name, self._start, self._end, self._data)

    def __getitem__(self, number: int) -> str:
        while number >= len(self._ends):
            if self._xml is None or not self._xml.feed():
                raise SourceError(f"'{self._name}' is damaged inside", got=f"no shared text {number}", next_step=SAVE_AGAIN)
        return self._bytes[self._ends[number - 1] if number else 0 : self._ends[number]].decode("utf-8", "surrogatepass")

    def _start(self, name: str, _: dict[str, str]) -> None:
        name = local(name)
        self._taken = name == "t" and not self._spoken
        self._spoken += name == "rPh"

    def _end(self, name: str) -> None:
        name = local(name)
        self._taken = False
        self._spoken -= name == "rPh"
        if name == "si":
            self._ends.append(len(self._bytes))
            if len(self._bytes) > MOST_TEXT:
                raise SourceError(f"'{self._name}' holds more than 1 GB of texts", next_step="Give it as CSV.")

    def _data(self, data: str) -> None:
        if self._taken:
            self._bytes += data.encode("utf-8", "surrogatepass")


@contextmanager
def workbook(path: Path) -> Iterator[Workbook]:
    with package(path) as parts:
        yield Workbook(parts, path.name)


def unescaped(text: str) -> str:
    """Signs that XML cannot hold are written _x000D_ in a workbook.

    >>> unescaped("a_x000D_b_x005F_x"), unescaped("plain_x")
    ('a\\rb_x', 'plain_x')
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text

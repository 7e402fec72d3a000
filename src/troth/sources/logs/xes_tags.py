"""An XES document as numbers: every tag that differs is read once, and the document becomes an array of tags.

XES holds all it says in attributes of tags, and tags repeat: a log of 262,200 events has 26,000 that differ, dates apart. A
'<' can stand in no attribute of a well-formed document, so splitting there gives the tags; each is then held to the grammar
of XML in full, and their nesting is checked. What is no tag, comment or white space is refused, entities of the document's
own first of all, so that everything this accepts is well-formed (a test holds it to expat).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

from troth.record.log import Codes, Instants, Value, ValueType
from troth.sources.logs.instants import Moment
from troth.sources.logs.markup import NO_XML
from troth.sources.logs.typed import Blank, OfAnotherType, typed
from troth.sources.logs.xes_dates import read_dates
from troth.sources.logs.xes_pieces import pieces_of, refuse

KINDS: dict[str, ValueType] = {
    "string": "string", "date": "time", "int": "integer", "float": "float", "boolean": "boolean", "id": "string",
}  # fmt: skip
HOLDERS = ("list", "container", "values")
STRUCTURE = ("log", "trace", "event", "extension", "global", "classifier")
NAMES = (*STRUCTURE, *KINDS, *HOLDERS)
_ATTRIBUTE = rb"""\s+([A-Za-z_:][\w:.-]*)\s*=\s*("[^"<]*"|'[^'<]*')"""
_TAG = re.compile(rb"""([A-Za-z_:][\w:.-]*)((?:""" + _ATTRIBUTE.replace(b"(", b"(?:") + rb""")*)\s*(/?)>\s*""")
# What nearly every tag looks like; nothing in it needs to be resolved.
_USUAL_NAMES = {name.encode(): name for name in KINDS}
_USUAL = re.compile(rb"""(string|int|float|boolean|id|date) key="([ !#-%'-;=?-~]*)" value="([ !#-%'-;=?-~]*)"\s?(/?)>\s*""")
_END = re.compile(rb"/([A-Za-z_:][\w:.-]*)\s*>\s*")
_PAIR = re.compile(_ATTRIBUTE)
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_SPACE = re.compile("\r\n|[\t\n\r]")


class NotXes(Exception):
    """A tag cannot be read. what, got: for the message."""

    def __init__(self, what: str, got: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.got = got


class Tag(NamedTuple):
    """shift: 1 where it opens an element, -1 where it closes one, 0 where it does both.

    kind: the type of value, None where there is none. wrong: why the tag can be no attribute of a trace or an event; among
    those of the log itself, which are not kept, real logs have such. attributes: all as they stand in the tag, of elements that
    are no attributes. prefix: of the name.
    """

    name: str
    shift: int
    key: str = ""
    kind: ValueType | None = None
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    wrong: str = ""
    prefix: str = ""


@dataclass(slots=True)
class Document:
    """codes: shape (tags,): places in `tags`, or, for dates, -1 - the place in `date_us` and `date_key`."""

    tags: list[Tag]
    codes: Codes
    keys: dict[str, int]
    date_us: Instants
    date_key: Codes


@dataclass(slots=True)
class _Columns:
    """What was read so far. known: tags by their text, dates apart: hardly one of them stands twice."""

    known: dict[bytes, int] = field(default_factory=dict)
    tags: list[Tag] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    codes: list[Codes] = field(default_factory=list)
    date_us: list[Instants] = field(default_factory=list)
    date_key: list[Codes] = field(default_factory=list)
    dates: int = 0


def read_document(path: Path) -> Document:
    """Every tag of the document in its order. Raises SourceError with the line of the first that cannot be read."""
    columns = _Columns()
    read = 0
    for pieces in pieces_of(path):
        try:
            columns.codes.append(_codes(pieces, columns))
        except NotXes as error:
            refuse(path, read + _first_unreadable(pieces), error.what, error.got)
        read += len(pieces)
    for tag in columns.tags:
        columns.keys.setdefault(tag.key, len(columns.keys))
    return Document(
        columns.tags, _joined(columns.codes), columns.keys, np.concatenate([np.empty(0, np.int64), *columns.date_us]),
        _joined(columns.date_key),
    )  # fmt: skip


def _joined(parts: Iterable[Codes]) -> Codes:
    return np.concatenate([np.empty(0, np.int32), *parts])


def _codes(pieces: list[bytes], columns: _Columns) -> Codes:
    """The code of each tag. Those seen before are looked up all at once; what is left are dates and the few new ones."""
    codes = np.fromiter(map(columns.known.get, pieces, repeat(-1)), np.int32, len(pieces))
    dates: list[int] = []
    for place in np.flatnonzero(codes < 0).tolist():
        piece = pieces[place]
        if piece[:5] == b"date ":
            dates.append(place)
            continue
        code = columns.known.setdefault(piece, len(columns.tags))
        if code == len(columns.tags):
            columns.tags.append(read_tag(piece))
        codes[place] = code
    if dates:
        _settle_dates(codes, pieces, np.array(dates), columns)
    return codes


def _settle_dates(codes: Codes, pieces: list[bytes], places: npt.NDArray[np.int_], columns: _Columns) -> None:
    """Codes of a chunk's dates; one in no usual form becomes a tag of its own."""
    block = read_dates([pieces[place] for place in places.tolist()])
    codes[places[block.places]] = -1 - (columns.dates + np.arange(len(block.places), dtype=np.int32))
    usual = np.zeros(len(places), np.bool_)
    usual[block.places] = True
    for place in places[~usual].tolist():
        codes[place] = len(columns.tags)
        columns.tags.append(read_tag(pieces[place]))
    columns.date_us.append(block.us)
    columns.date_key += [np.full(count, columns.keys.setdefault(key, len(columns.keys)), np.int32) for key, count in block.keys]
    columns.dates += len(block.places)


def _first_unreadable(pieces: list[bytes]) -> int:
    for number, piece in enumerate(pieces):
        try:
            read_tag(piece)
        except NotXes:
            return number
    return len(pieces)


def read_tag(piece: bytes) -> Tag:
    """A tag and the white space behind it, read by the grammar of XML.

    piece: what stands behind '<' up to the next one. Raises NotXes.

    >>> value_of(read_tag(b'int key="cost" value="50"/>'))
    50
    """
    usual = _USUAL.fullmatch(piece)
    if usual:
        name, key, text, closed = usual.groups()
        return Tag(_USUAL_NAMES[name], 0 if closed else 1, key.decode(), KINDS[_USUAL_NAMES[name]], text.decode())
    end = _END.fullmatch(piece)
    if end:
        name = _local(end[1].decode())
        if name not in NAMES:
            raise NotXes(f"</{name}> closes no element of XES")
        return Tag(name, -1, prefix=_prefix(end[1]))
    found = _TAG.fullmatch(piece)
    if found is None:
        _refuse_piece(piece)
    name = _local(found[1].decode())
    if name not in NAMES:
        raise NotXes(f"<{name}> is no element of XES")
    given: dict[str, str] = {}
    for attribute, quoted in _PAIR.findall(found[2]):
        key = attribute.decode()
        if key in given:
            raise NotXes(f"'{key}' stands twice in a tag")
        given[key] = _value(quoted[1:-1])
    shift = 0 if found[3] else 1
    prefix = _prefix(found[1])
    if name in STRUCTURE or name == "values":
        return Tag(name, shift, attributes=tuple(given.items()), prefix=prefix)
    needed = ("key",) if name in HOLDERS else ("key", "value")
    wrong = next((f"<{name}> has no {one}" for one in needed if one not in given), "")
    return Tag(name, shift, given.get("key", ""), KINDS.get(name), given.get("value", ""), wrong=wrong, prefix=prefix)


def value_of(tag: Tag) -> Value | Moment | Blank:
    """The typed value of an attribute of a trace or an event. Raises NotXes."""
    if tag.wrong or tag.kind is None:
        raise NotXes(tag.wrong or f"<{tag.name}> has no value")
    try:
        return typed(tag.text, tag.kind)
    except OfAnotherType as error:
        raise NotXes(f"'{tag.key}' is no {tag.name}: {error}", tag.text) from error


def _refuse_piece(piece: bytes) -> NoReturn:
    shown = piece[:60].decode("utf-8", "replace")
    if piece.startswith(b"!DOCTYPE"):
        raise NotXes("a document type declaration, which event logs do not need and attacks use")
    tag = re.match(rb"""[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>""", piece)
    if tag is not None and (_TAG.fullmatch(tag[0]) or _END.fullmatch(tag[0])):
        raise NotXes("text outside of a tag, which XES does not have", piece[tag.end() :][:60].decode("utf-8", "replace").strip())
    raise NotXes("not well-formed, or cut off", f"<{shown}")


def _prefix(name: bytes) -> str:
    return name.decode().rpartition(":")[0]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _value(quoted: bytes) -> str:
    """An attribute's value: UTF-8, its references resolved, its line ends as spaces, as XML has it."""
    try:
        text = quoted.decode()
    except UnicodeDecodeError as error:
        raise NotXes("not UTF-8") from error
    if "\n" in text or "\r" in text or "\t" in text:
        text = _SPACE.sub(" ", text)
    if "&" in text:
        text = _REFERENCE.sub(_resolved, text)
    if not text.isprintable() and NO_XML.search(text):
        raise NotXes("a character that XML does not have", repr(text[:60]))
    return text


def _resolved(found: re.Match[str]) -> str:
    named, decimal, hexadecimal = found.groups()
    if named:
        return _NAMED[named]
    code = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else 0x110000
    if code > 0x10FFFF:
        raise NotXes("an entity that XML does not have, or no entity", found.string[found.start() :][:20])
    return chr(code)

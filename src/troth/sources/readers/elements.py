"""The lists of a JSON document one element at a time, and their elements counted without a parser."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

from troth.kernel.errors import SourceError

CHUNK = 1 << 20
LONGEST = 32 << 20
DEEPEST = 500
_NOTHING = b" \t\r\x0b\x0c\xef\xbb\xbf"
_BLANK = re.compile(r"[ \t\n\r]*")
_TOKEN = re.compile(rb'[\[\]{}"]')
_STRING_END = re.compile(rb'(?:[^"\\]|\\.)*"', re.DOTALL)


class Number(str):
    """A number as it is written, digit by digit."""

    __slots__ = ()


class NoNumber(str):
    """NaN and the infinities, which JSON does not know."""

    __slots__ = ()


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        made[TWICE] = next(key for key in keys if keys.count(key) > 1)
    return made


TWICE = "\x00twice"
DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=Number, parse_int=Number, parse_constant=NoNumber)


@dataclass(frozen=True, slots=True)
class Element:
    """list: keys that lead to its list, () for the document itself. ordinal: of that list among those at the top two levels."""

    list: tuple[str, ...]
    ordinal: int
    value: object


class Document:
    """A JSON document read piece by piece; only one element of a list is held at a time.

    Refuses what is no JSON, with its line, an element of more than 32 MB, and nesting that is deeper than any record's.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._path = path
        self._text = ""
        self._place = 0
        self._line = 1
        self._lists = 0

    def elements(self) -> Iterator[Element]:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        with self._path.open("rb") as file:
            self._file: IO[bytes] = file
            self._more()
            yield from self._value(())
            if self._peek():
                self._wrong("something behind the end of the document")

    def _value(self, keys: tuple[str, ...]) -> Iterator[Element]:
        sign = self._peek()
        if sign == "[":
            yield from self._list(keys)
        elif sign == "{" and len(keys) < 2:
            yield from self._object(keys)
        else:
            self._whole()

    def _object(self, keys: tuple[str, ...]) -> Iterator[Element]:
        self._take("{")
        if self._peek() == "}":
            self._take("}")
            return
        while True:
            if self._peek() != '"':
                self._wrong("a key in quotes is missing")
            key = str(self._whole())
            self._take(":")
            yield from self._value((*keys, key))
            if self._peek() != ",":
                break
            self._take(",")
        self._take("}")

    def _list(self, keys: tuple[str, ...]) -> Iterator[Element]:
        self._take("[")
        ordinal = self._lists
        self._lists += 1
        if self._peek() == "]":
            self._take("]")
            return
        while True:
            yield Element(keys, ordinal, self._whole())
            if self._peek() != ",":
                break
            self._take(",")
        self._take("]")

    def _whole(self) -> object:
        """One value, read on until it is complete."""
        self._peek()
        wanted = CHUNK
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._place)
            except json.JSONDecodeError as error:
                if not self._more(wanted):
                    self._advance(min(error.pos, len(self._text)))
                    self._wrong(error.msg[:1].lower() + error.msg[1:])
                wanted *= 2
                if len(self._text) - self._place > LONGEST:
                    self._wrong("an element longer than 32 MB")
                continue
            except RecursionError:
                self._wrong("an element nested deeper than any record")
            # A number that ends with the piece may go on in the next.
            if end == len(self._text) and not isinstance(value, dict | list) and self._more(wanted):
                continue
            self._advance(end)
            return value

    def _peek(self) -> str:
        while True:
            found = _BLANK.match(self._text, self._place)
            self._advance(found.end() if found else self._place)
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._more():
                return ""

    def _take(self, sign: str) -> None:
        if self._peek() != sign:
            self._wrong(f"'{sign}' is missing")
        self._place += 1

    def _advance(self, place: int) -> None:
        self._line += self._text.count("\n", self._place, place)
        self._place = place

    def _more(self, wanted: int = CHUNK) -> bool:
        chunk = self._file.read(wanted)
        if chunk:
            self._text = self._text[self._place :] + self._decoder.decode(chunk)
            self._place = 0
        return bool(chunk)

    def _wrong(self, got: str) -> NoReturn:
        raise SourceError(f"'{self._name}' is no JSON: line {self._line:,}", got=got, next_step="Export it again, or leave it out.")


def count_objects(path: Path, ordinal: int) -> int:
    """Objects in a list of a document: of the n-th of those that stand at its top two levels. Brackets are counted, nothing is parsed."""
    stack, lists, wanted, count = bytearray(), -1, b"", 0
    held = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            held += chunk
            place = 0
            while token := _TOKEN.search(held, place):
                sign = token[0]
                if sign == b'"':
                    end = _STRING_END.match(held, token.end())
                    if end is None:
                        place = token.start()
                        break
                    place = end.end()
                    continue
                place = token.end()
                if sign in b"]}":
                    if bytes(stack) == wanted:
                        wanted = b""
                    del stack[-1:]
                    continue
                if sign == b"{" and wanted and bytes(stack) == wanted:
                    count += 1
                stack += sign
                if sign == b"[" and len(stack) <= 3 and b"[" not in stack[:-1]:
                    lists += 1
                    wanted = bytes(stack) if lists == ordinal else wanted
            else:
                place = len(held)
            held = held[place:]
            if len(held) > LONGEST:
                raise SourceError(f"'{path.name}' is no JSON", got="a text longer than 32 MB", next_step="Leave it out.")
    return count


def count_lines(path: Path) -> int:
    """Lines that hold anything. Between line feeds: a carriage return is a blank of JSON."""
    count, filled = 0, False
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            first, *others = chunk.split(b"\n")
            filled |= bool(first.strip(_NOTHING))
            for line in others:
                count += filled
                filled = bool(line.strip(_NOTHING))
    return count + filled


def flat(value: object) -> Iterator[tuple[str, object]]:
    """The cells of an object: those of objects inside of it by names with dots; a list of plain values as its text."""
    stack: list[tuple[str, object]] = [("", value)]
    while stack:
        name, held = stack.pop()
        if isinstance(held, dict):
            stack.extend((f"{name}.{key}" if name else key, inner) for key, inner in reversed(held.items()))
        elif isinstance(held, list):
            if held and not any(isinstance(inner, dict) for inner in held):
                yield name, json.dumps(held, ensure_ascii=False, separators=(",", ":"))
        else:
            yield name, held

"""A JSON document of one object, read part by part, so that a file of any length takes the memory of its longest part.

An object's key that stands twice is refused, where Python's own reader would keep the last in silence.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from troth.kernel.errors import SourceError
from troth.sources.logs.streams import chunks

LONGEST = 32 << 20
LONGEST_ESCAPE = 16
MOST_DIGITS = 400
_SPACE = re.compile(r"[ \t\n\r]*")


class KeyTwice(ValueError):
    """A key stands twice in one object."""


class JsonFile:
    """Walks one JSON object: for each of its keys either `value`, `items` or `members` takes what stands behind it."""

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self._chunks = chunks(path)
        self._decode = codecs.getincrementaldecoder("utf-8")("strict")
        self._json = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_constant, parse_int=_whole)
        self._text = ""
        self._at = 0
        self._ended = False
        self._taken = 0

    def keys(self) -> Iterator[str]:
        """Keys of the document's object in their order; take each one's value before the next."""
        self._expect("{", "a JSON object")
        yield from self._members("")
        if self._peek():
            self.refuse("", "something stands behind the end of the document")

    def members(self, pointer: str) -> Iterator[str]:
        """Keys of the object that stands here."""
        if self._peek() != "{":
            self.refuse(pointer, "an object is expected")
        self._expect("{", pointer)
        yield from self._members(pointer)

    def items(self, pointer: str) -> Iterator[object]:
        """Items of the array that stands here, each whole."""
        if self._peek() != "[":
            self.refuse(pointer, "an array is expected")
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return
        number = 0
        while True:
            yield self.value(f"{pointer}/{number}")
            number += 1
            if self._next(pointer, "]"):
                return

    def value(self, pointer: str) -> object:
        """The value that stands here, whole."""
        self._peek()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._may_go_on(error) and self._more():
                    continue
                cut = self._ended and self._may_go_on(error)
                self.refuse(pointer, "the file is cut off" if cut else f"no JSON: {error.msg.lower()}")
            except KeyTwice as error:
                self.refuse(pointer, f"the key '{error}' stands twice")
            except RecursionError:
                self.refuse(pointer, "nested too deeply")
            except ValueError as error:
                self.refuse(pointer, f"no value of JSON: {error}")
            # A number at the end of what was read may go on: 12 as 12.5 or as 12e+3.
            if end < len(self._text) - 2 or not self._more():
                self._at = end
                return value

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether more text may still mend it: a text not closed yet, or a fault at the very end of what was read."""
        return error.msg.startswith("Unterminated string") or error.pos > len(self._text) - LONGEST_ESCAPE

    def refuse(self, pointer: str, what: str) -> NoReturn:
        raise SourceError(f"'{self.file}', {pointer or '/'}: {what}", next_step="Mend the file, or export it again.")

    def _members(self, pointer: str) -> Iterator[str]:
        if self._peek() == "}":
            self._at += 1
            return
        seen: set[str] = set()
        while True:
            key = (
                self.value(pointer)
                if self._peek() == '"'
                else self.refuse(pointer, "a key is expected" if self._peek() else "the file is cut off")
            )
            if key in seen:
                self.refuse(f"{pointer}/{escaped(str(key))}", "the key stands twice")
            seen.add(str(key))
            self._expect(":", f"{pointer}/{escaped(str(key))}")
            yield str(key)
            if self._next(pointer, "}"):
                return

    def _next(self, pointer: str, closing: str) -> bool:
        sign = self._peek()
        if sign not in (",", closing):
            self.refuse(pointer, f"',' or '{closing}' is expected" if sign else "the file is cut off")
        self._at += 1
        return sign == closing

    def _expect(self, sign: str, pointer: str) -> None:
        if self._peek() != sign:
            self.refuse(pointer if pointer.startswith("/") else "", f"'{sign}' is expected" if self._peek() else "the file is cut off")
        self._at += 1

    def _peek(self) -> str:
        """The next sign that is no space, empty at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read on; False at the end of the file. A part that did not fit is tried again on twice the text."""
        if self._ended:
            return False
        left = self._text[self._at :]
        if len(left) > LONGEST:
            raise SourceError(f"'{self.file}': a part longer than 32 MB is no event and no object", next_step="Leave the file out.")
        self._taken += self._at
        wanted = max(len(left), 1)
        parts = [left]
        try:
            while wanted > 0:
                chunk = next(self._chunks, None)
                if chunk is None:
                    self._ended = True
                    parts.append(self._decode.decode(b"", final=True))
                    break
                parts.append(self._decode.decode(chunk))
                wanted -= len(parts[-1])
        except UnicodeDecodeError as error:
            raise SourceError(
                f"'{self.file}' is not UTF-8", got=f"other bytes behind character {self._taken:,}", next_step="Save it as UTF-8."
            ) from error
        self._text, self._at = "".join(parts), 0
        return True


def escaped(key: str) -> str:
    """A key as a JSON pointer writes it.

    >>> escaped("a/b~c")
    'a~1b~0c'
    """
    return key.replace("~", "~0").replace("/", "~1")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise KeyTwice(next(name for name in names if names.count(name) > 1))
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number of {len(digits):,} digits")
    return int(digits)


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")

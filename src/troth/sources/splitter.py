"""Rows counted without the reader: what conservation is measured against."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from troth.kernel.errors import SourceError
from troth.sources.tidy import Tidy

CHUNK = 4 << 20
LONGEST = 32 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Split:
    """records: below the header line; empty lines are none. mixed: lines end in more than one way. empty: some line has no sign.

    loose: readers would differ, since blanks stand beside a quote that opens or closes a text, a record has more behind such a text,
    or the first record has several lines.
    """

    records: int
    mixed: bool
    empty: bool = False
    loose: bool = False


def count_records(path: Path, *, delimiter: str = ",") -> int:
    return split(path, delimiter=delimiter).records


def split(path: Path, *, delimiter: str = ",", copy: Path | None = None, header: bool = True, lines: bool = False) -> Split:
    """Where the records of a delimited text file end.

    A quote opens a text only where a field begins, blanks before it or none, and a line end inside a text ends nothing. It shares
    no code with the reader, so that a row lost in reading is seen.
    header: whether the first record is none.
    copy: where to write the same records as every reader reads them: each ended by one line feed, texts without blanks beside
    their quotes, and one that has more behind a text as a line of one sign behind a text. lines: they begin in the same lines as
    they did; else empty lines are left out.
    Refuses a text that is never closed and a record of more than 32 MB.
    """
    with ExitStack() as held:
        file = held.enter_context(path.open("rb"))
        if file.read(len(BYTE_ORDER_MARK)) != BYTE_ORDER_MARK:
            file.seek(0)
        tidy = Tidy(held.enter_context(copy.open("wb")).write, lines=lines) if copy is not None else None
        counter = _fed(_Counter(path.name, delimiter, tidy), iter(partial(file.read, CHUNK), b""))
        records = max(counter.finished() - header, 0)
    return Split(records, len(counter.line_ends) > 1, counter.empty, counter.loose)


def records_below(path: Path, line: int, *, delimiter: str | None) -> int:
    """Records that begin below a line of a file, counted from 1; without a delimiter each line that is not blank is one.

    What goes on below the line, having begun above, is none of them.
    """
    with path.open("rb") as file:
        if file.read(len(BYTE_ORDER_MARK)) != BYTE_ORDER_MARK:
            file.seek(0)
        ends = _LineEnds(file.read)
        above = ends.first(line)
        if delimiter is None:
            deque(above, maxlen=0)
            return ends.filled()
        counter = _fed(_Counter(path.name, delimiter), above)
        begun = counter.records + (not counter.line_is_empty)
        return _fed(counter, ends.rest()).finished() - begun


class _LineEnds:
    """Lines of a stream, whichever of the three ways they end in."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._held = b""

    def first(self, lines: int) -> Iterator[bytes]:
        """The first so many lines, in pieces; what is read afterwards begins behind them."""
        while lines > 0 and (chunk := self._chunk()):
            place = 0
            while lines > 0 and (end := _LINE_END.search(chunk, place)):
                place, lines = end.end(), lines - 1
            if not lines:
                chunk, self._held = chunk[:place], chunk[place:]
            yield chunk

    def rest(self) -> Iterator[bytes]:
        while chunk := self._chunk():
            yield chunk

    def filled(self) -> int:
        """Lines of the rest with a sign that is no blank of any script; a byte that is no UTF-8 is a sign."""
        count, open_ = 0, b""
        for chunk in self.rest():
            *whole, open_ = _LINE_END.split(open_ + chunk)
            count += sum(map(_is_filled, whole))
        return count + _is_filled(open_)

    def _chunk(self) -> bytes:
        """A piece that does not end between a carriage return and its line feed."""
        held, self._held = self._held, b""
        chunk = held or self._read(CHUNK)
        while chunk.endswith(b"\r") and (following := self._read(1)):
            chunk += following
        return chunk


def _is_filled(line: bytes) -> bool:
    return bool(line.strip()) and bool(line.decode("utf-8", "surrogateescape").strip())


class _Counter:
    """closed: the last quote closed a text, and only blanks followed. before: the last signs outside of texts that are no blanks."""

    def __init__(self, name: str, delimiter: str, copy: Tidy | None = None) -> None:
        self.name = name
        self.delimiter = delimiter.encode()
        self.ends = (self.delimiter, b"\n")
        self.halves = (b"\r", *(self.delimiter[:length] for length in range(len(self.delimiter) - 1, 0, -1)))
        self.copy = copy
        self.records = 0
        self.line = 1
        self.inside = False
        self.opened = 1
        self.before = b"\n"
        self.blanks = 0
        self.closed = False
        self.line_is_empty = True
        self.length = 0
        self.line_ends: set[str] = set()
        self.empty = False
        self.loose = False

    def feed(self, chunk: bytes) -> None:
        """chunk: does not end between a carriage return and its line feed, nor inside of a delimiter."""
        returns = b"\r" in chunk
        for index, piece in enumerate(chunk.split(b'"')):
            if index:
                self._quote()
            if not piece:
                continue
            self.length += len(piece)
            text = piece if self.inside else self._line_ends(piece, returns=returns)
            if not self.inside:
                self._outside(text)
                self._lines(text)
            else:
                self.loose |= not self.records and _LINE_END.search(text) is not None
                if self.copy:
                    self.copy.add(text)
            self.line += text.count(b"\n")
        if self.length > LONGEST:
            raise SourceError(
                f"'{self.name}' is no table: the record in line {self.opened if self.inside else self.line:,} is longer than 32 MB",
                next_step="Look for a quote that is never closed, or leave the file out.",
            )

    def finished(self) -> int:
        if self.inside:
            raise SourceError(
                f"'{self.name}': the quote opened in line {self.opened:,} is never closed",
                got="the rest of the file as one text",
                next_step="Close it, or remove it, and build again.",
            )
        if self.copy:
            self.copy.finished(0 if self.closed else self.blanks)
        return self.records + (0 if self.line_is_empty else 1)

    def _quote(self) -> None:
        self.line_is_empty = False
        dropped = 0
        if self.inside:
            self.inside, self.closed = False, True
        elif self.closed and not self.blanks:
            self.inside, self.closed = True, False
        elif self.closed:
            self._broken()
        elif self.before.endswith(self.ends):
            self.inside, self.opened = True, self.line
            self.loose |= self.blanks > 0
            dropped = self.blanks
        if self.copy:
            self.copy.add(b" " * (self.blanks - dropped) + b'"')
        self.before, self.blanks = b'"', 0

    def _outside(self, text: bytes) -> None:
        begun = text.lstrip(b" ") if self.closed else text
        if self.closed:
            self.loose |= len(begun) < len(text)
            if begun and not begun.startswith(self.ends):
                self._broken()
            self.closed = not begun
        elif self.copy and self.blanks:
            self.copy.add(b" " * self.blanks)
        filled = begun.rstrip(b" ")
        if self.copy and filled:
            self.copy.outside(filled)
        self.blanks = len(text) - len(filled) if not filled else len(begun) - len(filled)
        self.before = filled[-len(self.delimiter) :] or self.before

    def _broken(self) -> None:
        """The record has more behind a text that was closed."""
        self.closed, self.loose = False, True
        if self.copy:
            self.copy.broken = True

    def _line_ends(self, piece: bytes, *, returns: bool) -> bytes:
        """The piece with line feeds only; which line ends it had is remembered."""
        if not returns or b"\r" not in piece:
            if b"\n" in piece:
                self.line_ends.add("line feed")
            return piece
        both = piece.count(b"\r\n")
        if both:
            self.line_ends.add("both")
        if piece.count(b"\r") > both:
            self.line_ends.add("carriage return")
        if piece.count(b"\n") > both:
            self.line_ends.add("line feed")
        return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _lines(self, piece: bytes) -> None:
        ends = piece.count(b"\n")
        if not ends:
            self.line_is_empty = False
            return
        empty = 1 if self.line_is_empty and piece.startswith(b"\n") else 0
        if b"\n\n" in piece:
            empty += sum(1 for line in piece.split(b"\n")[1:-1] if not line)
        self.empty |= empty > 0
        self.records += ends - empty
        self.line_is_empty = piece.endswith(b"\n")
        self.length = len(piece) - piece.rindex(b"\n") - 1


def _fed(counter: _Counter, chunks: Iterable[bytes]) -> _Counter:
    held = b""
    for piece in chunks:
        chunk = held + piece
        held = next((half for half in counter.halves if chunk.endswith(half)), b"")
        counter.feed(chunk.removesuffix(held))
    counter.feed(held)
    return counter

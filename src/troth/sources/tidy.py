"""Records written again so that every reader ends and refuses the same ones."""

from __future__ import annotations

import re
from collections.abc import Callable

_LINE_END = re.compile(rb"\r\n|\n|\r")
_EMPTY_LINES = re.compile(rb"\n{2,}")


class Tidy:
    """Writes what the splitter gives it record by record; line ends outside of texts come as line feeds.

    broken: the record at hand has more behind a text that was closed. It is written as a text with one sign behind it, which every
    reader refuses as one record: of the original each would end it elsewhere.
    lines: each record stays in the line it began in; else empty lines are left out.
    """

    def __init__(self, write: Callable[[bytes], object], *, lines: bool) -> None:
        self.broken = False
        self._write = write
        self._lines = lines
        self._record: list[bytes] = []

    def add(self, piece: bytes) -> None:
        """Something that ends no record."""
        self._record.append(piece)

    def outside(self, text: bytes) -> None:
        """Something outside of texts, where a line feed ends a record."""
        first, end, rest = text.partition(b"\n")
        self._record.append(first)
        if not end:
            return
        self._end()
        whole, end, last = rest.rpartition(b"\n")
        if end:
            whole += end
            self._write(whole if self._lines else _EMPTY_LINES.sub(b"\n", whole).lstrip(b"\n"))
        self._record.append(last)

    def finished(self, blanks: int) -> None:
        """blanks: behind all that was given."""
        self.add(b" " * blanks)
        self._write(self._taken())

    def _end(self) -> None:
        record = self._taken()
        if record or self._lines:
            self._write(record + b"\n")

    def _taken(self) -> bytes:
        record = b"".join(self._record)
        if self.broken:
            record = b'"' + b"\n" * len(_LINE_END.findall(record)) + b'"x'
        self._record.clear()
        self.broken = False
        return record

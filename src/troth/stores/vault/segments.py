"""Values in the database, many to a row: read by their tokens, added, taken out, and put under another secret."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from secrets import token_hex

import numpy as np

from troth.sources.personal.normalising import normalised_all
from troth.sources.personal.packed import Bytes, Packed, Places, packed
from troth.sources.personal.vault import SIGNS_OF_TOKEN, TOKEN_KINDS, TokenKind
from troth.stores.vault.ciphers import BLOCK
from troth.stores.vault.index import halves
from troth.stores.vault.sealing import SALT, Sealed, Sealer, width_of

# An erasure writes a whole segment anew, a first sight as many as it fills.
FULL_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows in the order of their marks, (n, 16). number: None before it is in the database."""

    number: int | None
    kind: TokenKind
    width: int
    marks: Bytes
    sealed: Sealed

    def rows(self, chosen: Places) -> Segment:
        return Segment(self.number, self.kind, self.width, self.marks[chosen], self.sealed.rows(chosen))


@dataclass(frozen=True, slots=True)
class Found:
    """rows: of the segment, those of which the tokens were asked for."""

    segment: Segment
    rows: Places


def ways(connection: sqlite3.Connection, kind: TokenKind) -> tuple[Bytes, Bytes]:
    """All marks of a kind, (n, 16), and the signs of the tokens they lead to, (n, 20)."""
    read = connection.execute("SELECT marks, signs FROM segment WHERE kind = ?", (kind,)).fetchall()
    return _matrix(b"".join(marks for marks, _ in read), BLOCK), _matrix(b"".join(signs for _, signs in read), SIGNS_OF_TOKEN)


def find(connection: sqlite3.Connection, tokens: Iterable[str]) -> Iterator[Found]:
    """The segments that hold some of these tokens."""
    wanted: dict[str, set[bytes]] = {}
    for token in tokens:
        kind, _, signs = token.rpartition("-")
        wanted.setdefault(kind, set()).add(signs.encode())
    for kind in TOKEN_KINDS:
        asked = wanted.get(kind, set())
        segments = connection.execute("SELECT number, signs FROM segment WHERE kind = ?", (kind,)).fetchall() if asked else []
        for number, signs in segments:
            each = np.frombuffer(signs, dtype=f"S{SIGNS_OF_TOKEN}").tolist()
            rows = [row for row, one in enumerate(each) if one in asked]
            if rows:
                yield Found(_read(connection, number), np.array(rows, dtype=np.int64))


def add(connection: sqlite3.Connection, kind: TokenKind, marks: Bytes, signs: Bytes, values: Packed, sealer: Sealer) -> None:
    """Keep values with their tokens. marks: in order, as `distinct` gives them."""
    widths = width_of(values.lengths)
    for width in np.unique(widths).tolist():
        chosen = np.flatnonzero(widths == width)
        new = Segment(None, kind, width, marks[chosen], sealer.seal(kind, signs[chosen], values, chosen, width))
        most = max(1, FULL_BYTES // (2 * width + SALT + 2 * BLOCK + SIGNS_OF_TOKEN))
        taken = _fill_up(connection, new, most)
        for start in range(taken, len(chosen), most):
            _write(connection, new.rows(np.arange(start, min(start + most, len(chosen)))))
    _changed(connection, kind)


def _fill_up(connection: sqlite3.Connection, new: Segment, most: int) -> int:
    """How many of the new rows went into a segment that had room."""
    found = connection.execute(
        "SELECT number, count FROM segment WHERE kind = ? AND width = ? AND count < ? LIMIT 1", (new.kind, new.width, most)
    ).fetchone()
    if found is None:
        return 0
    number, count = found
    former, some = _read(connection, number), new.rows(np.arange(min(most - count, len(new.marks))))
    marks, sealed = np.concatenate([former.marks, some.marks]), Sealed.joined(former.sealed, some.sealed)
    _write(connection, _ordered(Segment(number, new.kind, new.width, marks, sealed)))
    return len(some.marks)


def take_out(connection: sqlite3.Connection, found: Found) -> None:
    """Rows of a segment are gone; the pages they lay on are overwritten."""
    segment = found.segment
    left = np.setdiff1d(np.arange(len(segment.marks)), found.rows)
    if len(left):
        _write(connection, segment.rows(left))
    else:
        connection.execute("DELETE FROM segment WHERE number = ?", (segment.number,))
    _changed(connection, segment.kind)


def reseal(connection: sqlite3.Connection, old: Sealer, new: Sealer) -> None:
    """Subjects' keys are enciphered anew and marks computed anew; the values' own bytes stay, under their own keys."""
    for (number,) in connection.execute("SELECT number FROM segment ORDER BY number").fetchall():
        former = _read(connection, number)
        kind = former.kind
        marks = new.marks(kind, normalised_all(kind, packed(old.open(kind, former.sealed))))
        sealed = new.resealed(kind, former.sealed, old.keys(kind, former.sealed))
        _write(connection, _ordered(Segment(number, kind, former.width, marks, sealed)))
    for kind in TOKEN_KINDS:
        _changed(connection, kind)


def counts(connection: sqlite3.Connection) -> Mapping[TokenKind, int]:
    counted: dict[str, int] = dict(connection.execute("SELECT kind, sum(count) FROM segment GROUP BY kind"))
    return {kind: int(counted.get(kind, 0)) for kind in TOKEN_KINDS}


def state(connection: sqlite3.Connection, kind: TokenKind) -> str:
    """Another text once anything of the kind was added or taken out, by whomever."""
    found = connection.execute("SELECT text FROM state WHERE kind = ?", (kind,)).fetchone()
    return str(found[0]) if found else "nothing yet"


def _changed(connection: sqlite3.Connection, kind: TokenKind) -> None:
    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (kind, token_hex(8)))


def _ordered(segment: Segment) -> Segment:
    """By mark, so that nothing tells which row came before which."""
    high, low = halves(segment.marks)
    return segment.rows(np.lexsort((low, high)))


def _read(connection: sqlite3.Connection, number: int) -> Segment:
    kind, width, marks, signs, keys, cells, tags = connection.execute(
        "SELECT kind, width, marks, signs, keys, cells, tags FROM segment WHERE number = ?", (number,)
    ).fetchone()
    sealed = Sealed(_matrix(signs, SIGNS_OF_TOKEN), _matrix(keys, SALT + width), _matrix(cells, width), _matrix(tags, BLOCK))
    return Segment(number, kind, width, _matrix(marks, BLOCK), sealed)


def _write(connection: sqlite3.Connection, segment: Segment) -> None:
    sealed = segment.sealed
    blobs = [np.ascontiguousarray(rows).data for rows in (segment.marks, sealed.signs, sealed.keys, sealed.cells, sealed.tags)]
    connection.execute(
        "INSERT OR REPLACE INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (segment.number, segment.kind, segment.width, len(segment.marks), *blobs),
    )


def _matrix(blob: bytes, width: int) -> Bytes:
    return np.frombuffer(blob, dtype=np.uint8).reshape(-1, width)

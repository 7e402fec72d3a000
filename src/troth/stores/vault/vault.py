"""The vault on disk: from a value to its token by a mark that needs the key, from a token to its value by a key of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

import numpy as np

from troth.kernel.errors import StoreError
from troth.kernel.garbage import uncollected
from troth.sources.personal.normalising import normalised, normalised_all
from troth.sources.personal.packed import Bytes, Flags, Packed, Places, packed
from troth.sources.personal.vault import (
    ERASED,
    SIGNS_OF_TOKEN,
    TOKEN_KINDS,
    Erasure,
    Hold,
    Status,
    TokenKind,
    Word,
    held,
    not_held,
    random_signs,
    random_signs_of,
    unknown,
)  # fmt: skip
from troth.stores.vault import database, keys, segments
from troth.stores.vault.ciphers import Mark
from troth.stores.vault.index import Index, distinct, halves, index_of
from troth.stores.vault.sealing import SALT, Sealer, commitment, marks_of, texts_of

FILE, KEY = "vault.db", "vault.key"


@dataclass(frozen=True, slots=True)
class _Open:
    connection: sqlite3.Connection
    keys: keys.Keys
    sealer: Sealer
    name: str

    @property
    def marks(self) -> Mark:
        """Of what was erased: no rotation changes it."""
        return Mark(self.keys.marks)


@dataclass(frozen=True, slots=True)
class _Found:
    """Of distinct values. known: whether the index has each, and signs: (n, 20) of their tokens; erased: tokens by their number.

    state: of the segments that the index is of.
    """

    state: str
    index: Index
    known: Flags
    signs: Bytes
    erased: Mapping[int, str]

    @property
    def unknown(self) -> Places:
        missing = np.flatnonzero(~self.known)
        return missing[~np.isin(missing, list(self.erased))] if self.erased else missing


class SqliteVault:
    """Implements `sources.vault.Vault` in a folder. There is no file in it before the first value is kept.

    Each call is one transaction on a connection of its own, so that several processes may ask at once.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._path = folder.absolute() / FILE
        self._key = folder.absolute() / KEY
        self._now = now
        self._indexes: dict[TokenKind, tuple[str, Index]] = {}

    def tokens(self, kind: TokenKind, values: Sequence[str]) -> list[str]:
        if not values:
            return []
        with uncollected(), self._made() as vault:
            written = packed(values)
            normal = normalised_all(kind, written)
            marks = vault.sealer.marks(kind, normal)
            first, which = distinct(*halves(marks))
            found = self._found(vault, kind, normal, marks, first)
            if len(found.unknown):
                with database.writing(vault.connection):
                    if segments.state(vault.connection, kind) != found.state:  # another process was first
                        found = self._found(vault, kind, normal, marks, first)
                    found = _with_kept(vault, kind, written, marks, first, found)
                self._indexes[kind] = found.state, found.index
            each = np.array(_tokens(kind, found), dtype=object)
            given: list[str] = each[which].tolist()
            return given

    def values(self, tokens: Sequence[str]) -> dict[str, str]:
        if not self._path.exists():
            return {}
        with uncollected(), self._made() as vault:
            values: dict[str, str] = {}
            for found in segments.find(vault.connection, tokens):
                some = found.segment.rows(found.rows)
                values.update(zip(texts_of(some.kind, some.sealed.signs), vault.sealer.open(some.kind, some.sealed), strict=True))
            return {token: values[token] for token in tokens if token in values}

    def find(self, kind: TokenKind, value: str) -> str | None:
        if not self._path.exists():
            return None
        with self._made() as vault:
            normal = packed([normalised(kind, value)])
            marks = vault.sealer.marks(kind, normal)
            found = self._found(vault, kind, normal, marks, np.zeros(1, dtype=np.int64))
            return None if len(found.unknown) else _tokens(kind, found)[0]

    def erase(self, token: str, word: Word) -> Erasure:
        if not self._path.exists():
            raise unknown(token)
        with self._made() as vault:
            with database.writing(vault.connection):
                _refuse_held(vault.connection, token)
                found = next(segments.find(vault.connection, [token]), None)
                if found is None:
                    raise unknown(token)
                one = found.segment.rows(found.rows)
                kind, key = one.kind, vault.sealer.keys(one.kind, one.sealed)[0]
                (value,) = vault.sealer.open(kind, one.sealed)
                normal = normalised(kind, value)
                committed = commitment(kind, key[:SALT].tobytes(), normal)
                segments.take_out(vault.connection, found)
                mark = marks_of(vault.marks, kind, packed([normal]))[0].tobytes()
                vault.connection.execute("INSERT INTO erased VALUES (?, ?)", (mark, f"{ERASED}-{random_signs()}"))
                said = (token, committed, word.actor, word.reason, word.at.isoformat())
                vault.connection.execute("INSERT INTO untold VALUES (NULL, ?, ?, ?, ?, ?)", said)
            database.forget_former_pages(vault.connection)
        return Erasure(token, committed, word)

    def untold(self) -> tuple[Erasure, ...]:
        if not self._path.exists():
            return ()
        with self._made() as vault:
            rows = vault.connection.execute("SELECT token, commitment, actor, reason, since FROM untold ORDER BY number").fetchall()
        return tuple(Erasure(token, commitment, _word(actor, reason, at)) for token, commitment, actor, reason, at in rows)

    def told(self, erasure: Erasure) -> None:
        with self._made() as vault, database.writing(vault.connection):
            vault.connection.execute("DELETE FROM untold WHERE token = ?", (erasure.token,))

    def hold(self, token: str, word: Word) -> Hold:
        if not self._path.exists():
            raise unknown(token)
        with self._made() as vault, database.writing(vault.connection):
            if next(segments.find(vault.connection, [token]), None) is None:
                raise unknown(token)
            said = (token, word.actor, word.reason, word.at.isoformat())
            vault.connection.execute("INSERT OR REPLACE INTO hold VALUES (?, ?, ?, ?)", said)
        return Hold(token, word)

    def release(self, token: str) -> None:
        if not self._path.exists():
            raise not_held(token)
        with self._made() as vault, database.writing(vault.connection):
            if not vault.connection.execute("DELETE FROM hold WHERE token = ?", (token,)).rowcount:
                raise not_held(token)

    def state(self) -> str:
        with self._made() as vault:
            erased = [str(row[0]) for row in vault.connection.execute("SELECT token FROM erased ORDER BY token")]
            return " ".join([vault.name, *erased])

    def status(self) -> Status:
        if not self._path.exists():
            return Status(dict.fromkeys(TOKEN_KINDS, 0), 0, (), None, None)
        with self._made() as vault:
            return _status(vault.connection)

    def rotate(self, at: datetime) -> Status:
        """Killed at any point, the key file holds the key that the database says is in force: it is written under the lock only."""
        with self._made() as vault:
            with database.writing(vault.connection):
                now = self._opened(vault.connection)  # another process may have rotated meanwhile
                both, name = keys.with_new(now.keys)
                keys.write(self._key, both)
                sealer = Sealer(both.secrets[name])
                segments.reseal(vault.connection, now.sealer, sealer)
                said = (name, at.isoformat(), sealer.check)
                vault.connection.execute("UPDATE vault SET key = ?, key_since = ?, checked = ?", said)
            database.forget_former_pages(vault.connection)
            with database.writing(vault.connection):
                in_force = str(vault.connection.execute("SELECT key FROM vault").fetchone()[0])
                held_keys = keys.read(self._key)
                keys.write(self._key, keys.Keys({in_force: held_keys.secrets[in_force]}, held_keys.marks))
            return _status(vault.connection)

    def _found(self, vault: _Open, kind: TokenKind, normal: Packed, marks: Bytes, first: Places) -> _Found:
        """What is known of the distinct values. The index is read again only where somebody changed what it is of."""
        state = segments.state(vault.connection, kind)
        former, index = self._indexes.get(kind, ("", None))
        if index is None or former != state:
            index = index_of(*segments.ways(vault.connection, kind))
            self._indexes[kind] = state, index
        places = index.where(*halves(marks[first]))
        known, missing = places >= 0, np.flatnonzero(places < 0)
        signs = np.zeros((len(first), SIGNS_OF_TOKEN), dtype=np.uint8)
        signs[known] = index.signs[places[known]]
        erased = _erased(vault, kind, normal.chosen(first[missing]))
        return _Found(state, index, known, signs, {int(missing[place]): token for place, token in erased.items()})

    @contextmanager
    def _made(self) -> Iterator[_Open]:
        with database.opened(self._path) as connection:
            if not database.has_schema(connection):
                self._begin(connection)
            yield self._opened(connection)

    def _opened(self, connection: sqlite3.Connection) -> _Open:
        version, name, key, checked = connection.execute("SELECT version, name, key, checked FROM vault").fetchone()
        if version != database.VERSION:
            raise StoreError("the vault is of another version of Troth", got=version, allowed=database.VERSION)
        held_keys = keys.read(self._key)
        sealer = Sealer(held_keys.secrets[key]) if key in held_keys.secrets else None
        if sealer is None or sealer.check != checked:
            got = ", ".join(held_keys.secrets)
            raise StoreError("the vault's key is that of another vault", got=got, allowed=key, next_step=keys.RESTORE)
        return _Open(connection, held_keys, sealer, name)

    def _begin(self, connection: sqlite3.Connection) -> None:
        """A key file that a process left which died here is taken as it is."""
        with database.writing(connection):
            if database.has_schema(connection):
                return
            if not self._key.exists():
                keys.write(self._key, keys.new_keys())
            name, secret = next(iter(keys.read(self._key).secrets.items()))
            for statement in filter(str.strip, database.SCHEMA.split(";")):
                connection.execute(statement)
            row = (1, database.VERSION, token_hex(8), name, self._now().isoformat(), Sealer(secret).check)
            connection.execute("INSERT INTO vault VALUES (?, ?, ?, ?, ?, ?)", row)


def _erased(vault: _Open, kind: TokenKind, normal: Packed) -> dict[int, str]:
    """Those values that were erased, by their number, with tokens none of which leads anywhere."""
    erased: dict[bytes, str] = dict(vault.connection.execute("SELECT mark, token FROM erased"))
    if not erased or not len(normal.starts):
        return {}
    given = ((number, erased.get(mark.tobytes())) for number, mark in enumerate(marks_of(vault.marks, kind, normal)))
    return {number: token for number, token in given if token}


def _with_kept(vault: _Open, kind: TokenKind, written: Packed, marks: Bytes, first: Places, found: _Found) -> _Found:
    """What is unknown gets tokens of chance and is kept as it was first written."""
    unknown = found.unknown
    if not len(unknown):
        return found
    new, signs = first[unknown], found.signs.copy()
    signs[unknown] = np.frombuffer(random_signs_of(len(new)), dtype=np.uint8).reshape(len(new), SIGNS_OF_TOKEN)
    segments.add(vault.connection, kind, marks[new], signs[unknown], written.chosen(new), vault.sealer)
    index = found.index.with_ways(*halves(marks[new]), signs[unknown])
    return _Found(segments.state(vault.connection, kind), index, np.ones(len(first), dtype=np.bool_), signs, found.erased)


def _tokens(kind: TokenKind, found: _Found) -> list[str]:
    """One for each distinct value."""
    tokens = texts_of(kind, found.signs)
    for place, token in found.erased.items():
        tokens[place] = token
    return tokens


def _refuse_held(connection: sqlite3.Connection, token: str) -> None:
    found = connection.execute("SELECT actor, reason, since FROM hold WHERE token = ?", (token,)).fetchone()
    if found:
        raise held(Hold(token, _word(*found)))


def _status(connection: sqlite3.Connection) -> Status:
    holds = connection.execute("SELECT token, actor, reason, since FROM hold ORDER BY since, token").fetchall()
    key, since = connection.execute("SELECT key, key_since FROM vault").fetchone()
    kept = tuple(Hold(token, _word(actor, reason, at)) for token, actor, reason, at in holds)
    (erased,) = connection.execute("SELECT count(*) FROM erased").fetchone()
    return Status(segments.counts(connection), int(erased), kept, key, datetime.fromisoformat(since))


def _word(actor: str, reason: str, at: str) -> Word:
    return Word(actor, reason, datetime.fromisoformat(at))

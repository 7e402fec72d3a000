"""The vault on disk: from a value to its token by a mark that needs the key, from a token to its value by a key of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from troth.kernel.errors import StoreError
from troth.kernel.garbage import uncollected
from troth.sources.personal.normalising import normalised
from troth.sources.personal.vault import ERASED, TOKEN_KINDS, Erasure, Hold, Status, TokenKind, Word, held, not_held, random_signs, unknown
from troth.stores.vault import database, keys
from troth.stores.vault.rotating import reseal
from troth.stores.vault.sealing import Sealed, Sealer, mark

FILE, KEY = "vault.db", "vault.key"
ASKED_AT_ONCE = 900


@dataclass(frozen=True, slots=True)
class _Open:
    connection: sqlite3.Connection
    keys: keys.Keys
    sealer: Sealer
    name: str


class SqliteVault:
    """Implements `sources.vault.Vault` in a folder. There is no file in it before the first value is kept.

    Each call is one transaction on a connection of its own, so that several processes may ask at once.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._path = folder.absolute() / FILE
        self._key = folder.absolute() / KEY
        self._now = now

    def tokens(self, kind: TokenKind, values: Sequence[str]) -> list[str]:
        if not values:
            return []
        normal = [normalised(kind, value) for value in values]
        written = dict(zip(reversed(normal), reversed(values), strict=True))
        with uncollected(), self._made() as vault:
            marks = {vault.sealer.mark(kind, text): text for text in written}
            version = database.version(vault.connection)
            known = _known(vault.connection, marks)
            if len(known) < len(marks):
                with database.writing(vault.connection):
                    if database.version(vault.connection) != version:  # another process was first
                        known = _known(vault.connection, marks)
                    new = {key: text for key, text in marks.items() if key not in known}
                    known |= _erased(vault, kind, new)
                    known |= _keep(vault, kind, {key: written[text] for key, text in new.items() if key not in known})
        given = {text: known[key] for key, text in marks.items()}
        return [given[text] for text in normal]

    def values(self, tokens: Sequence[str]) -> dict[str, str]:
        if not self._path.exists():
            return {}
        with self._made() as vault:
            sealed = ((token, _sealed(vault.connection, token)) for token in dict.fromkeys(tokens))
            return {token: vault.sealer.open(token, found) for token, found in sealed if found}

    def find(self, kind: TokenKind, value: str) -> str | None:
        if not self._path.exists():
            return None
        with self._made() as vault:
            key = vault.sealer.mark(kind, normalised(kind, value))
            found = vault.connection.execute("SELECT token FROM way WHERE mark = ?", (key,)).fetchone()
            if found is None:
                key = mark(vault.keys.marks, kind, normalised(kind, value))
                found = vault.connection.execute("SELECT token FROM erased WHERE mark = ?", (key,)).fetchone()
            return None if found is None else str(found[0])

    def erase(self, token: str, word: Word) -> Erasure:
        if not self._path.exists():
            raise unknown(token)
        with self._made() as vault:
            with database.writing(vault.connection):
                _refuse_held(vault.connection, token)
                sealed = _sealed(vault.connection, token)
                if sealed is None:
                    raise unknown(token)
                kind = _kind(token)
                normal = normalised(kind, vault.sealer.open(token, sealed))
                commitment = mark(vault.sealer.key(token, sealed), kind, normal).hex()
                run = vault.connection.execute
                run("DELETE FROM subject WHERE token = ?", (token,))
                run("DELETE FROM way WHERE mark = ?", (vault.sealer.mark(kind, normal),))
                run("INSERT INTO erased VALUES (?, ?)", (mark(vault.keys.marks, kind, normal), f"{ERASED}-{random_signs()}"))
                said = (token, commitment, word.actor, word.reason, word.at.isoformat())
                run("INSERT INTO untold VALUES (NULL, ?, ?, ?, ?, ?)", said)
            database.forget_former_pages(vault.connection)
        return Erasure(token, commitment, word)

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
            if _sealed(vault.connection, token) is None:
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
                reseal(vault.connection, now.sealer, sealer)
                said = (name, at.isoformat(), sealer.check)
                vault.connection.execute("UPDATE vault SET key = ?, key_since = ?, checked = ?", said)
            database.forget_former_pages(vault.connection)
            with database.writing(vault.connection):
                in_force = str(vault.connection.execute("SELECT key FROM vault").fetchone()[0])
                held_keys = keys.read(self._key)
                keys.write(self._key, keys.Keys({in_force: held_keys.secrets[in_force]}, held_keys.marks))
            return _status(vault.connection)

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


def _known(connection: sqlite3.Connection, marks: Iterable[bytes]) -> dict[bytes, str]:
    known: dict[bytes, str] = {}
    asked = sorted(marks)
    for start in range(0, len(asked), ASKED_AT_ONCE):
        some = asked[start : start + ASKED_AT_ONCE]
        known.update(connection.execute(f"SELECT mark, token FROM way WHERE mark IN ({', '.join('?' * len(some))})", some))
    return known


def _erased(vault: _Open, kind: TokenKind, new: Mapping[bytes, str]) -> dict[bytes, str]:
    """The tokens that stand for erased values, none of which leads anywhere."""
    erased = dict(vault.connection.execute("SELECT mark, token FROM erased"))
    if not erased:
        return {}
    found = ((key, erased.get(mark(vault.keys.marks, kind, text))) for key, text in new.items())
    return {key: token for key, token in found if token}


def _keep(vault: _Open, kind: TokenKind, values: Mapping[bytes, str]) -> dict[bytes, str]:
    given = {key: f"{kind}-{random_signs()}" for key in values}
    sealed = sorted((token, vault.sealer.seal(token, values[key])) for key, token in given.items())
    # In the order of their keys, since rows at random places of a tree cost several times as much.
    vault.connection.executemany("INSERT INTO subject VALUES (?, ?, ?)", ((token, one.key, one.value) for token, one in sealed))
    vault.connection.executemany("INSERT INTO way VALUES (?, ?)", sorted(given.items()))
    return given


def _sealed(connection: sqlite3.Connection, token: str) -> Sealed | None:
    found = connection.execute("SELECT key, value FROM subject WHERE token = ?", (token,)).fetchone()
    return None if found is None else Sealed(*found)


def _refuse_held(connection: sqlite3.Connection, token: str) -> None:
    found = connection.execute("SELECT actor, reason, since FROM hold WHERE token = ?", (token,)).fetchone()
    if found:
        raise held(Hold(token, _word(*found)))


def _status(connection: sqlite3.Connection) -> Status:
    counted = {kind: _count(connection, f"subject WHERE token >= '{kind}-' AND token < '{kind}.'") for kind in TOKEN_KINDS}
    holds = connection.execute("SELECT token, actor, reason, since FROM hold ORDER BY since, token").fetchall()
    key, since = connection.execute("SELECT key, key_since FROM vault").fetchone()
    kept = tuple(Hold(token, _word(actor, reason, at)) for token, actor, reason, at in holds)
    return Status(counted, _count(connection, "erased"), kept, key, datetime.fromisoformat(since))


def _count(connection: sqlite3.Connection, rows: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0])


def _word(actor: str, reason: str, at: str) -> Word:
    return Word(actor, reason, datetime.fromisoformat(at))


def _kind(token: str) -> TokenKind:
    return next(kind for kind in TOKEN_KINDS if token.startswith(f"{kind}-"))

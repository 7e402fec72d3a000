"""What opens an account: sessions, links, tokens; and guesses that opened none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from troth.access.account import Account, Session, Token
from troth.access.keys import hash_of, mark_of
from troth.access.sso import WHILE, Asking
from troth.access.viewer import Role
from troth.access.waiting import FORGOTTEN, NONE, wait_of
from troth.stores.accounts.accounts import COLUMNS, account_of
from troth.stores.accounts.database import Database, instant, instant_or_none, salt_of, scope_from, scope_text, text_of

OWNER = "JOIN account a ON a.id = {}.account LEFT JOIN person p ON p.account = a.id LEFT JOIN factor f ON f.account = a.id"
SESSION = "s.hash, s.account, s.begun, s.seen, s.by, s.passed"
TOKEN = "t.id, t.label, t.account, t.role, t.scope, t.created, t.expires, t.used, t.revoked"  # noqa: S105 - names of columns


class SqliteSessions:
    """Implements `access.ports.Sessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, session: Session) -> None:
        with self._database.writing() as connection:
            said = (session.hash, session.account, text_of(session.begun), text_of(session.seen), session.by, session.passed)
            connection.execute("INSERT INTO session (hash, account, begun, seen, by, passed) VALUES (?, ?, ?, ?, ?, ?)", said)

    def find(self, digest: str) -> tuple[Session, Account] | None:
        with self._database.reading() as connection:
            query = f"SELECT {SESSION}, {COLUMNS} FROM session s {OWNER.format('s')} WHERE s.hash = ?"
            row = connection.execute(query, (digest,)).fetchone()
        return None if row is None else (_session(*row[:6]), account_of(row[6:]))

    def saw(self, digest: str, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE session SET seen = ? WHERE hash = ?", (text_of(now), digest))

    def end(self, digest: str) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM session WHERE hash = ?", (digest,))

    def end_all(self, account: str, *, but: str = "") -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM session WHERE account = ? AND hash <> ?", (account, but))

    def of(self, account: str) -> tuple[Session, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {SESSION} FROM session s WHERE s.account = ? ORDER BY s.seen DESC, s.hash", (account,)
            ).fetchall()
        return tuple(_session(*row) for row in rows)

    def forget(self, begun_before: datetime, seen_before: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM session WHERE begun <= ? OR seen <= ?", (text_of(begun_before), text_of(seen_before)))


class SqliteLinks:
    """Implements `access.ports.Links`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, account: str, digest: str, expires: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO link VALUES (?, ?, ?)", (account, digest, text_of(expires)))

    def whose(self, digest: str, now: datetime) -> Account | None:
        with self._database.reading() as connection:
            query = f"SELECT {COLUMNS} FROM link l {OWNER.format('l')} WHERE l.hash = ? AND l.expires > ? AND NOT a.disabled"
            row = connection.execute(query, (digest, text_of(now))).fetchone()
        return None if row is None else account_of(row)

    def use(self, digest: str, now: datetime) -> Account | None:
        found = self.whose(digest, now)
        with self._database.writing() as connection:
            ended = connection.execute("DELETE FROM link WHERE hash = ?", (digest,)).rowcount
        return found if ended else None


class SqliteTokens:
    """Implements `access.ports.Tokens`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Token, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {TOKEN} FROM token t ORDER BY t.created, t.id").fetchall()
        return tuple(_token(*row) for row in rows)

    def find(self, digest: str) -> tuple[Token, Account | None] | None:
        with self._database.reading() as connection:
            query = f"SELECT {TOKEN}, {COLUMNS} FROM token t LEFT {OWNER.format('t')} WHERE t.hash = ?"
            row = connection.execute(query, (digest,)).fetchone()
        return None if row is None else (_token(*row[:9]), account_of(row[9:]) if row[9] is not None else None)

    def put(self, token: Token, digest: str) -> None:
        said = (token.role.name, scope_text(token.scope), text_of(token.created), text_of(token.expires))
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO token (id, hash, label, account, role, scope, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (token.id, digest, token.label, token.account, *said),
            )

    def used(self, id: str, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE token SET used = ? WHERE id = ?", (text_of(now), id))

    def revoke(self, id: str, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE token SET revoked = coalesce(revoked, ?) WHERE id = ?", (text_of(now), id))


class SqliteAskings:
    """Implements `access.sso.Askings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, asking: Asking, browser: str) -> None:
        said = (hash_of(asking.state), browser, asking.nonce, asking.verifier, asking.to, text_of(asking.expires))
        with self._database.writing() as connection:
            connection.execute("DELETE FROM asking WHERE expires <= ?", (text_of(asking.expires - 2 * WHILE),))
            connection.execute("INSERT INTO asking VALUES (?, ?, ?, ?, ?, ?)", said)

    def take(self, state: str, browser: str, now: datetime) -> Asking | None:
        with self._database.writing() as connection:
            found = (hash_of(state), browser)
            row = connection.execute(
                "SELECT nonce, verifier, wanted, expires FROM asking WHERE state = ? AND browser = ?", found
            ).fetchone()
            connection.execute("DELETE FROM asking WHERE state = ? AND browser = ?", found)
        asking = None if row is None else Asking(state, row[0], row[1], row[2], instant(row[3]))
        return asking if asking is not None and now < asking.expires else None


class SqliteFailures:
    """Implements `access.ports.Failures`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def attempt(self, texts: Mapping[str, int], now: datetime) -> timedelta:
        with self._database.writing() as connection:
            salt = salt_of(connection)
            connection.execute("DELETE FROM failure WHERE last <= ?", (text_of(now - FORGOTTEN),))
            found = {}
            for text, free in texts.items():
                mark = mark_of(salt, text)
                row = connection.execute("SELECT failures, last FROM failure WHERE mark = ?", (mark,)).fetchone()
                found[mark] = NONE if row is None else wait_of(row[0], free, instant(row[1]), now)
            wait = max(found.values(), default=NONE)
            if not wait:
                connection.executemany(
                    "INSERT INTO failure VALUES (?, 1, ?) ON CONFLICT (mark) DO UPDATE SET failures = failures + 1, last = excluded.last",
                    [(mark, text_of(now)) for mark in found],
                )
        return wait

    def forgive(self, text: str, *, whole: bool) -> None:
        with self._database.writing() as connection:
            mark = mark_of(salt_of(connection), text)
            connection.execute("UPDATE failure SET failures = failures - 1 WHERE mark = ?", (mark,))
            connection.execute("DELETE FROM failure WHERE mark = ? AND (failures <= 0 OR ?)", (mark, whole))


def _session(digest: str, account: str, begun: str, seen: str, by: str, passed: int) -> Session:
    return Session(digest, account, instant(begun), instant(seen), by, bool(passed))


def _token(
    id: str, label: str, account: str | None, role: str, scope: str, created: str, expires: str, used: str | None, revoked: str | None
) -> Token:
    times = (instant(created), instant(expires), instant_or_none(used), instant_or_none(revoked))
    return Token(id, label, account, Role[role], scope_from(scope), *times)

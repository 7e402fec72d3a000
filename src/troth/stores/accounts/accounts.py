"""Accounts, and apart from them who somebody is."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from troth.access.account import Account
from troth.access.notice import MOST, Notice
from troth.access.passwords import plain_name
from troth.access.viewer import Role
from troth.kernel.errors import BadValue
from troth.stores.accounts.database import Database, instant, instant_or_none, scope_from, scope_text, text_of

COLUMNS = (
    "a.id, a.role, a.scope, a.language, a.created, a.seen, a.disabled, p.account IS NOT NULL, p.subject IS NOT NULL, f.since IS NOT NULL"
)
FROM = "account a LEFT JOIN person p ON p.account = a.id LEFT JOIN factor f ON f.account = a.id"


class SqliteAccounts:
    """Implements `access.ports.Accounts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Account, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {COLUMNS} FROM {FROM} ORDER BY a.created, a.id").fetchall()
        return tuple(map(account_of, rows))

    def find(self, id: str) -> Account | None:
        return self._one("a.id = ?", id)

    def put(self, account: Account) -> None:
        said = (account.role.name, scope_text(account.scope), account.language, account.disabled)
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO account (role, scope, language, disabled, id, created) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET role = excluded.role, scope = excluded.scope, language = excluded.language,"
                " disabled = excluded.disabled",
                (*said, account.id, text_of(account.created)),
            )

    def saw(self, id: str, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE account SET seen = ? WHERE id = ?", (text_of(now), id))

    def remove(self, id: str) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM account WHERE id = ?", (id,))
        self._database.forget_former_pages()

    def names(self) -> Mapping[str, str]:
        with self._database.reading() as connection:
            return dict(connection.execute("SELECT account, name FROM person").fetchall())

    def named(self, name: str) -> tuple[Account, str | None] | None:
        with self._database.reading() as connection:
            row = connection.execute(f"SELECT p.password, {COLUMNS} FROM {FROM} WHERE p.plain = ?", (plain_name(name),)).fetchone()
        return None if row is None else (account_of(row[1:]), row[0])

    def password(self, id: str) -> str | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT password FROM person WHERE account = ?", (id,)).fetchone()
        return None if row is None else row[0]

    def take(self, id: str, name: str, password: str) -> None:
        with self._database.writing() as connection:
            try:
                connection.execute(
                    "INSERT INTO person (account, name, plain, password) VALUES (?, ?, ?, ?) ON CONFLICT (account)"
                    " DO UPDATE SET name = excluded.name, plain = excluded.plain, password = excluded.password",
                    (id, name.strip(), plain_name(name), password),
                )
            except sqlite3.IntegrityError as error:
                raise BadValue("this name is taken", allowed="another one") from error

    def put_password(self, id: str, password: str) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE person SET password = ? WHERE account = ?", (password, id))

    def of_subject(self, subject: str) -> Account | None:
        return self._one("p.subject = ?", subject)

    def put_subject(self, id: str, subject: str, name: str) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO person (account, name, subject) VALUES (?, ?, ?)"
                " ON CONFLICT (account) DO UPDATE SET subject = excluded.subject",
                (id, name.strip(), subject),
            )

    def tell(self, id: str, what: str, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute("INSERT INTO notice VALUES (?, ?, ?, 0)", (id, what, text_of(now)))
            kept = "SELECT rowid FROM notice WHERE account = ? ORDER BY at DESC, rowid DESC LIMIT ?"
            connection.execute(f"DELETE FROM notice WHERE account = ? AND rowid NOT IN ({kept})", (id, id, MOST))

    def told(self, id: str) -> tuple[Notice, ...]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT what, at, shown FROM notice WHERE account = ? ORDER BY at DESC, rowid DESC", (id,)).fetchall()
        return tuple(Notice(what, instant(at), bool(shown)) for what, at, shown in rows)

    def show_told(self, id: str) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE notice SET shown = 1 WHERE account = ?", (id,))

    def _one(self, condition: str, value: str) -> Account | None:
        with self._database.reading() as connection:
            row = connection.execute(f"SELECT {COLUMNS} FROM {FROM} WHERE {condition}", (value,)).fetchone()
        return None if row is None else account_of(row)


def account_of(row: Sequence[Any]) -> Account:
    id, role, scope, language, created, seen, *states = row
    return Account(id, Role[role], scope_from(scope), language, instant(created), instant_or_none(seen), *map(bool, states))

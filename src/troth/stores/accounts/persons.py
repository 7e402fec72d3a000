"""Who of the staff an account is, said by two, and when own results rest and were opened."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from troth.access.keys import mark_of
from troth.access.persons import Opened, Rest
from troth.kernel.errors import BadValue
from troth.stores.accounts.database import Database, instant, instant_or_none, salt_of, text_of


class SqlitePersons:
    """Implements `access.persons.Persons`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, account: str) -> str | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT person FROM staff WHERE account = ?", (account,)).fetchone()
        return None if row is None else row[0]

    def say(self, account: str, person: str, by: str) -> bool:
        with self._database.writing() as connection:
            rows = connection.execute("SELECT account, person FROM staff WHERE account = ? OR person = ?", (account, person)).fetchall()
            if any(row != (account, person) for row in rows):
                step = "Remove the account with `troth access remove` and make another one."
                raise BadValue("an account is one person's for good, and a person's is one account", next_step=step)
            before = connection.execute("SELECT person, by FROM saying WHERE account = ?", (account,)).fetchone()
            if before is None or before[0] != person or before[1] == by:
                connection.execute("INSERT OR REPLACE INTO saying VALUES (?, ?, ?)", (account, person, by))
                return False
            connection.execute("DELETE FROM saying WHERE account = ?", (account,))
            connection.execute(
                "INSERT INTO staff (account, person) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET rests = NULL, former = NULL",
                (account, person),
            )
        return True

    def rest(self, account: str, former: str, now: datetime) -> None:
        with self._database.writing() as connection:
            said = (text_of(now), former, account)
            connection.execute("UPDATE staff SET rests = coalesce(rests, ?), former = coalesce(former, ?) WHERE account = ?", said)

    def resting(self, account: str) -> Rest | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT rests, former FROM staff WHERE account = ? AND rests IS NOT NULL", (account,)).fetchone()
        return None if row is None else Rest(instant(row[0]), row[1])

    def wake(self, account: str) -> None:
        with self._database.writing() as connection:
            connection.execute("UPDATE staff SET rests = NULL, former = NULL WHERE account = ?", (account,))

    def open(self, account: str, now: datetime) -> None:
        with self._database.writing() as connection:
            mark = _mark(connection, account)
            connection.execute(
                "INSERT INTO opening VALUES (?, ?, 1, ?) ON CONFLICT (mark, account) DO UPDATE SET times = times + 1, last = excluded.last",
                (mark, account, text_of(now)),
            )

    def opened(self, account: str) -> Opened:
        with self._database.reading() as connection:
            said = (account, _mark(connection, account))
            mine, others = "FILTER (WHERE account = ?1)", "FILTER (WHERE account <> ?1)"
            query = (
                f"SELECT coalesce(sum(times) {mine}, 0), max(last) {mine}, coalesce(sum(times) {others}, 0), max(last) {others}"
                " FROM opening WHERE mark = ?2"
            )
            times, last, by_others, last_other = connection.execute(query, said).fetchone()
        return Opened(times, instant_or_none(last), by_others, instant_or_none(last_other))


def _mark(connection: sqlite3.Connection, account: str) -> str:
    """What stands for the person where it is kept longer than the account: not the person."""
    row = connection.execute("SELECT person FROM staff WHERE account = ?", (account,)).fetchone()
    return mark_of(salt_of(connection), f"person {row[0]}") if row else ""

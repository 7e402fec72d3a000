"""What is due at whom, and when."""

from __future__ import annotations

from datetime import datetime, time

from troth.sending import Schedule, When
from troth.stores.accounts.database import scope_from, scope_text, text_of
from troth.stores.sqlite import Database

SELECT = "SELECT id, days, at, recipient, scope, language, address, since, page FROM schedule"


class SqliteSchedules:
    """Implements `sending.ports.Schedules`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, schedule: Schedule) -> None:
        days = ",".join(map(str, sorted(schedule.when.days)))
        said = (days, schedule.when.at.isoformat("minutes"), schedule.to, scope_text(schedule.scope), schedule.language, schedule.address)
        with self._database.writing() as connection:
            values = (schedule.id, *said, text_of(schedule.since), schedule.page)
            connection.execute("INSERT INTO schedule VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)

    def all(self) -> tuple[Schedule, ...]:
        if not self._database.path.exists():
            return ()
        with self._database.reading() as connection:
            return tuple(_schedule(*row) for row in connection.execute(f"{SELECT} ORDER BY since, id"))

    def find(self, id: str) -> Schedule | None:
        return next((one for one in self.all() if one.id == id), None)

    def remove(self, id: str) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM schedule WHERE id = ?", (id,))
        with self._database.reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # what was overwritten stands in the log until this


def _schedule(id: str, days: str, at: str, to: str, scope: str, language: str, address: str, since: str, page: str) -> Schedule:
    when = When(frozenset(map(int, days.split(","))), time.fromisoformat(at))
    return Schedule(id, when, to, scope_from(scope), language, address, datetime.fromisoformat(since), page)

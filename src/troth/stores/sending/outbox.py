"""Letters on their way, and the links in them."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import cast

from troth.kernel.errors import Busy, NotFound
from troth.sending import Handed, Letter, Link
from troth.sending.letter import State
from troth.stores import failpoints
from troth.stores.accounts.database import instant_or_none, scope_from, scope_text, text_of
from troth.stores.sqlite import Database

LETTER = "id, schedule, recipient, day, due, state, tries, again, reason, sent"
OVERTAKEN = "a newer one took its place"


class SqliteOutbox:
    """Implements `sending.ports.Outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, schedule: str) -> date | None:
        with self._database.reading() as connection:
            found = connection.execute("SELECT max(day) FROM letter WHERE schedule = ?", (schedule,)).fetchone()[0]
        return None if found is None else date.fromisoformat(found)

    def put(self, handed: Handed, link: Link) -> None:
        one = handed.letter
        said = (one.id, one.schedule, one.to, one.day.isoformat(), text_of(one.due), one.state, one.tries)
        with failpoints.around("outbox.put"), self._database.writing() as connection:
            known = connection.execute("SELECT 1 FROM letter WHERE schedule = ? AND day = ?", (one.schedule, one.day.isoformat()))
            if known.fetchone():
                raise Busy("this letter is there already", got=f"'{one.schedule}' of {one.day}", next_step="Nothing is to be done.")
            connection.execute(
                "UPDATE letter SET state = 'failed', reason = ?, again = NULL, content = NULL WHERE schedule = ? AND state = 'waiting'",
                (OVERTAKEN, one.schedule),
            )
            kept = (text_of(one.due), one.reason, handed.content) if one.state == "waiting" else (None, one.reason, None)
            connection.execute("INSERT INTO letter VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)", (*said, *kept))
            opened = (link.digest, link.letter, scope_text(link.scope), link.language, text_of(link.expires))
            connection.execute("INSERT INTO link VALUES (?, ?, ?, ?, ?)", opened)

    def waiting(self, now: datetime) -> tuple[Handed, ...]:
        with self._database.reading() as connection:
            query = f"SELECT {LETTER}, content FROM letter WHERE state = 'waiting' AND again <= ? ORDER BY due, id"
            return tuple(Handed(_letter(*row[:-1]), bytes(row[-1])) for row in connection.execute(query, (text_of(now),)))

    def handing(self, id: str, now: datetime) -> Letter:
        with failpoints.around("outbox.note"), self._database.writing() as connection:
            connection.execute("UPDATE letter SET tries = tries + 1, again = ? WHERE id = ?", (text_of(now), id))
            return _found(connection, id)

    def sent(self, id: str, now: datetime) -> None:
        with failpoints.around("outbox.note"), self._database.writing() as connection:
            query = "UPDATE letter SET state = 'sent', sent = ?, again = NULL, reason = '', content = NULL WHERE id = ?"
            connection.execute(query, (text_of(now), id))

    def failed(self, id: str, reason: str, again: datetime | None) -> None:
        with failpoints.around("outbox.note"), self._database.writing() as connection:
            if again is None:
                query = "UPDATE letter SET state = 'failed', again = NULL, reason = ?, content = NULL WHERE id = ?"
                connection.execute(query, (reason, id))
            else:
                connection.execute("UPDATE letter SET again = ?, reason = ? WHERE id = ?", (text_of(again), reason, id))

    def letters(self, schedule: str) -> tuple[Letter, ...]:
        with self._database.reading() as connection:
            query = f"SELECT {LETTER} FROM letter WHERE schedule = ? ORDER BY day DESC"
            return tuple(_letter(*row) for row in connection.execute(query, (schedule,)))


class SqliteLinks:
    """Implements `sending.ports.Links`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, digest: str, now: datetime) -> Link | None:
        if not self._database.path.exists():
            return None
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT k.digest, k.letter, l.schedule, k.scope, k.language, k.expires FROM link k JOIN letter l ON l.id = k.letter"
                " WHERE k.digest = ? AND k.expires > ?",
                (digest, text_of(now)),
            ).fetchone()
        return None if row is None else Link(row[0], row[1], row[2], scope_from(row[3]), row[4], datetime.fromisoformat(row[5]))

    def forget(self, before: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM link WHERE expires <= ?", (text_of(before),))


def _found(connection: sqlite3.Connection, id: str) -> Letter:
    row = connection.execute(f"SELECT {LETTER} FROM letter WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise NotFound("no such letter", got=f"'{id}'", next_step="Its schedule was removed.")
    return _letter(*row)


def _letter(
    id: str, schedule: str, to: str, day: str, due: str, state: str, tries: int, again: str | None, reason: str, sent: str | None
) -> Letter:
    when = (date.fromisoformat(day), datetime.fromisoformat(due))
    return Letter(id, schedule, to, *when, cast("State", state), tries, instant_or_none(again), reason, instant_or_none(sent))

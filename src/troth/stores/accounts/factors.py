"""Second factors: their secrets under the key beside the file, their recovery codes as hashes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from troth.access.factor import Factor
from troth.kernel.errors import BadValue
from troth.stores.accounts.database import Database, instant, instant_or_none, text_of
from troth.stores.accounts.sealing import seal, unseal

KEY = "access.key"


class SqliteFactors:
    """Implements `access.factor.Factors`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key = database.path.with_name(KEY)

    def find(self, account: str) -> Factor | None:
        with self._database.reading() as connection:
            query = "SELECT account, secret, asked, session, since, step FROM factor WHERE account = ?"
            row = connection.execute(query, (account,)).fetchone()
        if row is None:
            return None
        id, sealed, asked, session, since, step = row
        return Factor(id, unseal(self._key, id, sealed), instant(asked), session, instant_or_none(since), step)

    def since(self, account: str) -> datetime | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT since FROM factor WHERE account = ?", (account,)).fetchone()
        return None if row is None else instant_or_none(row[0])

    def put(self, factor: Factor) -> None:
        with self._database.writing() as connection:
            said = (factor.account, seal(self._key, factor.account, factor.secret), text_of(factor.asked), factor.session, factor.step)
            kept = connection.execute(
                "INSERT INTO factor (account, secret, asked, session, step) VALUES (?, ?, ?, ?, ?) ON CONFLICT (account) DO UPDATE SET"
                " secret = excluded.secret, asked = excluded.asked, session = excluded.session, step = excluded.step WHERE since IS NULL",
                said,
            ).rowcount
            if not kept:
                raise BadValue("there is a second factor already", next_step="Take it away first.")

    def begin(self, account: str, secret: bytes, step: int, codes: Mapping[int, str], now: datetime) -> bool:
        with self._database.writing() as connection:
            row = connection.execute("SELECT secret FROM factor WHERE account = ? AND since IS NULL", (account,)).fetchone()
            if row is None or unseal(self._key, account, row[0]) != secret:
                return False
            connection.execute("UPDATE factor SET since = ?, step = ? WHERE account = ?", (text_of(now), step, account))
            connection.executemany("INSERT INTO recovery VALUES (?, ?, ?)", [(account, place, kept) for place, kept in codes.items()])
        return True

    def use(self, account: str, step: int) -> bool:
        with self._database.writing() as connection:
            done = connection.execute("UPDATE factor SET step = ? WHERE account = ? AND step < ?", (step, account, step))
        return bool(done.rowcount)

    def codes(self, account: str) -> Mapping[int, str]:
        with self._database.reading() as connection:
            return dict(connection.execute("SELECT place, hash FROM recovery WHERE account = ?", (account,)).fetchall())

    def put_codes(self, account: str, codes: Mapping[int, str]) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM recovery WHERE account = ?", (account,))
            connection.executemany("INSERT INTO recovery VALUES (?, ?, ?)", [(account, place, kept) for place, kept in codes.items()])

    def use_code(self, account: str, place: int, kept: str) -> bool:
        with self._database.writing() as connection:
            done = connection.execute("DELETE FROM recovery WHERE account = ? AND place = ? AND hash = ?", (account, place, kept))
        return bool(done.rowcount)

    def remove(self, account: str) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM factor WHERE account = ?", (account,))
            connection.execute("DELETE FROM recovery WHERE account = ?", (account,))
        self._database.forget_former_pages()

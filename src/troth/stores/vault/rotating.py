"""Every value and every way to it under another secret, within the caller's transaction."""

from __future__ import annotations

import sqlite3

from troth.sources.personal.normalising import normalised
from troth.sources.personal.vault import TOKEN_KINDS
from troth.stores.vault.sealing import Sealed, Sealer

BATCH = 20_000


def reseal(connection: sqlite3.Connection, old: Sealer, new: Sealer) -> None:
    """Keys of subjects are wrapped anew and marks computed anew; the values' own bytes stay, under their own keys.

    Marks of erased values stay too: their values are gone, so that no other mark of them can be made.
    """
    connection.execute("DELETE FROM way")
    for kind in TOKEN_KINDS:
        last = f"{kind}-"
        while rows := connection.execute(
            "SELECT token, key, value FROM subject WHERE token > ? AND token < ? ORDER BY token LIMIT ?", (last, f"{kind}.", BATCH)
        ).fetchall():
            wrapped, ways = [], []
            for token, key, value in rows:
                sealed = Sealed(key, value)
                wrapped.append((new.rewrapped(token, old.key(token, sealed)), token))
                ways.append((new.mark(kind, normalised(kind, old.open(token, sealed))), token))
            connection.executemany("UPDATE subject SET key = ? WHERE token = ?", wrapped)
            connection.executemany("INSERT INTO way VALUES (?, ?)", sorted(ways))
            last = rows[-1][0]

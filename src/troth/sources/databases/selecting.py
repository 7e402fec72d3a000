"""What a query of a source may be: one statement that reads."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from troth.kernel.errors import SourceError

DIALECTS = {"postgresql": "postgres", "sqlite": "sqlite"}
WRITES = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.TruncateTable, exp.Copy, exp.Into, exp.Lock,
    exp.Command, exp.Set, exp.Transaction, exp.Commit, exp.Rollback, exp.Pragma, exp.Attach, exp.Detach,
)  # fmt: skip


def require_select(query: str, dialect: str, name: str) -> None:
    """Refuses what is not one SELECT, and one that writes in a part of it; the database's own refusal is the second wall.

    dialect: postgresql or sqlite.
    """
    try:
        statements = [one for one in sqlglot.parse(query, read=DIALECTS[dialect]) if one is not None and not isinstance(one, exp.Semicolon)]
    except SqlglotError as error:
        raise SourceError(
            f"the query of '{name}' is not understood", got=str(error).splitlines()[0],
            next_step="Mend it, or make a view of it and name that as `table:`.",
        ) from None  # fmt: skip
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        got = "no statement" if not statements else f"{len(statements)} statements" if len(statements) > 1 else statements[0].key.upper()
        raise SourceError(f"the query of '{name}' may only read", got=got, allowed="one SELECT")
    found = next((node for node in statements[0].walk() if isinstance(node, WRITES)), None)
    if found is not None:
        raise SourceError(f"the query of '{name}' may only read", got=found.key.upper(), allowed="one SELECT")

"""The address of a database, which stands in the environment only: what is said of it never holds a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from troth.kernel.errors import SourceError

if TYPE_CHECKING:
    from sqlalchemy import URL

DIALECTS = {"postgresql": "postgresql", "postgres": "postgresql", "sqlite": "sqlite"}
EXAMPLE = "postgresql://user:password@host/name or sqlite:////path/file.db"


@dataclass(frozen=True, slots=True)
class Outside:
    """variable: its name in the environment. dialect: postgresql or sqlite."""

    variable: str
    dialect: str
    url: URL = field(repr=False)

    def scrubbed(self, said: object) -> str:
        """The first line of what a database said, without what stands in the address."""
        text = str(said).strip().splitlines()[0] if str(said).strip() else "no reason"
        parts = [self.url.render_as_string(hide_password=False), self.url.password, self.url.host, self.url.username]
        parts += [value for values in self.url.normalized_query.values() for value in values]
        for part in sorted((p for p in parts if p and len(p) > 2), key=len, reverse=True):
            text = text.replace(part, "…")
        return text


def outside(environment: Mapping[str, str], url: str) -> Outside:
    """url: env:NAME. Refuses what is not set, is no address, or is of a kind of database that is not read."""
    variable = url.removeprefix("env:")
    said = environment.get(variable, "").strip()
    if not said:
        raise SourceError(f"{variable} is not set in the environment", next_step=f"Set it to {EXAMPLE}.")
    try:
        found = make_url(said)
    except (ArgumentError, ValueError):
        # Neither the text nor the error that repeats it is shown: it may hold a password.
        raise SourceError(f"what {variable} holds is no address of a database", allowed=EXAMPLE) from None
    kind = found.drivername.partition("+")[0]
    if kind not in DIALECTS:
        raise SourceError(
            f"the database of {variable} is of a kind that is not read", got=kind if kind.isalnum() and len(kind) < 20 else None,
            allowed="postgresql, sqlite", next_step="Export its tables as CSV or Parquet.",
        )  # fmt: skip
    return Outside(variable, DIALECTS[kind], found)

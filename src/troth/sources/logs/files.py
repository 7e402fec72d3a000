"""Event logs in and out: OCEL 1.0 (JSON) and 2.0 (JSON, XML, SQLite) and XES are read; OCEL 2.0 and XES are written."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from troth.kernel.errors import SourceError
from troth.record import Log
from troth.sources.logs import ocel_json, ocel_sqlite_out, ocel_xml, xes_out
from troth.sources.logs.formats import format_of
from troth.sources.logs.imported import Imported

OcelFormat = Literal["json", "xml", "sqlite"]
_ENDINGS: dict[str, OcelFormat] = {
    ".jsonocel": "json", ".json": "json", ".xmlocel": "xml", ".xml": "xml", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite",
}  # fmt: skip


def read(path: Path, *, zone: str | None = None) -> Imported:
    """Read an event log, whatever its name: its content tells the format.

    zone: IANA zone of times that bear none; without it they are read as UTC, and a warning says so.
    Raises SourceError with file, place and next step for what is no log; then nothing of it is kept.
    """
    return format_of(path).read(path, zone)


def write_ocel(log: Log, path: Path, *, format: OcelFormat | None = None) -> None:  # noqa: A002 - as callers say it
    """Write OCEL 2.0. format: by the file's ending if not given. A file that stands there is replaced, whole or not at all."""
    chosen = format or _ENDINGS.get(path.suffix.lower())
    match chosen:
        case "json":
            ocel_json.write(log, path)
        case "xml":
            ocel_xml.write(log, path)
        case "sqlite":
            ocel_sqlite_out.write(log, path)
        case None:
            raise SourceError(
                f"'{path.name}' does not say its format", allowed=", ".join(sorted(_ENDINGS)), next_step="Name another ending, or a format."
            )


def write_xes(log: Log, path: Path, *, case_type: str) -> tuple[str, ...]:
    """Write the objects of one type as traces, packed where the name ends in .gz. Returns in words what XES has no room for."""
    return xes_out.write(log, path, case_type)

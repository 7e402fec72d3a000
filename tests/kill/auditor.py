"""Reads a lake as somebody would who has only the files: standard library, nothing of the product.

`python auditor.py` reads folders, one a line, and prints a line of JSON for each: the snapshot in force, what of it is
wrong, and all that is in the lake, for comparison with another one.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

TABLES = ("entry", "load", "snapshot", "snapshot_file", "snapshot_schema", "source_state")


def _wrong_files(connection: sqlite3.Connection, lake: Path, id: str) -> list[str]:
    wrong = []
    files = connection.execute("SELECT path, sha256, bytes FROM snapshot_file WHERE snapshot = ?", (id,)).fetchall()
    for path, sha256, size in files:
        content = (lake / path).read_bytes() if (lake / path).is_file() else b""
        if (hashlib.sha256(content).hexdigest(), len(content)) != (sha256, size):
            wrong.append(path)
    return wrong if files else ["no files at all"]


def _wrong_loads(connection: sqlite3.Connection, intake: Path) -> list[str]:
    """What a load names must be there, whichever snapshot is in force."""
    wrong = []
    loads = [json.loads(said) for (said,) in connection.execute("SELECT said FROM load ORDER BY seq, source, place")]
    for file in (file for load in loads for file in load["files"]):
        content = (intake / file["path"]).read_bytes() if (intake / file["path"]).is_file() else b""
        if (hashlib.sha256(content).hexdigest(), len(content)) != (file["sha256"], file["bytes"]):
            wrong.append(file["path"])
    return wrong if loads else ["no loads at all"]


def _wrong_entries(connection: sqlite3.Connection) -> list[int]:
    wrong = []
    before = "0" * 64
    names = ("seq", "at", "actor", "action", "object", "payload")
    rows = connection.execute(f"SELECT {', '.join(names)}, prev_hash, hash FROM entry ORDER BY seq")
    for expected, (*cells, prev_hash, said) in enumerate(rows, start=1):
        fields = dict(zip(names, cells, strict=True))
        text = prev_hash + json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        if (cells[0], prev_hash, said) != (expected, before, hashlib.sha256(text.encode()).hexdigest()):
            wrong.append(expected)
        before = said
    return wrong


def audit(folder: Path) -> dict[str, Any]:
    lake, intake = folder / ".troth" / "lake", folder / ".troth" / "intake"
    connection = sqlite3.connect(folder / ".troth" / "journal.db")
    (id,) = connection.execute("SELECT id FROM snapshot ORDER BY seq DESC LIMIT 1").fetchone()
    report = {
        "id": id,
        "wrong": _wrong_files(connection, lake, id) + _wrong_loads(connection, intake) + _wrong_entries(connection),
        "integrity": connection.execute("PRAGMA integrity_check").fetchone()[0],
        "tables": {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in TABLES},
        "files": {
            path.relative_to(lake).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(lake.rglob("*"))
            if path.is_file() and not path.name.startswith(".build.lock")
        },
        "intake": {
            path.relative_to(intake).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(intake.rglob("*.parquet"))
        },
    }
    connection.close()
    return report


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(audit(Path(line.rstrip("\n")))) + "\n")
        sys.stdout.flush()

"""The zone that an export of a survey names in its header."""

from __future__ import annotations

import csv
import json
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from troth.sources.survey import IMPORT

LONGEST = 64 << 10


def zone_said(path: Path) -> str | None:
    """The one zone named by the third line of a Qualtrics export, {"ImportId":"startDate","timeZone":"America/Denver"}; Z is UTC."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return None
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        head = file.read(LONGEST)
    if IMPORT not in head.replace('""', '"'):
        return None
    found: set[str] = set()
    for record in islice(csv.reader(head.splitlines(keepends=True), delimiter="\t" if path.suffix.lower() == ".tsv" else ","), 3):
        for cell in record:
            if cell.startswith(IMPORT):
                said = _zone_in(cell)
                found |= {said} if said else set()
    return found.pop() if len(found) == 1 else None


def _zone_in(cell: str) -> str | None:
    try:
        said = json.loads(cell)
        zone = str(said.get("timeZone") or "") if isinstance(said, dict) else ""
        return "UTC" if zone == "Z" else ZoneInfo(zone).key if zone else None
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None

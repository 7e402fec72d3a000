"""The formats of event logs, and how a file shows which one it is in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from troth.kernel.errors import SourceError
from troth.sources.logs import ocel1_json, ocel_json, ocel_sqlite, ocel_xml, xes
from troth.sources.logs.imported import Imported
from troth.sources.logs.streams import head


@dataclass(frozen=True, slots=True)
class Format:
    """endings: of names under which such files go about; `looks`, not these, tells the format. head: the first 64 KB, unpacked."""

    name: str
    endings: tuple[str, ...]
    looks: Callable[[bytes], bool]
    read: Callable[[Path, str | None], Imported]


# Atomic: a comment or an instruction ends at its first end, else a row of them could be read in as many ways as there are pairs.
_ASIDE = rb"(?:\s|<\?(?>.*?\?>)|<!--(?>.*?-->))*+"
_FIRST = re.compile(rb"^" + _ASIDE + rb"<(?:[\w.-]+:)?log\b[^>]*>" + _ASIDE + rb"<(?:[\w.-]+:)?([\w-]+)", re.DOTALL)
_OCEL_XML = (b"object-types", b"event-types", b"objects", b"events")


def _is_sqlite(head: bytes) -> bool:
    return head.startswith(b"SQLite format 3\0")


def _is_ocel1(head: bytes) -> bool:
    return head.lstrip().startswith(b"{") and re.match(rb'\s*\{\s*"ocel:', head) is not None


def _is_json(head: bytes) -> bool:
    return head.lstrip().startswith(b"{")


def _is_ocel_xml(head: bytes) -> bool:
    found = _FIRST.match(head)
    return found is not None and found[1] in _OCEL_XML


def _is_xml(head: bytes) -> bool:
    return head.lstrip().startswith(b"<")


FORMATS = (
    Format("OCEL 2.0 SQLite", (".sqlite", ".sqlite3", ".db"), _is_sqlite, ocel_sqlite.read),
    Format("OCEL 1.0 JSON", (".jsonocel", ".json"), _is_ocel1, ocel1_json.read),
    Format("OCEL 2.0 JSON", (".jsonocel", ".json"), _is_json, ocel_json.read),
    Format("OCEL 2.0 XML", (".xmlocel", ".xml"), _is_ocel_xml, ocel_xml.read),
    Format("XES", (".xes", ".xes.gz", ".xml"), _is_xml, xes.read),
)


def format_of(path: Path) -> Format:
    """Refuses a file that is in none of the formats."""
    begin = head(path)
    for one in FORMATS:
        if one.looks(begin):
            return one
    raise SourceError(
        f"'{path.name}' is no event log", got=f"a file that begins with {begin[:16]!r}", allowed=", ".join(f.name for f in FORMATS),
        next_step="Give another file, or export it again.",
    )  # fmt: skip

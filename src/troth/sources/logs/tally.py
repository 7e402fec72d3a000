"""How much a log file holds, counted without its reader: what conservation is measured against.

Text is searched for the signs of an event or a relation and not parsed; in SQLite the rows are counted by SQL.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from troth.sources.logs.streams import chunks

# A comment, CDATA or an instruction is passed over whole, one that is not closed is the last thing; what is sought stands in the group.
_XES_EVENT = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|(<(?:[\w.-]+:)?event(?=[\s/>]))", re.DOTALL)
_XML_RELATION = re.compile(rb"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|(<(?:[\w.-]+:)?(?:relationship|object)\s[^<]*?\bobject-id\s*=)""", re.DOTALL)
# In a text every quote stands behind a backslash, so a bare one begins a key.
_JSON_RELATION = re.compile(rb'((?<!\\)"objectId"\s*:)')
_OMAP = re.compile(rb'"ocel:omap"\s*:\s*\[([^\]]*)\]')
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')
_ASIDES = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"))


def events_in_xes(path: Path) -> int:
    return _count(path, _XES_EVENT, b"<")


def relations_in(path: Path, format_name: str) -> int:
    """Relations of events and of objects, those that stand twice included."""
    match format_name:
        case "OCEL 2.0 SQLite":
            return _in_sqlite(path)
        case "OCEL 2.0 XML":
            return _count(path, _XML_RELATION, b"<")
        case "OCEL 1.0 JSON":
            return _in_omaps(path)
        case _:
            return _count(path, _JSON_RELATION, b'"')


def _count(path: Path, sought: re.Pattern[bytes], sign: bytes) -> int:
    """Matches in a stream. sign: with which every match begins; what begins near a chunk's end is looked at with the next one."""
    held = b""
    found = 0
    for chunk in chunks(path):
        held += chunk
        cut = held.rfind(sign, 0, max(len(held) - 256, 0))
        for opens, closes in _ASIDES if sign == b"<" else ():
            begin = held.rfind(opens)
            if begin >= 0 and held.find(closes, begin) < 0:
                cut = min(cut, begin)
        if cut < 0:
            continue
        at = 0
        for one in sought.finditer(held):
            if one.start() >= cut:
                break
            found += one[1] is not None
            at = one.end()
        held = held[max(cut, at) :]
    return found + sum(one[1] is not None for one in sought.finditer(held))


def _in_omaps(path: Path) -> int:
    held = b"".join(chunks(path))
    return sum(len(_TEXT.findall(listed)) for listed in _OMAP.findall(held))


def _in_sqlite(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)) as connection:
        return sum(int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in ("event_object", "object_object"))

"""One small world in every kind of file that is read, and a book that reads it: what each test breaks in one place.

id  placed            due         delivered         amount
A1  2026-01-02 10:00  2026-01-12  2026-01-12 09:00  1.50
…                                                          to A12
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import duckdb

from tests.app.small_book import write_book
from tests.bad.binary_sheets import xls, xlsb
from tests.sources import sheets

Row = dict[str, str]
Make = Callable[[Path, Sequence[Row]], Path]
COLUMNS = ("id", "placed", "due", "delivered", "amount")
ROWS: tuple[Row, ...] = tuple(
    {"id": f"A{n}", "placed": f"2026-01-{n:02} 10:00:00", "due": f"2026-01-{n + 10}",
     "delivered": f"2026-01-{n + 10} 09:00:00", "amount": f"{n}.50"}
    for n in range(1, 13)
)  # fmt: skip
TABLE = """rows:
  files: [{file}]
  key: [id]
  object: {{type: order, id: [id], attributes: {{due: {{column: due, as: day}}}}}}
  events: [{{type: placed, at: placed, anchor: true}}, {{type: delivered, at: delivered}}]
  money: [{{about: order, id: [id], kind: price, amount: amount}}]
"""
LOG = """rows:
  files: ["{file}"]
  key: []
  object: {{type: order, id: ["case:concept:name"], attributes: {{due: {{column: "{due}", as: day}}}}}}
  events: [{{type_from: "concept:name", at: "time:timestamp"}}]
"""
PROMISE = """deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due))
"""


def header(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys([*(COLUMNS if not rows else rows[0]), *(name for row in rows for name in row)]))


def table(rows: Sequence[Row]) -> list[list[str]]:
    names = header(rows)
    return [names, *([row.get(name, "") for name in names] for row in rows)]


def _delimited(delimiter: str) -> Make:
    def make(path: Path, rows: Sequence[Row]) -> Path:
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(table(rows))
        path.write_bytes(stream.getvalue().encode("utf-8", "surrogatepass"))
        return path

    return make


def alv(path: Path, rows: Sequence[Row]) -> Path:
    wide = 24
    lines = ["|" + "|".join(cell.ljust(wide) for cell in row) + "|" for row in table(rows)]
    dashes = "-" * len(lines[0])
    text = "\n".join([dashes, lines[0], dashes, *lines[1:], dashes, ""])
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def parquet(path: Path, rows: Sequence[Row]) -> Path:
    names = header(rows)
    with duckdb.connect() as connection:
        listed = ", ".join(f'"{name}" VARCHAR' for name in names)
        connection.execute(f"CREATE TABLE t ({listed})")
        if rows:
            connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", table(rows)[1:])
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return path


def xlsx(path: Path, rows: Sequence[Row]) -> Path:
    body = "".join(sheets.cells(number, *map(_as_workbooks_write, row)) for number, row in enumerate(table(rows), start=1))
    return sheets.raw_xlsx(path, {"S": body})


def _as_workbooks_write(text: str) -> str:
    return "".join(f"_x{ord(sign):04X}_" if sign < " " or "\ud800" <= sign <= "\udfff" else sign for sign in text)


def ods(path: Path, rows: Sequence[Row]) -> Path:
    return sheets.ods(path, {"S": "".join(sheets.row(*map(sheets.text, row)) for row in table(rows))})


def in_xls(path: Path, rows: Sequence[Row]) -> Path:
    return xls(path, table(rows))


def in_xlsb(path: Path, rows: Sequence[Row]) -> Path:
    return xlsb(path, table(rows))


def as_json(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text(json.dumps(list(rows)), encoding="utf-8")
    return path


def jsonl(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def events(rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """Case, activity, time, as long as there are such columns."""
    return [(row["id"], name, _utc(row[name])) for row in rows for name in ("placed", "delivered") if row.get(name)]


def _utc(text: str) -> str:
    return text.replace(" ", "T") + "Z" if len(text) == 19 and text[4] == "-" else text


def xes(path: Path, rows: Sequence[Row]) -> Path:
    traces = []
    for row in rows:
        inside = "".join(
            f'<event><string key="concept:name" value={quoteattr(name)}/><date key="time:timestamp" value={quoteattr(at)}/></event>\n'
            for _, name, at in events([row])
        )
        values = "".join(
            f'<{kind} key="{name}" value={quoteattr(row[name])}/>' for kind, name in (("string", "due"), ("float", "amount")) if name in row
        )
        traces.append(f'<trace><string key="concept:name" value={quoteattr(row["id"])}/>{values}\n{inside}</trace>\n')
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849.2016">\n{"".join(traces)}</log>\n'.encode(
        "utf-8", "surrogatepass"
    )
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
    return path


def _ocel(rows: Sequence[Row]) -> dict[str, list[dict[str, object]]]:
    began = "1970-01-01T00:00:00Z"
    return {
        "objectTypes": [{"name": "order", "attributes": [{"name": "due", "type": "string"}, {"name": "amount", "type": "float"}]}],
        "eventTypes": [{"name": name, "attributes": []} for name in ("placed", "delivered")],
        "objects": [
            {"id": row["id"], "type": "order", "relationships": [], "attributes": [
                {"name": name, "time": began, "value": row[name]} for name in ("due", "amount") if name in row]}
            for row in rows
        ],
        "events": [
            {"id": f"e{number}", "type": name, "time": at, "attributes": [],
             "relationships": [{"objectId": case, "qualifier": "order"}]}
            for number, (case, name, at) in enumerate(events(rows), start=1)
        ],
    }  # fmt: skip


def ocel_json(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text(json.dumps(_ocel(rows)), encoding="utf-8")
    return path


def ocel_xml(path: Path, rows: Sequence[Row]) -> Path:
    declared = '<attribute name="due" type="string"/><attribute name="amount" type="float"/>'
    types = "".join(f'<event-type name="{name}"><attributes/></event-type>' for name in ("placed", "delivered"))
    objects = "".join(
        f'<object id={quoteattr(row["id"])} type="order"><attributes>'
        + "".join(
            f'<attribute name="{name}" time="1970-01-01T00:00:00Z">{row[name].replace("&", "&amp;").replace("<", "&lt;")}</attribute>'
            for name in ("due", "amount")
            if name in row
        )
        + "</attributes></object>\n"
        for row in rows
    )
    happened = "".join(
        f'<event id="e{number}" type="{name}" time={quoteattr(at)}><objects><relationship object-id={quoteattr(case)}'
        ' qualifier="order"/></objects></event>\n'
        for number, (case, name, at) in enumerate(events(rows), start=1)
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<log><object-types><object-type name="order"><attributes>{declared}</attributes>'
        f"</object-type></object-types><event-types>{types}</event-types>\n<objects>{objects}</objects><events>{happened}</events></log>\n"
    )
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def ocel_sqlite(path: Path, rows: Sequence[Row]) -> Path:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as db:
        for name, types in (("event", ("placed", "delivered")), ("object", ("order",))):
            db.execute(f"CREATE TABLE {name}_map_type (ocel_type TEXT, ocel_type_map TEXT)")
            db.execute(f"CREATE TABLE {name} (ocel_id TEXT, ocel_type TEXT)")
            for type in types:
                db.execute(f"INSERT INTO {name}_map_type VALUES (?, ?)", (type, type))
                more = ", ocel_changed_field TEXT, due TEXT, amount REAL" if name == "object" else ""
                db.execute(f"CREATE TABLE {name}_{type} (ocel_id TEXT, ocel_time TEXT{more})")
        db.execute("CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT)")
        db.execute("CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT)")
        for row in rows:
            db.execute("INSERT INTO object VALUES (?, 'order')", (row["id"],))
            begin = (row["id"], "1970-01-01T00:00:00Z", None, row.get("due"), row.get("amount"))
            db.execute("INSERT INTO object_order VALUES (?, ?, ?, ?, ?)", begin)
        for number, (case, name, at) in enumerate(events(rows), start=1):
            db.execute("INSERT INTO event VALUES (?, ?)", (f"e{number}", name))
            db.execute(f"INSERT INTO event_{name} VALUES (?, ?)", (f"e{number}", at))
            db.execute("INSERT INTO event_object VALUES (?, ?, 'order')", (f"e{number}", case))
    db.close()
    return path


#: By the name of the file.
READERS: Mapping[str, Make] = {
    "rows.csv": _delimited(","), "rows.tsv": _delimited("\t"), "rows.txt": alv, "rows.parquet": parquet,
    "rows.xlsx": xlsx, "rows.ods": ods, "rows.xls": in_xls, "rows.xlsb": in_xlsb,
    "rows.json": as_json, "rows.jsonl": jsonl,
    "rows.xes": xes, "rows.xes.gz": xes, "rows.jsonocel": ocel_json, "rows.xmlocel": ocel_xml, "rows.sqlite": ocel_sqlite,
}  # fmt: skip
LOGS = ("rows.xes", "rows.xes.gz", "rows.jsonocel", "rows.xmlocel", "rows.sqlite")
TABLES = tuple(name for name in READERS if name not in LOGS)
SHEETS = ("rows.xlsx", "rows.ods", "rows.xls", "rows.xlsb")


def rows_in(name: str, count: int) -> int:
    """How many rows that many orders are: a log has one for each event."""
    return 2 * count if name in LOGS else count


def changed(**cells: str | None) -> list[Row]:
    """The world with other cells in its fourth order; None leaves the cell out."""
    fourth = {name: cells.get(name, text) for name, text in ROWS[3].items()} | cells
    return [*ROWS[:3], {name: text for name, text in fourth.items() if text is not None}, *ROWS[4:]]


def without(column: str) -> list[Row]:
    return [{name: text for name, text in row.items() if name != column} for row in ROWS]


def book(under: Path, name: str) -> Path:
    """The book that reads the file `name` of the folder `data`."""
    mapping = LOG if name in LOGS else TABLE
    file = f"{name}#order" if name in LOGS[2:] else name
    settings = "name: Bad\nfolder: ../data\nzone: UTC\ncurrency: EUR\n"
    text = mapping.format(file=file, due="case:due")
    return write_book(under, files={}, book={"troth.yaml": settings, "sources/rows.yaml": text, "promises/deliver.yaml": PROMISE})


def made(under: Path, name: str, rows: Sequence[Row] = ROWS) -> Path:
    (under / "data").mkdir(parents=True, exist_ok=True)
    return READERS[name](under / "data" / name, rows)

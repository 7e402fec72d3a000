"""Each bad thing in each kind of file, through the command line: the exit code and the words, or what became of the rows."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bad.made import LOG, LOGS, READERS, ROWS, SHEETS, TABLE, TABLES, Row, book, changed, made, rows_in, without
from tests.sources.loaded import load_all
from troth.kernel.errors import SourceError
from troth.sources import Source
from troth.stores.lake.engine import DuckEngine

SOURCE = 4
Mutate = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Bad:
    """rows: of the world, changed. bytes: what is done to the file's own. said: words of the refusal, by file, '' for all others.

    quarantined, cells: of what is read nevertheless; a file that is not in `said` is read.
    """

    rows: Sequence[Row] = ROWS
    bytes: Mutate | None = None
    said: dict[str, str] | None = None
    quarantined: int = 0
    cells: int = 0
    names: Sequence[str] = tuple(READERS)


def _some(names: Sequence[str], words: str) -> dict[str, str]:
    return dict.fromkeys(names, words)


def _broken(content: bytes) -> bytes:
    """Bytes that are no UTF-8 inside of the fourth order's id."""
    return content.replace(b"A4", b"A\xff\x80", 1)


TEXTS = ("rows.csv", "rows.tsv", "rows.txt")
XML = ("rows.xes", "rows.xmlocel")
ZIPS = ("rows.xlsx", "rows.ods", "rows.xlsb")
NUL = {**_some(TEXTS, "NUL bytes"), "rows.ods": "damaged inside", "rows.xes": "NUL bytes", "rows.xes.gz": "NUL bytes",
       "rows.xmlocel": "not well-formed", "rows.jsonocel": "is no float", "rows.sqlite": "is no float"}  # fmt: skip
NO_TIME = {
    "rows.xes": "line 16: 'time:timestamp' is no date", "rows.xes.gz": "line 16: 'time:timestamp' is no date",
    "rows.jsonocel": "/events/6: the time of event 'e7' cannot be read", "rows.xmlocel": "line 21: the time of event 'e7' cannot be read",
    "rows.sqlite": "table event_placed, row 4: the time of event 'e7' cannot be read",
}  # fmt: skip
TOO_LARGE = dict.fromkeys(LOGS, "is no float")
CUT = {
    "rows.parquet": "cannot be read", **_some(ZIPS, "is damaged"), "rows.xls": "is damaged", "rows.json": "is no JSON: line 1",
    "rows.xes": "cut off",
    "rows.xes.gz": "cut off", "rows.jsonocel": "cut off", "rows.xmlocel": "not well-formed", "rows.sqlite": "cut off",
}  # fmt: skip

MATRIX: dict[str, Bad] = {
    "missing-column": Bad(without("due"), said={"": "no column 'due'", **_some(LOGS, "no column 'case:due'")}),
    "no-bytes": Bad(bytes=lambda _: b"", said={"": "is empty", "rows.parquet": "cannot be read", "rows.jsonl": "holds no table",
                                                  "rows.sqlite": "an empty file"}),
    "header-only": Bad(rows=(), said={"rows.json": "holds no table", "rows.jsonl": "holds no table",
                                      "rows.xes": "no column", "rows.xes.gz": "no column", **_some(LOGS[2:], "no table 'rows.")}),
    "mixed-zones": Bad(changed(placed="2026-01-04T10:00:00+05:30")),
    "no-such-day": Bad(changed(placed="2026-02-30 10:00:00"), said=NO_TIME, quarantined=1),
    "year-9999": Bad(changed(placed="9999-12-31 23:59:59"), quarantined=1),
    "year-1": Bad(changed(placed="0001-01-01 00:00:00"), quarantined=1),
    "year-99999": Bad(changed(placed="99999-01-01 00:00:00"), said=NO_TIME, quarantined=1),
    "zone-of-99-hours": Bad(changed(placed="2026-01-04T10:00:00+99:00"), said=NO_TIME, quarantined=1),
    "1e400": Bad(changed(amount="1e400"), said=TOO_LARGE, cells=1),
    "minus-infinity": Bad(changed(amount="-Infinity"), said=TOO_LARGE, cells=1),
    "nan": Bad(changed(amount="NaN"), cells=1, names=TABLES),
    "a-million-digits": Bad(changed(amount="9" * 1_000_000), said=TOO_LARGE, cells=1, names=[n for n in READERS if n != "rows.xls"]),
    "nul": Bad(changed(amount="a\x00b"), said=NUL, cells=1),
    "half-a-sign": Bad(changed(amount="\ud800"), quarantined=1, names=["rows.csv", "rows.tsv", "rows.txt", "rows.json", "rows.jsonl"]),
    "half-a-sign-in-a-cell": Bad(changed(amount="\ud800"), cells=1, names=["rows.xlsx", "rows.xls", "rows.xlsb"]),
    "blank-key": Bad(changed(id="\u00a0"), quarantined=1),
    "formula": Bad(changed(id="=cmd|calc!A0"), names=[n for n in READERS if n != "rows.txt"]),
    "five-decimals": Bad(changed(amount="1.00005"), names=TABLES),
    "eleven-decimals": Bad(changed(amount="1.00000000005"), cells=1, names=TABLES),
    "cut-in-the-middle": Bad(bytes=lambda content: content[: len(content) // 2], said=CUT, names=list(CUT)),
    "three-bytes-short": Bad(bytes=lambda content: content[:-3], said=CUT, names=list(CUT)),
    "other-bytes": Bad(bytes=lambda _: b"\x00\x01\xfe" * 2000, said={
        "": "is no event log", **_some(TEXTS, "NUL bytes"), "rows.json": "NUL bytes", "rows.jsonl": "NUL bytes",
        "rows.parquet": "cannot be read", **_some(ZIPS, "is no workbook but some other file"), "rows.xls": "is no .xls",
        "rows.sqlite": "is no SQLite and no DuckDB"}),
    "no-utf-8": Bad(bytes=_broken, said={"rows.xes": "line 15: not UTF-8", "rows.xmlocel": "line 6: not well-formed",
                                         "rows.jsonocel": "is not UTF-8"},
                    quarantined=1, names=[*TEXTS, "rows.json", "rows.jsonl", *XML, "rows.jsonocel"]),
    "one-unclosed-quote": Bad(bytes=lambda content: content.replace(b"A4", b'"A4', 1), said={
        "rows.csv": "the quote opened in line 5 is never closed", "rows.tsv": "the quote opened in line 5 is never closed",
        "rows.json": "is no JSON: line 1", "rows.jsonocel": "/objects/3: no JSON"},
        quarantined=1, names=["rows.csv", "rows.tsv", "rows.json", "rows.jsonl", "rows.jsonocel"]),
    "mixed-line-ends": Bad(bytes=lambda c: c.replace(b"\n", b"\r\n", 3).replace(b"\nA7", b"\rA7"),
                           names=[*TEXTS, "rows.jsonl", *XML]),
    "rags": Bad(bytes=lambda c: c.replace(b"A4,", b"A4,x,").replace(b"A4\t", b"A4\tx\t").replace(b"|A4", b"|x|A4")
                .replace(b"A6,", b"A6").replace(b"A6\t", b"A6").replace(b"|A6", b"A6"), quarantined=2, names=TEXTS),
    "a-line-broken-in-two": Bad(bytes=lambda c: c.replace(b"A4", b"A4\r"), quarantined=2, names=["rows.csv", "rows.tsv", "rows.txt"]),
    "depth-10000": Bad(bytes=lambda _: b'{"events": [{"id": ' + b"[" * 10_000 + b"]" * 10_000 + b"}]}", said={
        "rows.json": "nested deeper than any record", "rows.jsonl": "holds no table", "rows.jsonocel": "nested too deeply"},
        names=["rows.json", "rows.jsonl", "rows.jsonocel"]),
    "laughs": Bad(bytes=lambda c: c.replace(b"<log", b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><log', 1),
                  said={"": "a document type declaration"}, names=XML),
    "outside": Bad(bytes=lambda c: c.replace(b"<log", b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><log', 1),
                   said={"": "a document type declaration"}, names=XML),
    "bomb": Bad(bytes=lambda _: gzip.compress(b"<log>" + b" " * (70 << 20), 9), said={"": "longer than 16 MB"}, names=["rows.xes.gz"]),
}  # fmt: skip


def _write(under: Path, name: str, bad: Bad) -> Path:
    file = made(under, name, bad.rows)
    if bad.bytes is not None:
        unpacked = gzip.decompress(file.read_bytes()) if name.endswith(".gz") and bad is MATRIX["no-utf-8"] else file.read_bytes()
        file.write_bytes(bad.bytes(unpacked))
    return file


def _source(name: str) -> Source:
    text = (LOG if name in LOGS else TABLE).format(file=f"{name}#order" if name in LOGS[2:] else name, due="case:due")
    data: dict[str, Any] = yaml.safe_load(text)["rows"]
    return Source.model_validate(data)


@pytest.mark.parametrize("thing", MATRIX)
def test_a_file_is_refused_or_every_row_of_it_accounted_for(engine: DuckEngine, tmp_path: Path, thing: str) -> None:
    for name in MATRIX[thing].names:
        _holds(engine, tmp_path, MATRIX[thing], name)


def _holds(engine: DuckEngine, folder: Path, bad: Bad, name: str) -> None:
    _write(folder, name, bad)
    said = (bad.said or {}).get(name, (bad.said or {}).get("", ""))
    if said:
        with pytest.raises(SourceError) as refused:
            load_all(engine, folder / "data", {"rows": _source(name)})
        message = str(refused.value)
        assert said in message
        assert name in message
        assert refused.value.next_step
        assert "\n" not in message
        assert len(message) < 3000
        return
    balance = load_all(engine, folder / "data", {"rows": _source(name)}).balances["rows"]
    assert balance.read == balance.accounted, name
    both = 2 if name in LOGS and bad.rows[3:] and bad.rows[3]["id"] != "A4" else 1  # both events of an order without an id
    assert (balance.quarantined, balance.cells) == (bad.quarantined * both, bad.cells), name
    if bad is not MATRIX["a-line-broken-in-two"]:
        assert balance.stored == rows_in(name, len(bad.rows)) - bad.quarantined * both, name


@pytest.mark.parametrize("name", READERS)
def test_a_build_says_by_its_exit_code_and_one_line_that_a_file_is_refused(
    troth: Callable[..., tuple[int, Any, str]], tmp_path: Path, name: str
) -> None:
    bad = MATRIX["other-bytes"]
    root = book(tmp_path, name)
    _write(tmp_path, name, bad)

    code, _, error = troth("build", "--book", root)

    assert bad.said is not None
    assert (code, bad.said.get(name, bad.said[""]) in error, f"'{name}'" in error) == (SOURCE, True, True), error
    assert not list((root / ".troth").rglob("*.parquet"))


@pytest.mark.parametrize("name", READERS)
def test_the_world_itself_is_read_whole_by_each_command(troth: Callable[..., tuple[int, Any, str]], tmp_path: Path, name: str) -> None:
    root = book(tmp_path, name)
    made(tmp_path, name)

    balances = [
        troth("build", "--book", root, "--json")[1]["sources"],
        troth("monday", "--book", root, "--json")[1]["page"]["sources"],
        troth("start", tmp_path / "data", "--into", tmp_path / "new", "--json")[1]["page"]["sources"],
    ]

    assert [(one[0]["read"] - one[0]["filtered"], one[0]["stored"]) for one in balances] == [(rows_in(name, 12),) * 2] * 3


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_beside_a_good_one_costs_only_itself(troth: Callable[..., tuple[int, Any, str]], tmp_path: Path, name: str) -> None:
    #  thing             start reads orders.csv and says of the other that it cannot be read
    made(tmp_path, "rows.csv").rename(tmp_path / "data" / "orders.csv")
    (tmp_path / "data" / f"bad{name[4:]}").write_bytes(random.Random(20260105).randbytes(4000))

    code, got, error = troth("start", tmp_path / "data", "--into", tmp_path / "new", "--json")

    assert code == 0, error
    assert [(source["source"], source["stored"]) for source in got["page"]["sources"]] == [("orders", 12)]
    assert any(f"bad{name[4:]}: cannot be read" in warning for warning in got["page"]["warnings"])


@pytest.mark.parametrize("name", [name for name in READERS if name in (*SHEETS[:1], *LOGS[2:3], "rows.csv", "rows.parquet")])
def test_a_file_that_goes_bad_leaves_the_snapshot_in_force(troth: Callable[..., tuple[int, Any, str]], tmp_path: Path, name: str) -> None:
    root = book(tmp_path, name)
    file = made(tmp_path, name)
    before = troth("build", "--book", root, "--json")[1]["snapshot"]
    whole = file.read_bytes()

    file.write_bytes(b"\x00\x01\xfe" * 2000)
    broken = troth("monday", "--book", root)
    file.write_bytes(whole)
    again = troth("build", "--book", root, "--json")[1]

    assert broken[0] == SOURCE
    assert (again["snapshot"], again["fresh"]) == (before, False)

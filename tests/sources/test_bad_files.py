"""Files that nobody should have to open: an error in one line, or every row accounted for; never a traceback, in little memory."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.memory import TELL_PEAK
from tests.sources import sheets
from tests.sources.loaded import load_all, source_of
from troth.kernel.errors import SourceError
from troth.sources.address import Address
from troth.sources.readers import opened, tables_in
from troth.sources.readers.package import COMPOUND, ENCRYPTED
from troth.stores.lake.engine import DuckEngine

ROWS = sheets.cells(1, "id", "n") + sheets.cells(2, "A", "<c><v>1</v></c>")


def _read(engine: DuckEngine, path: Path, part: str | None = None, *, more: bytes = b"") -> int:
    """Rows of a file; more: what is written to it while it is read."""
    tables_in(path)
    with opened(engine, Address(path, part), "x") as table:
        count = int(engine.rows(f"SELECT count(*) FROM {table.relation}")[0][0])
        if more:
            with path.open("ab") as file:
                file.write(more)
    return count


def _refused(engine: DuckEngine, path: Path, part: str | None = None) -> str:
    """The one line by which a file is refused, in listing its tables or in opening it."""
    with pytest.raises(SourceError) as refused:
        _read(engine, path, part)
    said = str(refused.value)
    assert "\n" not in said
    assert path.name in said
    assert refused.value.next_step
    return said


def _zip(path: Path, parts: dict[str, bytes]) -> Path:
    return sheets.zipped(path, dict(parts))


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"id;n\nA;1\n", "is no workbook but text, perhaps CSV"),
        (b"<html><table><tr><td>id</td></tr></table></html>", "is no workbook but a web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "is no workbook but an XML file"),
        (b"\x00\x01\x02\x03" * 9, "is no workbook but some other file"),
        (COMPOUND + b"\x00" * 600, "is a workbook of the old kind"),
        (COMPOUND + b"\x00" * 300_000 + ENCRYPTED, "is behind a password"),
        (b"PK\x03\x04", "is damaged"),
        (b"PK\x05\x06" + b"\x00" * 18, "is no workbook; got a zip without sheets"),
    ],
    ids=["empty", "csv", "html", "xml", "binary", "xls", "encrypted", "cut", "empty-zip"],
)
@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_what_is_no_workbook_says_what_it_is(engine: DuckEngine, tmp_path: Path, content: bytes, said: str, ending: str) -> None:
    path = tmp_path / f"t.{ending}"
    path.write_bytes(content)

    assert said in _refused(engine, path)


@pytest.mark.parametrize("content", [b"", b"id;n\n", COMPOUND + b"\x00" * 600, b"PK\x03\x04 is no xls"])
def test_what_is_no_old_workbook_is_refused(engine: DuckEngine, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.xls").write_bytes(content)

    _refused(engine, tmp_path / "t.xls")


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_workbook_that_was_cut_off_is_refused(engine: DuckEngine, tmp_path: Path, keep: float) -> None:
    whole = sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": ROWS}).read_bytes()
    (tmp_path / "t.xlsx").write_bytes(whole[: int(len(whole) * keep)])

    assert "is damaged" in _refused(engine, tmp_path / "t.xlsx")


def test_a_workbook_with_a_byte_turned_is_refused(engine: DuckEngine, tmp_path: Path) -> None:
    path = sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": "".join(sheets.cells(n, f"{n}", f"{n * n}") for n in range(1, 400))})
    with zipfile.ZipFile(path) as package:
        info = package.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(path.read_bytes())
    content[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0xFF
    path.write_bytes(content)

    assert "damaged" in _refused(engine, path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "xl\\..\\..\\x", "C:/x"])
def test_a_part_whose_name_leads_outside_is_refused(engine: DuckEngine, tmp_path: Path, name: str) -> None:
    parts = _parts(sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": ROWS}))

    assert "leads outside" in _refused(engine, _zip(tmp_path / "t.xlsx", {**parts, name: b"x"}))


def test_a_workbook_that_unpacks_without_end_is_refused(engine: DuckEngine, tmp_path: Path) -> None:
    parts = _parts(sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": ROWS}))

    said = _refused(engine, _zip(tmp_path / "t.xlsx", {**parts, "xl/worksheets/sheet1.xml": b" " * (80 << 20)}))

    assert "unpacks to far more than it is" in said
    assert "allowed: 200 times" in said


def test_a_part_that_is_longer_than_it_says_is_refused(engine: DuckEngine, tmp_path: Path) -> None:
    path = sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": ROWS})
    with zipfile.ZipFile(path) as package:
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size
    content = path.read_bytes()
    path.write_bytes(content.replace(size.to_bytes(4, "little"), (size - 40).to_bytes(4, "little")))

    assert "damaged" in _refused(engine, path)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE], ids=["laughs", "outside"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_a_workbook_that_declares_entities_is_refused(engine: DuckEngine, tmp_path: Path, declared: str, part: str) -> None:
    rows = ROWS + sheets.cells(3, '<c t="s"><v>0</v></c>', "x")
    parts = _parts(sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows}, shared=["<t>B</t>"]))
    parts[part] = parts[part].replace(b"?>", b"?>" + declared.encode(), 1)

    assert "declares entities" in _refused(engine, _zip(tmp_path / "t.xlsx", parts))


def test_an_opendocument_file_that_declares_entities_is_refused(engine: DuckEngine, tmp_path: Path) -> None:
    parts = _parts(sheets.ods(tmp_path / "t.ods", {"S": sheets.row(sheets.text("id"), sheets.text("n"))}))
    parts["content.xml"] = parts["content.xml"].replace(b"?>", b"?>" + LAUGHS.encode(), 1)

    assert "declares entities" in _refused(engine, _zip(tmp_path / "t.ods", parts))


@pytest.mark.parametrize(("width", "times"), [(200, 1_000_000), (2, 10**8), (2, 10**30)])
def test_rows_repeated_beyond_any_table_are_refused(engine: DuckEngine, tmp_path: Path, width: int, times: int) -> None:
    body = sheets.row(*[sheets.number(1)] * width, times=times)
    sheets.ods(tmp_path / "t.ods", {"S": sheets.row(sheets.text("id"), sheets.text("n")) + body})

    assert "repeats rows beyond any table" in _refused(engine, tmp_path / "t.ods")


def test_rows_below_more_blank_ones_than_any_table_has_are_read(engine: DuckEngine, tmp_path: Path) -> None:
    body = sheets.row(sheets.text("id"), sheets.text("n")) + sheets.row(sheets.text("A"), sheets.number(1))
    sheets.ods(tmp_path / "t.ods", {"S": sheets.row(sheets.blank(2), times=10**8) + body})

    with opened(engine, Address(tmp_path / "t.ods"), "x") as table:
        assert table.records == 1
        assert engine.rows(f"SELECT {table.row} FROM {table.relation} src") == [(10**8 + 2,)]


@pytest.mark.parametrize(
    "rows",
    [
        ROWS.replace("</row>", "", 1),
        ROWS + sheets.cells(3, "x", "y").replace('r="3"', f'r="{"2" * 40}"', 1),
        ROWS + sheets.cells(3, "x", "y").replace('r="3"', 'r=" 3 "', 1),
        ROWS + sheets.cells(3, '<c t="s"><v>7</v></c>', "x"),
        ROWS + sheets.cells(3, '<c t="s"><v>-1</v></c>', "x"),
        ROWS + '<row r="3"><c r="B3"><v>1</v></c><c r="A3"><v>2</v></c></row>',
        ROWS + '<row r="3"><c r="XFE3"><v>1</v></c></row>',
    ],
    ids=[
        "not-closed",
        "row-beyond-any",
        "row-number-with-blanks",
        "no-such-text",
        "text-minus-one",
        "out-of-order",
        "beyond-the-last-column",
    ],
)
def test_a_sheet_that_is_wrong_inside_is_refused(engine: DuckEngine, tmp_path: Path, rows: str) -> None:
    assert "damaged inside" in _refused(engine, sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows}))


def test_numbers_that_are_none_are_quarantined(engine: DuckEngine, tmp_path: Path) -> None:
    numbers = ["1e400", "NaN", "many", "-INF", "1e-400", "12"]
    rows = sheets.cells(1, "id", "n") + "".join(sheets.cells(r, f"k{r}", f"<c><v>{n}</v></c>") for r, n in enumerate(numbers, start=2))
    sheets.raw_xlsx(tmp_path / "t.xlsx", {"S": rows})
    mapping = "{key: [id], object: {type: o, id: [id], attributes: {n: {column: n, as: number}}}}"

    got = load_all(engine, tmp_path, {"rows": source_of(mapping, files=["t.xlsx"])})

    assert [value for *_, value in got.quarantine()] == ["1e400", "NaN", "many", "-INF"]
    assert got.fates()[:2] == (6, 6)


def test_macros_are_not_looked_at(engine: DuckEngine, tmp_path: Path) -> None:
    parts = _parts(sheets.raw_xlsx(tmp_path / "t.xlsm", {"S": ROWS}))
    path = _zip(tmp_path / "t.xlsm", {**parts, "xl/vbaProject.bin": COMPOUND + b"Shell"})

    with opened(engine, Address(path), "x") as table:
        assert table.records == 1


def test_a_file_that_grows_while_it_is_read_is_refused(engine: DuckEngine, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,n\nA,1\n")

    with pytest.raises(SourceError, match=r"'t\.csv' changed while it was read") as refused:
        _read(engine, path, more=b"B,2\n")

    assert refused.value.next_step


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.ods", "t.parquet", "t.xls"])
def test_a_file_that_may_not_be_read_is_told(engine: DuckEngine, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    (tmp_path / name).write_bytes(b"id,n\n")
    monkeypatch.setattr(Path, "open", denied)
    monkeypatch.setattr(Path, "stat", denied)

    with pytest.raises(SourceError, match=r"cannot be read; got Permission denied\. Mend it, or ask for the right to read it"):
        _read(engine, tmp_path / name)


MEASURED = (
    """
import sys
from pathlib import Path
from troth.sources.address import Address
from troth.sources.readers import opened
from troth.stores.lake.engine import DuckEngine
from troth.kernel.errors import SourceError
try:
    with DuckEngine(threads=1) as engine, opened(engine, Address(Path(sys.argv[1])), "x") as table:
        print(table.records, engine.rows(f"SELECT count(*) FROM {table.relation}")[0][0])
except SourceError as error:
    print(error)
"""
    + TELL_PEAK
)


def measured(path: Path) -> tuple[str, int]:
    """What reading a file says, and the megabytes that it took at most."""
    done = subprocess.run([sys.executable, "-c", MEASURED, str(path)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said, memory = done.stdout.strip().splitlines()
    return said, int(memory)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured by getrusage")
def test_a_sheet_of_300_000_rows_is_read_in_little_memory(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"), {"constant_memory": True})
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, ["id", "n", "status", "region"])
    for row in range(1, 300_001):
        sheet.write_row(row, 0, [f"order-{row}", row, "delivered", "North"])
    book.close()

    said, memory = measured(tmp_path / "t.xlsx")

    assert said == "300000 300000"
    assert memory < 512


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured by getrusage")
@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("t.csv", b"id,n\nA,1\nB,"),
        ("t.csv", b"Orders\n\nid,n\nA,1\nB,"),
        ("t.txt", b"|id|n|\n------\n|A|1|\n|B|"),
        ("t.jsonl", b'{"id": "A"}\n{"id": "'),
        ("t.json", b'[{"id": "A"}, {"id": "'),
    ],
    ids=["table", "below-titles", "printed-list", "lines", "json"],
)
@pytest.mark.parametrize("far", [0, 1 << 20], ids=["at-once", "far-down"])
def test_a_sparse_line_of_5_gb_is_refused_in_little_memory(tmp_path: Path, name: str, head: bytes, far: int) -> None:
    path = tmp_path / name
    start, _, rest = head.rpartition(b"\n" if name != "t.json" else b", ")
    again = (start.splitlines()[-1] + b"\n") if name != "t.json" else b' {"id": "A"},'
    with path.open("wb") as file:
        file.write(start + (b"\n" if name != "t.json" else b",") + again * (far // len(again)) + rest)
        file.truncate(5 << 30)

    said, memory = measured(path)

    assert path.name in said
    assert memory < 512

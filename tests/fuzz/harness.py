"""What a parser is held to for any bytes: it reads them or says in a SourceError why not, the same twice, and loses no row.

A target is a kind of file. Its bytes are those of the file itself or, for kinds that are packed, of the part that is parsed: what
a fuzzer does to a zip is refused by its checksum and reaches nothing.
"""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bad.made import READERS, ROWS
from troth.kernel.errors import ConservationError, SourceError
from troth.sources.readers import opened, tables_in
from troth.stores.lake.engine import DuckEngine

FOUND = Path(__file__).parent / "found"


@dataclass(frozen=True, slots=True)
class Target:
    """packed: the file of bytes that stand for it. unpacked: the other way. signs: texts that mean something in this kind of file."""

    file: str
    packed: Callable[[bytes], bytes]
    unpacked: Callable[[bytes], bytes]
    signs: tuple[bytes, ...]


def _same(content: bytes) -> bytes:
    return content


def _zipped(file: str, part: str) -> Callable[[bytes], bytes]:
    def pack(content: bytes) -> bytes:
        stream = BytesIO()
        with zipfile.ZipFile(BytesIO(whole(file))) as before, zipfile.ZipFile(stream, "w") as after:
            for name in before.namelist():
                after.writestr(name, content if name == part else before.read(name))
        return stream.getvalue()

    return pack


def _part(part: str) -> Callable[[bytes], bytes]:
    def unpack(content: bytes) -> bytes:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return package.read(part)

    return unpack


@lru_cache
def whole(file: str) -> bytes:
    """The small world in this kind of file."""
    with TemporaryDirectory() as folder:
        return READERS[file](Path(folder) / file, ROWS[:4]).read_bytes()


TEXT = (b",", b";", b"\t", b"|", b'"', b'""', b"\n", b"\r", b"\r\n", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\xff", b"sep=;\n",
        b"-----", b"Total", b"\\\"", b" ", b"1e400", b"9" * 40, b"\xe2\x80\xae", b"\xed\xa0\x80")  # fmt: skip
MARKUP = (b"<", b">", b"/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&amp;", b"&#0;", b"&#xD800;", b"<!DOCTYPE l>", b"<?x?>", b'"', b"'",
          b"\x00", b"\xff", b"=", b" ", b"\n")  # fmt: skip
JSON = (b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud800", b"\\u0000", b"null", b"NaN", b"1e999", b"-", b"9" * 30, b"\n", b"\xff",
        b"\xef\xbb\xbf", b"{}", b"[]", b"[" * 40)  # fmt: skip
CELLS = (b"<row>", b"</row>", b'<row r="9">',
         b"<c>", b"</c>", b'<c t="s">', b'<c r="XFD1">', b'<c t="e">', b"<v>", b"</v>", b"<f/>", b"<v/>",
         b"<is><t>", b"</t></is>", b"<rPh>", b"_x0000_", *MARKUP)  # fmt: skip
ODF = (b"<table:table-row>", b"</table:table-row>",
       b"<table:table-cell/>", b"</table:table-cell>", b"<text:p>", b"</text:p>", b"<text:s/>",
       b' table:number-rows-repeated="3"', b' table:number-columns-repeated="9999999"', b' office:value="1e400"',
       b"</table:table>", *MARKUP)  # fmt: skip
BINARY = (b"\x00", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80", b"\x09\x08", b"\x04\x02", b"\xfe\xff\xff\xff")
SHEET, CONTENT = "xl/worksheets/sheet1.xml", "content.xml"

TARGETS: Mapping[str, Target] = {
    "csv": Target("rows.csv", _same, _same, TEXT),
    "alv": Target("rows.txt", _same, _same, TEXT),
    "parquet": Target("rows.parquet", _same, _same, BINARY),
    "xlsx": Target("rows.xlsx", _zipped("rows.xlsx", SHEET), _part(SHEET), CELLS),
    "ods": Target("rows.ods", _zipped("rows.ods", CONTENT), _part(CONTENT), ODF),
    "xls": Target("rows.xls", _same, _same, BINARY),
    "json": Target("rows.json", _same, _same, JSON),
    "jsonl": Target("rows.jsonl", _same, _same, JSON),
    "xes": Target("rows.xes", _same, _same, MARKUP),
    "xes-gz": Target("rows.xes.gz", gzip.compress, gzip.decompress, MARKUP),
    "ocel-json": Target("rows.jsonocel", _same, _same, JSON),
    "ocel-xml": Target("rows.xmlocel", _same, _same, MARKUP),
    "ocel-sqlite": Target("rows.sqlite", _same, _same, BINARY),
}


def seed(name: str) -> bytes:
    target = TARGETS[name]
    return target.unpacked(whole(target.file))


def found(name: str) -> list[bytes]:
    """Bytes that a parser once failed on."""
    return [path.read_bytes() for path in sorted((FOUND / name).glob("*"))] if (FOUND / name).is_dir() else []


def said_of(name: str, content: bytes, folder: Path, engine: DuckEngine) -> list[object]:
    """What is read of such a file: for each table its columns, its rows and those set aside, or the words by which it is refused.

    Raises AssertionError where rows are lost or invented, and whatever the parser raises that is no SourceError.
    """
    path = folder / TARGETS[name].file
    path.write_bytes(TARGETS[name].packed(content))
    try:
        listed = tables_in(path)[:2]
    except SourceError as error:
        return [_words(error)]
    return [_read(table, engine) for table in listed]


def _read(listed: object, engine: DuckEngine) -> object:
    from troth.sources.intake.texts import Texts, set_aside
    from troth.sources.readers import Listed

    assert isinstance(listed, Listed)
    engine.run("CREATE OR REPLACE TABLE aside (line BIGINT, fate VARCHAR, reason VARCHAR)")
    try:
        with opened(engine, listed.address, "fuzz") as table:
            create = f"CREATE OR REPLACE TABLE fuzzed AS SELECT * FROM {table.relation}"
            try:
                engine.together([create, *set_aside(Texts("fuzzed", "aside", table.columns, (), table.records), table)])
            except OSError as error:  # as `reading` has it
                raise SourceError(f"'{table.address.name}' cannot be read", got=str(error), next_step="Mend it.") from error
            rows, rejected, filtered = (
                int(engine.rows(f"SELECT count(*) FROM {name}")[0][0])
                for name in ("fuzzed", "aside WHERE fate = 'rejected'", "aside WHERE fate = 'filtered'")
            )
            if rows + rejected + filtered != table.records:
                raise ConservationError(f"{table.records} counted, {rows} + {rejected} + {filtered} read")
            return (table.columns, rows, rejected, filtered)
    except SourceError as error:
        return _words(error)


def _words(error: SourceError) -> str:
    said = str(error)
    assert "\n" not in said
    assert error.next_step
    assert len(said) < 3000
    return said

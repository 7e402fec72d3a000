"""Short files of the signs that mean something: what a fuzzer rarely puts beside each other stands beside each other here."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.harness import said_of
from troth.sources.dialect import Dialect, sniff
from troth.stores.lake.engine import DuckEngine

HEADERS = (
    b"", b"id\n", b"a,b\n", b"a,b\r\n", b"a,b,c\r", b'"a\nb",c\r\n',
    b"\n\na;b\n", b"a\tb\n", b"\xef\xbb\xbfa,b\n", b"Report\na,b\n1,2\n3,4\n",
    b"sep=;\na;b\n1;2\n", b"a,b\n1,2\nTotal,\n", b"id due n\n1 2 3\n2 3 4\n", b"|id|n|\n-----\n|1|2|\n",
)  # fmt: skip
SIGNS = (
    b"a", b"b", b"1", b",", b",", b",", b'"', b'"', b'""', b' "', b'" ', b"\n", b"\n", b"\r", b"\r\n", b" ", b"'", b"\\", b";", b"\t", b"|",
    b"\0", b"\xef\xbb\xbf", b"\xff",
)  # fmt: skip
CELLS = (
    b"a", b"b", b"", b'""', b'"a"', b'"q""q"', b'"a\nb"', b'"a\r\nb"', b'"a\rb"', b'"a\n\nb"', b'"\n"', b'"a,b"', b'"a\tb"', b'"a"b',
    b'a"b', b'"', b'"a""', b' "a"', b'"a" ', b" a ", b" ", b'" "', b"1", b'"1"', b"2026-01-01", b"Total", b"h0", b"-----", b"|", b"'",
    b'\\"', b'"a\\"b"', b"\xef\xbb\xbf", b'"\xef\xbb\xbfa"', b"\xc3", b"\xc2\xa0", b'"a"\xc2\xa0', b'"a"\t', b'"a"\r', b"\x1c",
)  # fmt: skip
ENDS = (b"\n", b"\r\n", b"\r", b"\n\n", b" \n", b"\n ", b"\n\r\n", b"")
DELIMITERS = (b",", b"\t", b";", b"|", b", ", b" ")
TITLES = (b"h0", b"Report", b"sep=;", b"sep=,", b"")
HUNT, FILES = 20260105, 500
SHORT = st.tuples(st.sampled_from(HEADERS), st.lists(st.sampled_from(SIGNS), min_size=1, max_size=12)).map(lambda t: t[0] + b"".join(t[1]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("short")


@pytest.fixture(scope="module")
def engine() -> DuckEngine:
    return DuckEngine(threads=1)


@given(SHORT)
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_a_short_text_is_read_as_python_reads_it(folder: Path, engine: DuckEngine, content: bytes) -> None:
    said = said_of("csv", content, folder, engine)

    if not isinstance(said[0], tuple):
        return
    dialect = sniff(folder / "rows.csv")
    records = _by_python(content, dialect) if dialect.layout == "table" else None
    if records is not None:
        width = len(dialect.columns)
        read = [tuple(cell or "" for cell in row) for row in engine.rows("SELECT * FROM fuzzed")]
        assert read == [tuple(record) for record in records if len(record) == width]
        assert said[0][1:] == (len(read), len(records) - len(read), 0)


def _odd_table(chance: Random) -> bytes:
    """A table of a few kinds of cells and line ends, some of its rows too long or too short, below titles or none."""
    cells, ends = chance.sample(CELLS, chance.randint(2, 6)), chance.sample(ENDS, chance.choice((1, 1, 2, 3)))
    delimiters, width = chance.sample(DELIMITERS, chance.choice((1, 1, 1, 2))), chance.randint(1, 4)
    parts = [b"\xef\xbb\xbf"] if chance.random() < 0.2 else []
    parts += [chance.choice(TITLES) + chance.choice(ends) for _ in range(chance.randint(0, 2))]
    for _ in range(chance.randint(1, 8)):
        wide = width if chance.random() < 0.7 else chance.randint(1, 4)
        parts.append(chance.choice(delimiters).join(chance.choice(cells) for _ in range(wide)) + chance.choice(ends))
    return b"".join(parts)


def test_odd_tables_lose_no_row(folder: Path, engine: DuckEngine) -> None:
    contents = [_odd_table(Random(f"{HUNT} {number}")) for number in range(FILES)]

    read = sum(isinstance(said_of("csv", content, folder, engine)[0], tuple) for content in contents)

    assert FILES // 2 < read < FILES


def _by_python(content: bytes, dialect: Dialect) -> list[list[str]] | None:
    """The records below the header; None where Python's reader refuses one, and where Troth is laxer.

    It takes a record with too many cells where those are empty, and blanks before a cell for a part of it.
    """
    try:
        text = content.decode("utf-8-sig")
        records = [record for record in csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, strict=True) if record]
    except (UnicodeDecodeError, csv.Error):
        return None
    below = records[dialect.header :]
    lax = any(len(record) > len(dialect.columns) for record in below) or ' "' in text or '" ' in text
    return None if lax or "\0" in text or dialect.backslashes else below

"""Short files of the signs that mean something: what a fuzzer rarely puts beside each other stands beside each other here."""

from __future__ import annotations

import csv
import io
from pathlib import Path

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

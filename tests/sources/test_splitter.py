from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from troth.kernel.errors import SourceError
from troth.sources import dialect, splitter
from troth.sources.readers.delimited import csv_relation
from troth.sources.splitter import Split, count_records, records_below, split
from troth.stores.lake.engine import DuckEngine

CELLS = st.text(alphabet='ab1",;|\t\n\r é\u2028', max_size=6)
TABLES = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6))
BLANKS = st.lists(st.integers(0, 2), min_size=8, max_size=8)
WRITINGS = st.tuples(
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(dialect.DELIMITERS),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
Writing = tuple[int, str, str, bool]


def _written(rows: Sequence[Sequence[str]], writing: Writing, blanks: Sequence[int]) -> bytes:
    """A header and the rows, with empty lines between, a byte order mark or none, and a last line end or none."""
    quoting, delimiter, end, mark = writing
    width = len(rows[0]) if rows else 2
    lines = []
    for row in [[f"column{n}" for n in range(width)], *rows]:
        line = io.StringIO(newline="")
        csv.writer(line, quoting=quoting, delimiter=delimiter).writerow(row)  # type: ignore[arg-type]
        lines.append(line.getvalue().removesuffix("\r\n") + end)
    text = "".join(line + end * blank for line, blank in zip(lines, [*blanks, *[0] * len(lines)], strict=False))
    return (b"\xef\xbb\xbf" if mark else b"") + text.encode()


@given(TABLES, WRITINGS, BLANKS, st.sampled_from([1, 2, 3, 7, 4 << 20]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_many_records_are_counted_as_were_written(
    tmp_path: Path, rows: list[list[str]], writing: Writing, blanks: list[int], chunk: int
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(_written(rows, writing, blanks))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitter, "CHUNK", chunk)
        assert count_records(path, delimiter=writing[1]) == len(rows)


@given(TABLES, WRITINGS, BLANKS, st.integers(0, 12), st.sampled_from([1, 2, 3, 7, 4 << 20]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_records_below_a_line_are_those_that_begin_below_it(
    tmp_path: Path, rows: list[list[str]], writing: Writing, blanks: list[int], line: int, chunk: int
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(_written(rows, writing, blanks))
    whole = io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")
    reader = csv.reader(whole, delimiter=writing[1])
    begun = []
    while (before := reader.line_num, record := next(reader, None))[1] is not None:
        begun += [before + 1] if record else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitter, "CHUNK", chunk)
        assert records_below(path, line, delimiter=writing[1]) == sum(first > line for first in begun)


@given(st.text(alphabet="a \t\n\r\x1c\u00a0\u3000\ufeffé", max_size=24), st.integers(0, 6), st.sampled_from([1, 2, 3, 4 << 20]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_line_of_blanks_of_any_script_is_no_record(tmp_path: Path, text: str, line: int, chunk: int) -> None:
    path = tmp_path / "table.txt"
    path.write_bytes(text.encode())
    lines = path.read_text(encoding="utf-8-sig").split("\n")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitter, "CHUNK", chunk)
        assert records_below(path, line, delimiter=None) == sum(bool(one.strip()) for one in lines[line:])


@given(TABLES.filter(bool), WRITINGS, BLANKS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_reader_gives_the_rows_that_the_splitter_counts(
    tmp_path: Path, engine: DuckEngine, rows: list[list[str]], writing: Writing, blanks: list[int]
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(_written(rows, writing, blanks))
    sniffed = dialect.sniff(path)
    known = dialect.Dialect(writing[1], tuple(f"column{n}" for n in range(len(rows[0]))), sniffed.skip)

    read, bad = engine.together([f"CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM {csv_relation(path, known, 'x')}", COUNTS])[0]

    assert (read, bad) == (len(rows), 0)
    assert count_records(path, delimiter=writing[1]) == read


COUNTS = "SELECT (SELECT count(*) FROM t), (SELECT count(DISTINCT line) FROM rejects_x)"


@given(st.text(alphabet='aé," \n\r', max_size=24), st.sampled_from([1, 2, 5, 4 << 20]), st.sampled_from([",", "é"]), st.booleans())
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_text_chunk_borders_change_nothing(
    tmp_path: Path,
    text: str,
    chunk: int,
    delimiter: str,
    lines: bool,  # noqa: FBT001
) -> None:
    path, copy = tmp_path / "table.csv", tmp_path / "copy.csv"
    path.write_bytes(text.encode())

    def outcome() -> object:
        try:
            return split(path, delimiter=delimiter, copy=copy, lines=lines), copy.read_bytes()
        except SourceError as error:
            return str(error)

    whole = outcome()
    if isinstance(whole, tuple):
        path.write_bytes(whole[1])
        assert count_records(path, delimiter=delimiter) == whole[0].records
        path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitter, "CHUNK", chunk)
        assert outcome() == whole


@pytest.mark.parametrize(
    ("text", "records"),
    [
        (b"", 0),
        (b"id", 0),
        (b"id\n1", 1),
        (b"id\n1\n\n\n2\n", 2),
        (b'id\n"1\n2"\n', 1),
        (b'id\n"1""\n"\n', 1),
        (b'id,v\n1,5" pipe\n2,6" pipe\n', 2),
        (b'id\n""\n', 1),
        (b"id\r1\r2", 2),
        (b'id,v\n1,  "a\nb" \n2,c', 2),
        (b'id,v\n1,"a" "\n2,c', 2),
    ],
)
def test_a_record_is_what_people_mean_by_a_row(tmp_path: Path, text: bytes, records: int) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text)

    assert count_records(path) == records


@pytest.mark.parametrize(
    ("text", "mixed"),
    [(b"id\n1\n", False), (b"id\r\n1\r\n", False), (b'id\n"1\r\n"\n', False), (b"id\r\n1\n", True), (b"id\n1\r2\n", True)],
)
def test_line_ends_of_two_kinds_are_seen_outside_of_texts(tmp_path: Path, text: bytes, mixed: bool) -> None:  # noqa: FBT001
    path = tmp_path / "table.csv"
    path.write_bytes(text)

    assert split(path) == Split(1 if text.count(b"1") and b"2" not in text else 2, mixed)


def test_a_copy_has_one_kind_of_line_end_and_the_same_texts(tmp_path: Path) -> None:
    path, copy = tmp_path / "table.csv", tmp_path / "copy.csv"
    path.write_bytes(b'\xef\xbb\xbfid,v\r\n1,"a\r\nb""c"\n2,x\r3,y')

    assert split(path, copy=copy) == Split(3, mixed=True)
    assert copy.read_bytes() == b'id,v\n1,"a\r\nb""c"\n2,x\n3,y'


@pytest.mark.parametrize(
    ("text", "split_", "records", "lines"),
    [
        (b'id,v\n1, "a\nb"\n', Split(1, mixed=False, loose=True), b'id,v\n1,"a\nb"\n', False),
        (b'id,v\n1,"a" ,\n', Split(1, mixed=False, loose=True), b'id,v\n1,"a",\n', False),
        (b'id,v\n1, a "b"\n', Split(1, mixed=False), b'id,v\n1, a "b"\n', False),
        (b'id,v\n1,"a\r\nb"c,"d"\n2,e \n', Split(2, mixed=False, loose=True), b'id,v\n"\n"x\n2,e \n', False),
        (b'id,v\n\n1,"a" "\n\n', Split(1, mixed=False, empty=True, loose=True), b'id,v\n\n""x\n\n', True),
        (b"\nid,v\n\n\n1,a\n\n", Split(1, mixed=False, empty=True), b"id,v\n1,a\n", False),
        (b'"id\n",v\n1,a\n', Split(1, mixed=False, loose=True), b'"id\n",v\n1,a\n', False),
    ],
)
def test_a_copy_holds_what_every_reader_reads_alike(tmp_path: Path, text: bytes, split_: Split, records: bytes, *, lines: bool) -> None:
    path, copy = tmp_path / "table.csv", tmp_path / "copy.csv"
    path.write_bytes(text)

    assert split(path, copy=copy, lines=lines) == split_
    assert copy.read_bytes() == records


def test_a_quote_that_is_never_closed_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b'id,v\n1,"two\nlines"\n2,"open\n3,x\n')

    with pytest.raises(SourceError, match="the quote opened in line 4 is never closed"):
        count_records(path)


def test_a_record_longer_than_any_table_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitter, "CHUNK", 64)
    monkeypatch.setattr(splitter, "LONGEST", 1000)
    path = tmp_path / "table.csv"
    path.write_bytes(b"id,v\n1,a\n2," + b"x" * 1200 + b"\n")

    with pytest.raises(SourceError, match="line 3 is longer"):
        count_records(path)
    path.write_bytes(b"id,v\n" + b"1,abcdef\n" * 1200)
    assert count_records(path) == 1200

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from troth.kernel.errors import SourceError
from troth.sources.dialect import DELIMITERS, PROBE, Dialect, sniff


def _sniffed(folder: Path, content: bytes) -> Dialect:
    path = folder / "table.csv"
    path.write_bytes(content)
    return sniff(path)


@pytest.mark.parametrize(
    ("content", "delimiter", "columns"),
    [
        (b"id,v\n1,a;b\n", ",", ("id", "v")),
        (b"id;v\n1,5;2,5\n", ";", ("id", "v")),
        (b"id\tv\n1\ta, b\n", "\t", ("id", "v")),
        (b"id|v\n1|2\n", "|", ("id", "v")),
        (b"id\n1,5\n", ",", ("id",)),
        (b'"a;b",c\n1,2\n', ",", ("a;b", "c")),
        (b'"two\nlines",c\n1,2\n', ",", ("two\nlines", "c")),
        (b"\xef\xbb\xbfid,v\r\n1,2\r\n", ",", ("id", "v")),
        (b" id , v \n1,2\n", ",", ("id", "v")),
        (b"id,id,ID,\n1,2,3,4\n", ",", ("id", "id_2", "ID_3", "column_4")),
        (b"id,id_2,id\n1,2,3\n", ",", ("id", "id_2", "id_3")),
        ("id,größe,数量\n".encode(), ",", ("id", "größe", "数量")),
        ("id,a\u2028b,c\x0bd\n1,2,3\n".encode(), ",", ("id", "a\u2028b", "c\x0bd")),
    ],
)
def test_delimiter_and_names_are_recognised(tmp_path: Path, content: bytes, delimiter: str, columns: tuple[str, ...]) -> None:
    assert _sniffed(tmp_path, content) == Dialect(delimiter, columns, 0)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_empty_lines_above_the_header_are_counted(tmp_path: Path, end: bytes) -> None:
    assert _sniffed(tmp_path, end * 2 + b"id,v" + end + b"1,2" + end) == Dialect(",", ("id", "v"), 2)


@pytest.mark.parametrize(
    ("content", "mixed"),
    [(b"a\n1\n", False), (b"a\r\n1\r\n", False), (b"a\r1\r", False), (b"a\r\n1\n", True), (b"a\n1\r2\n", True)],
)
def test_line_ends_of_two_kinds_are_seen(tmp_path: Path, content: bytes, mixed: bool) -> None:  # noqa: FBT001
    assert _sniffed(tmp_path, content).mixed is mixed


@pytest.mark.parametrize("rows", [b"", b"1;2\n"])
def test_a_long_text_in_the_first_rows_does_not_hide_the_delimiter(tmp_path: Path, rows: bytes) -> None:
    assert _sniffed(tmp_path, b"id;v\n" + rows + b"2;" + b"x" * 200_000 + b"\n") == Dialect(";", ("id", "v"), 0)


@given(
    st.sampled_from(DELIMITERS),
    st.lists(st.text(alphabet="ab;,|\t\n", min_size=1, max_size=4).filter(str.strip), min_size=2, max_size=5, unique_by=str.strip),
    st.integers(3, 8),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_header_of_a_quoted_table_comes_back(tmp_path: Path, delimiter: str, names: list[str], rows: int) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([names, *[[str(n)] * len(names) for n in range(rows)]])

    found = _sniffed(tmp_path, stream.getvalue().encode())

    assert (found.delimiter, found.columns) == (delimiter, tuple(name.strip() for name in names))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "'table.csv' is empty"),
        (b"\n \r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"id,v\n1,\x00\n", "NUL bytes"),
        (b"id,\xff\xfe\x81\n1,2\n", "the header is not UTF-8; got bytes that fit no encoding that is tried"),
        (b"x" * (PROBE + 1), "no header line; got a first line of more than 256 KB"),
    ],
)
def test_what_has_no_readable_header_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said) as refused:
        _sniffed(tmp_path, content)

    assert refused.value.next_step
    assert "\n" not in str(refused.value)

"""Delimited text: read by the engine where it is a clean table in UTF-8, else from a clean copy, else line by line as a page."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from troth.query import identifier, literal_text
from troth.sources import dialect as dialects
from troth.sources.address import Address
from troth.sources.encodings import HEAD, UTF8, copy_as_utf8
from troth.sources.readers.lines import page_of
from troth.sources.readers.named import path_sql
from troth.sources.readers.opened import Asked, Listed, Opened, Reader, Told
from troth.sources.readers.page import header_of, open_page
from troth.sources.scratch import scratch
from troth.sources.splitter import records_below, split


def _tables(path: Path) -> Sequence[Listed]:
    dialect = dialects.sniff(path)
    columns = dialect.columns
    if dialect.layout != "table":
        with ExitStack() as held:
            header = header_of(page_of(_in_utf8(path, dialect, held, most=HEAD), dialect, tidy=False))
        columns = header.names if header else ()
    return [Listed(Address(path), columns)]


def _open(asked: Asked) -> Opened:
    file = asked.address.path
    dialect = dialects.sniff(file, asked.written)
    readable = _in_utf8(file, dialect, asked.held)
    told = tuple(_told(dialect))
    if dialect.layout != "table":
        delimiter = dialect.delimiter if dialect.layout == "records" else None
        if delimiter is not None and asked.counted:
            counted = split(readable, delimiter=delimiter)  # a quote that is never closed is named with its line
            if counted.loose:
                loose, readable = readable, asked.held.enter_context(scratch()) / file.name
                split(loose, delimiter=delimiter, copy=readable, lines=True)
        opened = open_page(asked, page_of(readable, dialect), lambda line: records_below(readable, line, delimiter=delimiter))
        return replace(opened, told=(*told, *opened.told))
    skip = dialect.skip + dialect.header
    if not asked.counted:
        return Opened(asked.address, dialect.columns, csv_relation(readable, dialect, asked.label), 0, asked.label, skip, told=told)
    counted = split(readable, delimiter=dialect.delimiter, header=dialect.header)
    dialect, end = replace(dialect, mixed=False), None
    if counted.mixed or counted.empty or counted.loose:
        # The reader refuses line ends of two kinds, unless it may also drop text behind a closing quote. Empty lines it counts
        # where it refuses, and takes for records of a single column.
        untidy, readable = readable, asked.held.enter_context(scratch()) / file.name
        split(untidy, delimiter=dialect.delimiter, copy=readable)
        dialect, skip, end = replace(dialect, skip=0), int(dialect.header), "\\n"
    relation = csv_relation(readable, dialect, asked.label, empty=False, end=end)
    return Opened(asked.address, dialect.columns, relation, counted.records, asked.label, skip, told=told)


def _in_utf8(file: Path, dialect: dialects.Dialect, held: ExitStack, *, most: int | None = None) -> Path:
    """The file itself where it is UTF-8, else a copy. most: bytes of it that are wanted."""
    if dialect.encoding.name == UTF8 and not dialect.backslashes:
        return file
    folder = held.enter_context(scratch())
    if most is not None:
        with file.open("rb") as whole:
            head = whole.read(most)
        file = folder / f"head-{file.name}"
        file.write_bytes(head)
    copy_as_utf8(file, folder / file.name.removeprefix("head-"), dialect.encoding, backslashes=dialect.backslashes)
    return folder / file.name.removeprefix("head-")


def _told(dialect: dialects.Dialect) -> list[Told]:
    told = []
    if dialect.encoding.evidence:
        told.append(Told(f"the file is written in {dialect.encoding.name}", dialect.encoding.evidence))
    if not dialect.header:
        evidence = "its first line holds numbers or dates where the others do"
        told.append(Told("the file has no header: its columns are called c1, c2, …", evidence))
    if dialect.layout == "blanks":
        told.append(Told("columns are parted by blanks", "no other sign parts its lines, and all have as many words"))
    if dialect.layout == "list":
        told.append(Told("the file is a list as it was printed", "lines between bars, and lines of dashes"))
    if dialect.backslashes:
        told.append(Told('a quote inside of a text is written \\"', "such signs stand in its first lines, and no doubled quotes"))
    return told


def csv_relation(file: Path, dialect: dialects.Dialect, rejects: str, *, empty: bool = True, end: str | None = None) -> str:
    """A delimited file in SQL, every cell as text; what does not fit the header goes to `rejects_<rejects>` of the session.

    Good for a look only where the dialect is mixed: then the reader may drop text behind a closing quote.
    empty: whether the file may have empty lines. end: of its lines, as the engine has it; None where it is to see for itself.
    """
    columns = ", ".join(f"{literal_text(c)}: 'VARCHAR'" for c in dialect.columns)
    delimiter = "\\t" if dialect.delimiter == "\t" else dialect.delimiter
    single = len(dialect.columns) == 1
    options = "allow_quoted_nulls=false, " if single else ""
    options += f"new_line='{end}', " if end else ""
    header = str(dialect.header).lower()
    read = (
        f"read_csv({path_sql(file)}, auto_detect=false, header={header}, skip={dialect.skip}, delim={literal_text(delimiter)},"
        f" quote='\"', escape='\"', columns={{{columns}}}, strict_mode={str(not dialect.mixed).lower()}, max_line_size=8388608, {options}"
        f"store_rejects=true, rejects_limit=0, rejects_table='rejects_{rejects}', rejects_scan='scans_{rejects}')"
    )
    # With a single column the reader takes an empty line for a record; a quoted empty text stays one.
    return f"(SELECT * FROM {read} WHERE {identifier(dialect.columns[0])} IS NOT NULL)" if single and empty else read


DELIMITED = Reader(frozenset({".csv", ".txt", ".tsv"}), _tables, _open, beside=True)

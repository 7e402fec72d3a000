"""Files that are cut off, damaged, hostile or no logs at all: each a SourceError that names the file, in bounded time and memory."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.memory import TELL_PEAK
from tests.sources.logs.test_refusals import FORMS, WORLD
from tests.sources.logs.test_xes import event, trace
from troth.kernel.errors import SourceError
from troth.sources.logs import ocel_xml, read, write_ocel, write_xes

MB = 1 << 20


def as_xes(folder: Path) -> Path:
    file = folder / "log.xes"
    file.write_text(f"<log>{trace('c', event(), event('b'))}</log>")
    return file


def as_packed_xes(folder: Path) -> Path:
    file = folder / "log.xes.gz"
    file.write_bytes(gzip.compress(f"<log>{trace('c', *[event('a', f'2026-01-05T08:00:{n:02}Z') for n in range(60)])}</log>".encode()))
    return file


MADE: dict[str, Callable[[Path], Path]] = {
    **{form: lambda folder, form=form: FORMS[form](WORLD, folder) for form in FORMS},  # type: ignore[misc]
    "xes": as_xes,
    "xes.gz": as_packed_xes,
}


@pytest.mark.parametrize("form", MADE)
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, form: str) -> None:
    file = MADE[form](tmp_path)
    whole = file.read_bytes().rstrip()
    step = max(1, len(whole) // 150)
    for length in range(0, len(whole), step):
        file.write_bytes(whole[:length])

        with pytest.raises(SourceError, match=rf"'{file.name}'"):
            read(file)


@pytest.mark.parametrize("form", MADE)
def test_a_damaged_file_is_read_or_refused_and_never_a_traceback(tmp_path: Path, form: str) -> None:
    file = MADE[form](tmp_path)
    whole = file.read_bytes()
    chance = random.Random(20260105)
    said: list[str] = []
    for _ in range(300):
        raw = bytearray(whole)
        for _ in range(chance.choice((1, 1, 4, 40))):
            raw[chance.randrange(len(raw))] = chance.choice((0, 34, 38, 60, 62, 255, chance.randrange(256)))
        file.write_bytes(bytes(raw))
        try:
            read(file)
        except SourceError as error:
            said.append(str(error))
    assert all(file.name in one for one in said)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"'log' is empty\. Give a log"),
        (b" \r\n\t ", r"'log' is empty"),
        (b"\x00" * 50, r"'log' is no event log; got a file that begins with b'.x00"),
        (b"PK\x03\x04" + b"x" * 60, r"'log' is no event log; got .*allowed: OCEL 2.0 SQLite, OCEL 1.0 JSON"),
        (b"case,activity\n1,a\n", r"is no event log"),
        (b"SQLite format 3\x00", r"'log' cannot be read as SQLite"),
        (b"SQLite format 3\x00" + b"\xff" * 4096, r"'log' cannot be read as SQLite"),
        (b"\x1f\x8b\x08\x00", r"'log' is cut off: its gzip data do not end"),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 50, r"'log' is damaged gzip"),
        (b"[1, 2]", r"is no event log"),
        (b"{}", r"'log', /: '\w+' is missing"),
        (b"{", r"'log', /: the file is cut off"),
        (b'{"events": [' + b"[" * 200_000, r"'log', /events/0: (nested too deeply|the file is cut off)"),
        (b'{"events": [{"id": "' + b"x" * 100 + b"\x00" + b'", "type": "", "time": ""}]}', r"/events/0: no JSON: invalid control"),
        (b'{"events": [{"id": "\xff"}]}', r"'log' is not UTF-8"),
        (b'{"events": [{"id": "a", "id": "b"}]}', r"/events/0: the key 'id' stands twice"),
        (b'{"events": [], "events": []}', r"/events: the key stands twice"),
        (b'{"events": [' + b"1" * 5000 + b"]}", r"/events/0: no value of JSON"),
        (b'{"events": []} {}', r"something stands behind the end"),
        (b"<html><body/></html>", r"'log', line 1: <html> is no element of XES"),
        (b"<trace/>", r"'log', line 1: the document is no event log but <trace>"),
        (b"<log><trace><event>\x00</event></trace></log>", r"'log' holds NUL bytes"),
        (b"<log><trace><string key='\xff' value=''/></trace></log>", r"'log', line 1: not UTF-8"),
        (b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><log/>', r"encoding that is not read; got 'ebcdic-cp-us'; allowed: utf-8"),
        (b'<?xml version="1.0" encoding="rot13"?><log/>', r"is in an encoding that is not read"),
        (b'<?xml version="1.0" encoding="US-ASCII"?><log><object-types>\xe9', r"not well-formed|cut off"),
        (b"\xff\xfe<\x00l\x00o\x00g\x00>\x00\x00\xd8", r"is not the utf-16-le text that it says it is"),
        (b"<log>" + b"<trace>" * 300, r"the file is cut off"),
        (b"<log><trace><event>" + b"<list key='l'>" * 250 + b"</list>" * 250 + b"</event></trace></log>", r"nested deeper than 200"),
        (b"<log><object-types>" + b"<object-type name=''>" * 300, r"<object-type> is not expected here"),
        (b"<log><object-types/><event-types/><objects/></log>", r"'log' is no OCEL 2.0: <events> is missing"),
    ],
)  # fmt: skip
def test_what_is_no_log_at_all(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "log").write_bytes(content)

    with pytest.raises(SourceError, match=message):
        read(tmp_path / "log")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "root", ["<log><object-types>&l9;</object-types></log>", "<log><trace><string key='x' value='&l9;'/></trace></log>"]
)
@pytest.mark.parametrize(
    "declared", [f'<!ENTITY l0 "ha">{LAUGHS}', '<!ENTITY l9 SYSTEM "secret.txt">', '<!ENTITY % p SYSTEM "secret.txt"> %p;', ""]
)
def test_entities_are_refused_before_they_grow_or_read(tmp_path: Path, root: str, declared: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "log.xml").write_text(f'<?xml version="1.0"?>\n<!DOCTYPE log [{declared}]>\n{root}' if declared else root)

    with pytest.raises(SourceError, match=r"document type declaration|undefined entity|an entity that XML does not have") as refused:
        read(tmp_path / "log.xml")
    assert "secret" not in str(refused.value).replace("secret.txt", "")


@pytest.mark.parametrize("declared", ["", '<!ENTITY l9 "ha">', '<!ENTITY % p SYSTEM "secret.txt"> %p;'])
def test_expat_is_given_no_document_type(tmp_path: Path, declared: str) -> None:
    (tmp_path / "log.xml").write_text(f"<!DOCTYPE log [{declared}]>\n<log><object-types/></log>")

    with pytest.raises(SourceError, match=r"'log\.xml', line 1: a document type declaration"):
        ocel_xml.read(tmp_path / "log.xml", None)


def _bomb(file: Path, begin: bytes, unit: bytes, mb: int) -> None:
    """Repeated text of so many MB, packed a thousandfold, as many members of one gzip file."""
    block = gzip.compress(unit * (10 * MB // len(unit)), 9)
    file.write_bytes(gzip.compress(begin) + block * (mb // 10))


PEAK = (
    """
import sys
from pathlib import Path
from troth.kernel.errors import SourceError
from troth.sources.logs import read
try:
    read(Path(sys.argv[1]))
except SourceError as error:
    print(error)
"""
    + TELL_PEAK
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("begin", "unit", "message"),
    [
        (b"<log><trace>", b"<event>", "nested|bomb"),
        (b"<log><trace><string key='", b"x", "longer than 16 MB"),
        (b"<log>", b" ", "longer than 16 MB|bomb"),
        (b"<log><!--", b"x", "longer than 16 MB"),
        (b"<log><object-types a='", b"x", "longer than 16 MB"),
        (b"<log><object-types><x>", b" ", "not expected here|bomb"),
        (b'{"events": ["', b"x", "longer than 32 MB"),
        (b'{"events": [', b"[", "nested too deeply|longer than 32 MB"),
        (b'{"events": [', b" ", "bomb"),
    ],
)
def test_bombs_are_refused_within_512_mb(tmp_path: Path, begin: bytes, unit: bytes, message: str) -> None:
    _bomb(tmp_path / "log.gz", begin, unit, 400)

    done = subprocess.run([sys.executable, "-c", PEAK, str(tmp_path / "log.gz")], capture_output=True, text=True, check=True, timeout=120)
    *said, peak = done.stdout.strip().splitlines()

    assert said
    assert any(word in said[0] for word in message.split("|"))
    assert int(peak) < 512


def test_a_file_that_may_not_be_read_or_is_none(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'gone\.xes' cannot be read; got No such file or directory"):
        read(tmp_path / "gone.xes")
    with pytest.raises(SourceError, match=rf"'{tmp_path.name}' cannot be read; got Is a directory"):
        read(tmp_path)


def test_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    log = read(FORMS["json"](WORLD, tmp_path)).log

    for ending in ("jsonocel", "xmlocel", "sqlite"):
        with pytest.raises(SourceError, match="cannot be written"):
            write_ocel(log, tmp_path / "nowhere" / f"log.{ending}")
    with pytest.raises(SourceError, match="cannot be written"):
        write_xes(log, tmp_path / "nowhere" / "log.xes", case_type="order")


def test_gzip_of_several_members_is_one_file(tmp_path: Path) -> None:
    text = f"<log>{trace('c', event())}</log>".encode()
    (tmp_path / "log.xes.gz").write_bytes(gzip.compress(text[:30]) + gzip.compress(text[30:]) + b"\0" * 20)

    assert len(read(tmp_path / "log.xes.gz").log.events) == 1

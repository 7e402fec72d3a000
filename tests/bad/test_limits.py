"""What each kind of file costs at its worst, and what is said of one that may not be read: in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.bad.made import READERS, made
from tests.bad.test_matrix import MATRIX, _write
from tests.memory import TELL_PEAK
from tests.needs import ROOT

MOST_MIB = 512
READ = """
import json, os, sys
from pathlib import Path
from tests.bad.test_matrix import _source
from tests.sources.loaded import load_all
from troth.kernel.errors import SourceError
from troth.stores.lake.engine import DuckEngine
folders = {name: Path(folder) for name, folder in json.loads(sys.argv[1]).items()}
def said(name, engine):
    try:
        return str(load_all(engine, folders[name] / "data", {"rows": _source(name)}).balances["rows"].read)
    except SourceError as error:
        return str(error)
"""
ALL = READ + "with DuckEngine(threads=1) as engine:\n    print(json.dumps({name: said(name, engine) for name in folders}))\n" + TELL_PEAK
AS_NOBODY = (
    READ
    + """
"x".encode("unicode_escape")
with DuckEngine(threads=1) as engine:
    for name in folders:
        try:
            said(name, engine)  # whatever is imported late is imported now
        except Exception:
            pass
for name, folder in folders.items():
    (folder / "data" / name).chmod(0)
os.setgid(65534); os.setuid(65534)
with DuckEngine(threads=1) as engine:
    print(json.dumps({name: said(name, engine) for name in folders}))
"""
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="neither rights nor memory are told so there")


def asked(script: str, folders: dict[str, Path]) -> list[str]:
    given = json.dumps({name: str(folder) for name, folder in folders.items()})
    done = subprocess.run([sys.executable, "-c", script, given], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter; pytest's own are for its user only."""
    if os.geteuid() != 0:
        pytest.skip("giving up the right to read everything needs root")
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@posix
def test_each_kind_of_file_without_the_right_to_read_is_told(public: Path) -> None:
    folders = {name: public / name.replace(".", "-") for name in READERS}
    for name, folder in folders.items():
        folder.mkdir()
        made(folder, name)

    (said,) = asked(AS_NOBODY, folders)

    for name, message in json.loads(said).items():
        assert f"'{name}'" in message, message
        assert "Permission denied" in message, message
        assert "sk for the right to read it" in message, message


LARGE = ("a-million-digits", "depth-10000", "bomb", "laughs", "other-bytes", "cut-in-the-middle")


@posix
@pytest.mark.parametrize("thing", LARGE)
def test_what_could_take_memory_takes_little(tmp_path: Path, thing: str) -> None:
    """All kinds of files in one process: its most is at least that of each."""
    folders = {name: tmp_path / name.replace(".", "-") for name in MATRIX[thing].names}
    for name, folder in folders.items():
        folder.mkdir()
        _write(folder, name, MATRIX[thing])

    said, peak = asked(ALL, folders)

    assert json.loads(said).keys() == folders.keys()
    assert int(peak) < MOST_MIB


def _endless_line(file: Path) -> None:
    with file.open("ab") as stream:
        for _ in range(80):
            stream.write(b"x" * (1 << 20))


def _many_columns(file: Path) -> None:
    header, rest = file.read_bytes().split(b"\n", 1)
    file.write_bytes(header + b"".join(b",c%d" % n for n in range(60_000)) + b"\n" + rest)


def _huge_dimension(file: Path) -> None:
    """A sheet that says it reaches to the last cell there can be."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = next(name for name in parts if name.startswith("xl/worksheets/sheet"))
    parts[sheet] = parts[sheet].replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>', 1)
    assert b"XFD1048576" in parts[sheet]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _bomb(file: Path) -> None:
    """A sheet of 3 GB of blanks in a few megabytes."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = next(name for name in parts if name.startswith("xl/worksheets/sheet"))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            if name != sheet:
                archive.writestr(name, content)
        with archive.open(sheet, "w", force_zip64=True) as stream:
            stream.write(parts[sheet].replace(b"</worksheet>", b""))
            for _ in range(400):
                stream.write(b" " * (1 << 20))


@posix
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "worsen"),
    [("rows.csv", _endless_line), ("rows.csv", _many_columns), ("rows.xlsx", _huge_dimension), ("rows.xlsx", _bomb)],
    ids=lambda value: value.__name__.strip("_") if callable(value) else value,
)
def test_what_is_made_to_take_memory_takes_little(tmp_path: Path, name: str, worsen: Callable[[Path], None]) -> None:
    file = made(tmp_path, name)
    worsen(file)

    said, peak = asked(ALL, {name: tmp_path})

    assert json.loads(said)[name]
    assert int(peak) < MOST_MIB

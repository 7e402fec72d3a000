"""What may stand in a folder instead of a file, and what a file may be called: nothing is waited for, nothing else is read in its place."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bad.made import ROWS, book, made
from tests.memory import TELL_PEAK
from tests.sources.loaded import load_all, source_of
from troth.kernel.errors import SourceError
from troth.sources.readers import tables_in
from troth.stores.lake.engine import DuckEngine

NOT_FOUND, SOURCE = 8, 4
posix = pytest.mark.skipif(sys.platform == "win32", reason="no such files on this platform")


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may have 108 bytes only
    try:
        with socket.socket(socket.AF_UNIX) as made_socket:
            made_socket.bind(path.name)
    finally:
        os.chdir(here)


def _zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _folder(path: Path) -> None:
    path.mkdir()


def _loop(path: Path) -> None:
    path.symlink_to(path)


NO_FILES: dict[str, Callable[[Path], None]] = {"fifo": _fifo, "socket": _socket, "zeros": _zeros, "folder": _folder, "loop": _loop}


@posix
@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_is_neither_opened_nor_waited_for(troth: Callable[..., tuple[int, Any, str]], tmp_path: Path, kind: str) -> None:
    root = book(tmp_path, "rows.csv")
    (tmp_path / "data").mkdir(exist_ok=True)
    NO_FILES[kind](tmp_path / "data" / "rows.csv")

    alone = troth("build", "--book", root)
    started = troth("start", tmp_path / "data", "--into", tmp_path / "new")
    made(tmp_path, "rows.tsv")
    beside = troth("start", tmp_path / "data", "--into", tmp_path / "new", "--json")

    assert (alone[0], "no file 'rows.csv' in" in alone[2]) == (SOURCE, True)
    assert (started[0], "nothing to read in" in started[2]) == (NOT_FOUND, True)
    assert beside[0] == 0


NAMES = [
    "a\nb.csv", "\u202evsc\x1b[31m.csv", "a b'c\".csv", "#.csv", "*.csv", "[x].csv", "a" * 250 + ".csv",
]  # fmt: skip


@posix
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_of_any_name_is_read_and_no_other(troth: Callable[..., tuple[int, Any, str]], tmp_path: Path, name: str) -> None:
    #  x.csv has what the pattern [x].csv would find, other.csv what *.csv would
    for beside in ("x.csv", "other.csv"):
        made(tmp_path, "rows.csv", ROWS[:2]).rename(tmp_path / "data" / beside)
    made(tmp_path, "rows.csv").rename(tmp_path / "data" / name)

    code, got, error = troth("start", tmp_path / "data", "--into", tmp_path / "new", "--json")

    assert code == 0, error
    assert sorted(source["stored"] for source in got["page"]["sources"]) == [2, 2, 12]


@posix
@pytest.mark.parametrize("kind", ["rows.csv", "rows.parquet", "rows.xlsx", "rows.json"])
def test_a_name_that_is_a_pattern_names_its_file_only(engine: DuckEngine, tmp_path: Path, kind: str) -> None:
    #  t[1].csv has 12 rows, t1.csv, which the pattern would find, has 2
    ending = kind.partition(".")[2]
    made(tmp_path, kind, ROWS[:2]).rename(tmp_path / "data" / f"t1.{ending}")
    made(tmp_path, kind).rename(tmp_path / "data" / f"t[1].{ending}")

    got = load_all(engine, tmp_path / "data", {"rows": source_of("key: [id]", files=[f"t[1].{ending}"])})

    assert got.fates()[:2] == (12, 12)


@posix
def test_a_name_that_is_no_text_is_told_and_costs_only_itself(troth: Callable[..., tuple[int, Any, str]], tmp_path: Path) -> None:
    made(tmp_path, "rows.csv")
    bad = tmp_path / "data" / os.fsdecode(b"\xff\xfe.csv")
    bad.write_bytes((tmp_path / "data" / "rows.csv").read_bytes())

    code, got, error = troth("start", tmp_path / "data", "--into", tmp_path / "new", "--json")

    assert code == 0, error
    assert [source["source"] for source in got["page"]["sources"]] == ["rows"]
    assert any(r"\udcff\udcfe.csv' is not UTF-8. Rename the file" in warning for warning in got["page"]["warnings"])
    with pytest.raises(SourceError, match=r"the name of '\\udcff\\udcfe\.csv' is not UTF-8\. Rename"):
        tables_in(bad)


@posix
@pytest.mark.parametrize("names", [("Order.csv", "order.csv", "ORDER.csv"), ("\u00e9.csv", "e\u0301.csv")], ids=["case", "form"])
def test_names_that_look_alike_are_files_of_their_own(
    troth: Callable[..., tuple[int, Any, str]], tmp_path: Path, names: tuple[str, ...]
) -> None:
    for number, name in enumerate(names):
        made(tmp_path, "rows.csv", ROWS[: 4 + number]).rename(tmp_path / "data" / name)
    if len(list((tmp_path / "data").iterdir())) < len(names):
        pytest.skip("this file system takes them for one name")

    code, got, error = troth("start", tmp_path / "data", "--into", tmp_path / "new", "--json")

    assert code == 0, error
    assert sorted(source["stored"] for source in got["page"]["sources"]) == [4 + n for n in range(len(names))]


def test_what_an_error_quotes_moves_nothing_on_a_terminal(troth: Callable[..., tuple[int, Any, str]], tmp_path: Path) -> None:
    root = book(tmp_path, "rows.csv")
    made(tmp_path, "rows.csv")
    mapping = (root / "sources" / "rows.yaml").read_text()
    (root / "sources" / "rows.yaml").write_text(mapping.replace("[rows.csv]", r'["a\u202eb\e[2J\n.csv"]'))

    code, _, error = troth("build", "--book", root)

    assert (code, r"no file 'a\u202eb\x1b[2J\n.csv'" in error) == (SOURCE, True), error


GROWS = (
    """
import sys, threading
from pathlib import Path
from typing import Any
from troth.faces.cli import main
file = Path(sys.argv.pop())
line = file.read_bytes().splitlines(keepends=True)[1]
stop = threading.Event()
def grow():
    with file.open("ab", buffering=0) as stream:
        while not stop.is_set():
            stream.write(line)
growing = threading.Thread(target=grow)
growing.start()
try:
    main()
finally:
    stop.set()
    growing.join()
    exec("""
    + repr(TELL_PEAK)
    + """)
"""
)


@posix
def test_a_file_that_is_being_written_to_is_refused_and_nothing_published(tmp_path: Path) -> None:
    root = book(tmp_path, "rows.csv")
    file = made(tmp_path, "rows.csv", [{**ROWS[0], "id": f"A{n}"} for n in range(2_000)])

    command = [sys.executable, "-c", GROWS, "build", "--book", str(root), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == SOURCE, done.stderr
    assert "'rows.csv' changed while it was read" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list((root / ".troth").rglob("*.parquet"))
    assert int(done.stdout.split()[-1]) < 512

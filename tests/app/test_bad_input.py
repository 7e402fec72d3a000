"""Folders that people really have: an error in one line, or a page with its quarantine; never a traceback, never a lost row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.app.small_book import FILES, ORDERS, PAYMENTS, write_book
from tests.memory import TELL_PEAK
from troth.faces.cli import main

NOT_FOUND, SOURCE, BOOK, USAGE = 8, 4, 3, 2
HEAD = "id,customer,placed,due,delivered\n"
ORDER = "A{n},c1,2026-01-0{d} 10:00,2026-01-1{d},2026-01-1{d} 09:00\n"
MANY = "".join(ORDER.format(n=n, d=n % 9 + 1) for n in range(40))


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str

    def line(self) -> str:
        """The error's one line."""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("troth: ")
        return lines[0]

    def data(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Troth:
    patch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object) -> Said:
        self.patch.setattr(sys, "argv", ["troth", *map(str, arguments)])
        self.captured.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as left:
            code = left.code
        out, err = self.captured.readouterr()
        assert "Traceback" not in out + err
        return Said(int(str(code or 0)), out, err)


@pytest.fixture
def troth(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Troth:
    monkeypatch.chdir(tmp_path)
    return Troth(monkeypatch, capsys)


def _folder(under: Path, files: dict[str, str | bytes]) -> Path:
    write_book(under, files=files, book={})
    return under / "data"


# --- troth build, with a book by hand: what becomes of each row is known ---


@pytest.mark.parametrize(
    ("content", "fates"),
    [
        #                                                       read, stored, quarantined
        (HEAD.encode() + MANY.encode() + b"B,c,2026-01-05\n", (41, 40, 1)),
        (HEAD.encode() + MANY.encode() + b"B,c,2026-01-05,2026-01-09,,,x\n", (41, 40, 1)),
        (HEAD.encode() + MANY.encode() + b"B,c,2026-01-05,2026-01-09,,,\n", (41, 41, 0)),
        (HEAD.encode() + MANY.encode() + b"B,c\xff,2026-01-05,2026-01-09,\n", (41, 40, 1)),
        (HEAD.encode() + MANY.encode().replace(b"\n", b"\r\n", 7), (40, 40, 0)),
        (HEAD.encode() + MANY.encode().replace(b"\n", b"\r", 3), (40, 40, 0)),
        ((HEAD + MANY).replace("\n", "\r\n").encode("utf-8-sig"), (40, 40, 0)),
        ((HEAD + MANY).replace(",", ";").encode(), (40, 40, 0)),
        ((HEAD + MANY).encode("utf-16"), (40, 40, 0)),
        (HEAD.encode() + MANY.replace("c1", "grün").encode("cp1252"), (40, 40, 0)),
        (HEAD.replace("delivered", 'delivered,"""; drop table x; --"').encode() + MANY.replace("\n", ",\n").encode(), (40, 40, 0)),
        (HEAD.replace("delivered", "delivered,id,id").encode() + MANY.replace("\n", ",1,2\n").encode(), (40, 40, 0)),
        ((HEAD.strip() + "," + ",".join(f"c{n}" for n in range(195)) + "\n").encode() + MANY.replace("\n", "," * 195 + "\n").encode(),
         (40, 40, 0)),
        (HEAD.encode() + MANY.encode() + b'B,"c"1,2026-01-05,2026-01-09,\n', (41, 40, 1)),
        (HEAD.encode() + b"B,c," + b"x" * (9 << 20) + b",2026-01-09,\n" + MANY.encode(), (41, 40, 1)),
    ],
    ids=["short-row", "long-row", "empty-cells-too-many", "invalid-utf-8", "mixed-line-ends",
         "old-mac-line-ends", "windows", "semicolons", "utf-16", "windows-1252", "column-like-sql",
         "same-header-names", "200-columns", "text-behind-a-quote", "9-mb-line"],
)  # fmt: skip
def test_a_build_accounts_for_every_row(troth: Troth, tmp_path: Path, content: bytes, fates: tuple[int, int, int]) -> None:
    root = write_book(tmp_path, files={**FILES, "orders.csv": content})

    orders = troth("build", "--book", root, "--json").data()["sources"][0]

    assert (orders["read"], orders["stored"], orders["quarantined"]) == fates


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "'orders.csv' is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "'orders.csv' is not UTF-8 text"),
        (HEAD.encode() + b'A,"c1,2026-01-05,2026-01-09,\n' + MANY.encode(), "the quote opened in line 2 is never closed"),
        (b"x" * (1 << 20), "no header line; got a first line of more than 256 KB"),
        (b"id,\xff\xfe\x81\n", "the header is not UTF-8"),
        (b"order_id,customer,placed,due,delivered\n", "no column 'id'"),
    ],
    ids=["empty", "picture", "unclosed-quote", "one-endless-line", "no-encoding", "other-header"],
)
def test_a_build_refuses_what_is_no_table(troth: Troth, tmp_path: Path, content: bytes, said: str) -> None:
    got = troth("build", "--book", write_book(tmp_path, files={**FILES, "orders.csv": content}))

    assert got.code == SOURCE
    assert said in got.line()


def test_a_quote_closed_by_a_later_one_costs_rows_that_are_named(troth: Troth, tmp_path: Path) -> None:
    text = HEAD + MANY + 'B,"c1,2026-01-05,2026-01-09,\nC,c1,2026-01-05,2026-01-09,\nD,"c1",2026-01-05,2026-01-09,\n' + MANY
    root = write_book(tmp_path, files={**FILES, "orders.csv": text})

    orders = troth("build", "--book", root, "--json").data()["sources"][0]

    assert orders["read"] == orders["stored"] + orders["quarantined"] + orders["duplicate"]
    assert orders["quarantined"] == 1


def test_only_a_header_is_a_source_of_nothing(troth: Troth, tmp_path: Path) -> None:
    root = write_book(tmp_path, files={**FILES, "orders.csv": HEAD})

    orders = troth("build", "--book", root, "--json").data()["sources"][0]

    assert (orders["read"], orders["stored"], orders["quarantined"]) == (0, 0, 0)


def test_a_file_of_another_kind_is_refused(troth: Troth, tmp_path: Path) -> None:
    sources = {"sources/orders.yaml": ORDERS.replace("orders.csv", "orders.docx"), "sources/payments.yaml": PAYMENTS}
    write_book(tmp_path)
    root = write_book(tmp_path, files={"orders.docx": b"PK\x03\x04"}, book=sources)

    got = troth("build", "--book", root)

    assert (got.code, "'orders.docx' is of a kind that is not read" in got.line()) == (SOURCE, True)


def test_a_broken_parquet_file_is_refused(troth: Troth, tmp_path: Path) -> None:
    sources = {"sources/orders.yaml": ORDERS.replace("orders.csv", "orders.parquet"), "sources/payments.yaml": PAYMENTS}
    write_book(tmp_path)
    root = write_book(tmp_path, files={"orders.parquet": b"PAR1 not really PAR1"}, book=sources)

    got = troth("build", "--book", root)

    assert (got.code, "'orders.parquet' cannot be read" in got.line()) == (SOURCE, True)


def test_a_place_without_a_book_is_refused_and_left_as_it_is(troth: Troth, tmp_path: Path) -> None:
    got = troth("build", "--book", tmp_path)

    assert got.code == NOT_FOUND
    assert "no book in" in got.line()
    assert list(tmp_path.iterdir()) == []


def test_mistakes_in_a_book_have_their_own_exit_code(troth: Troth, tmp_path: Path) -> None:
    got = troth("build", "--book", write_book(tmp_path, book={"troth.yaml": "name: x\nfoldr: y\nfolder: z\n"}))

    assert (got.code, "troth.yaml:2:1: foldr: unknown name; did you mean 'folder'?" in got.line()) == (BOOK, True)


# --- troth start ---


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "nothing to read"),
        ({"notes.docx": b"PK", "photo.jpg": b"\xff\xd8"}, "got .docx, .jpg"),
    ],
    ids=["empty-folder", "other-kinds"],
)
def test_a_folder_without_tables_is_refused(troth: Troth, tmp_path: Path, files: dict[str, str | bytes], said: str) -> None:
    got = troth("start", _folder(tmp_path, files), "--into", tmp_path / "new")

    assert got.code == NOT_FOUND
    assert said in got.line()
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["nowhere", "file.csv"])
def test_what_is_no_folder_is_refused(troth: Troth, tmp_path: Path, name: str) -> None:
    (tmp_path / "file.csv").write_text(HEAD + MANY)

    got = troth("start", tmp_path / name)

    assert got.code == NOT_FOUND
    assert "no folder" in got.line()


@pytest.mark.parametrize("where", ["data/book", "data", "data/../data/book"])
def test_a_book_inside_the_folder_that_is_read_is_refused(troth: Troth, tmp_path: Path, where: str) -> None:
    folder = _folder(tmp_path, {"orders.csv": HEAD + MANY})

    got = troth("start", folder, "--into", tmp_path / where)

    assert got.code == SOURCE
    assert "inside the folder that is read" in got.line()
    assert [p.name for p in folder.iterdir()] == ["orders.csv"]


def test_a_book_whose_place_is_a_file_is_refused(troth: Troth, tmp_path: Path) -> None:
    folder = _folder(tmp_path, {"orders.csv": HEAD + MANY})
    (tmp_path / "taken").write_text("mine")

    got = troth("start", folder, "--into", tmp_path / "taken")

    assert got.code not in (0, 1, 70)
    assert got.line()
    assert (tmp_path / "taken").read_text() == "mine"


BAD: dict[str, bytes] = {
    "empty.csv": b"",
    "blank.csv": b"\n\n",
    "header.csv": b"a,b,c\n",
    "utf16.csv": "a,b\n1,2\n".encode("utf-16"),
    "nul.csv": b"a,b\n1,\x00\n",
    "latin.csv": "a,b\ngrün,2\n".encode("cp1252"),
    "latin_header.csv": "größe,b\n1,2\n".encode("cp1252"),
    "unclosed.csv": b'a,b\n1,"x\n2,y\n',
    "ragged.csv": b"a,b\n1\n2,3,4\n5,6\n",
    "mixed.csv": b"a,b\n1,2\r\n3,4\r5,6\n",
    "wide.csv": (",".join(f"c{n}" for n in range(200)) + "\n" + "1," * 199 + "1\n").encode(),
    "twice.csv": b"a,a,A,\n1,2,3,4\n",
    "sql.csv": b'"a""; drop table b; --",b\'c\n1,2\n',
    "one.csv": b"a\n\n1\n\n",
    "endless.csv": b"x" * 600_000,
    "fake.parquet": b"PAR1nothing",
    "order[1].csv": b"a,b\n1,2\n",
    "it's.csv": b"a,b\n1,2\n",
    "select.csv": b"select,from\n1,2\n",
    "1 2.csv": b"1,2\n1,2\n",
    "_.csv": b"_row,_content\n1,2\n",
    ".hidden.csv": b"a,b\n1,2\n",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_beside_good_ones_costs_only_itself(troth: Troth, tmp_path: Path, name: str) -> None:
    folder = _folder(tmp_path, {"orders.csv": HEAD + MANY, name: BAD[name]})
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    got = troth("start", folder, "--into", tmp_path / "new", "--json").data()

    balance = {source["source"]: source for source in got["page"]["sources"]}
    assert balance["orders"]["stored"] == 40
    for source in balance.values():
        assert source["read"] == sum(source[fate] for fate in ("stored", "quarantined", "duplicate", "superseded", "filtered"))
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_a_folder_of_which_nothing_can_be_read_is_refused_with_the_reasons_and_leaves_no_book(troth: Troth, tmp_path: Path) -> None:
    folder = _folder(tmp_path, {"fake.parquet": b"PAR1nothing", "headers.csv": b"order,placed\n"})

    got = troth("start", folder, "--into", tmp_path / "new")

    assert got.code == SOURCE
    assert "nothing in" in got.line()
    assert "fake.parquet: cannot be read" in got.line()
    assert "headers.csv: a header and no rows" in got.line()
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_alone_gives_an_error_or_a_page(troth: Troth, tmp_path: Path, name: str) -> None:
    got = troth("start", _folder(tmp_path, {name: BAD[name]}), "--into", tmp_path / "new")

    assert got.code in (0, SOURCE, NOT_FOUND)
    if got.code:
        assert got.line()
    else:
        assert "We found no promise" in got.out


def test_a_ragged_orders_file_is_started_with_its_quarantine_on_the_page(troth: Troth, tmp_path: Path) -> None:
    text = HEAD + MANY + "B1,c\nB2,c,2026-01-05,2026-01-09,,x\n"

    got = troth("start", _folder(tmp_path, {"orders.csv": text}), "--into", tmp_path / "new", "--json").data()

    source = got["page"]["sources"][0]
    assert (source["read"], source["stored"], source["quarantined"]) == (42, 40, 2)


def test_mixed_line_ends_are_started_without_loss(troth: Troth, tmp_path: Path) -> None:
    text = (HEAD + MANY).replace("\n", "\r\n", 20)

    got = troth("start", _folder(tmp_path, {"orders.csv": text}), "--into", tmp_path / "new", "--json").data()

    assert [(s["read"], s["stored"], s["quarantined"]) for s in got["page"]["sources"]] == [(40, 40, 0)]


def test_a_folder_that_leads_back_into_itself_is_read_once(troth: Troth, tmp_path: Path) -> None:
    folder = _folder(tmp_path, {"orders.csv": HEAD + MANY})
    (folder / "again").symlink_to(folder, target_is_directory=True)
    (folder / "dangling.csv").symlink_to(folder / "gone.csv")
    (folder / "loop.csv").symlink_to(folder / "loop.csv")

    got = troth("start", folder, "--into", tmp_path / "new", "--json").data()

    assert [source["read"] for source in got["page"]["sources"]] == [40]


AS_NOBODY = """
import colorsys, os, sys
from troth.faces.cli import main

def run(folder, book):
    sys.argv = ["troth", "start", folder, "--into", book, "--json"]
    try:
        main()
    except SystemExit as left:
        return left.code or 0
    return 0

allowed, forbidden, home = sys.argv[1:]
run(allowed, home + "/first")  # whatever is imported late is imported now
print("second")
os.setgid(65534); os.setuid(65534)
sys.exit(run(forbidden, home + "/second"))
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder in which everybody may write; pytest's own are for its user only."""
    if sys.platform == "win32" or os.geteuid() != 0:
        pytest.skip("giving up the right to read everything needs root")
    with TemporaryDirectory() as made:
        Path(made).chmod(0o777)
        yield Path(made)


@pytest.mark.parametrize("what", ["data/secret.csv", "data"])
def test_a_file_or_folder_without_the_right_to_read_is_told(public: Path, what: str) -> None:
    allowed = _folder(public / "allowed", {"orders.csv": HEAD + MANY})
    forbidden = _folder(public, {"orders.csv": HEAD + MANY, "secret.csv": HEAD + MANY.replace("A", "S")})
    (public / what).chmod(0)

    command = [sys.executable, "-c", AS_NOBODY, str(allowed), str(forbidden), str(public)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert "Traceback" not in done.stderr
    if what == "data":
        assert (done.returncode, "is not readable" in done.stderr) == (USAGE, True), done.stderr
        return
    assert done.returncode == 0, done.stderr
    page = json.loads(done.stdout.partition("second\n")[2])["page"]
    assert [source["read"] for source in page["sources"]] == [40]
    assert any("secret.csv" in warning for warning in page["warnings"])


@pytest.mark.slow
@pytest.mark.parametrize("head", [b"", b"id,customer,placed,due,delivered\nA,c1,2026-01-05,"], ids=["no-header", "below-a-header"])
@pytest.mark.skipif(sys.platform == "win32", reason="memory is limited by rlimit")
def test_a_line_of_300_mb_is_refused_in_little_memory(tmp_path: Path, head: bytes) -> None:
    root = write_book(tmp_path)
    with (tmp_path / "data" / "orders.csv").open("wb") as file:
        file.write(head)
        for _ in range(300):
            file.write(b"x" * (1 << 20))

    code = f"from troth.faces.cli import main\ntry:\n    main()\nfinally:\n    exec({TELL_PEAK!r})"
    done = subprocess.run([sys.executable, "-c", code, "build", "--book", str(root)], check=False, capture_output=True, text=True)

    assert done.returncode == SOURCE, done.stderr
    assert "longer than 32 MB" in done.stderr or "more than 256 KB" in done.stderr
    assert int(done.stdout.split()[-1]) < 400

"""Planted people are looked for in everything that a workspace writes and says: they are found in the vault only, and enciphered."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pytest

from tests.app.small_book import BOOK, FILES, ORDERS, built, write_book
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.people import people
from troth.app.reading import read_page
from troth.faces.cli.commands import main
from troth.faces.page import render
from troth.kernel.errors import BookError, Held, NotFound
from troth.sources.personal.vault import Word, is_erased
from troth.stores.journal.journal import Journal

#  order  customer's mail   comment
#  A      anna, twice       with her name, mail, phone, CPF
#  B      bert              his first name
#  C      anna
CANARIES = (
    "quibblefort",
    "zyxwina",
    "brambleby",
    "canary.anna",
    "canary.bert",
    "canary.bad",
    "canary.header",
    "77001234567",
    "529.982.247-25",
)
NUMBERS = ("770 0123 4567", "52998224725", "Spiral Alley 9")
PLACED = "2026-01-05 10:00"
SAID = "Zyxwina here, canary.anna@example.org, +44 77001234567, CPF 529.982.247-25"
ORDER_FILE = f"""id,customer,who,phone,tax,street,comment,placed,due,delivered
A,canary.anna@example.org,Zyxwina Quibblefort,+44 770 0123 4567,529.982.247-25,Spiral Alley 9,"{SAID}",{PLACED},2026-01-09,2026-01-08 09:00
B,canary.bert@example.org,Brambleby Ott,,,,Mr Brambleby was out,2026-01-05 11:00,2026-01-09,2026-01-10 09:00
C,Canary.Anna@example.org,Zyxwina Quibblefort,,,,,2026-02-05 12:00,2026-02-09,canary.bad@example.org
D,canary.bert@example.org,Brambleby Ott,,,,x,Zyxwina Quibblefort,2026-02-09,
E,canary.bert@example.org,Brambleby Ott,,,,one,cell,too,many,Zyxwina Quibblefort
"""
PERSONAL = """  personal: {customer: email, who: name, phone: phone, tax: tax_id, street: address, comment: free_text}
"""
PERSONAL_ORDERS = (
    ORDERS.replace(
        "attributes: {due: {column: due, as: day}}",
        "attributes: {due: {column: due, as: day}, who: {column: who}, phone: {column: phone}, tax: {column: tax},"
        " street: {column: street}, comment: {column: comment}}",
    )
    + PERSONAL
)
PERSONAL_FILES = {**FILES, "orders.csv": ORDER_FILE}
PERSONAL_BOOK = {**BOOK, "sources/orders.yaml": PERSONAL_ORDERS}


def told_in(text: str) -> list[str]:
    return [canary for canary in (*CANARIES, *NUMBERS) if canary.lower() in text.lower()]


def plain_in(folder: Path) -> list[tuple[str, str]]:
    """Each canary and the file that holds it, compressed Parquet included."""
    import duckdb

    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        texts = [path.read_bytes().decode("utf-8", "replace")]
        if path.suffix == ".parquet":
            rows = duckdb.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()
            texts.append(repr(rows))
        found += [
            (canary, str(path.relative_to(folder))) for canary in (*CANARIES, *NUMBERS) for text in texts if canary.lower() in text.lower()
        ]
    return found


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str, given: str = "") -> tuple[int, str]:
    """Exit code, and all that was said on both streams."""
    import io

    monkeypatch.setattr(sys, "argv", ["troth", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(given))
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out + said.err


@pytest.fixture
def own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_planted_person_is_in_anything_but_the_sources(
    tmp_path: Path, own_temp: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], encoding: str
) -> None:
    files: dict[str, str | bytes] = {**PERSONAL_FILES, "orders.csv": ORDER_FILE.encode(encoding)}
    root = write_book(tmp_path, files=files, book=PERSONAL_BOOK)

    said = [
        run(monkeypatch, capsys, *arguments, "--book", str(root))[1]
        for arguments in (
            ("build",),
            ("monday",),
            ("monday", "--json"),
            ("build", "--json"),
            ("why-not", "A"),
            ("why-not", "C"),
            ("vault", "status"),
        )
    ]

    assert [canary for text in said for canary in told_in(text)] == []
    assert plain_in(root) == []
    assert plain_in(own_temp) == []
    assert list(own_temp.iterdir()) == []
    workspace = open_workspace(root)
    engine, snapshot = workspace.engine(), workspace.lake.current()
    assert snapshot is not None
    workspace.lake.attach(engine, snapshot)
    comment = dict(engine.rows("SELECT id, comment FROM object_order"))
    bad = engine.rows('SELECT source_column, "value" FROM quarantine WHERE NOT whole_row ORDER BY ALL')
    mails = engine.rows("SELECT id FROM object_customer ORDER BY id")
    assert comment["A"] == "[name] here, [mail], [phone], CPF [number]"
    assert comment["B"] == "Mr [name] was out"
    assert ("delivered", "aaaaaa.aaa@aaaaaaa.aaa") in bad
    assert len(mails) == 2
    assert sorted(workspace.vault.values([id for (id,) in mails]).values()) == ["canary.anna@example.org", "canary.bert@example.org"]


def test_a_book_that_is_proposed_and_its_guesses_hold_no_planted_person(
    tmp_path: Path, own_temp: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    people_rows = [
        f"canary.anna{n}@example.org,Zyxwina{chr(97 + n % 26)} Quibblefort,+44 770 0123 4567,529.982.247-25/{n},Spiral Alley 9/{n}"
        for n in range(60)
    ]
    (folder / "customers.csv").write_text("email,full_name,phone,tax_id,street\n" + "\n".join(people_rows) + "\n")
    orders = [
        f"O{n},canary.anna{n}@example.org,2026-01-{1 + n % 28:02} 10:00,2026-02-{1 + n % 28:02},2026-02-{1 + n * 3 % 28:02} 09:00,"
        f"Zyxwina{chr(97 + n % 26)} Quibblefort was not at home when it came the {n}th time"
        for n in range(60)
    ]
    (folder / "orders.csv").write_text("order_id,customer_email,placed_at,promised_on,delivered_at,comment\n" + "\n".join(orders) + "\n")

    code, said = run(monkeypatch, capsys, "start", str(folder), "--into", str(tmp_path / "book"))

    assert code == 0
    assert told_in(said) == []
    assert plain_in(tmp_path / "book") == []
    assert list(own_temp.iterdir()) == []
    drafted = (tmp_path / "book" / "sources" / "customers.yaml").read_text()
    assert "personal: {email: email, full_name: name, phone: phone" in drafted


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("an unclosed quote", ORDER_FILE + 'F,"canary.anna@example.org,Zyxwina Quibblefort\n'),
        ("no header", ORDER_FILE.partition("\n")[2]),
        ("a header that is a person", ORDER_FILE.replace("placed,", "canary.header@example.org,", 1)),
        ("bytes of no encoding", ORDER_FILE.encode().replace(b"Ott", b"\xff\xfe\x00Ott")),
    ],
)
def test_what_cannot_be_read_is_refused_without_naming_anybody(
    tmp_path: Path, own_temp: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, content: str | bytes
) -> None:
    root = write_book(tmp_path, files={**PERSONAL_FILES, "orders.csv": content}, book=PERSONAL_BOOK)

    _, said = run(monkeypatch, capsys, "build", "--book", str(root))

    assert told_in(said) == []
    assert plain_in(root) == []
    assert list(own_temp.iterdir()) == []


def anna(root: Path) -> str:
    (token,) = people.find(open_workspace(root), " CANARY.anna@example.org\n")
    return token


def test_an_erasure_changes_nothing_on_the_page(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    workspace, _ = built(root)
    before = read_page(workspace)
    token = anna(root)

    people.erase(workspace, token, "asked in writing")

    after = read_page(open_workspace(root))
    assert json.dumps(after, sort_keys=True, default=str) == json.dumps(before, sort_keys=True, default=str)
    assert render(after) == render(before)
    assert workspace.vault.values([token]) == {}


@pytest.mark.parametrize("full", [False, True])
def test_a_build_after_an_erasure_counts_the_same_and_says_where_the_file_still_has_the_value(tmp_path: Path, *, full: bool) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    workspace, _ = built(root)
    before, token = read_page(workspace), anna(root)

    erased = people.erase(workspace, token, "asked in writing")
    second = build(workspace, full=full)

    after = read_page(workspace)
    assert second.fresh == full
    own = ("snapshot", "sources") if full else ()  # rows that were read again are counted as read and superseded
    assert {k: v for k, v in after.items() if k not in own} == {k: v for k, v in before.items() if k not in own}
    places = [(place.file, place.column, place.row, place.rows) for place in second.still]
    assert places == [("orders.csv", "customer", 1, 2)]
    assert erased.still == second.still
    assert str(second.still[0]) == "orders.csv still holds somebody who was erased: `customer`, row 1 and 1 more. Take it out there."
    engine = workspace.engine()
    workspace.lake.attach(engine, second.snapshot)
    ids = [str(id) for (id,) in engine.rows("SELECT id FROM object_customer")]
    assert sum(is_erased(id) for id in ids) == (1 if full else 0)
    assert (token in ids) != full
    assert len(ids) == 2
    assert workspace.vault.find("email", "canary.anna@example.org") != token


def test_a_file_that_no_longer_has_the_value_is_no_longer_told_of(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    workspace, _ = built(root)
    people.erase(workspace, anna(root), "asked in writing")
    write_book(
        tmp_path, files={"orders.csv": ORDER_FILE.replace("canary.anna@example.org", "").replace("Canary.Anna@example.org", "")}, book={}
    )

    assert build(workspace).still == ()


def test_the_journal_knows_who_and_why_and_nobody_is_named(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    workspace, _ = built(root)
    (token,) = people.find(workspace, "Zyxwina Quibblefort")

    erased = people.erase(workspace, token, "Quibblefort, Zyxwina rang from +44 770 0123 4567")

    assert erased.reason == "[name] rang from [phone]"
    ((about, payload),) = workspace.journal.recorded("vault.erased")
    assert (about, payload) == (token, {"reason": "[name] rang from [phone]", "commitment": erased.commitment})
    assert Journal(root / ".troth" / "journal.db").verify() is None
    assert plain_in(root / ".troth") == []


def test_a_hold_beats_an_erasure_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    built(root)
    token, book = anna(root), ("--book", str(root))

    assert run(monkeypatch, capsys, "hold", token, "--reason", "claim 17", *book)[0] == 0
    code, said = run(monkeypatch, capsys, "erase", token, "--reason", "asked", *book)
    assert (code, "is on hold" in said, "claim 17" in said) == (9, True, True)
    assert run(monkeypatch, capsys, "hold", token, "--release", "--reason", "settled", *book)[0] == 0
    assert run(monkeypatch, capsys, "erase", token, "--reason", "asked", *book)[0] == 0
    actions = [entry.action for entry in Journal(root / ".troth" / "journal.db").entries()]
    assert actions[-3:] == ["vault.held", "vault.released", "vault.erased"]


def test_a_value_to_erase_is_read_from_standard_input_and_refused_as_an_argument(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    workspace, _ = built(root)
    token, book = anna(root), ("--book", str(root))

    code, said = run(monkeypatch, capsys, "erase", "canary.anna@example.org", "--reason", "asked", *book)
    assert (code, "use --find" in said) == (2, True)
    code, said = run(monkeypatch, capsys, "erase", "--find", "--reason", "asked", "--json", *book, given="Canary.ANNA@example.org\n")
    assert code == 0
    assert [one["token"] for one in json.loads(said)] == [token]
    assert workspace.vault.values([token]) == {}
    code, said = run(monkeypatch, capsys, "erase", "--find", "--reason", "asked", *book, given="nobody@example.org\n")
    assert (code, "nobody@" in said, "does not know this value" in said) == (8, False, True)


def test_an_erasure_without_a_reason_is_refused(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    workspace, _ = built(root)

    with pytest.raises(BookError, match="a reason is needed"):
        people.erase(workspace, anna(root), "  ")
    with pytest.raises(NotFound, match="no value behind"):
        people.erase(workspace, "email-22222222222222222222", "asked")


def test_an_erasure_that_no_journal_was_told_of_is_told_by_the_next_build_and_once(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    workspace, _ = built(root)
    token = anna(root)
    word = Word("Ines", "asked", workspace.now())
    erasure = workspace.vault.erase(token, word)  # and the process dies
    assert workspace.journal.recorded("vault.erased") == ()

    build(workspace)
    build(workspace)

    assert [about for about, _ in workspace.journal.recorded("vault.erased")] == [token]
    assert erasure.commitment in str(workspace.journal.recorded("vault.erased"))


@pytest.mark.parametrize("held", [False, True])
def test_a_copy_of_the_vault_that_is_put_back_does_not_bring_back_who_was_erased(tmp_path: Path, *, held: bool) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    workspace, _ = built(root)
    token = anna(root)
    if held:
        people.hold(workspace, token, "claim 17")
    copy = (root / ".troth" / "vault.db").read_bytes()
    if held:
        people.release(workspace, token, "settled")
    people.erase(workspace, token, "asked")
    (root / ".troth" / "vault.db").write_bytes(copy)
    assert token in open_workspace(root).vault.values([token])

    build(open_workspace(root))

    assert (token in open_workspace(root).vault.values([token])) == held
    if held:
        with pytest.raises(Held):
            people.erase(open_workspace(root), token, "asked")


def test_without_its_key_a_build_is_refused_and_the_snapshot_stays(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    workspace, first = built(root)
    (root / ".troth" / "vault.key").unlink()

    with pytest.raises(OSError, match="the vault's key is missing"):
        build(workspace)
    assert workspace.lake.current() == first.snapshot


def test_a_book_without_personal_columns_makes_no_vault(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    built(root)

    assert not (root / ".troth" / "vault.db").exists()
    assert not (root / ".troth" / "vault.key").exists()


def test_the_same_rows_come_to_the_same_bytes_in_one_vault(tmp_path: Path) -> None:
    root = write_book(tmp_path, files=PERSONAL_FILES, book=PERSONAL_BOOK)
    workspace, first = built(root)
    people.rotate(workspace)

    again = build(workspace, full=True)

    assert [load.taken for load in again.loads] == [0, 0]
    told = ("event", "step", "object", "relation", "outcome")
    assert [f for f in again.snapshot.files if f.table.startswith(told)] == [f for f in first.snapshot.files if f.table.startswith(told)]

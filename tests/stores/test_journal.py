from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from tests.stores.world import NOW
from troth.kernel.errors import NotFound, StoreError
from troth.record.loads import Load
from troth.record.ports import Column, Snapshot, StoredFile
from troth.stores.journal import database
from troth.stores.journal.chain import GENESIS, Act, Entry, first_misfit
from troth.stores.journal.journal import PUBLISHED, Journal
from troth.stores.journal.tables import METADATA

FILE = StoredFile("event", "order/201801", "event/order/201801/ab.parquet", "ab" * 32, 1234, 56)


def _snapshot(id: str, sources: dict[str, Any] | None = None) -> Snapshot:
    facts = {"sources": sources if sources is not None else {"orders": {"balance": {"read": 3}, "files": ["a"]}}}
    schemas = {
        "event": (Column("month", "INTEGER"), Column("at", "TIMESTAMP")),
        "money": (Column("amount", "DECIMAL(18,4)"),),
    }
    return Snapshot(id, datetime(2018, 10, 17, 17, 30, 18, 5), "b00c", "0.1.0", schemas, (FILE,), facts)


def _with_notes(journal: Journal, count: int) -> None:
    for number in range(count):
        journal.append(Act("tester", "note.made", f"note/{number}", {"n": number}), NOW + timedelta(seconds=number))


@contextmanager
def _tampering(journal: Journal) -> Iterator[sqlite3.Connection]:
    """What an administrator with the file can do: the triggers are only a fence."""
    with closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS entry_is_never_changed")
        connection.execute("DROP TRIGGER IF EXISTS entry_is_never_removed")
        yield connection


def test_a_new_journal_verifies(journal: Journal) -> None:
    assert journal.verify() is None


def test_how_far_it_is_written_is_told_of_what_another_wrote(journal: Journal) -> None:
    assert journal.mark() == 0
    other = Journal(journal.path)
    other.record("ana", "huddle.held", "branch=FR-02", {"day": "2026-03-02"}, NOW)
    assert journal.mark() == 1
    journal.record("ana", "huddle.held", "branch=FR-02", {"day": "2026-03-03"}, NOW)
    assert (journal.mark(), other.mark()) == (2, 2)
    other.close()


def test_entries_are_chained(journal: Journal) -> None:
    _with_notes(journal, 3)

    entries = journal.entries()

    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.prev_hash for entry in entries] == [GENESIS, entries[0].hash, entries[1].hash]
    assert journal.verify() is None


def test_a_hash_can_be_recomputed_with_the_standard_library(journal: Journal) -> None:
    journal.append(Act("ana", "note.made", "note/ü", {"b": [1, None], "a": "é"}), NOW)
    (entry,) = journal.entries()

    payload = '{"a":"é","b":[1,null]}'
    fields = {
        "action": "note.made",
        "actor": "ana",
        "at": "2018-10-17T17:30:00.000000Z",
        "object": "note/ü",
        "payload": payload,
        "seq": 1,
    }
    text = "0" * 64 + json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert entry.payload == payload
    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("column", ["at", "actor", "action", "object", "payload", "hash", "prev_hash"])
def test_an_edit_of_any_column_is_found(journal: Journal, column: str) -> None:
    _with_notes(journal, 5)
    with _tampering(journal) as connection:
        connection.execute(f"UPDATE entry SET {column} = replace({column}, substr({column}, 3, 1), 'x') WHERE seq = 3")

    assert journal.verify() in (3, 4)


def _edit(connection: sqlite3.Connection, rng: random.Random) -> int:
    seq = rng.randint(1, 12)
    connection.execute("UPDATE entry SET actor = actor || '?' WHERE seq = ?", (seq,))
    return seq


def _delete(connection: sqlite3.Connection, rng: random.Random) -> int:
    seq = rng.randint(1, 11)
    connection.execute("DELETE FROM entry WHERE seq = ?", (seq,))
    return seq


def _swap(connection: sqlite3.Connection, rng: random.Random) -> int:
    a, b = sorted(rng.sample(range(1, 13), 2))
    for before, after in ((a, -1), (b, a), (-1, b)):
        connection.execute("UPDATE entry SET seq = ? WHERE seq = ?", (after, before))
    return a


def _insert(connection: sqlite3.Connection, rng: random.Random) -> int:
    seq = rng.randint(2, 12)
    for later in range(12, seq - 1, -1):
        connection.execute("UPDATE entry SET seq = seq + 1 WHERE seq = ?", (later,))
    connection.execute(
        "INSERT INTO entry SELECT ?, at, actor, action, object, payload, prev_hash, hash || 'f' FROM entry WHERE seq = ?",
        (seq, seq - 1),
    )
    return seq


@pytest.mark.parametrize("tamper", [_edit, _delete, _swap, _insert], ids=["edit", "delete", "swap", "insert"])
def test_tampering_is_found_at_its_row(tmp_path: Path, tamper: Callable[[sqlite3.Connection, random.Random], int]) -> None:
    clean = Journal(tmp_path / "clean.db")
    _with_notes(clean, 12)
    clean.close()
    with closing(sqlite3.connect(tmp_path / "clean.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for seed in range(25):
        copy = tmp_path / f"{seed}.db"
        copy.write_bytes((tmp_path / "clean.db").read_bytes())
        journal = Journal(copy)
        with _tampering(journal) as connection:
            tampered = tamper(connection, random.Random(seed))

        assert journal.verify() == tampered, f"seed {seed}"
        journal.close()


def test_a_chain_cut_at_its_end_still_fits_which_is_why_heads_are_kept_elsewhere(journal: Journal) -> None:
    _with_notes(journal, 3)

    assert first_misfit(journal.entries()[:-1]) is None


def test_a_first_entry_that_is_not_the_first_is_found(journal: Journal) -> None:
    _with_notes(journal, 3)

    assert first_misfit(journal.entries()[1:]) == 1


@pytest.mark.parametrize("statement", ["UPDATE entry SET actor = 'x'", "DELETE FROM entry", "REPLACE INTO entry SELECT * FROM entry"])
def test_the_database_refuses_to_change_an_entry(journal: Journal, statement: str) -> None:
    _with_notes(journal, 2)
    with closing(sqlite3.connect(journal.path)) as connection:
        connection.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            connection.execute(statement)


def test_a_changed_manifest_is_found_at_its_publication(journal: Journal) -> None:
    journal.publish(_snapshot("first"), NOW)
    journal.publish(_snapshot("second"), NOW)
    with _tampering(journal) as connection:
        connection.execute("UPDATE snapshot_file SET rows = rows + 1 WHERE snapshot = 'second'")

    assert journal.verify() == 2


def test_a_snapshot_comes_back_as_it_was_published(journal: Journal) -> None:
    journal.publish(_snapshot("first"), NOW)

    assert journal.current() == _snapshot("first")
    assert journal.snapshot("first") == _snapshot("first")


def test_an_unknown_snapshot_is_not_found(journal: Journal) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        journal.snapshot("nowhere")


def test_the_instant_of_publication_is_the_argument(journal: Journal) -> None:
    zone = timezone(timedelta(hours=-3))
    journal.publish(_snapshot("first"), NOW.replace(tzinfo=UTC).astimezone(zone))

    assert [publication.at for publication in journal.publications()] == [NOW]


def test_a_publication_that_fails_leaves_nothing(journal: Journal) -> None:
    journal.publish(_snapshot("first"), NOW)
    twice = replace(_snapshot("second"), schemas={"event": (Column("a", "INTEGER"),) * 2}, facts={"sources": {"orders": None}})

    with pytest.raises(AttributeError):
        journal.publish(twice, NOW)

    assert journal.current() == _snapshot("first")
    assert len(journal.entries()) == 1


def test_publishing_what_is_in_force_adds_no_entry(journal: Journal) -> None:
    journal.publish(_snapshot("first"), NOW)
    journal.publish(_snapshot("first"), NOW + timedelta(days=1))

    assert len(journal.entries(PUBLISHED)) == 1


def test_putting_an_earlier_snapshot_in_force_adds_an_entry(journal: Journal) -> None:
    for id in ("first", "second", "first"):
        journal.publish(_snapshot(id), NOW)

    assert [entry.object for entry in journal.entries(PUBLISHED)] == ["first", "second", "first"]
    assert [publication.id for publication in journal.publications()] == ["second", "first"]
    assert journal.verify() is None


def test_a_forgotten_snapshot_can_be_published_again(journal: Journal) -> None:
    journal.publish(_snapshot("first"), NOW)
    journal.publish(_snapshot("second"), NOW)
    journal.forget(["first"], NOW)

    journal.publish(_snapshot("first"), NOW)

    assert journal.current() == _snapshot("first")
    assert journal.verify() is None


def test_the_state_of_sources_follows_the_last_publication(journal: Journal) -> None:
    journal.publish(_snapshot("first", {"orders": {"balance": {"read": 3}, "files": ["a"]}, "items": {}}), NOW)
    journal.publish(_snapshot("second", {"orders": {"balance": {"read": 4}, "files": ["a", "b"]}}), NOW)

    assert journal.source_state() == [{"source": "orders", "seq": 2, "snapshot": "second", "balance": '{"read":4}', "files": '["a","b"]'}]


def test_a_projection_rebuilt_from_the_chain_is_equal(journal: Journal) -> None:
    for number in range(6):
        sources = {f"s{n}": {"balance": {"read": number}, "files": []} for n in range(number % 3)}
        journal.publish(_snapshot(f"n{number}", sources), NOW)
        _with_notes(journal, 1)
        assert journal.source_state() == journal.source_state_from_entries()
    before = journal.source_state()
    with _tampering(journal) as connection:
        connection.execute("DELETE FROM source_state")

    journal.rebuild()

    assert journal.source_state() == before != []


def test_a_journal_is_opened_again_as_it_was_left(tmp_path: Path) -> None:
    first = Journal(tmp_path / "deep" / "journal.db")
    _with_notes(first, 2)
    first.close()

    again = Journal(tmp_path / "deep" / "journal.db")

    assert len(again.entries()) == 2
    again.close()


def test_opening_a_current_journal_needs_no_migration_tool(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.db").close()
    code = (
        "import sys; sys.modules['alembic'] = None\n"
        "from pathlib import Path; from troth.stores.journal.journal import Journal\n"
        "print(Journal(Path(sys.argv[1])).verify())"
    )

    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "journal.db")], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "None"


def test_the_version_the_product_expects_is_the_newest_migration() -> None:
    from alembic.script import ScriptDirectory

    folder = Path(database.__file__).parent / "migrations"

    assert ScriptDirectory(str(folder)).get_current_head() == database.CURRENT


def test_the_migrated_tables_are_those_the_product_names(journal: Journal) -> None:
    inspector = sqlalchemy.inspect(sqlalchemy.create_engine(f"sqlite:///{journal.path}"))
    for name, table in METADATA.tables.items():
        there = {column["name"]: str(column["type"]) for column in inspector.get_columns(name)}
        assert there == {column.name: str(column.type) for column in table.columns}
        assert inspector.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key]
        assert {key["referred_table"] for key in inspector.get_foreign_keys(name)} == {key.column.table.name for key in table.foreign_keys}
    inspector.bind.dispose()  # type: ignore[union-attr]


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
def test_an_acknowledged_commit_is_on_the_disk(journal: Journal, pragma: str, value: object) -> None:
    with database.reading(journal._engine) as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_readers_do_not_wait_for_a_writer(journal: Journal) -> None:
    _with_notes(journal, 1)
    with journal._writing():
        assert len(journal.entries()) == 1


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"not a database, but long enough to be taken for one" * 40)

    with pytest.raises(StoreError, match="not a database"):
        Journal(path)


def test_entries_are_values(journal: Journal) -> None:
    made = journal.append(Act("ana", "note.made", "note/1", {}), NOW)

    assert journal.entries() == (Entry(**{name: getattr(made, name) for name in Entry.__slots__}),)


def test_what_was_taken_in_is_rebuilt_from_the_chain_and_a_change_of_it_is_found(journal: Journal) -> None:
    first = Load(1, NOW, "orders", "a.csv", "a.csv", "ab" * 32, "cd" * 32, ("id",), (), counted=3, taken=3, files=(FILE,))
    gone = Load(2, NOW + timedelta(hours=1), "orders", "a.csv", "a.csv", "", "cd" * 32, anew=True)
    journal.publish(_snapshot("one"), NOW, [first])
    journal.publish(_snapshot("two"), NOW, [gone])
    assert journal.loads() == (first, gone)
    assert journal.verify() is None

    with _tampering(journal) as connection:
        connection.execute("UPDATE load SET said = replace(said, '\"taken\":3', '\"taken\":4')")
    assert journal.verify() == 1
    with _tampering(journal) as connection:
        connection.execute("DELETE FROM load WHERE seq = 2")
    journal.rebuild()

    assert journal.loads() == (first, gone)
    assert journal.verify() is None


def test_a_journal_of_before_loads_is_migrated_with_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.publish(_snapshot("one"), NOW)
    journal.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE load")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")

    again = Journal(path)

    current = again.current()
    assert current is not None
    assert (current.id, again.loads(), again.verify()) == ("one", (), None)
    again.close()


def test_what_was_forgotten_is_in_no_page_of_the_file_once_it_is_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Some builds of SQLite overwrite what is deleted by themselves, others do not.
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, "secure_delete = OFF"))
    journal = Journal(tmp_path / "journal.db")
    cells = [{"file": "orders.csv", "row": row, "value": f"canary.{row}@example.org"} for row in range(2_000)]
    shown = {"contracts": {"orders": {"verdicts": [{"first": cells}]}}}
    journal.publish(replace(_snapshot("one"), facts={**_snapshot("one").facts, **shown}), NOW)
    journal.publish(_snapshot("two"), NOW)
    journal.forget(["one"], NOW)

    def left() -> bool:
        return any(b"canary." in path.read_bytes() for path in journal.path.parent.glob(f"{journal.path.name}*"))

    assert left()
    journal.cleared(1, 0, NOW)

    assert not left()
    assert journal.verify() is None
    journal.close()

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.stores.world import NOW, PARTS, build, make_tables
from troth.kernel.errors import StoreError
from troth.record.ports import Part, StoredFile
from troth.stores.journal.journal import Journal
from troth.stores.lake import parquet
from troth.stores.lake.engine import DuckEngine
from troth.stores.lake.lake import ParquetLake


def _written(root: Path, threads: int, orders: int, shuffle: str = "") -> tuple[StoredFile, ...]:
    (root / "staging").mkdir(parents=True)
    with DuckEngine(threads=threads) as engine:
        make_tables(engine, seed=3, orders=orders)
        if shuffle:
            for part in PARTS:
                engine.run(f"CREATE OR REPLACE TABLE {part.table} AS SELECT * FROM {part.table} ORDER BY {shuffle}")
        return parquet.write(engine, PARTS, root=root, staging=root / "staging")


def test_files_are_the_same_for_one_thread_and_for_two(tmp_path: Path) -> None:
    # 150,000 events a partition are more than one row group, so that threads have something to disagree about
    assert _written(tmp_path / "one", 1, 100_000) == _written(tmp_path / "two", 2, 100_000)


def test_files_are_the_same_on_each_run(tmp_path: Path) -> None:
    assert _written(tmp_path / "first", 2, 5_000) == _written(tmp_path / "again", 2, 5_000)


def test_files_do_not_depend_on_the_order_in_which_rows_stood(tmp_path: Path) -> None:
    assert _written(tmp_path / "made", 2, 20_000) == _written(tmp_path / "mixed", 2, 20_000, "hash(COLUMNS(*))")


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_tie_under_the_parts_order_do_not_make_the_file_depend_on_chance(tmp_path: Path, seed: int) -> None:
    (tmp_path / "staging").mkdir()
    with DuckEngine(threads=2) as engine:
        engine.run(
            "CREATE TABLE tied AS SELECT CAST(n % 3 AS INTEGER) AS key, printf('%d', n % 5000) AS text"
            f" FROM range(20_000) AS made(n) ORDER BY hash(n + {seed * 100_000})"
        )
        (file,) = parquet.write(engine, [Part("tied", (), ("key",))], root=tmp_path, staging=tmp_path / "staging")
        engine.run("CREATE TABLE sorted AS SELECT * FROM tied ORDER BY ALL")
        (same,) = parquet.write(engine, [Part("sorted", (), ("key",))], root=tmp_path, staging=tmp_path / "staging")

    assert file.sha256 == same.sha256


def test_files_are_the_same_in_another_process(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.stores.test_parquet import _written\n"
        "print(*[f.sha256 for f in _written(Path(sys.argv[1]), 1, 5_000)], sep='\\n')"
    )
    there = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "there")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]), "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert there.stdout.split() == [file.sha256 for file in _written(tmp_path / "here", 2, 5_000)]


def test_a_file_is_named_by_its_content(tmp_path: Path) -> None:
    for file in _written(tmp_path, 2, 100):
        assert parquet.content_of(tmp_path / file.path) == file.sha256
        assert Path(file.path).stem == file.sha256[:24]
        assert (tmp_path / file.path).stat().st_size == file.bytes


def test_rows_stand_in_the_order_of_the_part(tmp_path: Path) -> None:
    files = _written(tmp_path, 2, 50_000)
    with DuckEngine(threads=2) as engine:
        for file in files:
            if file.table == "event":
                source = f"read_parquet('{(tmp_path / file.path).as_posix()}')"
                rows = engine.rows(f"SELECT object, occurred, row FROM {source}")
                assert rows == sorted(rows)


def test_unchanged_content_keeps_its_file(lake: ParquetLake, engine: DuckEngine) -> None:
    first = build(engine, lake, "first", seed=1)
    before = {file.path: (lake.root / file.path).stat().st_mtime_ns for file in first.files}

    with DuckEngine(threads=1) as other:
        build(other, lake, "second", seed=1)

    assert {path: (lake.root / path).stat().st_mtime_ns for path in before} == before


def test_a_build_mends_a_damaged_file(lake: ParquetLake, engine: DuckEngine) -> None:
    first = build(engine, lake, "first", seed=1)
    path = lake.root / first.files[0].path
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    assert lake.damaged(first) == first.files[:1]

    with DuckEngine(threads=1) as other:
        build(other, lake, "first", seed=1)

    assert lake.damaged(first) == ()


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_snapshot_with_a_missing_or_short_file_is_not_read(lake: ParquetLake, engine: DuckEngine, damage: str) -> None:
    first = build(engine, lake, "first", seed=1)
    path = lake.root / first.files[0].path
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        path.unlink()

    with DuckEngine(threads=1) as reader, pytest.raises(StoreError, match=path.name):
        lake.attach(reader, first)


@pytest.mark.parametrize("value", ["a/b", "..", ".", "c:d", "ü", "it's", "a b", "*?"])
def test_a_partition_value_never_leaves_its_folder(tmp_path: Path, value: str) -> None:
    (tmp_path / "staging").mkdir()
    with DuckEngine(threads=1) as engine:
        engine.run("CREATE TABLE event AS SELECT ? AS object_type, 1 AS object", [value])
        (file,) = parquet.write(engine, [Part("event", ("object_type",), ("object",))], root=tmp_path, staging=tmp_path / "staging")

        assert (tmp_path / file.path).parent.parent == tmp_path / "event"
        assert engine.rows(f"SELECT object_type FROM read_parquet('{(tmp_path / file.path).as_posix()}')") == [(value,)]


def test_views_run_outside_of_troth_in_the_lakes_folder(lake: ParquetLake, engine: DuckEngine) -> None:
    snapshot = build(engine, lake, "first", seed=1)
    (lake.root / "views.sql").write_text(lake.views(snapshot), encoding="utf-8")
    code = (
        "import duckdb; c = duckdb.connect(); c.execute(open('views.sql', encoding='utf-8').read())\n"
        "print(c.execute('SELECT count(*) FROM event, outcome WHERE subject = object').fetchone()[0])"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=lake.root, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "180"


def test_a_relative_root_does_not_move_with_the_working_directory(
    tmp_path: Path, journal: Journal, engine: DuckEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lake = ParquetLake(Path("kept"), journal)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    build(engine, lake, "first", seed=1, now=NOW)

    assert (tmp_path / "kept" / "event").is_dir()

"""The subject of the kill suite: one small build over an earlier one, by the path that every build takes."""

from __future__ import annotations

from pathlib import Path

from tests.kill.child import Subject
from tests.stores.world import NOW, make_tables, snapshot_of
from troth.stores.journal.journal import Journal
from troth.stores.lake.engine import DuckEngine
from troth.stores.lake.lake import ParquetLake


def _build(root: Path, seed: int) -> None:
    journal = Journal(root / ".troth" / "journal.db")
    lake = ParquetLake(root / ".troth" / "lake", journal)
    with lake.building(NOW) as spill, DuckEngine(threads=1, spill=spill) as engine:
        make_tables(engine, seed, orders=600)
        lake.publish(snapshot_of(engine, lake, f"seed-{seed}", seed), NOW)
    journal.close()


def prepare(root: Path) -> None:
    _build(root, seed=1)


def build(root: Path) -> None:
    _build(root, seed=2)


SUBJECT = Subject(prepare, build)

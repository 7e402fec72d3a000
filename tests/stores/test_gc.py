from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stores.world import NOW, build
from troth.kernel.errors import Busy, StoreError
from troth.stores import failpoints
from troth.stores.journal.journal import Publication
from troth.stores.lake.engine import DuckEngine
from troth.stores.lake.gc import collect, kept, plan
from troth.stores.lake.lake import ParquetLake

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _published(*ages: timedelta) -> list[Publication]:
    return [Publication(str(age), seq, NOW - age) for seq, age in enumerate(sorted(ages, reverse=True), start=1)]


def _ages_kept(ages: Sequence[timedelta], cited: Sequence[timedelta] = ()) -> list[timedelta]:
    keep = kept(_published(*ages), NOW, [str(age) for age in cited])
    return [age for age in ages if str(age) in keep]


def test_all_of_the_last_seven_days_are_kept() -> None:
    ages = [n * HOUR for n in range(7 * 24)]

    assert _ages_kept(ages) == ages


def test_of_a_day_before_that_the_newest_is_kept() -> None:
    #  NOW is 17:30, so 10 days + 1 h and 10 days + 17 h fall on the same day, 10 days + 18 h on the day before
    ages = [HOUR, 10 * DAY + HOUR, 10 * DAY + 17 * HOUR, 10 * DAY + 18 * HOUR]

    assert _ages_kept(ages) == [HOUR, 10 * DAY + HOUR, 10 * DAY + 18 * HOUR]


def test_of_a_month_before_that_the_newest_is_kept() -> None:
    #  17 Oct: 78 and 100 days before are 31 July and 9 July, 109 days are 30 June
    ages = [HOUR, 78 * DAY, 100 * DAY, 109 * DAY]

    assert _ages_kept(ages) == [HOUR, 78 * DAY, 109 * DAY]


def test_after_twenty_four_months_nothing_is_kept() -> None:
    # the first of the 24 months is November 2016
    november, october = NOW - datetime(2016, 11, 1, 12), NOW - datetime(2016, 10, 31, 12)

    assert _ages_kept([HOUR, november, october]) == [HOUR, november]


def test_the_snapshot_in_force_is_kept_whatever_its_age() -> None:
    assert _ages_kept([3000 * DAY]) == [3000 * DAY]


def test_what_a_decision_cites_is_kept_whatever_its_age() -> None:
    assert _ages_kept([HOUR, 3000 * DAY, 3001 * DAY], cited=[3001 * DAY]) == [HOUR, 3001 * DAY]


@given(st.lists(st.integers(0, 900 * 24), min_size=1, max_size=60, unique=True))
def test_the_rule_agrees_with_a_count_by_hand(hours: list[int]) -> None:
    publications = _published(*(n * HOUR for n in hours))
    by_hand = set()
    for publication in publications:
        later = [p for p in publications if p.at > publication.at]
        age_days = (NOW.date() - publication.at.date()).days
        age_months = (NOW.year - publication.at.year) * 12 + NOW.month - publication.at.month
        newest_of_day = not any(p.at.date() == publication.at.date() for p in later)
        newest_of_month = not any(p.at.strftime("%Y%m") == publication.at.strftime("%Y%m") for p in later)
        if NOW - publication.at < 7 * DAY or (age_days < 35 and newest_of_day) or (age_months < 24 and newest_of_month) or not later:
            by_hand.add(publication.id)

    assert kept(publications, NOW, ()) == by_hand


@pytest.fixture
def old_and_new(lake: ParquetLake) -> ParquetLake:
    """Two snapshots of one day last month, of which the first goes, and one of today. Seeds make files differ."""
    for id, seed, age in (("gone", 1, 40 * DAY + HOUR), ("month", 2, 40 * DAY), ("today", 3, HOUR)):
        with DuckEngine(threads=1) as engine:
            build(engine, lake, id, seed, now=NOW - age)
    return lake


def test_a_plan_says_what_would_go_and_changes_nothing(old_and_new: ParquetLake) -> None:
    before = sorted(path for path in old_and_new.root.rglob("*.parquet"))

    planned = plan(old_and_new, NOW)

    assert planned.snapshots == ("gone",)
    assert planned.bytes == sum((old_and_new.root / name).stat().st_size for name in planned.files) > 0
    assert sorted(path for path in old_and_new.root.rglob("*.parquet")) == before


def test_kept_snapshots_are_whole_and_nothing_else_is_left(old_and_new: ParquetLake) -> None:
    collected = collect(old_and_new, NOW)

    journal = old_and_new.journal
    keep = [journal.snapshot(publication.id) for publication in journal.publications()]
    assert [snapshot.id for snapshot in keep] == ["month", "today"]
    assert [old_and_new.damaged(snapshot) for snapshot in keep] == [(), ()]
    there = {path.relative_to(old_and_new.root).as_posix() for path in old_and_new.root.rglob("*.parquet")}
    assert there == {file.path for snapshot in keep for file in snapshot.files}
    assert there.isdisjoint(collected.files)
    assert journal.verify() is None
    assert journal.source_state() == journal.source_state_from_entries()


def test_a_collection_does_what_was_planned(old_and_new: ParquetLake) -> None:
    assert plan(old_and_new, NOW) == collect(old_and_new, NOW)


def test_a_second_collection_finds_nothing(old_and_new: ParquetLake) -> None:
    collect(old_and_new, NOW)

    assert collect(old_and_new, NOW) == plan(old_and_new, NOW)
    assert plan(old_and_new, NOW).files == ()


def test_what_is_cited_stays(old_and_new: ParquetLake) -> None:
    assert collect(old_and_new, NOW, cited=["gone"]).snapshots == ()


def test_what_a_dead_build_left_goes(old_and_new: ParquetLake) -> None:
    left = old_and_new.root / ".staging" / "dead" / "draft.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x" * 1000)

    assert collect(old_and_new, NOW).left_over == 1000
    assert not left.exists()


def test_nothing_is_collected_while_a_build_runs(old_and_new: ParquetLake) -> None:
    with old_and_new.building(NOW), pytest.raises(Busy):
        collect(old_and_new, NOW)

    assert len(old_and_new.journal.publications()) == 3


@pytest.mark.parametrize("name", [name for name in failpoints.NAMES if name.startswith("gc.")])
def test_a_collection_that_fails_leaves_kept_snapshots_whole_and_can_be_repeated(old_and_new: ParquetLake, name: str) -> None:
    def fail(hit: str) -> None:
        if hit == name:
            raise OSError(5, "Input/output error")

    with failpoints.install(fail), pytest.raises(OSError, match="Input/output"):
        collect(old_and_new, NOW)

    journal = old_and_new.journal
    for publication in journal.publications():
        assert old_and_new.damaged(journal.snapshot(publication.id)) == () or publication.id == "gone"
    collect(old_and_new, NOW)
    assert plan(old_and_new, NOW).files == ()
    assert [publication.id for publication in journal.publications()] == ["month", "today"]


def test_a_file_that_cannot_be_removed_is_said(old_and_new: ParquetLake) -> None:
    def fail(hit: str) -> None:
        if hit == "gc.remove.before":
            raise PermissionError(13, "in use")

    with failpoints.install(fail), pytest.raises(StoreError, match="cannot be removed"):
        collect(old_and_new, NOW)

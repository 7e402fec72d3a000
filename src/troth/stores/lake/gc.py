"""What the lake may forget: snapshots past their keeping time, then the files that no kept snapshot names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from troth.kernel.instant import from_us, to_us
from troth.stores.journal.journal import Publication
from troth.stores.lake.lake import INTAKE, STAGING, ParquetLake
from troth.stores.lake.removing import present, remove

ALL_OF: Final = timedelta(days=7)
DAYS, MONTHS = 35, 24
AWAY = f"../{INTAKE}/"


@dataclass(frozen=True, slots=True)
class Collected:
    """snapshots: ids, oldest first. files: paths from the lake's folder. bytes: of these files. left_over: bytes in staging."""

    snapshots: tuple[str, ...]
    files: tuple[str, ...]
    bytes: int
    left_over: int


def kept(publications: Sequence[Publication], now: datetime, cited: Collection[str]) -> frozenset[str]:
    """Ids to keep: all of the last 7 days, the newest of each of 35 days and of 24 months, the one in force, the cited.

    publications: oldest first. Days and months are of UTC, counted back from `now`'s own.
    """
    now = from_us(to_us(now))
    keep = {publication.id for publication in publications if publication.at > now - ALL_OF}
    keep |= {publication.id for publication in publications if publication.id in cited}
    keep |= set(_newest_of(publications, lambda at: (now.date() - at.date()).days, DAYS))
    keep |= set(_newest_of(publications, lambda at: _months(now) - _months(at), MONTHS))
    keep |= {publication.id for publication in publications[-1:]}
    return frozenset(keep)


def plan(lake: ParquetLake, now: datetime, cited: Collection[str] = ()) -> Collected:
    """What `collect` would remove; changes nothing."""
    publications = lake.journal.publications()
    keep = kept(publications, now, cited)
    gone = tuple(publication.id for publication in publications if publication.id not in keep)
    named = {file.path for id in keep for file in lake.journal.snapshot(id).files}
    files = {name: size for name, size in present(lake.root).items() if name not in named and not name.startswith(STAGING)}
    taken = {file.path for load in lake.loads() for file in load.files}  # what a build that died had taken in is named by none
    files |= {f"{AWAY}{name}": size for name, size in present(lake.intake).items() if name not in taken}
    return Collected(gone, tuple(sorted(files)), sum(files.values()), _left_over(lake))


def collect(lake: ParquetLake, now: datetime, cited: Collection[str] = ()) -> Collected:
    """Remove snapshots past their keeping time and what only they named. Raises Busy while a build runs.

    The manifest forgets first: a crash in between leaves files that nothing names, which the next collection removes.
    """
    left_over = _left_over(lake)
    with lake.building(now):  # which sweeps staging
        planned = replace(plan(lake, now, cited), left_over=left_over)
        if planned.snapshots:
            lake.journal.forget(planned.snapshots, now)
        for name in planned.files:
            away = name.startswith(AWAY)
            remove(lake.intake if away else lake.root, name.removeprefix(AWAY) if away else name)
    return planned


def _left_over(lake: ParquetLake) -> int:
    return sum(path.stat().st_size for path in (lake.root / STAGING).rglob("*") if path.is_file())


def _newest_of(publications: Sequence[Publication], age: Callable[[datetime], int], count: int) -> list[str]:
    """The newest id of each period whose age is below `count` periods."""
    newest = {age(publication.at): publication.id for publication in publications}
    return [id for period, id in newest.items() if period < count]


def _months(instant: datetime) -> int:
    return instant.year * 12 + instant.month

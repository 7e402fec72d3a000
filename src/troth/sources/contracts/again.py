"""What a contract says of all rows, told from what it said of them before and from the few that changed, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from troth.record import Engine
from troth.sources.contracts.checks import SHOWN, Check, Place, Verdict, checks_of, counts, places, standing, verdict, verdicts_on_rows
from troth.sources.contracts.judging import Judged, newest_of
from troth.sources.contracts.schema import ENOUGH, Columns, Seen, changes_between, read_back, seen_in
from troth.sources.mapping import Source
from troth.sources.reading import Staged

At = tuple[int, int]
"""A load, as it is numbered among those of its source, and a row of it."""


def asks_of_all(source: Source) -> str | None:
    """What of a contract only all rows can say; None where a few can. What holds cells changes what rows are made of."""
    contract = source.contract
    if contract is None:
        return None
    if contract.schema_ != "evolve":
        return f"compares its columns ({contract.schema_})"
    if contract.holds:
        return "holds cells"
    alike = [column for column, rules in contract.columns.items() if rules.unique and source.key != (column,)]
    return f"asks whether {alike[0]} is unique" if alike else None


@dataclass(frozen=True, slots=True)
class Failing:
    """Of one check: failed of so many rows. old: where, in loads that were known before. new: the first of those that came."""

    failed: int
    of: int
    old: frozenset[At]
    new: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What is to be said of some of a source's rows. rows: how many of them stand, where the contract asks."""

    columns: Columns
    newest: datetime | None
    checks: tuple[Check, ...]
    failing: tuple[Failing, ...]
    rows: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """What the snapshot before says of all rows. verdicts: by column and check; of those that failed the first places."""

    columns: Columns
    newest: datetime | None
    verdicts: Mapping[tuple[str | None, str], tuple[int, int, tuple[Place, ...]]]
    rows: int | None

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Said:
        found = {(v["column"], v["check"]): (v["failed"], v["of"], tuple(Place(**at) for at in v["first"])) for v in facts["verdicts"]}
        newest = facts["newest"]
        return cls(read_back(facts["columns"]), newest and datetime.fromisoformat(newest), found, facts.get("rows"))


def look(engine: Engine, staged: Staged, zone: str, news: int) -> Looked:
    """Some rows of a source, staged. news: how many of its loads, the last, came now."""
    contract = staged.source.contract
    checks = checks_of(engine, staged, contract, zone) if contract is not None else ()
    since = len(staged.pieces) - news
    failing = tuple(
        Failing(failed, of, *(_where(engine, staged, check, since) if failed else (frozenset(), ())))
        for check, (failed, of) in zip(checks, counts(engine, staged, checks), strict=True)
    )
    rows = standing(engine, staged) if contract is not None and contract.rows is not None else None
    return Looked(seen_in(engine, staged, enough=0), newest_of(engine, staged), checks, failing, rows)


def _where(engine: Engine, staged: Staged, check: Check, since: int) -> tuple[frozenset[At], tuple[Place, ...]]:
    old = engine.rows(f"SELECT _file, _row FROM {staged.table} WHERE ({check.fails}) AND _file < {since}")
    return frozenset((int(file), int(row)) for file, row in old), places(engine, staged, check, f"_file >= {since}")


def judge_again(staged: Staged, said: Said, replaced: Looked, by: Looked) -> Judged | None:
    """As `judge`, where some of the rows that `said` tells of were replaced by others; None where only all rows can say.

    staged: with the new rows. For sources of which `asks_of_all` names nothing.
    """
    if replaced.newest is not None and replaced.newest == said.newest and (by.newest is None or by.newest < said.newest):
        return None
    if set(said.columns) != set(by.columns) or set(said.columns) != set(replaced.columns):
        return None
    now = {name: _together(said.columns[name], replaced.columns[name], seen) for name, seen in by.columns.items()}
    found = list(_verdicts(staged, said, replaced, by))
    if None in now.values() or None in found:
        return None
    columns = {name: seen for name, seen in now.items() if seen is not None}
    newest = max((one for one in (said.newest, by.newest) if one is not None), default=None)
    verdicts = [one for one in found if one is not None]
    rows = _rows(said, replaced, by)
    contract = staged.source.contract
    if contract is not None and contract.rows is not None:
        if rows is None:
            return None
        verdicts += verdicts_on_rows(staged, contract.rows, rows)
    changes = tuple(changes_between(staged, said.columns, columns))
    return Judged(staged.name, staged.source.steward, "evolve", tuple(verdicts), changes, columns, newest, rows)


def _verdicts(staged: Staged, said: Said, replaced: Looked, by: Looked) -> Iterator[Verdict | None]:
    files = [piece.file for piece in staged.pieces]
    for check, less, more in zip(by.checks, replaced.failing, by.failing, strict=True):
        was = said.verdicts.get((check.column, check.says))
        first = None if was is None else _first(was[0], was[2], less, more, files)
        if was is None or first is None:
            yield None
            continue
        failed, of, _ = was
        yield verdict(staged, check, failed - less.failed + more.failed, of - less.of + more.of, first)


def _first(failed: int, first: Sequence[Place], less: Failing, more: Failing, files: Sequence[str]) -> tuple[Place, ...] | None:
    """The first places, since whatever came stands behind all that was there; None where another may be among them now."""
    if not more.old <= less.old:
        return None
    left = []
    for place in first:
        here = [(number, place.row) for number, file in enumerate(files) if file == place.file]
        if len(here) > 1 and less.old & set(here):
            return None  # a file that was taken in again: the place may be that of either load
        if here and (here[0] not in less.old or here[0] in more.old):
            left.append(place)
    if len(left) < len(first) < failed:
        return None
    return (*left, *more.new)[:SHOWN]


def _rows(said: Said, replaced: Looked, by: Looked) -> int | None:
    if said.rows is None or replaced.rows is None or by.rows is None:
        return None
    return said.rows - replaced.rows + by.rows


def _together(was: Seen, replaced: Seen, by: Seen) -> Seen | None:
    """was: of all rows, with decimals and times of day where enough are filled; the others: of some rows, however few they are."""
    filled, misfits = (getattr(was, of) - getattr(replaced, of) + getattr(by, of) for of in ("filled", "misfits"))
    fit = filled - misfits
    found = replace(by, filled=filled, misfits=misfits, fits=fit >= misfits, decimals=None, clock=None)
    if fit < ENOUGH:
        return found
    if was.filled - was.misfits < ENOUGH:
        return None if by.decimals is not None or by.clock is not None else found
    for of in ("decimals", "clock"):
        before, less, more = (getattr(one, of) for one in (was, replaced, by))
        if before is None:
            continue  # nobody looks at it
        if less is None or less < before:
            greatest = before if more is None else max(before, more)
        elif more is not None and more >= before:
            greatest = more
        else:
            return None
        found = replace(found, **{of: greatest})
    return found

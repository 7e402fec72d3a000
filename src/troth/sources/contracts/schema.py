"""Which columns a source has and what they look like, and how that differs from the last snapshot's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from troth.kernel.errors import nearest
from troth.query import literal_text
from troth.record import Engine
from troth.sources.casting import Cell
from troth.sources.contracts.holding import Hold
from troth.sources.reading import Staged

ENOUGH = 20
"""Filled cells below which decimals and times of day say nothing: three whole amounts in a row are no change of format."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A column as the files have it. missing: the first file without it.

    read: the type in which it is read; None where neither the mapping nor the contract reads it, and nothing more is known.
    fits: at least half of its filled cells are of that type; misfits: those that are not. decimals: most digits behind the
    decimal mark, as written. clock: some instant is at another time than midnight. Both are None below 20 filled cells and
    without a contract.
    """

    missing: str | None = None
    read: str | None = None
    filled: int = 0
    fits: bool = True
    decimals: int | None = None
    clock: bool | None = None
    misfits: int = 0


Columns = Mapping[str, Seen]


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """narrows: something that was known is known no more. says: as a clause behind the column's name."""

    column: str
    says: str
    narrows: bool
    file: str | None = None
    hold: Hold | None = None


def seen_in(engine: Engine, staged: Staged, enough: int = ENOUGH) -> dict[str, Seen]:
    """Every column of the files, in the order of their names. enough: of how few filled cells decimals and times of day are told."""
    found: dict[str, Seen] = {}
    for column in sorted({c for _, columns in staged.columns for c in columns}):
        lacks = [file for file, columns in staged.columns if column not in columns]
        found[column] = Seen(missing=lacks[0] if lacks else None)
    if not staged.texts:
        return found
    cells = read_as(staged)
    parts = [_looked(staged, cells.get(column), place) for column, place in staged.texts.items()]
    looked = engine.rows(f"SELECT {', '.join(part for some in parts for part in some)} FROM {staged.table}")[0]
    for number, column in enumerate(staged.texts):
        if column not in found:
            continue  # made of others, which are compared
        fits, misfits, decimals, clock = looked[4 * number : 4 * number + 4]
        told = int(fits) >= enough
        found[column] = replace(
            found[column],
            read=cells[column].kind if column in cells else "text",
            filled=int(fits) + int(misfits),
            fits=int(fits) >= int(misfits),
            decimals=int(decimals) if told and decimals is not None else None,
            clock=bool(clock) if told and clock is not None else None,
            misfits=int(misfits),
        )
    return found


def changes_between(staged: Staged, before: Columns, now: Columns) -> Iterator[SchemaChange]:
    for column in sorted(before.keys() | now.keys()):
        was, is_ = before.get(column), now.get(column)
        if was is None and is_ is not None:
            file = next(file for file, columns in staged.columns if column in columns)
            yield SchemaChange(column, f"is new in {file}", narrows=False, file=file)
        elif is_ is None and column in staged.source.personal:
            continue  # free text that nobody reads is not kept since it is personal
        elif is_ is None:
            like = nearest(column, now.keys() - before.keys()) if now.keys() - before.keys() else ""
            yield SchemaChange(column, f"is gone{f'; {like}' if like.startswith('did you') else ''}", narrows=True)
        elif was is not None:
            yield from _of_column(staged, column, was, is_)


def accepted(mode: str, before: Columns | None, now: Columns) -> dict[str, Seen]:
    """What the next snapshot is compared with: what was found, but in quarantine what was there before."""
    return dict(now if mode == "evolve" or before is None else before)


def _of_column(staged: Staged, column: str, was: Seen, now: Seen) -> Iterator[SchemaChange]:
    if was.missing is None and now.missing is not None:
        yield SchemaChange(column, f"is missing in {now.missing}", narrows=True, file=now.missing)
    if was.missing is not None and now.missing is None:
        yield SchemaChange(column, "is in every file now", narrows=False)
    if now.read is None or was.read != now.read:
        return
    cell, text = read_as(staged).get(column), f"t{staged.texts[column]}"
    value, bad = (f"c{cell.name}", f"b{cell.name}") if cell else (text, "NULL")

    def change(says: str, *, narrows: bool, where: str) -> SchemaChange:
        return SchemaChange(column, says, narrows, hold=Hold(column, where, f"held: {column} {says}"))

    if was.filled and not now.filled:
        yield change("is blank in every row", narrows=True, where=f"{value} IS NULL")
    elif now.filled and not was.filled:
        yield change("is no longer blank in every row", narrows=False, where=f"{text} IS NOT NULL")
    elif was.fits and not now.fits:
        yield change(f"is text and no longer {now.read}", narrows=True, where=f"{bad} IS NOT NULL")
    elif now.fits and not was.fits:
        yield change(f"is {now.read} now", narrows=False, where=f"{value} IS NOT NULL")
    if cell is None:
        return
    if was.decimals is not None and now.decimals is not None and was.decimals != now.decimals:
        fewer = now.decimals < was.decimals
        finer = f"coalesce(length({_decimals(cell)}), 0) > {was.decimals}"
        yield change(f"has {now.decimals} decimals and had {was.decimals}", narrows=fewer, where=f"{value} IS NOT NULL" if fewer else finer)
    if was.clock is not None and now.clock is not None and was.clock != now.clock:
        timed = f"{value} IS NOT NULL"
        says = "has lost its time of day" if was.clock else "has a time of day now"
        yield change(says, narrows=was.clock, where=timed if was.clock else f"{timed} AND {_clock(cell)}")


def read_as(staged: Staged) -> dict[str, Cell]:
    """The cell by which a column is looked at: the mapping's before the contract's, a type before text; ids have no cell."""
    chosen: dict[str, Cell] = {}
    for cell in sorted((*staged.cells, *staged.checked), key=lambda cell: cell.kind == "text"):
        chosen.setdefault(cell.column, cell)
    return {column: chosen[column] for column in sorted(chosen)}


def _looked(staged: Staged, cell: Cell | None, place: int) -> tuple[str, str, str, str]:
    nothing = "CAST(NULL AS INTEGER)"
    if cell is None:
        return f"count(t{place})", "0", nothing, nothing
    value = f"c{cell.name}"
    closely = staged.source.promised
    decimals = f"max(coalesce(length({_decimals(cell)}), 0)) FILTER ({value} IS NOT NULL)"
    clock = f"CAST(bool_or({_clock(cell)}) FILTER ({value} IS NOT NULL) AS INTEGER)"
    return (
        f"count({value})",
        f"count(b{cell.name})",
        decimals if closely and cell.kind in ("number", "money") else nothing,
        clock if closely and cell.kind == "instant" else nothing,
    )


def _decimals(cell: Cell) -> str:
    mark = literal_text(rf"[{cell.numbers.decimal}](\d+)-?$")
    return f"regexp_extract(t{cell.position}, {mark}, 1)"


def _clock(cell: Cell) -> str:
    """Whether an instant is written with a time of day that is not midnight."""
    time = f"regexp_replace(t{cell.position}, '[+-]\\d\\d:?\\d\\d$', '')"
    return f"regexp_matches({time}, '[1-9]\\d?:\\d\\d|\\d:(0[1-9]|[1-9]\\d)|:\\d\\d:(0[1-9]|[1-9]\\d)')"


def written(columns: Columns) -> dict[str, Any]:
    """As the facts of a snapshot keep them: what is as usual is left out."""
    usual = Seen()
    return {
        name: {field: value for field in Seen.__slots__ if (value := getattr(seen, field)) != getattr(usual, field)}
        for name, seen in columns.items()
    }


def read_back(facts: Mapping[str, Any]) -> dict[str, Seen]:
    return {name: Seen(**said) for name, said in facts.items()}

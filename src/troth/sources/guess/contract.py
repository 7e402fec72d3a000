"""A contract that a source's files keep as they are, each line with what it was seen from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from troth.record import Engine
from troth.sources.casting import Cell
from troth.sources.contracts.checks import checks_of, verdicts
from troth.sources.contracts.contract import NUMERIC, Contract
from troth.sources.contracts.schema import read_as
from troth.sources.guess.shape import shape
from troth.sources.mapping import Source
from troth.sources.reading import Staged, stage

ENOUGH = 20
MOST_VALUES = 12
LONGEST_VALUE = 40
SAMPLE = 500
PLAIN = re.compile(r"(?!(true|false|null)$)[A-Za-z_][A-Za-z0-9_]*|\d+[a-z]+|\d{4}-\d\d-\d\d")
BY_CHECK = ("type", "required", "unique", "between", "in", "matches", "after")


@dataclass(frozen=True, slots=True)
class Line:
    """One rule: where it stands in the contract, what it says, and the evidence. path: columns, amount, between."""

    path: tuple[str, ...]
    value: Any
    evidence: str


def draft_contract(engine: Engine, name: str, source: Source, folder: Path, zone: str) -> tuple[tuple[Line, ...], str]:
    """Rules for the columns that the mapping reads; those that nobody reads can harm nobody. Gives the lines, and them as YAML.

    What the files do not keep themselves is left out, and ranges have room above what was seen. Values of a column that is
    personal are not looked at.
    """
    staged = stage(engine, name, source.model_copy(update={"contract": None}), folder, zone)
    order = (
        [column for column in staged.columns[0][1] if column in staged.texts and not source.is_personal(column)] if staged.columns else []
    )
    rows = int(engine.rows(f"SELECT count(*) FROM {staged.table}")[0][0])
    cells = read_as(staged)
    lines = [line for column in order for line in _of_column(engine, staged, column, cells.get(column), rows)] if rows else []
    lines = sorted([*lines, *_after(engine, staged, cells)], key=lambda line: order.index(line.path[1]))
    lines += _of_source(engine, staged, rows)
    broken = _broken(engine, name, source, folder, zone, lines)
    kept = tuple(line for line in lines if line not in broken)
    return kept, _yaml(kept)


def _of_column(engine: Engine, staged: Staged, column: str, cell: Cell | None, rows: int) -> Iterator[Line]:
    value = f"c{cell.name}" if cell else f"t{staged.texts[column]}"
    kind = cell.kind if cell else "text"
    bad = f"count(b{cell.name})" if cell else "0"
    filled, misfits, distinct, low, high, longest, sample = engine.rows(
        f"SELECT count({value}), {bad}, count(DISTINCT {value}), min({value}), max({value}), max(length(t{staged.texts[column]})),"
        f" arg_min(t{staged.texts[column]}, hash(t{staged.texts[column]}), {SAMPLE}) FROM {staged.table}"
    )[0]

    def line(rule: str, said: Any, evidence: str) -> Line:
        return Line(("columns", column, rule), said, evidence)

    if kind != "text":
        yield line("type", kind, f"{filled:,} of {filled + misfits:,} filled cells are")
        if misfits:
            yield line("hold", said=True, evidence=f"{misfits:,} are not and stand in quarantine already")
    if filled == rows:
        yield line("required", said=True, evidence=f"no blank in {rows:,} rows")
    if kind == "text" and distinct == filled and filled >= ENOUGH:
        yield line("unique", said=True, evidence=f"{distinct:,} different values in {filled:,} rows")
    scale = next((feedback.scale for feedback in staged.source.feedback if feedback.score == column), None)
    if scale is not None:
        yield line("between", list(scale), f"the scale; seen {_plain(low)} to {_plain(high)}")
    elif kind in NUMERIC and filled >= ENOUGH:
        yield line("between", [_floor(low), _ceiling(high)], f"seen {_plain(low)} to {_plain(high)}")
    if isinstance(low, date) and filled >= ENOUGH:
        yield line("between", [f"{low.year}-01-01", None], f"seen {low:%Y-%m-%d} to {high:%Y-%m-%d}")
    few = 0 < distinct <= MOST_VALUES and filled >= ENOUGH * distinct and longest <= LONGEST_VALUE
    if kind == "text" and few and not all(str(v).isdecimal() for v in sample):
        yield line("in", sorted({str(v) for v in sample}), f"{distinct:,} different values in {filled:,} rows")
    elif kind == "text" and distinct >= ENOUGH and (pattern := shape([str(v) for v in sample])):
        yield line("matches", pattern, f"all of {min(distinct, SAMPLE):,} values that were looked at")


def _after(engine: Engine, staged: Staged, cells: dict[str, Cell]) -> Iterator[Line]:
    """Days and instants that never come before the anchor, or before the first event where there is none."""
    events = [event for event in staged.source.events if event.type]
    first = next((event for event in events if event.anchor), events[0] if events else None)
    for column, cell in cells.items() if first else ():
        if first is None or cell.kind not in ("day", "instant") or column == first.at:
            continue
        at = f"c{staged.cell(first.at, 'instant').name}"
        at, value = f"CAST({at} AS DATE)", f"CAST(c{cell.name} AS DATE)"
        both, early = engine.rows(
            f"SELECT count(*) FILTER ({at} IS NOT NULL AND {value} IS NOT NULL), count(*) FILTER ({value} < {at}) FROM {staged.table}"
        )[0]
        if both >= ENOUGH and not early:
            yield Line(("columns", column, "after"), {"column": first.at}, f"never before it in {both:,} rows")


def _of_source(engine: Engine, staged: Staged, rows: int) -> Iterator[Line]:
    if rows >= ENOUGH:
        yield Line(("rows", "at_least"), _half(rows), f"{rows:,} rows now")
    at = sorted({event.at for event in staged.source.events})
    if not at:
        return
    days = " UNION ALL ".join(f"SELECT CAST(c{staged.cell(column, 'instant').name} AS DATE) AS d FROM {staged.table}" for column in at)
    count, gap = engine.rows(
        f"SELECT count(*), max(d - before) FROM (SELECT d, lag(d) OVER (ORDER BY d) AS before"
        f" FROM (SELECT DISTINCT d FROM ({days}) WHERE d IS NOT NULL))"
    )[0]
    if count >= ENOUGH:
        yield Line(("fresh_within",), f"{max(2 * int(gap), 2)}d", f"at most {int(gap):,} day{'' if gap == 1 else 's'} without an event")


def _broken(engine: Engine, name: str, source: Source, folder: Path, zone: str, lines: Sequence[Line]) -> list[Line]:
    """The lines that the files do not keep, found by judging them."""
    contract = Contract.model_validate(_nested(lines))
    staged = stage(engine, name, source.model_copy(update={"contract": contract}), folder, zone)
    checks = checks_of(engine, staged, contract, zone)
    found = []
    for column in contract.columns:
        mine = [line for line in lines if line.path[:2] == ("columns", column) and line.path[2] in BY_CHECK]
        rules = sorted((line for line in mine if line.value != "text"), key=lambda line: BY_CHECK.index(line.path[2]))
        judged = [v for check, v in zip(checks, verdicts(engine, staged, checks), strict=False) if check.column == column]
        found += [line for line, verdict in zip(rules, judged, strict=True) if not verdict.kept and not verdict.held]
    return found


def _nested(lines: Sequence[Line]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for line in lines:
        inner = made
        for key in line.path[:-1]:
            inner = inner.setdefault(key, {})
        inner[line.path[-1]] = line.value
    return made


def _yaml(lines: Sequence[Line]) -> str:
    """The contract with its evidence as comments, in the order of the lines; JSON values are YAML too."""
    written: list[tuple[str, str]] = [("contract:", "")]
    above: tuple[str, ...] = ()
    for line in lines:
        for depth, key in enumerate(line.path[:-1]):
            if line.path[: depth + 1] != above[: depth + 1]:
                written.append((f"{'  ' * (depth + 1)}{_key(key)}:", ""))
        written.append((f"{'  ' * len(line.path)}{_key(line.path[-1])}: {_value(line.value)}", line.evidence))
        above = line.path[:-1]
    width = min(max((len(text) for text, evidence in written if evidence), default=0), 60)
    return "".join(f"{text:<{width}}  # {evidence}\n" if evidence else f"{text}\n" for text, evidence in written)


def _key(name: str) -> str:
    return name if PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    if PLAIN.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False) if "'" in value or not value.isprintable() else f"'{value}'"


def _half(rows: int) -> int:
    """The greatest of 1, 2, 5, 10, 20, … that is at most half of the rows."""
    power = int("1" + "0" * (len(str(rows // 2)) - 1))
    return next(step * power for step in (5, 2, 1) if step * power <= rows // 2)


def _floor(low: Decimal) -> int | float:
    """Nothing below zero where nothing was; else a round number with half as much room again."""
    return 0 if low >= 0 else -_ceiling(-low)


def _ceiling(high: Decimal) -> int | float:
    """The first of 1, 2, 5, 10, 20, … that has half as much room again.

    >>> _ceiling(Decimal("13440")), _ceiling(Decimal("0.04"))
    (50000, 0.1)
    """
    if high <= 0:
        return 0
    wanted, power = high * Decimal("1.5"), Decimal(10) ** (high.adjusted())
    found = next(step * power for step in map(Decimal, (1, 2, 5, 10, 20)) if step * power >= wanted)
    return int(found) if found == found.to_integral_value() else float(found)


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, datetime) else f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)

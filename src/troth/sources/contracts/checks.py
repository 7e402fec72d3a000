"""The checks of a contract as SQL over the staged table, judged in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from troth.engines.calendars import utc_of
from troth.kernel.instant import to_us
from troth.query import literal_instant, literal_text
from troth.record import Engine
from troth.sources.contracts.contract import NUMERIC, ColumnRules, Contract, RowRules, Severity, microseconds, number_of, time_of
from troth.sources.reading import Staged

SHOWN = 5
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Check:
    """column: None where it is about the rows. says: what should hold, in words.

    fails: SQL over the staged table that is true for a row that fails; None where the check is about their number.
    of: SQL of the rows that are judged. hold: cells that fail are held.
    """

    column: str | None
    says: str
    severity: Severity
    fails: str | None = None
    of: str = "TRUE"
    hold: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands. value: as it was written, capped; None where it is blank, or personal."""

    file: str
    row: int
    value: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a check: `failed` of `of` rows. held: they are in quarantine. first: the first of them.

    got: what was found instead, where the check is not about single rows.
    """

    source: str
    column: str | None
    check: str
    severity: Severity
    held: bool
    failed: int
    of: int
    first: tuple[Place, ...]
    steward: str | None
    got: str = ""

    @property
    def kept(self) -> bool:
        return self.failed == 0

    @property
    def next_step(self) -> str:
        if self.kept:
            return ""
        asked = f"Ask {self.steward} to mend it" if self.steward else "Name a steward, and have it mended"
        if self.held:
            return f"{asked}: what needs a held cell is unknown until then."
        return f"{asked}, or change the contract in sources/."


def checks_of(engine: Engine, staged: Staged, contract: Contract, zone: str) -> tuple[Check, ...]:
    """The checks of the columns; they judge the last row of each key, since what a later row supersedes is mended already."""
    among = not_superseded(engine, staged)
    return tuple(check for column, rules in contract.columns.items() for check in _of_column(staged, column, rules, zone, among))


def not_superseded(engine: Engine, staged: Staged) -> str:
    key = [f"t{staged.texts[c]}" for c in staged.source.key]
    listed = ", ".join(key)
    if not key or not engine.rows(f"SELECT 1 FROM {staged.table} GROUP BY {listed} HAVING count(*) > 1 LIMIT 1"):
        return ""
    nameless = " OR ".join(f"{text} IS NULL" for text in key)
    engine.run(
        f"CREATE OR REPLACE TABLE last_{staged.name} AS SELECT _file, _row FROM {staged.table} QUALIFY {nameless}"
        f" OR row_number() OVER (PARTITION BY {listed} ORDER BY _file DESC, _row DESC) = 1"
    )
    return f"(_file, _row) IN (SELECT _file, _row FROM last_{staged.name})"


def verdicts(engine: Engine, staged: Staged, checks: tuple[Check, ...]) -> tuple[Verdict, ...]:
    """One verdict a check. The table is read once, and again only for the places of failures."""
    counted = zip(checks, counts(engine, staged, checks), strict=True)
    return tuple(verdict(staged, check, failed, of, places(engine, staged, check) if failed else ()) for check, (failed, of) in counted)


def counts(engine: Engine, staged: Staged, checks: tuple[Check, ...]) -> list[tuple[int, int]]:
    """By check how many rows fail, and of how many."""
    counted = [f"count(*) FILTER ({check.fails}), count(*) FILTER ({check.of})" for check in checks]
    found = [int(count) for count in engine.rows(f"SELECT {', '.join(counted)} FROM {staged.table}")[0]] if counted else []
    return list(zip(found[::2], found[1::2], strict=True))


def verdict(staged: Staged, check: Check, failed: int, of: int, first: tuple[Place, ...]) -> Verdict:
    held = check.hold and failed > 0
    steward = staged.source.steward_of(check.column)
    return Verdict(staged.name, check.column, check.says, check.severity, held, failed, of, first, steward)


def standing(engine: Engine, staged: Staged) -> int:
    """Rows that stand, those that the reader set aside included; what was superseded is not counted."""
    among = not_superseded(engine, staged) or "TRUE"
    return int(engine.rows(f"SELECT count(*) FROM {staged.table} WHERE {among}")[0][0]) + staged.rejected


def verdicts_on_rows(staged: Staged, rows: RowRules, count: int) -> Iterator[Verdict]:
    """Whether as many rows stand as there should."""
    for bound, word, fails in (
        (rows.at_least, "at least", rows.at_least is not None and count < rows.at_least),
        (rows.at_most, "at most", rows.at_most is not None and count > rows.at_most),
    ):
        if bound is not None:
            said = f"{word} {bound:,} row{'' if bound == 1 else 's'}"
            got = f"{count:,}" if fails else ""
            yield Verdict(staged.name, None, said, rows.severity, False, int(fails), 1, (), staged.source.steward, got)


def places(engine: Engine, staged: Staged, check: Check, where: str = "TRUE") -> tuple[Place, ...]:
    """The first that fail, in the order in which they came. where: SQL over the staged table."""
    assert check.column is not None
    position = staged.texts[check.column]
    text = f"coalesce(e{position}, t{position})" if staged.marked else f"t{position}"
    value = "CAST(NULL AS VARCHAR)" if check.column in staged.source.personal else f"left({text}, {LONGEST})"
    failing = f"({check.fails}) AND {where} ORDER BY _file, _row LIMIT {SHOWN}"
    rows = engine.rows(f"SELECT {staged.file_sql()}, _row, {value} FROM {staged.table} WHERE {failing}")
    return tuple(Place(str(file), int(row), value) for file, row, value in rows)


def _of_column(staged: Staged, column: str, rules: ColumnRules, zone: str, among: str) -> Iterator[Check]:
    cell = staged.cell(column, rules.type)
    value, bad = f"c{cell.name}", f"b{cell.name}"
    there = f"{value} IS NOT NULL"

    def check(says: str, fails: str, of: str = there) -> Check:
        judged = [f"({sql}) AND {among}" if among else sql for sql in (fails, of)]
        return Check(column, says, rules.weight, judged[0], judged[1], rules.hold)

    if rules.type != "text":
        yield check(WORDS[rules.type], f"{bad} IS NOT NULL", f"{there} OR {bad} IS NOT NULL")
    if rules.required:
        yield check("filled", f"{value} IS NULL AND {bad} IS NULL", "TRUE")
    if rules.unique and staged.source.key == (column,):
        yield Check(column, "unique", rules.weight, f"(_file, _row) IN ({_repeated_key(staged, value)})", there, rules.hold)
    elif rules.unique:
        yield check("unique", f"(_file, _row) IN ({_repeated(staged, value, among or 'TRUE')})")
    if rules.between is not None:
        low, high = rules.between
        says = (
            f"between {low} and {high}"
            if low is not None and high is not None
            else f"at least {low}"
            if low is not None
            else f"at most {high}"
        )
        yield check(says, " OR ".join(_beyond(value, rules, zone)))
    if rules.in_ is not None:
        listed = ", ".join(f"CAST({v} AS DECIMAL(38,10))" if rules.type in NUMERIC else literal_text(v) for v in rules.in_)
        shown = ", ".join(rules.in_[:6]) + (", …" if len(rules.in_) > 6 else "")
        yield check(f"one of {shown}", f"{value} NOT IN ({listed})")
    if rules.matches is not None:
        yield check(f"of the form '{rules.matches}'", f"NOT regexp_full_match({value}, {literal_text(rules.matches)})")
    if rules.after is not None:
        other = f"c{staged.cell(rules.after.column, rules.type).name}"
        passed = f"epoch_us(CAST({value} AS TIMESTAMP)) - epoch_us(CAST({other} AS TIMESTAMP))"
        least, most = microseconds(rules.after.at_least), rules.after.at_most
        span = f"{rules.after.at_least} to {most} after" if most else f"{rules.after.at_least} or more after" if least else "on or after"
        yield check(
            f"{span} {rules.after.column}",
            f"{passed} < {least}" + (f" OR {passed} > {microseconds(most)}" if most else ""),
            f"{there} AND {other} IS NOT NULL",
        )


WORDS = {
    "number": "a number",
    "money": "an amount",
    "instant": "a day or an instant",
    "day": "a day",
    "bool": "yes or no",
}


def _beyond(value: str, rules: ColumnRules, zone: str) -> Iterator[str]:
    """SQL of a value below or above its bounds; a bound that is a whole day holds until the day ends."""
    assert rules.between is not None
    for written, sign in zip(rules.between, ("<", ">"), strict=True):
        if written is None:
            continue
        if rules.type in NUMERIC:
            yield f"{value} {sign} CAST({number_of(written)} AS DECIMAL(38,10))"
        elif rules.type == "day":
            yield f"{value} {sign} DATE '{time_of(written):%Y-%m-%d}'"
        else:
            whole = sign == ">" and len(written) == 10
            instant = utc_of(time_of(written) + timedelta(days=1 if whole else 0), zone)
            yield f"{value} {'>=' if whole else sign} {literal_instant(to_us(instant)).sql('duckdb')}"


def _repeated(staged: Staged, value: str, among: str) -> str:
    """SQL of the places of rows whose value another row has."""
    rows = f"SELECT _file, _row, {value} FROM {staged.table} WHERE {value} IS NOT NULL AND {among}"
    if not staged.source.key:
        rows += " QUALIFY row_number() OVER (PARTITION BY _content ORDER BY _file DESC, _row DESC) = 1"
    return f"SELECT _file, _row FROM ({rows}) QUALIFY count(*) OVER (PARTITION BY {value}) > 1"


def _repeated_key(staged: Staged, value: str) -> str:
    """A later file repeats a key to correct it, and then the key is still unique: it is judged inside each file."""
    twice = f"SELECT _file, {value} FROM {staged.table} GROUP BY ALL HAVING count(DISTINCT _content) > 1"
    return f"SELECT s._file, s._row FROM {staged.table} s WHERE (s._file, s.{value}) IN ({twice})"

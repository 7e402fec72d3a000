"""A staged source by its contract and by the columns of the last snapshot: judged, held, told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.kernel.errors import SourceError
from troth.query import literal_text
from troth.record import Engine
from troth.sources.contracts.checks import Place, Verdict, checks_of, standing, verdicts, verdicts_on_rows
from troth.sources.contracts.contract import microseconds
from troth.sources.contracts.holding import hold, holds_of
from troth.sources.contracts.schema import Columns, SchemaChange, accepted, changes_between, seen_in
from troth.sources.reading import Staged


@dataclass(frozen=True, slots=True)
class Judged:
    """columns: what the next snapshot is compared with. newest: the latest instant that something happened at, as the source says.

    rows: how many stand, where the contract asks for their number.
    """

    source: str
    steward: str | None
    mode: str
    verdicts: tuple[Verdict, ...]
    changes: tuple[SchemaChange, ...]
    columns: Columns
    newest: datetime | None
    rows: int | None = None

    @property
    def stops(self) -> bool:
        """Whether the build is to be refused."""
        return bool(self.broken) or (self.mode == "freeze" and bool(self.changes))

    @property
    def broken(self) -> tuple[Verdict, ...]:
        return tuple(one for one in self.verdicts if not one.kept and one.severity == "error")


def judge(engine: Engine, staged: Staged, zone: str, before: Columns | None) -> tuple[Staged, Judged]:
    """The staged source with what its contract holds taken out, and what is to be said of it.

    zone: IANA name of the source's clock. before: its columns as the last snapshot has them, None where there was none.
    Comes between `stage` and `settle`, so that what is held is in quarantine, and the balance with it.
    """
    contract = staged.source.contract
    now = seen_in(engine, staged)
    changes = () if before is None else tuple(changes_between(staged, before, now))
    mode = contract.schema_ if contract else "evolve"
    found: tuple[Verdict, ...] = ()
    rows = None
    if contract is not None:
        checks = checks_of(engine, staged, contract, zone)
        found = verdicts(engine, staged, checks)
        if contract.rows is not None:
            rows = standing(engine, staged)
            found += tuple(verdicts_on_rows(staged, contract.rows, rows))
        held = holds_of(check for check, one in zip(checks, found, strict=False) if one.held)
        if mode == "quarantine":
            held += tuple(change.hold for change in changes if change.hold)
        staged = hold(engine, staged, held)
    columns = accepted(mode, before, now)
    return staged, Judged(staged.name, staged.source.steward, mode, found, changes, columns, newest_of(engine, staged), rows)


class NotKept(SourceError):
    """What contracts say is not so, and the build is refused. judged: every source."""

    def __init__(self, what: str, judged: Sequence[Judged], *, next_step: str) -> None:
        super().__init__(what, next_step=next_step)
        self.judged = tuple(judged)


def quarantine_columns(engine: Engine, judged: Judged) -> None:
    """Columns that came or went, where they are to be quarantined: one line each, for no cell of theirs is carried."""
    for change in judged.changes if judged.mode == "quarantine" else ():
        if change.hold is None:
            file = "CAST(NULL AS VARCHAR)" if change.file is None else literal_text(change.file)
            said = f"{literal_text(judged.source)}, {file}, NULL, {literal_text(change.column)}"
            engine.run(f"INSERT INTO quarantine SELECT {said}, {literal_text(f'the column {change.says}')}, FALSE, NULL, NULL")


def fresh(judged: Judged, staged: Staged, at: datetime, words: str) -> Verdict | None:
    """Whether the source is as fresh as its contract says. at: naive UTC. words: what that instant is, as in `the data of all sources`."""
    contract = staged.source.contract
    if contract is None or contract.fresh_within is None or judged.newest is None:
        return None
    behind = (at - judged.newest).total_seconds()
    old = behind * 1_000_000 > microseconds(contract.fresh_within)
    got = f"newest {judged.newest:%Y-%m-%d %H:%M} UTC, {span(behind)} behind {words}" if old else ""
    says = f"within {contract.fresh_within} of {words}"
    return Verdict(staged.name, None, says, "warn", False, int(old), 1, (), judged.steward, got)


def span(seconds: float) -> str:
    days, hours = int(seconds // 86_400), int(seconds // 3_600)
    return f"{days:,} days" if days > 1 else f"{hours} hours" if hours > 1 else f"{int(seconds // 60)} minutes"


def refuse_broken(judged: Sequence[Judged]) -> None:
    """Raises NotKept where a check that stops the build failed, or a frozen source has other columns; with all of them."""
    stopping = [one for one in judged if one.stops]
    if not stopping:
        return
    names = ", ".join(f"'{one.source}'" for one in stopping)
    said = [f"the contract of {names} is not kept", *(f"  {line}" for one in stopping for line in _lines(one))]
    frozen = any(one.mode == "freeze" and one.changes for one in stopping)
    thaw = "To take other columns, build once with `schema: evolve`. " if frozen else ""
    raise NotKept(
        "\n".join([*said, "Nothing was published; the snapshot before stays in force."]),
        judged,
        next_step=f"{thaw}Look closer with: troth sources check",
    )


def _lines(judged: Judged) -> list[str]:
    lines = [line for verdict in judged.broken for line in (f"{told(verdict)} ({_asked(verdict.steward)})", *map(stands, verdict.first))]
    if judged.mode == "freeze":
        frozen = f"its columns are frozen ({_asked(judged.steward)})"
        lines += [f"{judged.source}.{change.column} {change.says}, and {frozen}" for change in judged.changes]
    return lines


def _asked(steward: str | None) -> str:
    return f"ask {steward}" if steward else "nobody is its steward"


def told(verdict: Verdict) -> str:
    """A check that failed in one line: orders.amount: not between 0 and 100000 in 3 of 120 rows."""
    where = verdict.source if verdict.column is None else f"{verdict.source}.{verdict.column}"
    if verdict.column is None:
        return f"{where}: not {verdict.check}; got {verdict.got}"
    return f"{where}: not {verdict.check} in {verdict.failed:,} of {verdict.of:,} rows"


def stands(place: Place) -> str:
    return f"  {place.file}, row {place.row}" + ("" if place.value is None else f": {place.value}")


def newest_of(engine: Engine, staged: Staged) -> datetime | None:
    """The latest instant at which something happened, as the rows say."""
    columns = sorted(staged.source.observed())
    if not columns:
        return None
    newest = ", ".join(f"max(c{staged.cell(column, 'instant').name})" for column in columns)
    found = engine.rows(f"SELECT greatest({newest}) FROM {staged.table}")[0][0]
    return found if isinstance(found, datetime) else None

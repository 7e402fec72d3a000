"""Somebody's data: find the token, hold it, erase it, and write down who did so and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from troth.app.building.intake import concerning_all, stored
from troth.app.rulebook.rules import Rules, read_rules
from troth.app.workspace import Workspace
from troth.kernel.errors import BookError, Held, NotFound
from troth.query import identifier
from troth.record import Engine
from troth.sources import Source
from troth.sources.intake.arrivals import newest
from troth.sources.intake.taking import Stored, since
from troth.sources.personal.redaction import redact
from troth.sources.personal.vault import ERASED as ERASED_TOKEN
from troth.sources.personal.vault import TOKEN_KINDS, Erasure, Hold, Status, Word, is_erased, unknown

ERASED, HELD, RELEASED, ROTATED = "vault.erased", "vault.held", "vault.released", "vault.rotated"


@dataclass(frozen=True, slots=True)
class Erased:
    """commitment: what the journal keeps of the value; nobody can compute it any more. still: files that hold the value yet."""

    token: str
    commitment: str
    actor: str
    reason: str
    at: datetime
    still: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file still holds an erased value. row: the first that does, of `rows`."""

    source: str
    file: str
    column: str
    row: int
    rows: int

    def __str__(self) -> str:
        more = f" and {self.rows - 1:,} more" if self.rows > 1 else ""
        return f"{self.file} still holds somebody who was erased: `{self.column}`, row {self.row:,}{more}. Take it out there."


def settle_vault(workspace: Workspace, rules: Rules) -> None:
    """Before a build: what was erased is told to the journal, and erased again where an older copy of the vault was put back."""
    if any(source.value.personal for source in rules.sources.values()):
        tell_journal(workspace)
        erase_again(workspace)


def erase(workspace: Workspace, token: str, reason: str) -> Erased:
    """Delete what stands behind a token. Statistics stay: the token in the lake stands for somebody nobody can name.

    Raises Held while a hold lasts, NotFound where nothing stands behind the token, BookError without a reason.
    """
    tell_journal(workspace)
    erasure = workspace.vault.erase(token, _word(workspace, reason, token))
    tell_journal(workspace)
    still = still_held(workspace, read_rules(workspace))
    return Erased(token, erasure.commitment, erasure.word.actor, erasure.word.reason, erasure.word.at, still)


def hold(workspace: Workspace, token: str, reason: str) -> Hold:
    """Keep a token from being erased until it is released. Raises NotFound where nothing stands behind it."""
    held = workspace.vault.hold(token, _word(workspace, reason, token))
    workspace.journal.record(held.word.actor, HELD, token, {"reason": held.word.reason}, held.word.at)
    return held


def release(workspace: Workspace, token: str, reason: str) -> None:
    """End a hold. Raises NotFound where there is none."""
    word = _word(workspace, reason, token)
    workspace.vault.release(token)
    workspace.journal.record(word.actor, RELEASED, token, {"reason": word.reason}, word.at)


def find(workspace: Workspace, value: str) -> tuple[str, ...]:
    """The tokens of a value, one a kind under which the vault knows it. Raises NotFound where it knows none, without naming it."""
    if not value.strip():
        raise NotFound("nothing to look for", got="an empty value", next_step="Give the value on standard input.")
    found = [token for kind in TOKEN_KINDS if (token := workspace.vault.find(kind, value))]
    if not found:
        raise NotFound("the vault does not know this value", got="a value that no personal column of the book holds")
    return tuple(token for token in found if not is_erased(token)) or _refused(found[0])


def rotate(workspace: Workspace) -> Status:
    """Put everything under a new key. Copies of the vault made before still open with the key that was copied with them."""
    status = workspace.vault.rotate(workspace.now())
    workspace.journal.record(workspace.history.author().name, ROTATED, "vault", {"key": status.key or ""}, workspace.now())
    return status


def tell_journal(workspace: Workspace) -> None:
    """Write down what was erased. A process that died between the two left it to the next one, which may find it written."""
    untold = workspace.vault.untold()
    if not untold:
        return
    written = {payload.get("commitment") for _, payload in workspace.journal.recorded(ERASED)}
    for erasure in untold:
        if erasure.commitment not in written:
            payload = {"reason": erasure.word.reason, "commitment": erasure.commitment}
            workspace.journal.record(erasure.word.actor, ERASED, erasure.token, payload, erasure.word.at)
        workspace.vault.told(erasure)


def erase_again(workspace: Workspace) -> tuple[Erasure, ...]:
    """What the journal says was erased and the vault holds nevertheless, unless a hold keeps it."""
    said = dict(workspace.journal.recorded(ERASED))
    found = []
    for token in workspace.vault.values(list(said)):
        word = Word("troth", "erased before; a copy of the vault brought it back", workspace.now())
        try:
            found.append(workspace.vault.erase(token, word))
        except Held:
            continue
    if found:
        tell_journal(workspace)
    return tuple(found)


def still_held(workspace: Workspace, rules: Rules) -> tuple[Place, ...]:
    """Where the files, as they were last read, hold values that were erased; nothing is read where nothing was."""
    erased = sorted({token for token, _ in workspace.journal.recorded(ERASED)})
    if not erased:
        return ()
    engine = workspace.engine()
    known = concerning_all(rules, workspace.lake.loads())
    found: list[Place] = []
    for name, definition in sorted(rules.sources.items()):
        for load in newest(known[name]).values() if definition.value.personal else ():
            if load.there:
                loads = [stored(workspace.lake, one) for one in known[name] if one.place == load.place]
                found += _places(engine, definition.value, since(loads), erased)
    return tuple(found)


def _places(engine: Engine, source: Source, loads: Sequence[Stored], erased: Sequence[str]) -> list[Place]:
    """In the rows of one table that still stand."""
    gone = " UNION ALL ".join(
        f"SELECT CAST(seq AS INTEGER) AS seq, CAST(row AS BIGINT) AS row FROM {one.gone}" for one in loads if one.gone
    )
    engine.run(f"CREATE OR REPLACE TABLE went AS {gone or 'SELECT 0 AS seq, CAST(0 AS BIGINT) AS row WHERE FALSE'}")
    engine.load("erased", {"token": np.array(erased, dtype=object)})
    found: dict[str, tuple[int, int]] = {}
    for one in loads:
        for column in source.personal if one.rows else ():
            if column not in one.texts.columns:
                continue
            cell = identifier(column)
            read = f"SELECT CAST({identifier(one.texts.row)} AS BIGINT) AS row, {cell} AS cell FROM {one.rows}"
            first, count = engine.rows(
                f"SELECT min(r.row), count(*) FROM ({read}) r"
                f" ANTI JOIN (SELECT row FROM went WHERE seq = {one.load.seq}) w ON w.row = r.row"
                f" WHERE starts_with(r.cell, '{ERASED_TOKEN}-') OR r.cell IN (SELECT token FROM erased)"
            )[0]
            if count:
                before = found.get(column, (first, 0))
                found[column] = (min(before[0], first), before[1] + count)
    engine.run("DROP TABLE erased")
    return [Place(loads[-1].load.source, loads[-1].load.name, column, row, rows) for column, (row, rows) in sorted(found.items())]


def _word(workspace: Workspace, reason: str, token: str) -> Word:
    """A reason may name whom it is about: it is kept without."""
    kept = redact(reason.strip(), tuple(workspace.vault.values([token]).values()))
    if not kept:
        raise BookError("a reason is needed", got="none", next_step="Say in a few words why, without naming anybody: --reason TEXT")
    return Word(workspace.history.author().name, kept, workspace.now())


def _refused(token: str) -> tuple[str, ...]:
    raise unknown(token)

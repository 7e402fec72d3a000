"""Somebody's data: find the token, hold it, erase it, and write down who did so and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from troth.app.rules import Rules
from troth.app.workspace import Workspace
from troth.kernel.errors import BookError, Held, NotFound
from troth.sources.redaction import redact
from troth.sources.vault import TOKEN_KINDS, Erasure, Hold, Status, Word, is_erased, unknown

ERASED, HELD, RELEASED, ROTATED = "vault.erased", "vault.held", "vault.released", "vault.rotated"


@dataclass(frozen=True, slots=True)
class Erased:
    """commitment: what the journal keeps of the value; nobody can compute it any more."""

    token: str
    commitment: str
    actor: str
    reason: str
    at: datetime


def vault_state(workspace: Workspace, rules: Rules) -> tuple[str, ...]:
    """What a build's tokens depend on besides its inputs; nothing where no source has anything personal.

    First of all what was erased is so again: an older copy of the vault may have been put back.
    """
    if not any(source.value.personal for source in rules.sources.values()):
        return ()
    tell_journal(workspace)
    erase_again(workspace)
    return (workspace.vault.state(),)


def erase(workspace: Workspace, token: str, reason: str) -> Erased:
    """Delete what stands behind a token. Statistics stay: the token in the lake stands for somebody nobody can name.

    Raises Held while a hold lasts, NotFound where nothing stands behind the token, BookError without a reason.
    """
    tell_journal(workspace)
    erasure = workspace.vault.erase(token, _word(workspace, reason, token))
    tell_journal(workspace)
    return Erased(token, erasure.commitment, erasure.word.actor, erasure.word.reason, erasure.word.at)


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


def still_held(places: Sequence[dict[str, object]]) -> list[str]:
    """In words where the files still hold what was erased."""
    return [
        f"{place['file']} still holds somebody who was erased: `{place['column']}`, row {place['row']}"
        + (f" and {int(str(place['rows'])) - 1:,} more" if place["rows"] != 1 else "")
        + ". Nothing leads from there to what was known before; take it out of the file, or it is read again each time."
        for place in places
    ]


def _word(workspace: Workspace, reason: str, token: str) -> Word:
    """A reason may name whom it is about: it is kept without."""
    kept = redact(reason.strip(), tuple(workspace.vault.values([token]).values()))
    if not kept:
        raise BookError("a reason is needed", got="none", next_step="Say in a few words why, without naming anybody: --reason TEXT")
    return Word(workspace.history.author().name, kept, workspace.now())


def _refused(token: str) -> tuple[str, ...]:
    raise unknown(token)

"""The past as it was known then: the loads known at an instant, judged by the book as it then was, as far as its history says."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from troth.app.building.intake import concerning_all, stored
from troth.app.building.judging import DEFAULT_ZONE, Basis, identity_of, snapshot_of
from troth.app.rulebook.rules import Rules, read_rules, rules_of
from troth.app.workspace import Progress, Workspace, silent
from troth.book.history import Revision
from troth.book.versions import moment
from troth.kernel.errors import BookError, NotFound
from troth.record import Column, Load, Snapshot, StoredFile
from troth.record.loads import known_at

CACHE = "cache/known"
EXAMPLES = "2026-03-01 or 2026-03-01T06:00"


@dataclass(frozen=True, slots=True)
class Known:
    """What was known at an instant, naive UTC. left_out: intakes since. revision: of the book that judged, None for the book as it stands.

    why_now: why the book as it stands judged, where its history has none of then.
    """

    at: datetime
    snapshot: Snapshot
    rules: Rules
    left_out: int
    revision: Revision | None
    why_now: str = ""


def as_known_at(workspace: Workspace, written: datetime | str, *, progress: Progress = silent) -> Known:
    """The snapshot of what was known at an instant; kept as a cache and never put in force.

    written: naive UTC, or a day or an instant in the operation's zone as a text. Raises NotFound for an instant before the first
    intake, BookError for what is no instant, Busy while another build runs.
    """
    now = read_rules(workspace)
    at = instant(written, now)
    loads = workspace.lake.loads()
    if not loads:
        raise NotFound("nothing was taken in yet", next_step="Run: troth build")
    then = known_at(loads, at)
    if not then:
        first = loads[0].known_from
        raise NotFound(
            "nothing was known yet", got=f"{at:%Y-%m-%dT%H:%M:%S} UTC", allowed=f"from {first.isoformat(timespec='microseconds')} UTC on",
            next_step="Ask for an instant at or after the first intake.",
        )  # fmt: skip
    rules, revision, why_now = _rules_then(workspace, now, at)
    known = concerning_all(rules, then)
    identity = identity_of(workspace, rules, sorted(load.said for mine in known.values() for load in mine), at)
    snapshot = _found(workspace, identity) or _made(workspace, rules, known, identity, at, progress)
    left_out = len({load.seq for load in loads} - {load.seq for load in then})
    return Known(at, snapshot, rules, left_out, revision, why_now)


def told(known: Known, when: str) -> str:
    """In words, for the page. when: the instant on the operation's clock."""
    since = (
        f"{known.left_out} later intake{'' if known.left_out == 1 else 's'} left out" if known.left_out else "nothing was taken in since"
    )
    if known.revision is not None:
        book = f"the book as it was saved at {known.revision.at:%Y-%m-%d %H:%M} UTC by {known.revision.author}"
    else:
        book = f"the book as it stands now{f', since {known.why_now}' if known.why_now else ''}"
    return f"As known at {when}: {since}; judged by {book}."


def instant(written: datetime | str, rules: Rules) -> datetime:
    """Naive UTC; a text is of the operation's zone. Raises BookError for what is no day and no instant."""
    zone = rules.settings.zone or DEFAULT_ZONE
    at = moment(written, "UTC" if isinstance(written, datetime) else zone)
    if at is None:
        raise BookError("no day and no instant", got=f"'{written}'", allowed=EXAMPLES, next_step="Say since when it was known.")
    return at


def _rules_then(workspace: Workspace, now: Rules, at: datetime) -> tuple[Rules, Revision | None, str]:
    revisions = workspace.history.revisions()
    if not revisions or revisions[-1].at <= at:
        return now, None, "" if revisions else "it has no history"
    before = [revision for revision in revisions if revision.at <= at]
    if not before:
        return now, None, "it was first saved later"
    try:
        return rules_of(workspace, before[-1]), before[-1], ""
    except BookError:
        return now, None, f"that of {before[-1].at:%Y-%m-%d %H:%M} UTC has errors"


def _found(workspace: Workspace, identity: str) -> Snapshot | None:
    published = workspace.lake.snapshot(identity)
    found = published or _read(workspace.state / CACHE / f"{identity}.json")
    return found if found is not None and workspace.lake.holds(found) else None


def _made(
    workspace: Workspace, rules: Rules, known: dict[str, tuple[Load, ...]], identity: str, at: datetime, progress: Progress
) -> Snapshot:
    with workspace.building() as engine:
        loads = {name: [stored(workspace.lake, load) for load in some] for name, some in known.items()}
        basis = Basis(identity, loads.__getitem__, lambda: None, strict=False, at=at)
        snapshot = snapshot_of(workspace, engine, rules, basis, progress)
    file = workspace.state / CACHE / f"{identity}.json"
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(".new")
        aside.write_text(json.dumps({**asdict(snapshot), "as_of": snapshot.as_of.isoformat()}), encoding="utf-8")
        aside.replace(file)
    return snapshot


def _read(file: Path) -> Snapshot | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads(file.read_bytes())
        schemas = {table: tuple(Column(**column) for column in columns) for table, columns in said["schemas"].items()}
        files = tuple(StoredFile(**one) for one in said["files"])
        return Snapshot(**{**said, "as_of": datetime.fromisoformat(said["as_of"]), "schemas": schemas, "files": files})
    return None

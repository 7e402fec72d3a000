"""The two ends of a comparison: a published snapshot, what was known at an instant, or what is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from troth.app.building.earlier import PUBLISHED
from troth.app.past.known import as_known_at, instant
from troth.app.rulebook.rules import Rules, read_rules
from troth.app.workspace import Progress, Workspace
from troth.kernel.errors import BookError, NotFound, nearest
from troth.record import Load, Snapshot
from troth.record.loads import known_at

NOW = "now"
FEWEST = 4
SIGNS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class End:
    """loads: all that was known. at: since when that is known, naive UTC; rules: of the book as far as one is at hand for it."""

    snapshot: Snapshot
    loads: tuple[Load, ...]
    at: datetime
    rules: Rules

    @property
    def seqs(self) -> frozenset[int]:
        return frozenset(load.seq for load in self.loads)


def end_of(workspace: Workspace, written: datetime | str, *, progress: Progress) -> End:
    """A snapshot by its id or the first signs of it, `now`, or a day or an instant: what was known then.

    Raises NotFound for a snapshot that there is not, or that was collected, for an instant before the first intake, and where nothing
    was built yet; BookError for what is none of these.
    """
    rules = read_rules(workspace)
    current = workspace.lake.current()
    if current is None:
        raise NotFound("nothing was built yet", next_step="Run: troth build")
    loads = workspace.lake.loads()
    if written == NOW:
        return End(current, loads, loads[-1].known_from, rules)
    if isinstance(written, str) and FEWEST <= len(written) <= len(current.id) and SIGNS.issuperset(written) and not _is_day(written, rules):
        return _published(workspace, written, loads, rules)
    known = as_known_at(workspace, written, progress=progress)
    return End(known.snapshot, known_at(loads, known.at), known.at, known.rules)


def _is_day(written: str, rules: Rules) -> bool:
    try:
        instant(written, rules)
    except BookError:
        return False
    return True


def _published(workspace: Workspace, written: str, loads: tuple[Load, ...], rules: Rules) -> End:
    published = workspace.lake.published()
    found = [(place, id) for place, (id, _) in enumerate(published) if id.startswith(written)]
    if len(found) > 1:
        raise NotFound(f"several snapshots begin with '{written}'", allowed=_listed([id for _, id in found]), next_step="Write more of it.")
    if not found:
        _refuse_collected(workspace, written)
        raise NotFound(
            f"no snapshot '{written}'", allowed=f"{nearest(written, [id[:12] for id, _ in published])}, a day, an instant, or now",
            next_step='Which there are: troth build --json, or ask for an instant: troth diff 2026-03-01T06:00 now.',
        )  # fmt: skip
    ((place, id),) = found
    snapshot = workspace.lake.snapshot(id)
    assert snapshot is not None
    at = max(at for _, at in published[: place + 1])  # a clock that was put back makes nothing unknown
    return End(snapshot, known_at(loads, at), at, rules)


def _refuse_collected(workspace: Workspace, written: str) -> None:
    """What it showed follows from what was taken in, which is never collected."""
    gone = [
        (id, payload["as_of"]) for id, payload in workspace.journal.recorded(PUBLISHED) if id.startswith(written)
    ]  # fmt: skip
    if gone:
        id, as_of = gone[-1]
        raise NotFound(
            f"snapshot {id[:12]} was collected", got=f"it held data up to {as_of}",
            next_step="Ask for what was known at an instant in place of it: troth diff 2026-03-01T06:00 now.",
        )  # fmt: skip


def _listed(ids: list[str]) -> str:
    return ", ".join(id[:12] for id in ids)

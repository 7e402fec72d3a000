"""What each Monday morning was shown, what was so as known then, and what it came to: the usual figure against by-due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from troth.app.past.known import as_known_at, instant
from troth.app.reading import Reading, open_reading
from troth.app.workspace import Progress, Workspace, silent
from troth.findings.context import Context
from troth.findings.finders.monday_replay import Monday, between, mondays_of
from troth.findings.kept import share_of
from troth.findings.weighing import Counts, is_sample, merged, seen, total
from troth.kernel.errors import BookError, NotFound, nearest

HOUR = 6
LAST = (4, 13)
EVER = "TIMESTAMP '9999-01-01'"
By = Literal["load", "event"]
See = Callable[[Reading], Reading]


def whole(reading: Reading) -> Reading:
    return reading


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval for the process behind it, of 0 to 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Replayed:
    """One Monday at 06:00 of the operation's clock. due: what fell due in the week before, as known then; done, kept, unknown: of it.

    shown: kept of what was done so far, None where nothing was; known: kept of all due; final: kept as known now of the due_now that
    are known of now. known_high, final_high: if those that cannot be told were kept too. Weighed where the record is a sample; counts
    are of rows.
    by: "load", where what the intakes until then had brought is what was known, or "event": before the first intake, what had
    happened until then.
    """

    monday: date
    by: By
    due: int
    done: int
    kept: int
    unknown: int
    shown: float | None
    known: float
    known_high: float
    due_now: int
    kept_now: int
    unknown_now: int
    final: float
    final_high: float

    @property
    def gap(self) -> float | None:
        """How much more was shown than was so."""
        return None if self.shown is None else self.shown - self.known


@dataclass(frozen=True, slots=True)
class Over:
    """Several Mondays together. last: how many, None for all. shown is None where nothing was done; …_high as for one Monday."""

    last: int | None
    mondays: int
    shown: Share | None
    known: Share
    known_high: float
    final: Share
    final_high: float


@dataclass(frozen=True, slots=True)
class Replay:
    """estimated: the figures are scaled up from a sample. first_load: when anything was taken in first, naive UTC."""

    promise: str
    words: str
    zone: str
    estimated: bool
    first_load: datetime
    mondays: tuple[Replayed, ...]
    over: tuple[Over, ...]


def replay(
    workspace: Workspace, promise: str | None = None, *, since: str | None = None, until: str | None = None, progress: Progress = silent,
    see: See = whole,
) -> Replay:  # fmt: skip
    """Every Monday of a promise, the main one without a name.

    since, until: days; without them from the first week as busy as the median to thirty days before the last fulfilment, so that
    neither a slow start nor an end of the file looks like lateness. Mondays of which nothing is known yet are left out.
    see: cuts the reading of each snapshot to what somebody may see.
    Raises NotFound for a promise that there is not, and where no Monday is left, BookError for what is no day.
    """
    now = see(open_reading(workspace))
    name = _named(now.context, promise)
    first = workspace.lake.loads()[0].known_from
    final = {monday.morning: monday for monday in _asked(now, name, since, until)}
    if not final:
        raise NotFound("no Monday to replay", got=f"from {since or 'the first'} to {until or 'the last'}", next_step="Give other days.")
    then = list(_then(workspace, now, name, list(final), first, progress, see))
    told = [_replayed(monday, final[monday.morning], by) for monday, by in then]
    if not told:
        raise NotFound(f"'{name}' was not promised yet on any of these Mondays", next_step="Give later days.")
    over = [_over(then[-last:], final, last) for last in LAST if last < len(then)]
    context, words = now.context, now.context.promises[name].words
    return Replay(
        name, words, context.clock.zone, is_sample(context, context.promises[name].subject), first, tuple(told),
        (*over, _over(then, final, None)),
    )  # fmt: skip


def _named(context: Context, promise: str | None) -> str:
    name = promise or context.main_promise()
    if name is None or name not in context.dated:
        there = promise in context.promises
        what = f"'{promise}' has no usual figure: nothing that comes keeps it" if there else f"no promise '{promise}'"
        raise NotFound(
            what if promise else "no promise was judged that something keeps when it comes", allowed=nearest(promise or "", context.dated),
            next_step="See the promises with: troth promises",
        )  # fmt: skip
    return name


def _asked(now: Reading, name: str, since: str | None, until: str | None) -> list[Monday]:
    every = mondays_of(now.context, name, hour=HOUR)
    if since is None and until is None:
        return between(now.context, name, every)
    first, last = (_day(written) for written in (since, until))
    return [m for m in every if (first is None or first <= m.morning) and (last is None or m.morning <= last)]


def _day(written: str | None) -> date | None:
    try:
        return None if written is None else date.fromisoformat(written)
    except ValueError as error:
        raise BookError("no day", got=f"'{written}'", allowed="2026-03-01", next_step="Say it as year, month and day.") from error


def _then(
    workspace: Workspace, now: Reading, name: str, mornings: Sequence[date], first: datetime, progress: Progress, see: See
) -> Iterator[tuple[Monday, By]]:
    """Each Monday as it was known. One snapshot serves all Mondays on which the same was known by the same book."""
    counted: dict[tuple[str, bool], dict[date, Monday]] = {}
    contexts: dict[str, Context] = {now.snapshot.id: now.context}
    for morning in mornings:
        at = instant(f"{morning}T{HOUR:02}:00", now.rules)
        by: By = "load" if at >= first else "event"
        if by == "event" and at > now.snapshot.as_of:
            continue
        known = as_known_at(workspace, max(at, first), progress=progress)
        id = known.snapshot.id
        if id not in contexts:
            contexts[id] = see(open_reading(workspace, known)).context
        if name not in contexts[id].promises:
            continue
        if (id, by == "load") not in counted:
            # Of what an intake knows, all fell due by the calendar, however far its last event lies behind.
            upto = EVER if by == "load" else None
            counted[id, by == "load"] = {m.morning: m for m in mondays_of(contexts[id], name, hour=HOUR, upto=upto)}
        if (monday := counted[id, by == "load"].get(morning)) is not None:
            yield monday, by


def _replayed(then: Monday, now: Monday, by: By) -> Replayed:
    shown = then.shown()
    due, done, kept, unknown = (seen(then.counts, name) for name in ("n", "done", "kept", "unknown"))
    due_now, kept_now, unknown_now = (seen(now.counts, name) for name in ("n", "final", "unknown"))
    return Replayed(
        then.morning, by, due, done, kept, unknown, None if shown is None else float(shown), *_range(then.counts, "kept"),
        due_now, kept_now, unknown_now, *_range(now.counts, "final"),
    )  # fmt: skip


def _range(counts: list[Counts], kept: str) -> tuple[float, float]:
    """The share of all due that is known to be kept, and with those that cannot be told."""
    due, certain, unknown = (total(counts, name) for name in ("n", kept, "unknown"))
    return float(certain / due), float((certain + unknown) / due)


def _over(then: Sequence[tuple[Monday, By]], final: dict[date, Monday], last: int | None) -> Over:
    before = merged([counts for monday, _ in then for counts in monday.counts])
    after = merged([counts for monday, _ in then for counts in final[monday.morning].counts])
    return Over(
        last, len(then), _share(before, "kept", "done") if seen(before, "done") else None,
        _share(before, "kept", "n"), _range(before, "kept")[1], _share(after, "final", "n"), _range(after, "final")[1],
    )  # fmt: skip


def _share(counts: list[Counts], numerator: str, denominator: str) -> Share:
    found = share_of(counts, numerator, denominator)
    return Share(found.value, found.low, found.high)

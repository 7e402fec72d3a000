"""One order, or whatever else a promise is about, clock by clock: what the page says, and what it draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from troth.app.answers.timeline import Judged, Timeline, why_not
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.findings import Context
from troth.kernel.errors import NotFound
from troth.promises import Promise
from troth.query import identifier

MOST_SHUT = 120
MOST_LINKED = 40
# What nobody has done for long is not drawn to its end: the days that were promised would be too small to be seen.
BEYOND = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """A stage, local. ends: None while it lasts. bears: its share of the delay, exact."""

    words: str
    begins: datetime
    ends: datetime | None
    bears: Fraction | None


@dataclass(frozen=True, slots=True)
class Lane:
    """One promise as it is drawn, all instants local. shut: outside its working hours; paused: while its clock stood.

    ends: of what is drawn. now: how far it has come: to its end, or to that of the record. done: when it was fulfilled. lasts: it goes on
    beyond what is drawn.
    """

    made: datetime
    now: datetime
    ends: datetime
    due: datetime | None
    done: datetime | None
    bars: tuple[Bar, ...]
    shut: tuple[tuple[datetime, datetime], ...]
    paused: tuple[tuple[datetime, datetime], ...]
    lasts: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A promise with its lane, None where it was never made. late: seconds after the due at which it came, or the record ends."""

    kind: str
    judged: Judged
    lane: Lane | None
    late: float | None


@dataclass(frozen=True, slots=True)
class Amount:
    kind: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answered who was asked about it. at: local."""

    instrument: str
    score: Decimal
    high: Decimal
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Linked:
    """page: order, customer, or None where it has none of its own."""

    type: str
    id: str
    page: str | None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """promises: those to customers first, of these the missed ones. linked: what it belongs to and what belongs to it."""

    type: str
    id: str
    promises: tuple[Told, ...]
    amounts: tuple[Amount, ...]
    answers: tuple[Answered, ...]
    linked: tuple[Linked, ...]
    quarantined: tuple[str, ...]


def order_page(reading: Reading, id: str, type: str | None = None, workspace: Workspace | None = None) -> OrderPage:
    """What became of every promise about an id. type: where several kinds of objects have that id.

    Raises NotFound, with near ids, where nothing of that name is on record.
    """
    found = [one for one in why_not(reading, id, workspace) if type in (None, one.subject_type)]
    if not found:
        raise NotFound(f"no {type} '{id}' on record", next_step="Give an id as the source has it.")
    if len(found) > 1:
        raise NotFound(f"'{id}' names {len(found)} objects", allowed=", ".join(f"{one.subject_type}/{id}" for one in found))
    return _page(reading.context, found[0])


def _page(context: Context, told: Timeline) -> OrderPage:
    ((code,),) = context.engine.rows(f"SELECT code FROM {identifier(f'object_{told.subject_type}')} WHERE id = ?", (told.id,))
    promises = [_told(context, one, int(code)) for one in told.promises]
    promises.sort(key=lambda one: (one.kind != "customer", one.judged.state != "broken"))
    return OrderPage(
        told.subject_type, told.id, tuple(promises), tuple(_amounts(context, told.subject_type, int(code))),
        tuple(_answers(context, told.subject_type, int(code))), tuple(_linked(context, told.subject_type, int(code))), told.quarantined,
    )  # fmt: skip


def _told(context: Context, judged: Judged, code: int) -> Told:
    promise = context.promises[judged.promise]
    lane = _lane(context, judged, promise, code)
    late = None
    if lane is not None and lane.due is not None and judged.state == "broken":
        late = ((lane.done or context.local_time(context.as_of)) - lane.due).total_seconds()
    return Told(promise.kind, judged, lane, late)


def _lane(context: Context, judged: Judged, promise: Promise, code: int) -> Lane | None:
    if judged.state == "not made":
        return None
    stages = [column for key in promise.stages for column in (f"{key}_from", f"{key}_to")]
    listed = ", ".join(identifier(one) for one in ("made", "due", "fulfilled", "voided", *stages))
    # The month of an outcome is that of its anchor; of a turn it is the turn's own, and of a turn there are few.
    rows = context.engine.rows(f"SELECT {listed} FROM {identifier(f'outcome_{judged.promise}')} WHERE subject = ?", (code,))
    made, due, fulfilled, voided, *instants = rows[0]
    until = fulfilled or voided or context.as_of
    last = max(until, due or until)
    drawn = min(last, due + BEYOND * max(due - made, timedelta(days=1))) if due is not None else last
    local = context.local_time
    bars = tuple(_bars(context, judged, promise, instants, until)) or (Bar("", local(made), _ended(context, fulfilled), None),)
    return Lane(
        local(made), local(min(until, drawn)), local(drawn), _ended(context, due), _ended(context, fulfilled), bars,
        tuple(_shut(context, judged, made, drawn)), tuple(_paused(context, judged.promise, code, drawn)), last > drawn,
    )  # fmt: skip


def _ended(context: Context, at: datetime | None) -> datetime | None:
    return None if at is None else context.local_time(at)


def _bars(context: Context, judged: Judged, promise: Promise, instants: list[datetime | None], until: datetime) -> Iterator[Bar]:
    borne = {one.stage: Fraction(one.borne) for one in judged.stages if one.borne is not None}
    for number, (key, stage) in enumerate(promise.stages.items()):
        begins, ends = instants[2 * number : 2 * number + 2]
        if begins is not None and begins <= until:
            words = stage.words or key.replace("_", " ")
            yield Bar(words, context.local_time(begins), _ended(context, ends), borne.get(words))


def _shut(context: Context, judged: Judged, made: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Where the calendar of the promise was not open, within what is drawn; nothing where that is too often to be seen."""
    if judged.calendar is None or not context.has("working_time"):
        return
    rows = context.engine.rows(
        "SELECT opens, closes FROM working_time WHERE calendar = ? AND closes > ? AND opens < ? ORDER BY opens",
        (judged.calendar, made, ends),
    )
    if not rows or len(rows) > MOST_SHUT:
        return
    at = made
    for opens, closes in rows:
        if opens > at:
            yield context.local_time(at), context.local_time(opens)
        at = max(at, closes)
    if at < ends:
        yield context.local_time(at), context.local_time(ends)


def _paused(context: Context, promise: str, code: int, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    if not context.has("pause"):
        return
    rows = context.engine.rows("SELECT since, until, lasts FROM pause WHERE promise = ? AND subject = ? ORDER BY since", (promise, code))
    for since, until, lasts in rows:
        yield context.local_time(since), context.local_time(ends if lasts else min(until, ends))


def _amounts(context: Context, type: str, code: int) -> Iterator[Amount]:
    rows = context.engine.rows(
        "SELECT kind, sum(amount), currency FROM money WHERE about_type = ? AND about = ? GROUP BY kind, currency ORDER BY ALL",
        (type, code),
    )
    for kind, amount, currency in rows:
        yield Amount(str(kind), amount, str(currency))


def _answers(context: Context, type: str, code: int) -> Iterator[Answered]:
    rows = context.engine.rows(
        "SELECT instrument, score, high, coalesce(answered, asked) FROM feedback WHERE about_type = ? AND about = ? ORDER BY 4, 1",
        (type, code),
    )
    for instrument, score, high, at in rows:
        yield Answered(str(instrument), score, high, _ended(context, at))


def _linked(context: Context, type: str, code: int) -> Iterator[Linked]:
    rows = context.engine.rows(
        "SELECT DISTINCT to_type, to_code FROM relation WHERE from_type = ? AND from_code = ?"
        " UNION SELECT DISTINCT from_type, from_code FROM relation WHERE to_type = ? AND to_code = ? ORDER BY ALL LIMIT ?",
        (type, code, type, code, MOST_LINKED),
    )
    for other, its in rows:
        for (id,) in context.engine.rows(f"SELECT id FROM {identifier(f'object_{other}')} WHERE code = ?", (its,)):
            yield Linked(str(other), str(id), page_of(context, str(other)))


def page_of(context: Context, type: str) -> str | None:
    """Which page shows an object of a type: that of an order where something is promised about it, that of a customer where it is owed."""
    if type in {promise.subject for promise in context.promises.values()}:
        return "order"
    return "customer" if type in owed_types(context) else None


def owed_types(context: Context) -> frozenset[str]:
    """Object types of those whom something is promised: customers, whatever systems call them."""
    subjects = {promise.subject for promise in context.promises.values()}
    named = {promise.promisee.rpartition(".")[2] for promise in context.promises.values() if promise.promisee and "." in promise.promisee}
    parties = (
        {str(row[0]) for row in context.engine.rows("SELECT DISTINCT object_type FROM identity")} if context.has("identity") else set()
    )
    return frozenset(type for type in (named | parties) - subjects if context.has(f"object_{type}"))

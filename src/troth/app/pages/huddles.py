"""Which units have a huddle, which of them held theirs, and what customers of each are promised today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from troth.app.answers.metrics import dimensions_of
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.book.versions import moment
from troth.kernel.errors import BadValue, NotFound, nearest
from troth.metrics.huddles import HUDDLES, Huddle
from troth.metrics.huddles.definition import WEEKDAYS
from troth.promises.lanes import lanes_of
from troth.query import identifier

HELD = "huddle.held"
FEWEST, MOST = 2, 300
LATE_FOR = timedelta(days=60)
LOOK_BACK = timedelta(days=28)
SKIPPED = 2
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit. today: promises to be kept today; late: past their due with nothing recorded. held: the last day on which it met."""

    unit: str
    today: int
    late: int
    held: date | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A unit that did not meet on so many days of one week. crisis: the Change of a crisis that touched the week, or None."""

    unit: str
    monday: date
    days: int
    crisis: str | None


@dataclass(frozen=True, slots=True)
class HuddleUnits:
    """The units of one dimension. recorded: whether any of them was ever said to have met. skipped: the crisis weeks first."""

    dimension: str
    huddle: Huddle
    units: tuple[UnitLine, ...]
    recorded: bool
    skipped: tuple[Skipped, ...]


def huddle_of(reading: Reading, dimension: str) -> Huddle:
    """The huddle of a dimension, the book's or the one that each has. Raises NotFound for no dimension."""
    known = {one.id for one in reading.rules.book.company.dimensions}
    if dimension not in known:
        raise NotFound(f"no dimension '{dimension}' of the company", allowed=nearest(dimension, known))
    written = reading.rules.book.definitions(HUDDLES.name, Huddle).values()
    return next((one.value for one in written if one.value.of == dimension), Huddle(words=f"the day of a {dimension}", of=dimension))


def huddle_units(workspace: Workspace, reading: Reading) -> tuple[HuddleUnits, ...]:
    """Every dimension whose values are units, those with most units first; customers are none."""
    found = []
    for dimension in dimensions_of(reading):
        units = _units(reading, dimension)
        if FEWEST <= len(units) <= MOST:
            held = held_days(workspace, dimension)
            lines = tuple(UnitLine(unit, *units[unit], max(held.get(unit, ()), default=None)) for unit in sorted(units))
            huddle = huddle_of(reading, dimension)
            skipped = tuple(_skipped(reading, huddle, held, sorted(units)))
            found.append(HuddleUnits(dimension, huddle, lines, bool(held), skipped))
    return tuple(sorted(found, key=lambda one: (-len(one.units), one.dimension)))


def unit_names(reading: Reading) -> dict[str, tuple[str, ...]]:
    """By dimension, its units in the order of their names; of customers, who are none, nothing."""
    found = {dimension: tuple(sorted(_units(reading, dimension))) for dimension in dimensions_of(reading)}
    return {dimension: units for dimension, units in found.items() if FEWEST <= len(units) <= MOST}


def today_of(reading: Reading) -> date:
    """The day up to which the record speaks, on the operation's clock."""
    return reading.context.local_time(reading.snapshot.as_of).date()


def told_by(reading: Reading, dimension: str) -> list[str]:
    """The promises whose units can be told by a dimension: those to customers first."""
    types = dimensions_of(reading).get(dimension, {})
    names = [name for name, promise in reading.context.promises.items() if promise.subject in types]
    return sorted(names, key=lambda name: reading.context.promises[name].kind != "customer")


def _units(reading: Reading, dimension: str) -> dict[str, tuple[int, int]]:
    """By unit, how many are due today and open, and how many are late with nothing recorded."""
    context, found = reading.context, dict[str, tuple[int, int]]()
    for name in told_by(reading, dimension):
        subject, state = context.promises[name].subject, context.state()
        lanes = lanes_of(context.engine, reading.rules.book, subject, (dimension,))
        rows = context.engine.rows(
            f"WITH unit AS (SELECT o.code, {lanes.columns[0]} AS unit FROM {identifier(f'object_{subject}')} o {lanes.joined})"
            f" SELECT u.unit, count(*) FILTER ({state} = 'open' AND {due_on(reading, today_of(reading))}),"
            f" count(*) FILTER ({late(reading)}) FROM {identifier(f'outcome_{name}')} o JOIN unit u ON u.code = o.subject"
            " WHERE u.unit IS NOT NULL GROUP BY 1"
        )
        for unit, today, silent in rows:
            before = found.get(str(unit), (0, 0))
            found[str(unit)] = (before[0] + int(today), before[1] + int(silent))
    return found


def due_on(reading: Reading, first: date, last: date | None = None) -> str:
    """SQL of what is due on a local day, or from one to another."""
    local = reading.context.local("o.due")
    return f"{local} >= TIMESTAMP '{first} 00:00:00' AND {local} < TIMESTAMP '{(last or first) + DAY} 00:00:00'"


def late(reading: Reading) -> str:
    """SQL of what fell due in the last sixty days and of which nothing is recorded."""
    context = reading.context
    since = f"{context.now} - INTERVAL {LATE_FOR.days} DAY"
    return f"{context.state()} = 'broken' AND o.fulfilled IS NULL AND coalesce(o.breached > {context.now}, TRUE) AND o.due > {since}"


def held_days(workspace: Workspace, dimension: str) -> dict[str, set[date]]:
    """The days on which each unit said that it had met."""
    found: dict[str, set[date]] = {}
    for about, payload in workspace.journal.recorded(HELD):
        of, _, unit = about.partition("=")
        if of == dimension:
            found.setdefault(unit, set()).add(date.fromisoformat(payload["day"]))
    return found


def hold(workspace: Workspace, reading: Reading, dimension: str, unit: str, actor: str) -> date:
    """Write down that a unit met on the day of its screen; a second time on a day changes nothing. Raises as `huddle_of` does."""
    huddle_of(reading, dimension)
    if unit not in _units(reading, dimension):
        raise NotFound(f"no {dimension} '{unit}'", allowed=nearest(unit, _units(reading, dimension)))
    day = today_of(reading)
    if day not in held_days(workspace, dimension).get(unit, ()):
        workspace.journal.record(actor, HELD, f"{dimension}={unit}", {"day": f"{day}"}, workspace.now())
    return day


def _skipped(reading: Reading, huddle: Huddle, held: Mapping[str, set[date]], units: list[str]) -> Iterator[Skipped]:
    """Weeks that are over, from the first day on which anybody met, in which a unit did not meet on two days or more."""
    days = [day for mine in held.values() for day in mine]
    if not days:
        return
    found = []
    today = today_of(reading)
    monday = max(_monday(min(days)), _monday(today - LOOK_BACK))
    while monday + 7 * DAY <= today:
        meant = [at for n in range(7) if WEEKDAYS[(at := monday + n * DAY).weekday()] in huddle.days and at >= min(days)]
        for unit in units:
            missed = sum(day not in held.get(unit, ()) for day in meant)
            if missed >= SKIPPED:
                found.append(Skipped(unit, monday, missed, _crisis(reading, monday)))
        monday += 7 * DAY
    yield from sorted(found, key=lambda one: (one.crisis is None, -one.monday.toordinal(), one.unit))


def _monday(at: date) -> date:
    return at - timedelta(days=at.weekday())


def _crisis(reading: Reading, monday: date) -> str | None:
    """The Change of a crisis that holds on some day of a week."""
    book = reading.rules.book
    for name, change in sorted(book.changes.items()):
        if change.kind != "crisis" or change.status == "proposed":
            continue
        since, expires = (moment(one, book.zone) for one in (change.since, change.expires))
        first, last = (None if at is None else reading.context.local_time(at) for at in (since, expires))
        begins = datetime.combine(monday, datetime.min.time())
        if (first is None or first < begins + 7 * DAY) and (last is None or last >= begins):
            return name
    return None


def parsed(written: str) -> tuple[str, str]:
    """Dimension and unit of an address: branch=FR-02. Raises BadValue for what is none."""
    dimension, sign, unit = written.partition("=")
    if not (sign and dimension and unit):
        raise BadValue("no unit", got=f"'{written}'", allowed="dimension=value: branch=FR-02")
    return dimension, unit

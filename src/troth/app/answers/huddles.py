"""Which units have a huddle, and what customers of each are promised today."""

from __future__ import annotations

from datetime import date, timedelta

from troth.app.answers.metrics import dimensions_of
from troth.app.reading import Reading
from troth.kernel.errors import BadValue, NotFound, nearest
from troth.metrics.huddles import HUDDLES, Huddle
from troth.promises.lanes import lanes_of
from troth.query import identifier

FEWEST, MOST = 2, 300
LATE_FOR = timedelta(days=60)
DAY = timedelta(days=1)


def huddle_of(reading: Reading, dimension: str) -> Huddle:
    """The huddle of a dimension, the book's or the one that each has. Raises NotFound for no dimension."""
    known = {one.id for one in reading.rules.book.company.dimensions}
    if dimension not in known:
        raise NotFound(f"no dimension '{dimension}' of the company", allowed=nearest(dimension, known))
    written = reading.rules.book.definitions(HUDDLES.name, Huddle).values()
    return next((one.value for one in written if one.value.of == dimension), Huddle(words=f"the day of a {dimension}", of=dimension))


def unit_names(reading: Reading) -> dict[str, tuple[str, ...]]:
    """By dimension, its units in the order of their names; of customers, who are none, nothing."""
    found = {dimension: tuple(sorted(units_of(reading, dimension))) for dimension in dimensions_of(reading)}
    return {dimension: units for dimension, units in found.items() if FEWEST <= len(units) <= MOST}


def today_of(reading: Reading) -> date:
    """The day up to which the record speaks, on the operation's clock."""
    return reading.context.local_time(reading.snapshot.as_of).date()


def told_by(reading: Reading, dimension: str) -> list[str]:
    """The promises whose units can be told by a dimension: those to customers first."""
    types = dimensions_of(reading).get(dimension, {})
    names = [name for name, promise in reading.context.promises.items() if promise.subject in types]
    return sorted(names, key=lambda name: reading.context.promises[name].kind != "customer")


def units_of(reading: Reading, dimension: str) -> dict[str, tuple[int, int]]:
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


def parsed(written: str) -> tuple[str, str]:
    """Dimension and unit of an address: branch=FR-02. Raises BadValue for what is none."""
    dimension, sign, unit = written.partition("=")
    if not (sign and dimension and unit):
        raise BadValue("no unit", got=f"'{written}'", allowed="dimension=value: branch=FR-02")
    return dimension, unit

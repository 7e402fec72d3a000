"""What customers are worth, in money and not, from the headline down to each event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from troth.app.answers.metrics import metric_ground
from troth.app.reading import Reading
from troth.kernel.errors import NotFound, nearest
from troth.kernel.instant import DAY_US
from troth.kernel.refusal import Refusal
from troth.metrics.valuing import (
    VALUES,
    Band,
    Checked,
    Customer,
    Event,
    Foreseen,
    Sums,
    Value,
    banded,
    checked,
    customers_of,
    foreseen,
    hidden_from,
    summed,
)
from troth.metrics.valuing.events import Counted, bought_of, counted_of, events_of, make_events
from troth.sources.contracts.contract import microseconds

NOTHING = Counted(None, 0, Decimal(0), 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Model:
    """By what is expected: BG/NBD (r, alpha in weeks, a, b) and gamma-gamma (p, q, v). again: customers who came again.

    together: correlation of how often and how much, which the model takes to be 0. low, high: of the headline's worth, for the doubt of the
    models' numbers. checked: what it expected of the last part of the record, beside what came.
    """

    r: float
    alpha: float
    a: float
    b: float
    p: float
    q: float
    v: float
    again: int
    together: float
    low: float
    high: float
    checked: Checked | None


@dataclass(frozen=True, slots=True)
class Valued:
    """headline: the sum of customers, who are in the order of their names. bands: quarters of them, whose sums are the headline.

    unplaced: what is of no customer on record, or of several. margin: as the book states it; worth is of the margin where there is one.
    """

    name: str
    words: str
    owner: str | None
    currency: str
    margin: float | None
    horizon_days: int
    discount: float
    headline: Sums
    bands: tuple[Band, ...]
    customers: tuple[Customer, ...]
    unplaced: Unplaced
    model: Model | None
    refusal: Refusal | None
    snapshot: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Unplaced:
    purchases: int
    spent: Decimal
    effort: int
    promises: int


@dataclass(frozen=True, slots=True)
class Drilled:
    """A customer with all events that its row counts."""

    customer: Customer
    events: tuple[Event, ...]


def values(reading: Reading, name: str | None = None) -> tuple[Valued, ...]:
    """Every value scorecard of the book, or one. Raises NotFound where there is none, and for one that there is not."""
    known = _known(reading)
    if name is not None:
        _one(known, name)
    return tuple(_valued(reading, key, one) for key, one in known.items() if name in (None, key))


def value_of(reading: Reading, name: str, customer: str) -> Drilled:
    """One customer down to each event. Raises NotFound for a scorecard or a customer that there is not."""
    value = _one(_known(reading), name)
    found = _valued(reading, name, value)
    one = next((each for each in found.customers if each.name == customer), None)
    if one is None:
        raise NotFound(f"'{name}' has no customer '{customer}'", allowed=nearest(customer, [each.name for each in found.customers]))
    table = make_events(reading.context.engine, value, metric_ground(reading), _parties(reading, value))
    return Drilled(one, events_of(reading.context.engine, table, customer))


def _known(reading: Reading) -> dict[str, Value]:
    known = {key: one.value for key, one in reading.rules.book.definitions(VALUES.name, Value).items()}
    if not known:
        raise NotFound("the book has no value scorecard", next_step="Declare one in values/.")
    return known


def _one(known: dict[str, Value], name: str) -> Value:
    if name not in known:
        raise NotFound(f"no value scorecard '{name}' in the book", allowed=nearest(name, known), next_step="Declare it in values/.")
    return known[name]


def _valued(reading: Reading, name: str, value: Value) -> Valued:
    ground, engine = metric_ground(reading), reading.context.engine
    table = make_events(engine, value, ground, _parties(reading, value))
    counted, bought, horizon = counted_of(engine, table), bought_of(engine, table), max(1, microseconds(value.horizon) // DAY_US)
    found = foreseen(bought, ground.today, weeks=horizon / 7, discount=value.discount)
    model = found if isinstance(found, Foreseen) else None
    customers = customers_of(counted, bought, model, value.margin)
    nobody = next((one for one in counted if one.customer is None), NOTHING)
    unplaced = Unplaced(nobody.purchases, nobody.spent, nobody.effort, nobody.kept + nobody.broken + nobody.unknown)
    until = hidden_from(bought, ground.today, weeks=horizon / 7)
    back = None if model is None or until is None else checked(bought, bought_of(engine, table, until), until, ground.today)
    headline = summed([one.sums for one in customers])
    return Valued(
        name, value.words, value.owner, ground.record.currency, value.margin, horizon, value.discount, headline, banded(customers),
        customers, unplaced, None if model is None else _model(model, value.margin or 1.0, back),
        found if isinstance(found, Refusal) else None, reading.snapshot.id, reading.snapshot.as_of,
    )  # fmt: skip


def _parties(reading: Reading, value: Value) -> tuple[str, ...]:
    """Types that records of these customers have in several systems; none where the book joins none."""
    context = reading.context
    if not context.has_parties(value.belongs_to):
        return ()
    rows = context.engine.rows(
        "SELECT DISTINCT o.object_type FROM identity o JOIN identity c USING (identity) WHERE c.object_type = ? ORDER BY 1",
        (value.belongs_to,),
    )
    return tuple(str(type) for (type,) in rows if context.has_parties(str(type)))


def _model(found: Foreseen, share: float, back: Checked | None) -> Model:
    buys, spends = found.buys, found.spends
    return Model(
        buys.r, buys.alpha, buys.a, buys.b, spends.p, spends.q, spends.v, buys.again, spends.together, found.worth.low * share,
        found.worth.high * share, back,
    )  # fmt: skip

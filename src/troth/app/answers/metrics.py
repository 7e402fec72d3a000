"""What the metrics of a book say, by whatever one asks them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from troth.app.reading import Reading
from troth.kernel.errors import NotFound, nearest
from troth.kernel.instant import from_us
from troth.metrics import METRICS, Answer, Ground, Metric, Request, answer_any
from troth.metrics.composing import BETWEEN
from troth.metrics.lint import dimensions_in, ground_of
from troth.query.dialects import DIALECTS, translated

ALL = Request()


@dataclass(frozen=True, slots=True)
class Told:
    """An answer with what a shown number follows from: the metric's hash, the snapshot, up to when its record speaks (naive UTC)."""

    answer: Answer
    hash: str
    snapshot: str
    as_of: datetime


def tell_metrics(reading: Reading, names: Sequence[str] = (), request: Request = ALL) -> tuple[Told, ...]:
    """Readings of the metrics of these names, of all without one.

    Raises NotFound for a metric that there is not, BadValue for what the metric's rows cannot be sliced by.
    """
    definitions = reading.rules.book.definitions(METRICS.name, Metric)
    for name in names:
        metric_of(reading, name)
    if not definitions:
        raise NotFound("the book has no metric", next_step="Declare one in metrics/: docs/how-to/measure.md shows how.")
    metrics = {name: one.value for name, one in definitions.items()}
    found = answer_any(
        reading.context.engine, tuple(names or metrics), metrics, request, metric_ground(reading), dimensions_of(reading), reading.rollups
    )  # fmt: skip
    snapshot = reading.snapshot
    return tuple(Told(one, definitions[name].hash, snapshot.id, snapshot.as_of) for name, one in found.items())


def tell_metric(reading: Reading, name: str, request: Request = ALL) -> Told:
    """Readings of one metric. Raises as `tell_metrics` does."""
    (told,) = tell_metrics(reading, (name,), request)
    return told


def metric_of(reading: Reading, name: str) -> Metric:
    """The definition of a metric. Raises NotFound where there is none of that name."""
    definitions = reading.rules.book.definitions(METRICS.name, Metric)
    if name not in definitions:
        raise NotFound(f"no metric '{name}' in the book", allowed=nearest(name, definitions), next_step="Declare it in metrics/.")
    return definitions[name].value


def sql_for(told: Told, dialect: str) -> str:
    """The query of an answer's sums for another engine that has the lake's views, after what its session must be told.

    Raises BadValue for an engine that is not known.
    """
    sql = BETWEEN.join(translated(one, dialect) for one in told.answer.sql.split(BETWEEN))
    return "\n".join((*(f"-- the session has {name} = {value}" for name, value in DIALECTS[dialect].settings.items()), sql))


def metric_ground(reading: Reading) -> Ground:
    """What metrics are asked of: a snapshot's record, read by the operation's clock."""
    context, snapshot = reading.context, reading.snapshot
    stated = ground_of(reading.rules.book)
    events = {type: set(named) for type, named in stated.record.events.items()}
    for type, event in context.engine.rows("SELECT DISTINCT object_type, type FROM event"):
        events.setdefault(str(type), set()).add(str(event))
    known = {type: frozenset(named) for type, named in events.items()}
    record = replace(stated.record, zone=context.clock, currency=context.currency, events=known, logged=frozenset())
    held = frozenset((str(type), str(name)) for type, name in context.engine.rows("SELECT DISTINCT object_type, name FROM bad_cell"))
    promises = {name: promise for name, promise in stated.promises.items() if name in context.promises}
    subjects = {name: promise.model_copy(update={"subject": context.promises[name].subject}) for name, promise in promises.items()}
    return replace(
        stated, record=record, promises=subjects, as_of=snapshot.as_of, since=from_us(int(snapshot.facts["first_us"])), held=held
    )


def dimensions_of(reading: Reading) -> dict[str, dict[str, str]]:
    """The expression of each dimension of the company, by object type."""
    return dimensions_in(reading.rules.book)

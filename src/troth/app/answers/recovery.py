"""Who comes back after a broken promise, by how fast it was put right: for a metric of the book that says how long that takes."""

from __future__ import annotations

from collections.abc import Sequence

from troth.app.reading import Reading
from troth.findings.recovery import Cases, Recovered, recovered_of
from troth.kernel.errors import BadValue, NotFound, nearest
from troth.metrics import METRICS, Metric
from troth.promises.lanes import lanes_of
from troth.promises.risk.definition import length_us

SOON, WITHIN, NOT_BEFORE = ("24h", "72h"), "90d", "14d"
WRITE = "Write one whose objects refer to what is promised: {kind: time_to, of: ticket, from: created, to: solved}"


def recovery(
    reading: Reading, promise: str, metric: str | None = None, by: Sequence[str] = (), *, beyond: str | None = None,
    soon: Sequence[str] = SOON, within: str = WITHIN, not_before: str = NOT_BEFORE,
) -> Recovered:  # fmt: skip
    """Of a promise to customers, by one of the book's metrics of the kind `time_to` over what is opened where it was broken.

    metric: which; without it the only one whose objects belong to what is promised. by: what those compared are alike in, as `lanes_of`
    takes it. beyond: by how much a broken one is late at least, 1d; soon: within what time cases end, the shorter before the longer;
    within, not_before: when somebody has to come back. Raises NotFound for a promise or metric that there is not, and where several
    metrics would do or none does; BadValue for a time that is none; and as `recovered_of` does.
    """
    context = reading.context
    if promise not in context.promises:
        raise NotFound(f"no promise '{promise}' in the book", allowed=nearest(promise, context.promises))
    known = recoveries(reading)
    if metric is not None and metric not in known:
        raise NotFound(f"no metric '{metric}' that says how long something takes", allowed=nearest(metric, known))
    late, back = 0 if beyond is None else _seconds(beyond), (_seconds(not_before), _seconds(within))
    fast = [_seconds(one) for one in soon]
    lanes = lanes_of(context.engine, reading.rules.book, context.promises[promise].subject, by)
    asked = {
        name: recovered_of(context, promise, cases, by, lanes, beyond=late, soon=fast, not_before=back[0], within=back[1])
        for name, cases in known.items()
        if metric in (None, name)
    }
    found = {name: told for name, told in asked.items() if told is not None}
    if len(found) == 1:
        return next(iter(found.values()))
    what = f"which metric says how fast a broken '{promise}' is put right"
    if found:
        raise NotFound(what, got=", ".join(found), allowed="one of them", next_step="Name it with --metric.")
    raise NotFound(what, got="none of what is opened about it", allowed=", ".join(known) or "a metric of kind time_to", next_step=WRITE)


def recoveries(reading: Reading) -> dict[str, Cases]:
    """The book's metrics of how long something takes, with what is opened and what ends it."""
    metrics = {name: one.value for name, one in sorted(reading.rules.book.definitions(METRICS.name, Metric).items())}
    return {
        name: Cases(one.of, one.from_, one.to) for name, one in metrics.items() if one.kind == "time_to" and one.of and one.from_ and one.to
    }


def _seconds(text: str) -> int:
    try:
        return length_us(text) // 1_000_000
    except ValueError as error:
        raise BadValue("this is no time to put right or to come back in", got=f"'{text}'", allowed=str(error)) from error

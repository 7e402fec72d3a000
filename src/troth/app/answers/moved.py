"""Why a metric moved between two periods: by what its slices did, and by what became of their weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from troth.app.answers.metrics import Told, metric_of, tell_metric
from troth.app.reading import Reading
from troth.engines.allocation import Part, why_moved
from troth.kernel.errors import BadValue, CannotEstimate
from troth.metrics import Request
from troth.metrics.answering import Reading as Value
from troth.metrics.periods import period_of
from troth.metrics.unit_rows import parts_of


@dataclass(frozen=True, slots=True)
class Piece:
    """What a slice gave to the change, in the unit of the value. rate: by its own value; mix: by its weight, None of a metric that sums.

    slice: by dimension, outermost first; a deeper piece is a part of the rate of the one that it lies in. before, after: its value, None
    where it has none. weight: its share, before and after, of all that the value is of in the slice that it lies in. n: units.
    """

    slice: tuple[str, ...]
    rate: Fraction
    mix: Fraction | None
    before: Fraction | None
    after: Fraction | None
    weight: tuple[Fraction, Fraction] | None
    n: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Moved:
    """before, after: all together in each period, with n and interval; told: what these follow from. periods: as they were asked for.

    change: after less before, exactly; rate and mix of the pieces of the first dimension sum to it; mix is None of a metric that is a sum.
    against: every slice moved the one way and the whole the other, by mix alone (Simpson).
    """

    told: Told
    periods: tuple[str, str]
    before: Value
    after: Value
    change: Fraction
    rate: Fraction
    mix: Fraction | None
    pieces: tuple[Piece, ...]
    against: bool


def tell_moved(reading: Reading, name: str, first: str, second: str, request: Request) -> Moved:
    """Why a metric is another in the second period than in the first. request: what slices it, outermost first; its days do not count.

    Raises what `tell_metrics` does; BadValue for no period, no slices, for a metric that is no sum over units, for a sample, for slices
    that are hidden since they are small, and for a period with nothing to count.
    """
    if not request.by:
        raise BadValue("nothing slices it", got="no --by", allowed="--by with a dimension of the company, or an expression")
    metric = metric_of(reading, name)
    parts = parts_of(name, metric)
    told = [tell_metric(reading, name, replace(request, cut=period_of(text))) for text in (first, second)]
    before, after = _whole(told[0], first), _whole(told[1], second)
    sums = [
        {
            one.slice: (sum((sign * Fraction(one.sums[part]) for part, sign in parts.top.items()), Fraction(0)) * parts.factor, one)
            for one in answer.answer.readings
            if one.slice is not None and one.sums is not None
        }
        for answer in told
    ]
    if parts.bottom is None:
        pieces = list(_totals(sums[0], sums[1]))
        change = sum((piece.rate for piece in pieces), Fraction(0))
        return Moved(told[1], (first, second), before, after, change, change, None, _ordered(pieces), against=False)
    counts = [{path: (top, Fraction((one.sums or {})[parts.bottom])) for path, (top, one) in some.items()} for some in sums]
    try:
        move = why_moved(counts[0], counts[1])
    except CannotEstimate as error:
        raise BadValue(
            f"'{name}' has no value in one of the periods", got=error.got, allowed="two periods with something to count",
            next_step=f"Look at it by time: troth metric {name} --grain month",
        ) from error  # fmt: skip
    n = [{path: int(one.n or 0) for path, (_, one) in some.items()} for some in sums]
    found = tuple(_flat(_largest(move.parts), n[0], n[1]))
    steps = [one.after - one.before for one in move.parts if one.after is not None and one.before is not None]
    against = len(steps) > 1 and all(step * move.change < 0 for step in steps)
    return Moved(told[1], (first, second), before, after, move.change, move.rate, move.mix, found, against)


def _whole(told: Told, period: str) -> Value:
    answer = told.answer
    if answer.estimated:
        raise BadValue(
            f"'{answer.metric}' is estimated from a sample, of which parts do not sum exactly", got="strata with weights",
            allowed="a source that is whole", next_step=f"Look at slices with their intervals: troth metric {answer.metric} --by …",
        )  # fmt: skip
    if any(one.hidden for one in answer.readings):
        raise BadValue(
            f"slices of '{answer.metric}' are too small to be shown in {period}, and parts would tell them",
            got=f"fewer than {answer.definition.minimum}", allowed="slices that are shown", next_step="Slice it by something coarser.",
        )  # fmt: skip
    if not answer.readings or answer.readings[-1].slice is not None:
        raise BadValue(f"'{answer.metric}' has nothing to count in {period}", got="no row", allowed="a period on record")
    return answer.readings[-1]


Totals = Mapping[tuple[str, ...], tuple[Fraction, Value]]


def _totals(before: Totals, after: Totals) -> Iterator[Piece]:
    """Of a sum every slice gives what it grew by; a slice is all of its dimensions at once."""
    for path in {**before, **after}:
        was, now = (some[path][0] if path in some else Fraction(0) for some in (before, after))
        n = tuple(int(some[path][1].n or 0) if path in some else 0 for some in (before, after))
        yield Piece(path, now - was, None, was, now, None, (n[0], n[1]))


def _ordered(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    return tuple(sorted(pieces, key=lambda piece: (-abs(piece.rate), piece.slice)))


def _largest(parts: Sequence[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: (-abs(part.rate + part.mix), part.path))


def _flat(parts: Sequence[Part], before: Mapping[tuple[str, ...], int], after: Mapping[tuple[str, ...], int]) -> Iterator[Piece]:
    """Parts, the largest first, each followed by those within it."""
    for part in parts:
        n = tuple(sum(many for path, many in some.items() if path[: len(part.path)] == part.path) for some in (before, after))
        weight = (part.weight_before, part.weight_after)
        yield Piece(part.path, part.rate, part.mix, part.before, part.after, weight, (n[0], n[1]))
        yield from _flat(_largest(part.parts), before, after)

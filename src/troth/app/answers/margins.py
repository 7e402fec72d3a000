"""How much earlier than promised a promise is kept, by lane and month, and what another promise would have done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from troth.app.reading import Reading
from troth.engines.statistics.quantile import fewest_for
from troth.findings.backtest import BackTest, back_test
from troth.findings.margin import Margins, margins_of
from troth.kernel.errors import BadValue, ExpressionError, NotFound, nearest
from troth.promises.lanes import lanes_of
from troth.query import parse
from troth.query.durations import counted
from troth.query.tree import Duration


@dataclass(frozen=True, slots=True)
class Judged:
    """fewest: below so many due a lane has no margin. back_test: where it was asked for."""

    margins: Margins
    fewest: int
    back_test: BackTest | None = None


def margin(
    reading: Reading,
    name: str,
    by: Sequence[str] = (),
    *,
    within: Sequence[str] = (),
    window: str = "90d",
    quantile: float = 0.95,
    tried: bool = False,
) -> Judged:
    """The margin of a promise by lane, and its back-test where `tried`.

    by, within: dimensions of the company, or expressions as attr(carrier), of the promise's subject. window: whole days.
    Raises NotFound for a promise that there is not, BadValue for one that no event keeps when it comes, for what tells nothing apart,
    for no window of whole days, and for no quantile between 0.5 and 1.
    """
    context = reading.context
    if name not in context.promises:
        raise NotFound(f"no promise '{name}' in the book", allowed=nearest(name, context.promises))
    if name not in context.dated:
        raise BadValue(f"promise '{name}' has no margin", got="no event that keeps it when it comes", allowed=nearest(name, context.dated))
    if not 0.5 <= quantile < 1:
        raise BadValue("no quantile of a margin", got=quantile, allowed="from 0.5 to below 1: 0.95")
    share, days = Fraction(str(quantile)), _days(window)
    lanes = lanes_of(context.engine, reading.rules.book, context.promises[name].subject, by, within)
    found = margins_of(context, name, lanes, tuple(by), tuple(within), share=share, window_days=days)
    return Judged(found, fewest_for(share), back_test(context, name, lanes, share=share, window_days=days) if tried else None)


def _days(window: str) -> int:
    allowed = "whole days: 90d, 13w"
    try:
        node = parse(window)
        unit, count = counted(node) if isinstance(node, Duration) else ("", 0)
    except ExpressionError as error:
        raise BadValue("no window of a margin", got=window, allowed=allowed) from error
    if unit != "days" or count < 1:
        raise BadValue("no window of a margin", got=window, allowed=allowed)
    return count

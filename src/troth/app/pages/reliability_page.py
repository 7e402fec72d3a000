"""Supplier, unit and customer on one page: what is kept upstream of a promise, by unit, and what customers answered about it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from troth.app.answers.promises import Rate, rate_of
from troth.app.answers.recovery import recoveries, recovery
from troth.app.answers.reliability import reliability
from troth.app.answers.scorecards import Step
from troth.app.answers.suppliers import suppliers
from troth.app.pages.units_page import dimension_names
from troth.app.reading import Reading
from troth.findings.recovery import Recovered
from troth.findings.reliability import Dose
from troth.findings.suppliers import Suppliers
from troth.findings.survey import surveys
from troth.kernel.errors import BadValue, CannotEstimate, NotFound, nearest


@dataclass(frozen=True, slots=True)
class ReliabilityPage:
    """promises: those about which somebody answered, by name and words. upstream: promises inside the house about the same thing.

    by: dimensions and expressions by which units can be told apart; unit: the one that is. doses: one for each survey.
    suppliers: by the same, where the delay arose and what was kept; None without units or stages. recovered: who came back by how fast it
    was put right, alike in the unit; None where nothing says how fast that was, or of a sample.
    """

    promises: tuple[tuple[str, str], ...]
    promise: str
    words: str
    rate: Rate
    upstream: tuple[Step, ...]
    by: tuple[str, ...]
    unit: str
    doses: tuple[Dose, ...]
    suppliers: Suppliers | None
    recovered: Recovered | None


def reliability_page(reading: Reading, promise: str | None = None, unit: str | None = None) -> ReliabilityPage:
    """A promise beside the answers about it; without one the promise to customers that the page of statements leads with.

    unit: what tells units apart; without it whatever the promise's risk is told apart by, as a carrier is, else a dimension.
    Raises NotFound where nobody answered about anything that is promised, BadValue for what tells no units apart.
    """
    context = reading.context
    answered = {name: one.words for name, one in context.dated.items() if one.kind == "customer" and surveys(context, name)}
    if not answered:
        raise NotFound("nobody answered about anything that is promised", next_step="Map a survey under `feedback:` in sources/.")
    if promise is not None and promise not in answered:
        raise NotFound(f"nobody answered about '{promise}'", allowed=nearest(promise, answered))
    main = context.main_promise()
    name = promise or (main if main in answered else next(iter(answered)))
    assert name is not None
    subject = context.promises[name].subject
    by = tuple(dict.fromkeys((*context.promises[name].at_risk.by, *dimension_names(reading, subject))))
    if unit is not None and unit not in by:
        raise BadValue(f"'{unit}' tells no units apart here", allowed=", ".join(by) or None)
    chosen = unit or (by[0] if by else "")
    inside = [other for other, one in context.promises.items() if one.kind == "internal" and one.subject == subject]
    steps = tuple(Step(one, context.promises[one].words, "internal", "", rate_of(context, one)) for one in inside)
    doses = reliability(reading, name, (chosen,) if chosen else ())
    evaluated = suppliers(reading, name, chosen) if chosen and context.promises[name].stages else None
    return ReliabilityPage(
        tuple(answered.items()), name, context.promises[name].words, rate_of(context, name), steps, by, chosen, doses, evaluated,
        _recovered(reading, name, (chosen,) if chosen else ()),
    )  # fmt: skip


def _recovered(reading: Reading, promise: str, by: tuple[str, ...]) -> Recovered | None:
    for metric in recoveries(reading):
        with suppress(NotFound, CannotEstimate):
            return recovery(reading, promise, metric, by)
    return None

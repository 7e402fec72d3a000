"""The pages of promises: a line for each with its last year of weeks, and one of them with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from troth.app.answers.holdings import Huddles
from troth.app.answers.huddle_promises import huddles_alone
from troth.app.answers.margins import margin
from troth.app.answers.promises import Listed, Whole, list_promises, whole_promise
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.findings import Figure, Table
from troth.findings.budget import Budget, budget_of
from troth.findings.last_week import Week, by_week
from troth.findings.margin import Margins
from troth.findings.statement import Tone, bars
from troth.findings.weeks import charted, last_week, weeks_of
from troth.findings.words import percent
from troth.kernel.at_once import both

NOBODY: dict[str, str] = {"plan": "the plan was too tight", "gap": "in no stage", "cannot_assign": "cannot be assigned"}


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise in the list. weeks: its last year, where it can be charted. unusual: whether the last week was."""

    listed: Listed
    weeks: Figure | None
    unusual: bool | None


@dataclass(frozen=True, slots=True)
class PromiseTold:
    """One promise. budget: of its objective; margins: of one that an event keeps when it comes; delay: what bears it; None without."""

    whole: Whole
    weeks: Figure | None
    by_week: Table | None
    unusual: bool | None
    budget: Budget | None
    margins: Margins | None
    delay: Figure | None


def promised(reading: Reading) -> tuple[Promised, ...]:
    """Every promise that the snapshot judged, those to customers first."""
    return tuple(_promised(reading, one) for one in list_promises(reading))


def promised_huddles(workspace: Workspace, reading: Reading) -> tuple[tuple[Promised, Huddles], ...]:
    """The promises to hold a huddle, which the journal tells and no snapshot, each with what it is by unit."""
    alone, by_unit = huddles_alone(workspace, reading)
    return tuple((one, by_unit[one.listed.name]) for one in promised(alone))


def huddle_told(workspace: Workspace, reading: Reading, name: str) -> tuple[PromiseTold, Huddles]:
    """One of them as `promise_told` has the others. Raises NotFound for one that there is not."""
    alone, by_unit = huddles_alone(workspace, reading)
    told = promise_told(alone, name)
    # Its due is the end of the day of which somebody said that the unit met: how long before says nothing.
    return replace(told, margins=None), by_unit[name]


def _promised(reading: Reading, listed: Listed) -> Promised:
    found = charted(weeks_of(reading.context, listed.name), last_week(reading.context))
    return Promised(listed, found.figure if found else None, found.unusual if found else None)


def promise_told(reading: Reading, name: str) -> PromiseTold:
    """One promise with its weeks, budget, margin and where its delay arose. Raises NotFound for one that there is not."""
    context = reading.context
    if name not in context.dated:
        whole, margins = whole_promise(reading, name), None
    else:
        whole, margins = both(partial(whole_promise, reading, name), lambda: margin(reading, name).margins)
    promise, monday = context.promises[name], last_week(context)
    weeks = weeks_of(context, name)
    found = charted(weeks, monday)
    table = by_week(Week(name, monday, weeks, found, None), found) if found else None
    return PromiseTold(
        whole, found.figure if found else None, table, found.unusual if found else None,
        budget_of(context, name, promise.objective) if promise.objective is not None else None,
        margins, _delay(whole),
    )  # fmt: skip


def _delay(whole: Whole) -> Figure | None:
    borne: list[tuple[str, float, Tone]] = [(stage.words, stage.borne, "missed") for stage in whole.stages if stage.borne]
    borne += [(NOBODY[key], share, "soft") for key, share in whole.others.items() if share]
    if not borne:
        return None
    rows = [(words, share, percent(share, 0), tone) for words, share, tone in sorted(borne, key=lambda one: -one[1])]
    return bars("shares of the delay of what was broken", rows)

"""`troth promises`, `troth promise NAME`, `troth explain ORDER`: what was promised, what of it was kept, and one order clock by clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.opening import reading_of
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

if TYPE_CHECKING:
    from pathlib import Path

    from troth.app.answers.promises import Bound, Listed, Rate, Stretch, Whole
    from troth.app.answers.timeline import Judged, Timeline
    from troth.app.reading import Reading

Name = Annotated[str, typer.Argument(help="A promise by its name in the book: deliver.")]
Order = Annotated[str, typer.Argument(help="The id of an order, or of whatever a promise is about.")]
WIDTH = 12  # of the bar of what was not kept


def promises(book: Book = HERE, as_known_at: AsKnownAt = None, json: Json = False) -> None:
    """List every promise: who owes it to whom, how many stand how, and what was kept of what fell due."""
    from troth.app.answers.promises import list_promises

    out = Out(json=json, quiet=False)
    found = list_promises(_with_huddles(book, as_known_at))
    if json:
        out.data([fields(one) for one in found])
        return
    for one in found:
        _listed(out, one)


def promise(name: Name, book: Book = HERE, as_known_at: AsKnownAt = None, json: Json = False) -> None:
    """Show one promise: what was kept by month, where its time goes, and whose terms bound how many."""
    from troth.app.answers.promises import whole_promise

    out = Out(json=json, quiet=False)
    whole = whole_promise(_with_huddles(book, as_known_at), name)
    if json:
        out.data(fields(whole))
        return
    _whole(out, whole)


def explain(order: Order, book: Book = HERE, as_known_at: AsKnownAt = None, json: Json = False) -> None:
    """Explain one order's promises: clock by clock, with pauses, stages, who bears the delay, and whose terms bound it."""
    from troth.app.answers.timeline import why_not
    from troth.app.bootstrap import open_workspace

    out = Out(json=json, quiet=False)
    workspace = open_workspace(book)
    timelines = why_not(reading_of(workspace, as_known_at), order, workspace)
    if json:
        out.data([fields(t) for t in timelines])
        return
    for timeline in timelines:
        _explained(out, timeline)


def _with_huddles(book: Path, as_known_at: str | None) -> Reading:
    from troth.app.answers.huddle_promises import with_huddles
    from troth.app.bootstrap import open_workspace

    workspace = open_workspace(book)
    return with_huddles(workspace, reading_of(workspace, as_known_at))


def _listed(out: Out, one: Listed) -> None:
    out.say(f"\n{one.name}: {one.words}")
    out.say(f"  {_kind(one.kind)}, owed by {one.owes} to {one.owed}; answered for by {', '.join(one.owners) or 'nobody yet'}")
    out.say(f"  {rate_said(one.due)}")
    if one.objective and one.allowed is not None and one.left is not None:
        out.say(f"  Objective: {one.objective}; {_left(one.allowed, one.left)}")
    standing = ", ".join(f"{count:,} {state}" for state, count in one.states.items() if count)
    out.say(f"  {one.made:,} made: {standing or 'none'}")


def _left(allowed: float, left: tuple[float, float]) -> str:
    low, high = (f"{one:,.0f}" for one in left)
    return f"{low if low == high else f'{low} to {high}'} of {allowed:,.0f} broken promises are left"


def _kind(kind: str) -> str:
    return {"customer": "To customers", "internal": "Between departments", "contract": "By contract", "goal": "A goal"}[kind]


def rate_said(rate: Rate) -> str:
    """The kept share with its range, its interval and n; never a share of nothing."""
    if rate.low is None or rate.high is None:
        return "nothing has fallen due yet"
    share = _percent(rate.low) if rate.low == rate.high else f"{_percent(rate.low)} to {_percent(rate.high)}"
    mark = "~" if rate.estimated else ""
    said = f"{mark}{share} kept of {rate.n:,} that fell due"
    if rate.interval:
        said += f" [{_percent(rate.interval[0])} to {_percent(rate.interval[1])}]"
    if rate.unknown:
        said += f"; {rate.unknown:,} cannot be told"
    return said


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _whole(out: Out, whole: Whole) -> None:
    _listed(out, whole.listed)
    out.say(f"\n  kept by   {whole.kept_by}\n  due       {whole.due_by}")
    if whole.months:
        out.say("\nBy the month in which it fell due; ■ what was not kept")
        # Of a few, the share says nothing that a bar should show.
        most = max((1 - (rate.low or 0) for _, rate in whole.months if rate.interval), default=0) or 1
        for month, rate in whole.months:
            missed = "■" * round((1 - (rate.low or 0)) / most * WIDTH) if rate.interval else ""
            out.say(f"  {month}  {missed:<{WIDTH}}  {rate_said(rate)}")
    if whole.stages:
        out.say("\nWhere its time goes")
        for stage in whole.stages:
            out.say(f"  {_stretch(stage)}")
        borne = {key: share for key, share in whole.others.items() if share}
        if borne:
            others = ", ".join(f"{_percent(share)} {_other(key)}" for key, share in borne.items())
            out.say(f"  of the delay besides: {others}")
    if len(whole.terms) > 1:
        out.say("\nBy whose terms")
        for bound in whole.terms:
            out.say(f"  {_bound(bound)}")


def _stretch(stage: Stretch) -> str:
    took = "no time on record" if stage.median_s is None else f"half of them within {_time(stage.median_s)}"
    budget = f", {stage.within_budget:,} of {stage.budgeted:,} within budget" if stage.within_budget is not None else ""
    borne = f"; bears {_percent(stage.borne)} of the delay" if stage.borne is not None else ""
    owner = stage.owner or "nobody owns it"
    return f"{stage.words} ({stage.begins} to {stage.ends}; {owner}): {took}{budget}{borne}"


def _other(key: str) -> str:
    return {"plan": "the plan", "gap": "time in no stage", "cannot_assign": "cannot be assigned"}[key]


def _bound(bound: Bound) -> str:
    change = f" by {bound.change}" if bound.change else ""
    return f"{bound.layer}{change} {bound.terms[:8]}, from {bound.since}: {bound.made:,} made, {rate_said(bound.due)}"


def _time(seconds: float) -> str:
    if seconds >= 172_800:
        return f"{seconds / 86_400:.1f} days"
    return f"{seconds / 3_600:.1f} hours" if seconds >= 5_400 else f"{seconds / 60:.0f} minutes"


def _part(share: str) -> str:
    return "all" if share == "1" else share


def _explained(out: Out, timeline: Timeline) -> None:
    out.say(f"\n{timeline.subject_type} {timeline.id}")
    for judged in timeline.promises:
        _judged(out, judged)
    if timeline.quarantined:
        out.say("\n  In quarantine")
        for reason in timeline.quarantined:
            out.say(f"    {reason}")


def _judged(out: Out, judged: Judged) -> None:
    out.say(f"\n  {judged.words}: {judged.says}")
    if judged.terms:
        layer = "the standard" if judged.layer == "standard" else judged.layer
        change = f" ({judged.change})" if judged.change else ""
        out.say(f"    by the terms of {layer}{change}, {judged.terms[:8]}{f': due {judged.due_by}' if judged.due_by else ''}")
    if judged.calendar:
        out.say(f"    on the hours of {judged.calendar}" + (f"; {judged.worked} of working time" if judged.worked else ""))
    for line in judged.clock:
        out.say(f"    {line.at:<20} {line.what}{f', recorded {line.later} later' if line.later else ''}")
    for part in judged.made_of:
        out.say(f"    · {part}")
    for stage in judged.stages:
        took = stage.took or ("begun, and not ended" if stage.begins else "no time on record")
        budget = f" of {stage.budget}" if stage.budget else ""
        borne = f"; bears {_part(stage.borne)} of the delay" if stage.borne and stage.borne != "0" else ""
        out.say(f"    {stage.stage}: {took}{budget}{borne}")
    for key, share in judged.others:
        out.say(f"    {_other(key)}: bears {_part(share)} of the delay")
    if judged.known_from:
        out.say(f"    could be known from {judged.known_from} on")

"""`troth goals`, `troth scorecard`, `troth line-of-sight`: what somebody set out to reach, how it stands, and what customers get of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.cli.promise_commands import rate_said
from troth.faces.plain import fields

if TYPE_CHECKING:
    from troth.app.answers.scorecards import Card, Judged, Loyal, Sight, Step

Goal = Annotated[str | None, typer.Argument(help="A goal by its name in the book; without it all.")]
Whose = Annotated[str | None, typer.Argument(help="A role, or a scorecard by its name; without it all.")]
Role = Annotated[str, typer.Argument(help="A role of the company, or board.")]


def goals(name: Goal = None, book: Book = HERE, as_known_at: AsKnownAt = None, json: Json = False) -> None:
    """Show how goals stand: target, actual, forecast, and whether the process has ever been as good as that."""
    from troth.app.answers.scorecards import goals as use_case

    out = Out(json=json, quiet=False)
    found = use_case(opened(book, as_known_at), name)
    if json:
        out.data([fields(one) for one in found])
        return
    for one in found:
        _goal(out, one, "")


def scorecard(role: Whose = None, book: Book = HERE, as_known_at: AsKnownAt = None, json: Json = False) -> None:
    """Show a scorecard: its goals with their weights and why they weigh so much, and how much of their ways was gone."""
    from troth.app.answers.scorecards import scorecards

    out = Out(json=json, quiet=False)
    found = scorecards(opened(book, as_known_at), role)
    if json:
        out.data([fields(one) for one in found])
        return
    for one in found:
        _card(out, one)


def line_of_sight(role: Role, book: Book = HERE, as_known_at: AsKnownAt = None, json: Json = False) -> None:
    """Follow a role's promises to what customers are promised, and to whether they come back."""
    from troth.app.answers.scorecards import line_of_sight as use_case

    out = Out(json=json, quiet=False)
    found = use_case(opened(book, as_known_at), role)
    if json:
        out.data(fields(found))
        return
    _sight(out, found)


def _card(out: Out, card: Card) -> None:
    low, high = (f"{100 * one:.0f}" for one in (card.scored.low, card.scored.high))
    out.say(f"\n{card.name}: {card.words}, of {card.role}")
    out.say(f"  {low if low == high else f'{low} to {high}'} of 100 of the way to its goals, by their weights")
    for line in card.lines:
        out.say(f"\n  {100 * line.share:.0f} of 100 weigh on it: {line.why}")
        _goal(out, line.goal, "  ")


def _goal(out: Out, goal: Judged, indent: str) -> None:
    stands = goal.standing
    scope = "".join(f", {name} {value}" for name, value in goal.only.items())
    out.say(f"\n{indent}{goal.name}: {goal.words}{scope}; owner: {goal.owner or 'nobody yet'}")
    out.say(f"{indent}  target {_value(stands.target, goal)} by {goal.by}; {STATES[stands.state or 'open']}")
    if stands.actual is not None:
        interval = f" ({_value(stands.interval[0], goal)} to {_value(stands.interval[1], goal)})" if stands.interval else ""
        out.say(f"{indent}  actual {_value(stands.actual, goal)}{interval} in the {goal.grain} of {stands.period}")
    else:
        out.say(f"{indent}  actual: no whole {goal.grain} has passed since it began")
    if stands.baseline is not None:
        way = "" if stands.attained is None else f"; {100 * stands.attained:.0f} of 100 of the way are gone"
        out.say(f"{indent}  it began at {_value(stands.baseline, goal)}{way}")
    if stands.forecast is not None and stands.forecast_interval is not None:
        low, high = stands.forecast_interval
        out.say(f"{indent}  forecast {_value(stands.forecast, goal)} ({_value(low, goal)} to {_value(high, goal)}) if it goes on as before")
    if stands.best is not None:
        most = "at most" if goal.better == "higher" else "at least"
        best = f"{most} {_value(stands.best, goal)} in 99 of 100 {goal.grain}s before it began"
        out.say(f"{indent}  {'! beyond' if stands.beyond else 'within'} what the process can do: {best}")
    for said in stands.why:
        out.say(f"{indent}  cannot say {said.reason}: got {said.got}, needs {said.need}. {said.settle}".rstrip())
    out.say(f"{indent}  serves {' → '.join(goal.serves)}")


STATES = {
    "open": "open", "kept": "reached", "broken": "not reached", "unknown": "cannot be told", "void": "void", "waived": "waived",
}  # fmt: skip


def _sight(out: Out, sight: Sight) -> None:
    out.say(f"\n{sight.role}")
    if not sight.own and sight.role != "board":
        out.say("  promises nothing, and owns no stage of a promise")
    for step in sight.own:
        _step(out, step)
    if sight.served:
        out.say("\n  of what customers are promised")
    for step in sight.served:
        _step(out, step)
    out.say("\n  whether customers come back")
    if not sight.loyal:
        out.say("    no metric says so: declare one of kind repeat, retention, referral or newly_won")
    for one in sight.loyal:
        out.say(f"    {one.metric}: {one.words}: {_loyal(one)}")
    out.say("    How much the promises above move that: no link yet. Nothing on record has shown it.")


def _loyal(one: Loyal) -> str:
    from troth.faces.values import shown_value

    reading = one.reading
    if reading.value is None:
        return "not shown" if reading.hidden else "cannot say"
    value = shown_value(reading.value, one.unit)
    if reading.low is not None and reading.high is not None:
        value += f" ({shown_value(reading.low, one.unit)} to {shown_value(reading.high, one.unit)})"
    return f"{value}, n {reading.n:,}"


def _step(out: Out, step: Step) -> None:
    out.say(f"  {step.promise}: {step.words} ({step.through})")
    out.say(f"    {rate_said(step.rate)}")


def _value(value: float, goal: Any) -> str:
    from troth.faces.values import shown_value

    return shown_value(value, goal.unit)

"""`troth reward [NAME]`: which teams a reward proposes, and with `--back-test` what it would have given, beside luck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.aligned import aligned
from troth.faces.cli.opening import reading_of
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields
from troth.faces.values import shown_value

if TYPE_CHECKING:
    from troth.app.answers.rewards import CycleTold, Rewarded, Rule, TeamTold, Tested, Threshold
    from troth.kernel.refusal import Refusal
    from troth.metrics.rewards import BackTest

Name = Annotated[str | None, typer.Argument(help="A reward by its name in the book; without it all.")]
LASTING = {
    "stayed": "they stayed ahead",
    "in part": "a part of it stayed",
    "went back": "they went back to the mean",
    "cannot be told": "whether it stayed cannot be told",
}


def reward(
    name: Name = None,
    back_test: Annotated[bool, typer.Option("--back-test", help="What it would have given over all cycles that are over.")] = False,
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV: each team of each cycle; with --back-test each cycle.")] = False,
    json: Json = False,
) -> None:
    """Say which teams each reward proposes for cycles that are over; nothing is awarded that nobody approved on the page."""
    from troth.app.answers.rewards import back_tests, rewards
    from troth.app.bootstrap import open_workspace
    from troth.app.writing import csv_of
    from troth.faces.shapes import back_tests_table, rewards_table

    out, workspace = Out(json=json, quiet=False), open_workspace(book)
    reading = reading_of(workspace, as_known_at)
    if back_test:
        tested = back_tests(reading, name)
        if json:
            out.data([fields(one) for one in tested])
        elif csv:
            typer.echo(csv_of(*back_tests_table(tested)), nl=False)
        else:
            for each in tested:
                _tested(out, each)
        return
    found = rewards(workspace, reading, name)
    if json:
        out.data([fields(one) for one in found])
    elif csv:
        typer.echo(csv_of(*rewards_table(found)), nl=False)
    else:
        for one in found:
            _rewarded(out, one)
        out.say("\nNothing is awarded before a person approves it, on the page /rewards.")


def _rewarded(out: Out, found: Rewarded) -> None:
    _rule(out, found.rule)
    if found.refusal is not None:
        _cannot(out, found.refusal)
    elif not found.cycles:
        out.say(f"  No {found.rule.cycle} since {found.rule.since} is over yet.")
    for cycle in found.cycles:
        _cycle(out, found.rule, cycle)


def _rule(out: Out, rule: Rule) -> None:
    out.say(f"\n{rule.name}: {rule.words}, by {rule.by}; the rule by {rule.owner or 'nobody yet'}")
    level = f"{100 * rule.level:g} %"
    out.say(f"  {_reached(rule.threshold)} by the near limit of the {level} interval, of {rule.least:,} cases or more, each {rule.cycle}")
    if rule.counter is not None:
        out.say(f"  while {_reached(rule.counter)}")
    named = f" of {len(rule.accounts)} accounts" if rule.accounts else ""
    out.say(f"  approved by: {rule.approved_by} or above{named}, and none of the team; cycles from {rule.since} on")


def _reached(one: Threshold) -> str:
    return f"{one.words}: {shown_value(one.bound, one.unit)} or {'more' if one.side == 'above' else 'less'}"


def _cycle(out: Out, rule: Rule, cycle: CycleTold) -> None:
    unit = rule.threshold.unit
    together = "" if cycle.pooled is None else f"; all teams together {shown_value(cycle.pooled, unit)}"
    out.say(f"\n{rule.cycle} from {cycle.begins} to {cycle.ends}{together}")
    told = [one for one in cycle.teams if one.team.proposed or one.approved or one.withdrawn]
    if told:
        rows = [(rule.by, "n", "value", f"{100 * rule.level:g} % interval", "")]
        rows += [(one.team.name, f"{one.team.n:,}", *_figures(one, unit), _decided(one)) for one in told]
        out.say("\n".join(aligned(rows, (0, 4))))
    others = [one.team for one in cycle.teams if one not in told]
    unsaid = sum(one.refusal is not None for one in others)
    out.say(f"  {len(others) - unsaid:,} {'more ' if told else ''}did not reach it; of {unsaid:,} it cannot be said.")


def _figures(one: TeamTold, unit: str) -> tuple[str, str]:
    if one.team.value is None or one.team.low is None or one.team.high is None:
        return "", ""
    return shown_value(one.team.value, unit), f"{shown_value(one.team.low, unit)} to {shown_value(one.team.high, unit)}"


def _decided(one: TeamTold) -> str:
    said = one.withdrawn or one.approved
    if said is None:
        return "waits for a person"
    what = "withdrawn" if one.withdrawn else "awarded" if one.team.proposed else "awarded, on figures of then"
    return f"{what} by account {said.by} on {said.at:%Y-%m-%d}: {said.reason}"


def _tested(out: Out, found: Tested) -> None:
    rule, test = found.rule, found.test
    _rule(out, rule)
    if found.refusal is not None:
        _cannot(out, found.refusal)
        return
    rows = [(f"{rule.cycle} from", "all teams", "looked at", "rewarded", "by luck", "")]
    for one in test.cycles:
        pooled = "" if one.pooled is None else shown_value(one.pooled, rule.threshold.unit)
        rows.append((f"{one.begins}", pooled, f"{one.teams:,}", f"{len(one.rewarded):,}", f"{one.luck:.1f}", ", ".join(one.rewarded)))
    out.say("\n".join(aligned(rows, (0, 5))))
    out.say(
        f"\n{test.rewarded:,} rewards; to teams that are all alike luck alone would give {test.luck.expected:.1f} ({test.luck.low:,} to"
        f" {test.luck.high:,}), and so many or more {_often(test.luck.as_many)}."
    )
    _afterwards(out, rule, test)


def _afterwards(out: Out, rule: Rule, test: BackTest) -> None:
    if test.kept is None:
        if test.refusal is not None:
            _cannot(out, test.refusal)
        return
    low, high = (f"{100 * one:.0f}" for one in (test.kept.low, test.kept.high))
    out.say(
        f"Of the leads over all teams together {100 * test.kept.value:.0f} % ({low} to {high}) was left one {rule.cycle} later, of"
        f" {test.kept.n:,}: {LASTING[test.lasting]}."
    )


def _often(chance: float) -> str:
    return "hardly ever" if chance < 0.001 else f"{100 * chance:.1f} times in 100"


def _cannot(out: Out, said: Refusal) -> None:
    out.say(f"  Cannot say: {said.reason}; got {said.got}, needs {said.need}. {said.settle}".rstrip())

"""`troth recovery PROMISE`: who comes back after a broken promise, by how fast it was put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

HOUR, DAY = 3_600, 86_400

if TYPE_CHECKING:
    from troth.findings.recovery import Group, Recovered


def recovery(
    promise: Annotated[str, typer.Argument(help="A promise to customers: deliver.")],
    metric: Annotated[
        str | None, typer.Option("--metric", help="How fast it is put right, of kind time_to: solve_time.", show_default="the only one")
    ] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="Compare only what is alike in these: customer.segment.")] = None,
    beyond: Annotated[str | None, typer.Option("--beyond", help="Only what was broken by more than this: 1d.", show_default="any")] = None,
    soon: Annotated[str, typer.Option("--soon", help="Within what times it was put right, the shorter first.")] = "24h,72h",
    within: Annotated[str, typer.Option("--within", help="Within what time somebody has to come back.")] = "90d",
    not_before: Annotated[str, typer.Option("--not-before", help="What is on the way so long does not count as coming back.")] = "14d",
    book: Book = HERE, as_known_at: AsKnownAt = None, json: Json = False,
) -> None:  # fmt: skip
    """Say who comes back after a broken promise, by how fast it was put right, beside those to whom it was kept."""
    from troth.app.answers.recovery import recovery as use_case

    out = Out(json=json, quiet=False)
    parts = [part.strip() for part in soon.split(",")]
    reading = opened(book, as_known_at)
    found = use_case(reading, promise, metric, by or (), beyond=beyond, soon=parts, within=within, not_before=not_before)
    out.data(fields(found)) if json else _told(out, found)


def _told(out: Out, found: Recovered) -> None:
    case = found.cases
    out.say(f"\n{found.promise}: who came back after the first one that was broken, by how long its {case.type}")
    out.say(f"took from {case.begins} to {case.ends}")
    head = ("put right", "customers", "came back", "of 100", "95 % interval", "were it kept", "of the loss kept", "95 % interval")
    out.rows(head, [_row(one) for one in found.groups])
    for one in found.groups:
        if one.refusal is not None:
            out.say(f"{_when(one)}: {one.refusal.reason} There is {one.refusal.got}; it needs {one.refusal.need}.")
    alike = f" alike in {', '.join(found.by)} and month" if found.by else " of the same month"
    days = (found.not_before_s / DAY, found.within_s / DAY)
    out.say(
        f"Came back: made another from {days[0]:g} to {days[1]:g} days after. Were it kept: as {found.unbroken:,} to whom it was{alike}."
    )
    if found.young or found.alone:
        out.say(f"Left out: {found.young:,} whose time is not over, {found.alone:,} to whom nobody is alike.")
    out.say("An association: whoever complains, and whose case is quick, may differ otherwise.")


def _row(one: Group) -> tuple[str | int, ...]:
    if one.share is None or one.low is None or one.high is None or one.usual is None:
        return _when(one), one.n, one.back, "", "", "", "", ""
    interval = f"{100 * one.low:.1f} to {100 * one.high:.1f}"
    kept = ("", "") if one.kept is None else (f"{100 * one.kept.value:.0f} %", f"{100 * one.kept.low:.0f} to {100 * one.kept.high:.0f} %")
    return _when(one), one.n, one.back, f"{100 * one.share:.1f}", interval, f"{100 * one.usual:.1f}", *kept


def _when(one: Group) -> str:
    if one.at_most_s is None:
        return "later, or not"
    days = one.at_most_s / DAY
    return f"within {days:g} d" if days >= 2 else f"within {one.at_most_s / HOUR:g} h"

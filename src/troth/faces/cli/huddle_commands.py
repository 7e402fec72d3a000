"""`troth huddles`: whether units meet as they promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.opening import reading_of
from troth.faces.cli.options import HERE, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troth.app.answers.holdings import Huddles, Turn
    from troth.app.answers.promises import Rate


def huddles(
    of: Annotated[str | None, typer.Argument(help="A dimension whose values are the units: branch.", show_default="all")] = None,
    book: Book = HERE,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV: each day of each unit.")] = False,
    json: Json = False,
) -> None:
    """Say how each unit keeps the promise to hold its huddle, and which skipped two days of a week, those of a crisis first."""
    from troth.app.answers.holdings import huddles as use_case
    from troth.app.bootstrap import open_workspace
    from troth.app.writing import csv_of
    from troth.faces.shapes import huddles_table

    out, workspace = Out(json=json, quiet=False), open_workspace(book)
    found = use_case(workspace, reading_of(workspace, None), of)
    if json:
        out.data([fields(one) for one in found])
    elif csv:
        typer.echo(csv_of(*huddles_table(found)), nl=False)
    elif not found:
        out.say("No huddle has been recorded yet.")
    for one in found if not (json or csv) else ():
        _told(out, one)


def _told(out: Out, one: Huddles) -> None:
    out.say(f"\n{one.words}, {one.at} on {', '.join(one.days)}, since {one.since}: {_kept(one.rate)}")
    out.rows((one.dimension, "days met", "missed last"), [(unit.unit, _kept(unit.rate), _missed(unit.turns)) for unit in one.units])
    if one.skipped:
        rows = [(each.unit, f"{each.monday}", f"{each.days}", each.crisis or "") for each in one.skipped]
        out.say("\nSkipped two days or more in a week")
        out.rows(("unit", "week of", "days without", "crisis"), rows)


def _kept(rate: Rate) -> str:
    return f"{rate.kept:,} of {rate.n:,}"


def _missed(turns: Sequence[Turn]) -> str:
    return next((f"{turn.day}" for turn in turns if turn.state == "broken"), "–")

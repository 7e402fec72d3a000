"""`troth budget` and `troth margin`: what may be broken and what is, and how much earlier than promised the slowest come."""

from __future__ import annotations

from typing import Annotated

import typer

from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields


def budget(
    promise: Annotated[str | None, typer.Argument(help="A promise with an objective.", show_default="all that have one")] = None,
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    json: Json = False,
) -> None:
    """Say how many promises an objective lets be broken, how many are, how fast the budget goes, and what would warn in time."""
    from troth.app.answers.budgets import budgets
    from troth.faces.cli.budgets import budget_said

    out = Out(json=json, quiet=False)
    reading = opened(book, as_known_at)
    found = budgets(reading, promise)
    if json:
        out.data([fields(one) for one in found])
        return
    for one in found:
        budget_said(out, one, reading.context.local_time)


def margin(
    promise: Annotated[str, typer.Argument(help="A promise: deliver.")],
    by: Annotated[list[str] | None, typer.Option("--by", help="What tells lanes apart: warehouse, attr(carrier); several at once.")] = None,
    within: Annotated[list[str] | None, typer.Option("--within", help="What lanes are alike by, so that worn ones can be told.")] = None,
    back_test: Annotated[bool, typer.Option("--back-test", help="Try the quantile of each lane's past as the promise.")] = False,
    window: Annotated[str, typer.Option("--window", help="What is recent, and how far back a lane's past goes.")] = "90d",
    quantile: Annotated[float, typer.Option("--quantile", help="Of how many the margin is.")] = 0.95,
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    json: Json = False,
) -> None:
    """Say how much earlier than promised all but the slowest come, by month and by lane, and which lanes are out of margin."""
    from troth.app.answers.margins import margin as use_case
    from troth.faces.cli.budgets import margin_said

    out = Out(json=json, quiet=False)
    reading = opened(book, as_known_at)
    found = use_case(reading, promise, by or (), within=within or (), window=window, quantile=quantile, tried=back_test)
    out.data(fields(found)) if json else margin_said(out, found)

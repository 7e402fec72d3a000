"""`troth cases`: what waits for whom since a check of the data failed."""

from __future__ import annotations

from typing import Annotated

import typer

from troth.faces.cli.options import HERE, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields


def cases(
    steward: Annotated[str | None, typer.Option("--steward", help="Only what waits for this role: data_desk.", show_default=False)] = None,
    closed: Annotated[bool, typer.Option("--closed", help="And those that were closed, with why.")] = False,
    book: Book = HERE,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Json = False,
) -> None:
    """List the cases that failed checks of the data opened: what was found, for whom it waits, since when."""
    from troth.app.answers.cases import cases as use_case
    from troth.app.bootstrap import open_workspace
    from troth.app.writing import csv_of
    from troth.faces.shapes import cases_table

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book), steward=steward, closed=closed)
    if json:
        out.data([fields(one) for one in found])
    elif csv:
        typer.echo(csv_of(*cases_table(found)), nl=False)
    elif not found:
        out.say("No case is open.")
    else:
        rows = [
            (one.id, one.steward or "nobody yet", f"{one.opened:%Y-%m-%d %H:%M} UTC", _since(one.closed, one.closing), one.says)
            for one in found
        ]
        out.rows(("case", "steward", "opened", "closed", "what was found"), rows)


def _since(closed: object, closing: str | None) -> str:
    return f"{closed:%Y-%m-%d %H:%M} UTC, {closing}" if closed else "open"

"""`troth sources …`: what the book's sources bring."""

from __future__ import annotations

from typing import Annotated

import typer

from troth.faces.cli.options import HERE, Book, Json, Quiet
from troth.faces.cli.output import Out, fields

app = typer.Typer(no_args_is_help=True, help="Look after the sources: bring what lies elsewhere into their files.")


@app.callback()
def sources() -> None:
    """Look after the sources: bring what lies elsewhere into their files."""


@app.command()
def pull(
    names: Annotated[list[str] | None, typer.Argument(help="Sources with a `pull:`.", show_default="all of them")] = None,
    book: Book = HERE,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Bring the rows of systems that answer over HTTP into the files that the sources read; only what is new where they say how."""
    from troth.app.bootstrap import open_workspace
    from troth.app.pulling import pull as use_case

    out = Out(json=json, quiet=quiet)
    with out.progress() as step:
        pulled = use_case(open_workspace(book), tuple(names or ()), progress=step)
    if json:
        out.data([fields(one) for one in pulled])
        return
    for one in pulled:
        again = f", {one.known:,} came again and were left out" if one.known else ""
        out.say(f"{one.source}: {one.rows:,} rows in {one.file}{again}" if one.file else f"{one.source}: nothing new{again}")

"""`troth sources …` and `troth data`: where the numbers come from, what was promised of them, whether that is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from troth.faces.cli.options import HERE, Book, Json, Quiet
from troth.faces.cli.output import Out
from troth.faces.plain import fields

app = typer.Typer(help="Look at the sources: who answers for them, what they promise of their data, and whether it is so.")
Name = Annotated[str, typer.Argument(help="The name of a source, as `troth sources` lists it.")]
BROKEN = 4


@app.callback(invoke_without_command=True)
def sources(context: typer.Context, book: Book = HERE, json: Json = False) -> None:
    if context.invoked_subcommand is None:
        list_(book=book, json=json)


@app.command("list")
def list_(book: Book = HERE, json: Json = False) -> None:
    """List the sources with their owners and stewards, and how many checks their contracts ask for."""
    from troth.app.bootstrap import open_workspace
    from troth.app.sources import listed as use_case
    from troth.faces.cli.sources import listed

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book))
    if json:
        out.data([fields(one) for one in found])
        return
    listed(out, found)


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(help="The name of a source.", show_default="all")] = None,
    at: Annotated[str | None, typer.Option("--at", help="By when the data should be fresh: 2026-03-01 14:00.", show_default="now")] = None,
    book: Book = HERE,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge the files as they are by their contracts, without building; ends with code 4 where a build would be refused."""
    from troth.app.bootstrap import open_workspace
    from troth.app.sources import check as use_case
    from troth.faces.cli.sources import as_data, checked

    out = Out(json=json, quiet=quiet)
    with out.progress() as step:
        found = use_case(open_workspace(book), name, at=at, progress=step)
    if json:
        out.data([as_data(one) for one in found])
    else:
        checked(out, found)
    if any(one.stops for one in found):
        raise typer.Exit(BROKEN)


@app.command()
def show(name: Name, book: Book = HERE, json: Json = False) -> None:
    """Print a source as the book has it, and what the last build knows of it."""
    from troth.app.bootstrap import open_workspace
    from troth.app.sources import show as use_case
    from troth.faces.cli.sources import shown

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book), name)
    if json:
        out.data({**found, "balance": fields(found["balance"]) if found["balance"] else None})
        return
    shown(out, found)


@app.command()
def draft(name: Name, book: Book = HERE, json: Json = False, quiet: Quiet = False) -> None:
    """Propose a contract that the files keep as they are, each rule with its evidence; nothing is written."""
    from troth.app.bootstrap import open_workspace
    from troth.app.sources import draft as use_case

    out = Out(json=json, quiet=quiet)
    with out.progress() as step:
        found = use_case(open_workspace(book), name, progress=step)
    if json:
        out.data(fields(found))
        return
    typer.echo(found.text, nl=False)


@app.command()
def pull(
    names: Annotated[list[str] | None, typer.Argument(help="Sources with a `pull:`.", show_default="all of them")] = None,
    book: Book = HERE,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Bring the rows of systems that answer over HTTP into the files that the sources read; only what is new where they say how."""
    from troth.app.bootstrap import open_workspace
    from troth.app.starting.pulling import pull as use_case

    out = Out(json=json, quiet=quiet)
    with out.progress() as step:
        pulled = use_case(open_workspace(book), tuple(names or ()), progress=step)
    if json:
        out.data([fields(one) for one in pulled])
        return
    for one in pulled:
        again = f", {one.known:,} came again and were left out" if one.known else ""
        out.say(f"{one.source}: {one.rows:,} rows in {one.file}{again}" if one.file else f"{one.source}: nothing new{again}")


def data(
    book: Book = HERE,
    html: Annotated[bool, typer.Option("--html", help="Write only the page pages/data.html and print its place.")] = False,
    json: Json = False,
) -> None:
    """Show what the last build was made of: every row's fate, quarantine, freshness, contracts, joins."""
    from troth.app.bootstrap import open_workspace
    from troth.app.pages.data_page import read_data
    from troth.faces.cli.pages import write_data
    from troth.faces.cli.sources import told

    out = Out(json=json, quiet=False)
    workspace = open_workspace(book)
    page = read_data(workspace)
    written = write_data(page, workspace.pages)
    if json:
        out.data({"html": str(written), "page": page})
    elif html:
        typer.echo(str(written))
    else:
        told(out, page)
        out.say(f"\nThe page: {written}")

"""`troth book …`: what is wrong in the book, what it says for whom and why, how it differs, and its schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from troth.faces.cli.options import HERE, Address, At, Book, For, Json
from troth.faces.cli.output import Out, fields

app = typer.Typer(no_args_is_help=True, help="Look at the rules: what is wrong, what holds for whom and why, what changed.")


@app.command()
def lint(book: Book = HERE, json: Json = False) -> None:
    """Name every mistake in the book with its file, line and column; ends with code 3 where there is one."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook import lint as use_case
    from troth.faces.cli.rules import linted

    out = Out(json=json, quiet=False)
    problems = use_case(open_workspace(book))
    if json:
        out.data([{**fields(problem), "file": str(problem.file)} for problem in problems])
    else:
        linted(out, problems)
    if any(problem.level == "error" for problem in problems):
        raise typer.Exit(3)


@app.command()
def show(address: Address, for_: For = "", at: At = None, book: Book = HERE, json: Json = False) -> None:
    """Print a definition as it is for somebody, with whose word each line is."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook import show as use_case
    from troth.faces.cli.rules import shown

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book), address, keys=for_, at=at)
    if json:
        out.data(fields(found))
        return
    shown(out, found)


@app.command()
def why(address: Address, for_: For = "", at: At = None, book: Book = HERE, json: Json = False) -> None:
    """Say whose word counts on a field: the layer and the Change that won, and why the others did not."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook import why as use_case
    from troth.faces.cli.rules import explained

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book), address, keys=for_, at=at)
    if json:
        out.data(fields(found))
        return
    explained(out, found)


@app.command()
def layers(at: At = None, book: Book = HERE, json: Json = False) -> None:
    """List the layers over the standard: their Changes, dates, and how far each departs from it."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook import layers as use_case
    from troth.faces.cli.rules import layered

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book), at=at)
    if json:
        out.data([fields(one) for one in found])
        return
    layered(out, found)


@app.command()
def schema(
    kind: Annotated[str | None, typer.Argument(help="promises, promises.overlay, sources, changes, company, troth.")] = None,
    into: Annotated[Path | None, typer.Option("--into", help="A folder for one file a schema and an editor's settings.")] = None,
) -> None:
    """Print the JSON Schema of the book's files, by which an editor completes and explains them."""
    from troth.app.rulebook import schema as use_case

    made = use_case(kind, into=into)
    if into is None:
        Out(json=True, quiet=False).data(made)
    else:
        typer.echo(f"{1 if kind else len(made)} schemas in {into}")

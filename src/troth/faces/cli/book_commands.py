"""`troth book …`: what is wrong in the book, what it says for whom and why, how it differs, and its schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from troth.faces.cli.options import HERE, Address, At, Book, For, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

app = typer.Typer(no_args_is_help=True, help="Look at the rules: what is wrong, what holds for whom and why, what changed.")


@app.command()
def lint(book: Book = HERE, json: Json = False) -> None:
    """Name every mistake in the book with its file, line and column; ends with code 3 where there is one."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook.rulebook import lint as use_case
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
    from troth.app.rulebook.rulebook import show as use_case
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
    from troth.app.rulebook.rulebook import why as use_case
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
    from troth.app.rulebook.rulebook import layers as use_case
    from troth.faces.cli.rules import layered

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book), at=at)
    if json:
        out.data([fields(one) for one in found])
        return
    layered(out, found)


@app.command()
def schema(
    kind: Annotated[str | None, typer.Argument(help="promises, promises.overlay, sources, identity, changes, company, troth.")] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help="A folder for one file a schema and an editor's settings: .vscode in the book.")
    ] = None,
) -> None:
    """Print the JSON Schema of the book's files, by which an editor completes and explains them."""
    from troth.app.rulebook.editor import schema as use_case

    made = use_case(kind, into=into)
    if into is None:
        Out(json=True, quiet=False).data(made)
    else:
        typer.echo(f"{1 if kind else len(made)} schemas in {into}")


@app.command()
def diff(
    first: Annotated[str | None, typer.Argument(help="A revision; without one, the edits that are not saved.")] = None,
    second: Annotated[str | None, typer.Argument(help="A later revision to compare the first with.")] = None,
    for_: Annotated[str, typer.Option("--for", help="Compare somebody's terms with the standard: region=JP.", show_default="no one")] = "",
    at: At = None,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Show field by field what an edit, a revision or a layer says otherwise."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook.revisions import diff as use_case
    from troth.app.rulebook.rulebook import differences
    from troth.faces.cli.rules import different

    out, workspace = Out(json=json, quiet=False), open_workspace(book)
    found = differences(workspace, keys=for_, at=at) if for_ else use_case(workspace, first, second)
    if json:
        out.data([fields(one) for one in found])
        return
    different(out, found)


@app.command()
def log(book: Book = HERE, json: Json = False) -> None:
    """List the revisions of the book, the newest first."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook.revisions import log as use_case
    from troth.faces.cli.rules import logged

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book))
    if json:
        out.data([{**fields(one), "changed": [str(file) for file in one.changed]} for one in found])
        return
    logged(out, found)


@app.command()
def save(
    message: Annotated[str, typer.Option("--message", "-m", help="What changed and why, in a line.")] = "Edited",
    based_on: Annotated[
        str | None, typer.Option("--based-on", help="The revision that your edits were made on.", show_default="the last")
    ] = None,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Keep the book as it stands as a revision; from then on it binds."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook.revisions import save as use_case
    from troth.faces.cli.rules import logged

    out = Out(json=json, quiet=False)
    made = use_case(open_workspace(book), message, based_on=based_on)
    if json:
        out.data({**fields(made), "changed": [str(file) for file in made.changed]})
        return
    logged(out, [made])


@app.command()
def undo(book: Book = HERE, json: Json = False) -> None:
    """Restore what was before the last revision, by a new one; edits that are not saved are kept as one first."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook.revisions import undo as use_case
    from troth.faces.cli.rules import logged

    out = Out(json=json, quiet=False)
    made = use_case(open_workspace(book))
    if json:
        out.data({**fields(made), "changed": [str(file) for file in made.changed]})
        return
    logged(out, [made])

"""`troth identity …`: who is the same in several systems, why, and what people decide about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

if TYPE_CHECKING:
    from troth.sources.identity import Decision

app = typer.Typer(no_args_is_help=True, help="See who is the same in several systems, ask why, and decide where rules cannot.")

One = Annotated[str, typer.Argument(help="An object: its id as the source has it, or type:id.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why, for those who come after.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides.", show_default="the name git knows")]


@app.command()
def status(
    as_known_at: AsKnownAt = None,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Say how many objects are how many parties, what has no counterpart, and what people decided."""
    from troth.app.answers.parties import status as use_case
    from troth.app.bootstrap import open_workspace
    from troth.faces.cli.identities import identities

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book), as_known_at=as_known_at)
    if json:
        out.data([fields(one) for one in found])
        return
    identities(out, found)


@app.command()
def review(
    identity: Annotated[str | None, typer.Option("--identity", help="Only of this one: customer.", show_default="all")] = None,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """List the pairs that wait for somebody to decide: likely ones, and those that a guard refused."""
    from troth.app.answers.parties import review as use_case
    from troth.app.bootstrap import open_workspace
    from troth.faces.cli.identities import reviewed

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book), identity=identity)
    if json:
        out.data([fields(one) for one in found])
        return
    reviewed(out, found)


@app.command()
def why(a: One, b: One, book: Book = HERE, json: Json = False) -> None:
    """Say link by link why two objects are one party, or what was found between them where they are not."""
    from troth.app.answers.parties import why as use_case
    from troth.app.bootstrap import open_workspace
    from troth.faces.cli.identities import chained

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book), a, b)
    if json:
        out.data(fields(found))
        return
    chained(out, found)


@app.command()
def merge(a: One, b: One, reason: Reason, by: By = None, book: Book = HERE, json: Json = False) -> None:
    """Decide that two objects are one party; it counts from the next build and can be taken back."""
    from troth.app.answers.parties import merge as use_case
    from troth.app.bootstrap import open_workspace

    _decided(use_case(open_workspace(book), a, b, reason=reason, actor=by), json=json)


@app.command()
def split(
    a: One,
    reason: Reason,
    from_: Annotated[
        str | None, typer.Option("--from", help="An object that it is not the same as.", show_default="all it was joined to")
    ] = None,
    by: By = None,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Take back the last merge of an object, or, where nobody merged it, part it from what rules joined it to."""
    from troth.app.answers.parties import split as use_case
    from troth.app.bootstrap import open_workspace

    _decided(use_case(open_workspace(book), a, reason=reason, from_=from_, actor=by), json=json)


@app.command()
def undo(
    number: Annotated[int | None, typer.Argument(help="The decision's number.", show_default="the last")] = None,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why.")] = "",
    by: By = None,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Take back a decision; it stays in the journal and counts no longer."""
    from troth.app.answers.parties import undo as use_case
    from troth.app.bootstrap import open_workspace

    _decided(use_case(open_workspace(book), number, reason=reason, actor=by), json=json)


def _decided(made: Decision, *, json: bool) -> None:
    from troth.faces.cli.identities import decided

    out = Out(json=json, quiet=False)
    if json:
        out.data(fields(made))
        return
    decided(out, made)

"""`troth commitments …`: what was published, what of it may be a promise, and what of that somebody judges."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from troth.faces.cli.options import HERE, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

app = typer.Typer(help="Hold what was published, in terms and adverts, against what is judged.")


@app.callback(invoke_without_command=True)
def commitments(context: typer.Context, book: Book = HERE, json: Json = False) -> None:
    if context.invoked_subcommand is None:
        list_(book=book, json=json)


@app.command("list")
def list_(book: Book = HERE, json: Json = False) -> None:
    """List the confirmed commitments with how each is kept, and the sentences that may be others."""
    from troth.app.answers.commitments import commitments as use_case
    from troth.app.bootstrap import open_workspace

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book))
    if json:
        out.data(fields(found))
        return
    _listed(out, found)


@app.command()
def confirm(
    number: Annotated[int, typer.Argument(help="A candidate by its number in `troth commitments`.")],
    promise: Annotated[
        str | None, typer.Option("--promise", help="The promise by which it is judged; without it, it is talk only.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be written.")] = False,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Write a candidate into the book as a commitment, judged by a promise or by none."""
    from troth.app.answers.commitments import confirm as use_case
    from troth.app.bootstrap import open_workspace

    out = Out(json=json, quiet=False)
    found = use_case(open_workspace(book), number, promise, write=not dry_run)
    if json:
        out.data(fields(found))
    elif dry_run:
        out.say(found.text.rstrip())
    else:
        out.say(f"Written into {found.file} as {found.name}" + ("." if promise else ": talk only, until a promise judges it."))


@app.command("import")
def import_(
    text: Annotated[Path, typer.Argument(help="A published text: markdown, plain text or HTML.")],
    source: Annotated[str, typer.Option("--source", help="Where it was published: https://example.org/terms.")],
    on: Annotated[str, typer.Option("--on", help="The day of the text: 2024-01-02.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in place of the text of that name.")] = False,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Put a published text into the book's commitments/, HTML made plain, with its source and its day in front."""
    from troth.app.answers.commitments import take_in
    from troth.app.bootstrap import open_workspace

    out = Out(json=json, quiet=False)
    target = take_in(open_workspace(book), text, source, on, replace=replace)
    if json:
        out.data({"file": str(target)})
        return
    out.say(f"Taken in as {target}. Next: troth commitments --book {book}")


def _listed(out: Out, found: Any) -> None:
    if not found.pages and not found.commitments:
        out.say("Nothing published is in the book. Put a text into it: troth commitments import FILE --source WHERE --on DAY")
        return
    if found.commitments:
        out.say(f"Commitments ({len(found.commitments)})")
    for one in found.commitments:
        out.say(f"  {one.says}")
        out.say(f"    {_standing(one)}" + ("" if one.still_said else f"; no longer said in {one.page}"))
    waiting = [one for one in found.candidates if one.commitment is None]
    if waiting:
        out.say(f"\nMay be commitments: read them, and confirm those that are ({len(waiting)})")
    for one in waiting:
        out.say(f"  {one.number:>3}  {one.says}")
        out.say(f"       {' · '.join(part for part in (one.page, one.source, one.on) if part)}")
    if waiting:
        out.say("\nConfirm one: troth commitments confirm NUMBER --promise NAME; without --promise it is talk only.")


def _standing(one: Any) -> str:
    from troth.faces.cli.promise_commands import rate_said

    if one.talk_only:
        return "talk only: no promise judges it"
    judged = rate_said(one.kept) if one.kept else "not judged yet: run troth build"
    return f"{one.promise}, {one.words}: {judged}"

"""Somebody's data: `troth erase`, `troth hold`, `troth vault`. A value is read from standard input, never from an argument."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from troth.faces.cli.options import HERE, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

app = typer.Typer(name="vault", no_args_is_help=True, add_completion=False, help="Where personal values are kept.")

Token = Annotated[str | None, typer.Argument(help="A token, as the lake holds it: email-4kqz…", show_default=False)]
Find = Annotated[bool, typer.Option("--find", help="Read the value from standard input, in place of a token.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a few words that name nobody; it is written down for good.")]


def erase(token: Token = None, find: Find = False, reason: Reason = "", book: Book = HERE, json: Json = False) -> None:
    """Delete somebody's value and its key. What was counted stays counted; nobody can say any more of whom."""
    from troth.app.bootstrap import open_workspace
    from troth.app.people import people

    out = Out(json=json, quiet=False)
    workspace = open_workspace(book)
    erased = [people.erase(workspace, one, reason) for one in _tokens(token, find=find, book=book)]
    if json:
        out.data([fields(one) for one in erased])
        return
    for one in erased:
        out.say(f"Erased {one.token}. The journal has who, when, why, and a commitment that leads to nobody.")
    for place in dict.fromkeys(place for one in erased for place in one.still):
        out.say(f"! {place}")
    out.say("Files, copies of the vault and exports outside of Troth are as they were: see them through too.")


def hold(
    token: Token = None,
    find: Find = False,
    release: Annotated[bool, typer.Option("--release", help="End the hold.")] = False,
    reason: Reason = "",
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Keep somebody's value from being erased, for a dispute or by law, until it is released."""
    from troth.app.bootstrap import open_workspace
    from troth.app.people import people

    out = Out(json=json, quiet=False)
    workspace = open_workspace(book)
    tokens = _tokens(token, find=find, book=book)
    for one in tokens:
        if release:
            people.release(workspace, one, reason)
        else:
            people.hold(workspace, one, reason)
    if json:
        out.data([{"token": one, "held": not release} for one in tokens])
        return
    for one in tokens:
        out.say(f"{one} is {'free again' if release else 'on hold: it will not be erased'}.")


@app.command()
def status(book: Book = HERE, json: Json = False) -> None:
    """Say how many values the vault keeps, which are on hold, and since when its key is in force."""
    from troth.app.bootstrap import open_workspace

    _show(Out(json=json, quiet=False), open_workspace(book).vault.status())


@app.command()
def rotate(book: Book = HERE, json: Json = False) -> None:
    """Put everything under a new key. Tokens stay as they are."""
    from troth.app.bootstrap import open_workspace
    from troth.app.people import people

    _show(Out(json=json, quiet=False), people.rotate(open_workspace(book)))


def _show(out: Out, status: object) -> None:
    said = fields(status)
    if out.json:
        out.data(said)
        return
    if said["key"] is None:
        out.say("There is no vault yet: no source that was built has a personal column that is mapped.")
        return
    for kind, count in said["kept"].items():
        out.say(f"{kind:<10} {count:>10,}")
    out.say(f"{'erased':<10} {said['erased']:>10,}")
    for held in said["holds"]:
        word = held["word"]
        out.say(f"on hold: {held['token']} since {word['at']:%Y-%m-%d} by {word['actor']}: {word['reason']}")
    out.say(f"key {said['key']} since {said['key_since']:%Y-%m-%d}")


def _tokens(token: str | None, *, find: bool, book: object) -> tuple[str, ...]:
    """An argument stands in the shell's history and in the list of processes: a value has no business there."""
    from pathlib import Path

    from troth.app.bootstrap import open_workspace
    from troth.app.people import people

    if find == (token is not None):
        raise typer.BadParameter("give either a token, or --find and the value on standard input")
    if token is None:
        value = typer.prompt("Value (it is not shown)", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read()
        return people.find(open_workspace(Path(str(book))), str(value))
    if "@" in token or "-" not in token:
        raise typer.BadParameter("this is no token; to erase by value, use --find and give the value on standard input")
    return (token,)

"""`troth access …`: who may sign in, what they may see and do, and the tokens of programs."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth.faces.cli.options import HERE, Book, Json
from troth.faces.cli.output import Out

if TYPE_CHECKING:
    from troth.access import Account, Token
    from troth.app.people.access import Access, Invited
    from troth.app.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="Let people and programs in: who may sign in, what they may see and do.")

Id = Annotated[str, typer.Argument(help="An account, as `troth access list` lists it.")]
Role = Annotated[str, typer.Option("--role", help="viewer, analyst, manager or admin: each may do what those before it may.")]
Scope = Annotated[
    list[str] | None,
    typer.Option("--scope", help="Sees only this: country=PT,ES; as often as there are dimensions.", show_default="everything"),
]
Address = Annotated[str, typer.Option("--address", help="Where the pages are served, for the link.")]
SERVED = "http://127.0.0.1:8420"
SPAN = re.compile(r"(\d{1,4})d")


@app.command()
def add(role: Role = "viewer", scope: Scope = None, address: Address = SERVED, book: Book = HERE, json: Json = False) -> None:
    """Make an account, and the one-time link by which somebody takes it with a name and a password of their own."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.access import asked, invite

    workspace, access = _opened(book)
    _link(Out(json=json, quiet=False), invite(access, BY, *asked(workspace, role, scope or ())), address)


@app.command("list")
def list_(
    names: Annotated[bool, typer.Option("--names", help="With sign-in names, which are personal.")] = False,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """List the accounts: role, what they see, when they were last seen."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.access import listed
    from troth.app.people.access import names as names_of

    out, (_, access) = Out(json=json, quiet=False), _opened(book)
    accounts = listed(access, BY)
    known = names_of(access, accounts) if names else {}
    if json:
        out.data([{**_account(one), **({"name": known.get(one.id)} if names else {})} for one in accounts])
        return
    columns = ("account", *(("name",) if names else ()), "role", "sees", "last seen", "")
    rows = []
    for one in accounts:
        state = "not let in" if one.disabled else "not taken yet" if not one.taken else "second factor" if one.second_factor else ""
        seen = f"{one.seen:%Y-%m-%d %H:%M} UTC" if one.seen else "never"
        named = (known.get(one.id, ""),) if names else ()
        rows.append((one.id, *named, one.role.name, one.scope.written() or "everything", seen, state))
    out.rows(columns, rows)


@app.command()
def change(
    id: Id,
    role: Annotated[str | None, typer.Option("--role", help="viewer, analyst, manager or admin.", show_default="as it is")] = None,
    scope: Annotated[list[str] | None, typer.Option("--scope", help="Sees only this: country=PT,ES.", show_default="as it is")] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Sees the whole operation, in place of --scope.")] = False,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Say what an account may see and do from now on; it holds in open sessions too."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.access import asked, found
    from troth.app.people.access import change as use_case

    if (scope and everything) or not (role or scope or everything):
        raise typer.BadParameter("say --role, and either --scope or --everything, or one of them")
    workspace, access = _opened(book)
    before = found(access, BY, id)
    wanted, seen = asked(workspace, role or before.role.name, scope or ())
    _said(Out(json=json, quiet=False), use_case(access, BY, id, role=wanted, scope=seen if scope or everything else before.scope))


@app.command()
def disable(
    id: Id,
    again: Annotated[bool, typer.Option("--again", help="Let it in again.")] = False,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Let an account in no more: its sessions end, its tokens and links open nothing."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.access import disable as use_case

    _said(Out(json=json, quiet=False), use_case(_opened(book)[1], BY, id, disabled=not again))


@app.command()
def remove(id: Id, book: Book = HERE, json: Json = False) -> None:
    """Delete an account with its sign-in name and all else that is kept of it."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.access import remove as use_case

    out = Out(json=json, quiet=False)
    use_case(_opened(book)[1], BY, id)
    out.data({"removed": id}) if json else out.say(f"{id} is gone, with its name.")


@app.command()
def person(
    id: Id,
    who: Annotated[str, typer.Argument(help="Who of the staff it is, as the sources name that one.")],
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Say who of the record's staff an account is: it reads their own results once an admin says the same on the page Access."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.access import tie

    out = Out(json=json, quiet=False)
    holds = tie(_opened(book)[1], BY, id, who)
    then = "reads the results of that person from now on" if holds else "reads them once an admin says the same on the page Access"
    out.data({"account": id, "tied": holds}) if json else out.say(f"{id} {then}, and nobody else does.")


@app.command("drop-factor")
def drop_factor(id: Id, book: Book = HERE, json: Json = False) -> None:
    """Take the second factor away from whoever lost it: the account's sessions end, and its owner is told."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.factors import take_away

    _said(Out(json=json, quiet=False), take_away(_opened(book)[1], BY, id))


@app.command()
def link(id: Id, address: Address = SERVED, book: Book = HERE, json: Json = False) -> None:
    """Make a one-time link by which an account is taken, or gets another password where it was lost."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.access import link as use_case

    _link(Out(json=json, quiet=False), use_case(_opened(book)[1], BY, id), address)


@app.command()
def token(
    label: Annotated[str, typer.Argument(help="What it is for, in a word or two that name nobody.")],
    role: Role = "viewer",
    scope: Scope = None,
    expires: Annotated[str, typer.Option("--expires", help="After how long it opens nothing any more: 1d to 366d.")] = "90d",
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Make a token by which a program reads by REST. It is printed this once."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.access import asked
    from troth.app.people.tokens import give

    out, (workspace, access) = Out(json=json, quiet=False), _opened(book)
    given = give(access, BY, label, *asked(workspace, role, scope or ()), _span(expires))
    if json:
        out.data({**_token(given.token), "key": given.key})
        return
    out.say(given.key)
    out.say(f"The token {given.token.id} opens REST until {given.token.expires:%Y-%m-%d}. It is printed this once.")


@app.command()
def tokens(book: Book = HERE, json: Json = False) -> None:
    """List the tokens: what each sees, until when, and when it was last used."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.tokens import listed

    out, (_, access) = Out(json=json, quiet=False), _opened(book)
    found = listed(access, BY)
    if json:
        out.data([_token(one) for one in found])
        return
    rows = []
    for one in found:
        used = f"{one.used:%Y-%m-%d %H:%M} UTC" if one.used else "never"
        until = "revoked" if one.revoked else f"{one.expires:%Y-%m-%d}"
        rows.append((one.id, one.label, one.role.name, one.scope.written() or "everything", used, until))
    out.rows(("token", "for what", "role", "sees", "last used", "until"), rows)


@app.command()
def revoke(
    id: Annotated[str, typer.Argument(help="A token, as `troth access tokens` lists it.")], book: Book = HERE, json: Json = False
) -> None:
    """End a token: it opens nothing any more."""
    from troth.app.people.access import HERE as BY
    from troth.app.people.tokens import revoke as use_case

    out = Out(json=json, quiet=False)
    use_case(_opened(book)[1], BY, id)
    out.data({"revoked": id}) if json else out.say(f"{id} opens nothing any more.")


def _opened(book: Path) -> tuple[Workspace, Access]:
    from troth.app.bootstrap import open_access, open_workspace

    workspace = open_workspace(book)
    return workspace, open_access(workspace)


def _link(out: Out, invited: Invited, address: str) -> None:
    link = f"{address.rstrip('/')}/welcome#{invited.key}"
    if out.json:
        out.data({**_account(invited.account), "link": link, "expires": invited.expires})
        return
    out.say(link)
    out.say(f"It opens {invited.account.id} once, until {invited.expires:%Y-%m-%d %H:%M} UTC. It is printed this once.")


def _said(out: Out, account: Account) -> None:
    if out.json:
        out.data(_account(account))
        return
    state = ", and is not let in" if account.disabled else ""
    out.say(f"{account.id} is {account.role.name}, sees {account.scope.written() or 'everything'}{state}.")


def _account(one: Account) -> dict[str, Any]:
    said = {"role": one.role.name, "scope": dict(one.scope.key), "language": one.language}
    times = {"created": one.created, "seen": one.seen}
    states = {"disabled": one.disabled, "taken": one.taken, "by_provider": one.by_provider, "second_factor": one.second_factor}
    return {"id": one.id, **said, **times, **states}


def _token(one: Token) -> dict[str, Any]:
    said = {"label": one.label, "account": one.account, "role": one.role.name, "scope": dict(one.scope.key)}
    times = {"created": one.created, "expires": one.expires, "used": one.used, "revoked": one.revoked}
    return {"id": one.id, **said, **times}


def _span(text: str) -> timedelta:
    from troth.kernel.errors import BadValue

    found = SPAN.fullmatch(text)
    if found is None:
        raise BadValue("no time that a token may last", got=f"'{text}'", allowed="days: 90d")
    return timedelta(days=int(found[1]))

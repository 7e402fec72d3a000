"""`troth schedule …`: what is sent by itself, to whom and when."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth.faces.cli.options import HERE, Book, Json, Quiet
from troth.faces.cli.output import Out

if TYPE_CHECKING:
    from pathlib import Path

    from troth.app.letters.sending import Listed, Sending
    from troth.app.workspace import Workspace
    from troth.sending import Letter, Schedule

app = typer.Typer(no_args_is_help=True, help="Have pages sent by mail: to whom, when, and how much of the operation each sees.")

SERVED = "http://127.0.0.1:8420"
To = Annotated[str, typer.Option("--to", help="The address of mail; - reads it from the input, so that no history of commands has it.")]
Spoken = Annotated[str, typer.Option("--language", help="en or pt.")]
Address = Annotated[str, typer.Option("--address", help="Where the pages are served, for the link.")]


@app.command()
def monday(
    at: Annotated[str, typer.Argument(help="The time of day, on the operation's clock: 06:30.")],
    to: To,
    on: Annotated[str, typer.Option("--on", help="Days of the week: monday, or mon,thu.")] = "monday",
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="Only this: country=PT,ES; as often as there are dimensions.", show_default="everything"),
    ] = None,
    language: Spoken = "en",
    address: Address = SERVED,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Send the Monday page to somebody, each time that it is due."""
    from troth.access.viewer import scope_of
    from troth.app.letters.sending import add
    from troth.sending import when_of

    _refuse_unspoken(language)
    workspace, sending = _opened(book)
    made = add(workspace, sending, when_of(on, at), _whom(to), scope=scope_of(scope or ()), language=language, address=address)
    _added(Out(json=json, quiet=False), made, "the Monday page", json=json)


@app.command()
def huddle(
    unit: Annotated[str, typer.Argument(help="A unit by its dimension: branch=FR-02.")],
    to: To,
    at: Annotated[str | None, typer.Option("--at", help="The time of day: 07:30.", show_default="when the huddle begins")] = None,
    on: Annotated[str | None, typer.Option("--on", help="Days of the week: mon,thu.", show_default="the days of the huddle")] = None,
    language: Spoken = "en",
    address: Address = SERVED,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Send the screen of a unit's huddle to somebody, who sees what is the unit's and nothing else."""
    from troth.app.letters.sending import add_huddle

    _refuse_unspoken(language)
    workspace, sending = _opened(book)
    made = add_huddle(workspace, sending, unit, on, at, _whom(to), language=language, address=address)
    _added(Out(json=json, quiet=False), made, f"the huddle of {unit}", json=json)


@app.command("list")
def list_(
    names: Annotated[bool, typer.Option("--names", help="With the addresses, which are personal.")] = False,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """List what is sent, and what became of the last letter of each."""
    from troth.app.letters.sending import listed, stopped

    out, (workspace, sending) = Out(json=json, quiet=False), _opened(book)
    found = listed(sending)
    known = workspace.vault.values([one.schedule.to for one in found]) if names else {}
    if json:
        out.data([{**_listed(one), **({"address_of": known.get(one.schedule.to)} if names else {})} for one in found])
        return
    rows = []
    for one in found:
        to = known.get(one.schedule.to, "erased") if names else one.schedule.to
        last = _told(one.letters[0]) if one.letters else "none yet"
        rows.append((one.schedule.id, one.schedule.page, str(one.schedule.when), to, one.schedule.scope.written() or "everything", last))
    out.rows(("schedule", "page", "when", "to", "of", "last letter"), rows)
    if by_readers := stopped(workspace):
        out.say(f"Stopped by their readers: {', '.join(by_readers)}.")


@app.command()
def remove(
    id: Annotated[str, typer.Argument(help="A schedule, as `troth schedule list` lists it.")], book: Book = HERE, json: Json = False
) -> None:
    """Send it no more; the links of its letters open nothing any more."""
    from troth.app.letters.sending import remove as use_case

    out, (workspace, sending) = Out(json=json, quiet=False), _opened(book)
    use_case(workspace, sending, id)
    out.data({"removed": id}) if json else out.say(f"{id} is sent no more. The address stays in the vault until `troth erase`.")


@app.command()
def run(book: Book = HERE, json: Json = False, quiet: Quiet = False) -> None:
    """Send what is due now, once: build if sources changed, write the letters, and hand over those that wait."""
    from troth.app.letters.sending import run as use_case
    from troth.faces.outgoing import write

    out, (workspace, sending) = Out(json=json, quiet=quiet), _opened(book)
    with out.progress() as step:
        ran = use_case(workspace, sending, write, progress=step)
    if json:
        out.data({"sent": [_letter(one) for one in ran.sent], "failed": [_letter(one) for one in ran.failed], "built": ran.built})
    elif not quiet:
        for one in (*ran.sent, *ran.failed):
            out.say(f"{one.schedule} of {one.day}: {_told(one)}")
        if not (ran.sent or ran.failed):
            out.say("Nothing was due.")
    if ran.failed:
        raise typer.Exit(1)


def _whom(to: str) -> str:
    return sys.stdin.readline().strip() if to == "-" else to


def _refuse_unspoken(language: str) -> None:
    from troth.faces.language import CATALOGUES
    from troth.kernel.errors import BadValue

    if language not in CATALOGUES:
        raise BadValue("a language that Troth does not speak", got=f"'{language}'", allowed=", ".join(CATALOGUES))


def _added(out: Out, made: Schedule, page: str, *, json: bool) -> None:
    if json:
        out.data(_schedule(made))
        return
    out.say(f"{made.id}: {page} goes out on {made.when}, of {made.scope.written() or 'the whole operation'}.")
    out.say("`troth serve` sends what is due while it runs; elsewhere let `troth schedule run` run every few minutes.")


def _opened(book: Path) -> tuple[Workspace, Sending]:
    from troth.app.bootstrap import open_sending, open_workspace

    workspace = open_workspace(book)
    return workspace, open_sending(workspace)


def _told(letter: Letter) -> str:
    if letter.state == "sent":
        return f"sent {letter.sent:%Y-%m-%d %H:%M} UTC" if letter.sent else "sent"
    if letter.state == "failed":
        return f"not sent: {letter.reason}"
    return f"waits, {letter.reason}; again {letter.again:%H:%M} UTC" if letter.reason and letter.again else "waits"


def _schedule(one: Schedule) -> dict[str, Any]:
    return {
        "id": one.id, "page": one.page, "when": str(one.when), "to": one.to, "scope": dict(one.scope.key), "language": one.language,
        "address": one.address, "since": one.since,
    }  # fmt: skip


def _listed(one: Listed) -> dict[str, Any]:
    return {**_schedule(one.schedule), "letters": [_letter(letter) for letter in one.letters]}


def _letter(one: Letter) -> dict[str, Any]:
    times = {"day": f"{one.day}", "due": one.due, "again": one.again, "sent": one.sent}
    return {"id": one.id, "schedule": one.schedule, "state": one.state, "tries": one.tries, "reason": one.reason, **times}

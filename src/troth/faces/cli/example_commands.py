"""`troth example …`: operations that do not exist, to learn on and to test with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from troth.faces.cli.options import Json, Quiet
from troth.faces.cli.output import Out

app = typer.Typer(no_args_is_help=True, help="Example operations, made anew from a seed, with what is true of them beside them.")


@app.callback()
def example() -> None:
    """Example operations, made anew from a seed, with what is true of them beside them."""


@app.command("corner-shop")
def corner_shop(
    to: Annotated[Path, typer.Option("--to", help="Where it goes: a folder that is new or empty.")],
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Copy the corner shop: four files and 200 orders, small enough to check with a pencil."""
    from troth.app.starting.examples import copy_corner_shop

    out = Out(json=json, quiet=quiet)
    folder = copy_corner_shop(to)
    if json:
        out.data({"folder": str(folder)})
        return
    out.say(f"Next: troth start {folder} --into shop --zone Europe/Berlin --currency EUR")


@app.command()
def meridian(
    to: Annotated[Path, typer.Option("--to", help="Where it goes: a folder that is new or empty.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")] = 1,
    customers: Annotated[int, typer.Option("--customers", help="How many customers it has: 200 to 1,000,000.")] = 2_000,
    months: Annotated[int, typer.Option("--months", help="How long the record is, from January 2024: 6 to 60.")] = 24,
    truth: Annotated[
        list[str] | None, typer.Option("--truth", help="NAME=SIZE of a planted truth, as often as needed; 'none' takes all out.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make Meridian: the files of a company with two businesses in nine countries, its book, and what is true of it."""
    from troth.app.starting.examples import make_meridian

    out = Out(json=json, quiet=quiet)
    with out.progress() as step:
        made = make_meridian(to, seed=seed, customers=customers, months=months, truths=truth or [], progress=step)
    if json:
        out.data({"folder": str(made.folder), "rows": made.rows, "files": dict(made.files), "truths": dict(made.planted)})
        return
    out.say(f"{made.rows:,} rows in {len(made.files)} files: {made.folder / 'data'}")
    out.say(f"The book that describes them: {made.folder / 'book'}")
    out.say(f"What is true, and how large: {made.folder / 'truth.json'}")
    out.say(f"Next: troth build --book {made.folder / 'book'}")


@app.command("service-catalogue")
def service_catalogue(
    to: Annotated[Path, typer.Option("--to", help="Where it goes: a folder that is new or empty.")],
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")] = 1,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a service catalogue: what HR, IT and finance promise the other departments, and half a year of requests to them."""
    from troth.app.starting.examples import make_service_catalogue

    out = Out(json=json, quiet=quiet)
    made = make_service_catalogue(to, seed=seed)
    if json:
        out.data({"folder": str(made.folder), "rows": made.rows, "files": dict(made.files)})
        return
    out.say(f"{made.rows:,} rows in {len(made.files)} files: {made.folder / 'data'}")
    out.say(f"The book that says what is promised: {made.folder / 'book'}")
    out.say(f"Next: troth build --book {made.folder / 'book'}")

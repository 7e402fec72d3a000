"""One function a command. Heavy modules are imported inside, so that help comes at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth.faces.cli import (
    access_commands,
    benchmark_commands,
    book_commands,
    budget_commands,
    calendar_commands,
    calibration_commands,
    case_commands,
    chain_commands,
    commitment_commands,
    defect_commands,
    example_commands,
    gap_commands,
    history_commands,
    huddle_commands,
    identity_commands,
    metric_commands,
    people_commands,
    promise_commands,
    reconcile_commands,
    recovery_commands,
    reliability_commands,
    reward_commands,
    risk_commands,
    schedule_commands,
    scorecard_commands,
    serve_commands,
    source_commands,
    unit_commands,
    value_commands,
)
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json, Quiet
from troth.faces.cli.output import Out, loaded, show_bug, show_error
from troth.faces.plain import fields

if TYPE_CHECKING:
    from troth.app.letters.digest import Exported

app = typer.Typer(
    name="troth", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Troth: promises kept. Reads a folder of tables and says which promises were kept and which were broken.",
)  # fmt: skip


def main() -> None:
    """The console script: errors that Troth knows end with their message and their exit code, never with a traceback."""
    from troth.kernel.errors import TrothError

    try:
        app([argument for argument in sys.argv[1:] if argument != "--traceback"], standalone_mode=True)
    except TrothError as error:
        show_error(error, as_json="--json" in sys.argv)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        if "--traceback" in sys.argv:
            raise
        show_bug(error)
        raise SystemExit(70) from None


@app.command()
def start(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of files: CSV, workbooks, JSON, Parquet, databases, event logs.", show_default=False)
    ] = None,
    into: Annotated[Path | None, typer.Option("--into", help="Where the book goes.", show_default="./FOLDER-book")] = None,
    database: Annotated[str | None, typer.Option("--database", help="In place of a folder: env:NAME of a database's address.")] = None,
    pull: Annotated[
        str | None, typer.Option("--pull", help="In place of a folder: zendesk:NAME, or the link of a Google sheet, or env:NAME of it.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--address", help="With --pull, where the system answers if not at its own address.")
    ] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="Zone of times that bear none: Europe/Berlin.")] = None,
    currency: Annotated[str | None, typer.Option("--currency", help="Currency of amounts that bear none: EUR.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the promises in a folder of files, in a database or in what a system gives, judge them, and show what they say."""
    from troth.app.starting.start import Said
    from troth.app.starting.start import start as use_case
    from troth.app.starting.start_database import start_database
    from troth.app.starting.start_pull import start_pull

    out = Out(json=json, quiet=quiet)
    said = Said(zone, currency)
    if sum(given is not None for given in (folder, database, pull)) != 1 or (address and pull is None):
        raise typer.BadParameter("give a folder, --database env:NAME, or --pull WHAT with or without --address")
    with out.progress() as step:
        if database is not None:
            started = start_database(database, into=into, said=said, progress=step)
        elif pull is not None:
            started = start_pull(pull, into=into, address=address, said=said, progress=step)
        else:
            assert folder is not None
            started = use_case(folder, into=into, said=said, progress=step)
    html = _write_pages(started.page, started.book)
    if json:
        pairs = [fields(p) for p in started.pairs]
        out.data(
            {
                "book": str(started.book),
                "recognised": started.recognised,
                "html": str(html),
                "pairs": pairs,
                "page": started.page,
            }
        )
        return
    out.started(started, html)


@app.command()
def demo(
    into: Annotated[Path, typer.Option("--into", help="Where Meridian goes.")] = Path("troth-demo"),
    serve: Annotated[bool, typer.Option("--serve", help="Then show its pages in a browser, until you stop it.")] = False,
    port: serve_commands.Port = serve_commands.PORT,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make Meridian, a company that does not exist, judge its promises, and show the page that its people open on Monday."""
    from troth.app.starting.examples import demo as use_case

    out = Out(json=json, quiet=quiet)
    with out.progress() as step:
        book = use_case(into, step)
    monday(book, as_known_at=None, json=json, quiet=quiet)
    if not json:
        out.say(f"The book: {book}\nWhat is true of Meridian: {into / 'truth.json'}")
    if serve:
        serve_commands.serve(book, serve_commands.HOST, port, demo=True, tls=False)


@app.command()
def build(
    book: Book = HERE,
    if_changed: Annotated[bool, typer.Option("--if-changed", help="Where nothing changed, end at once and say so.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read every file again, whatever is known of it.")] = False,
    as_known_at: AsKnownAt = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take in what is new in the sources, judge every promise, and publish a snapshot."""
    out = Out(json=json, quiet=quiet)
    if if_changed and not full and as_known_at is None:
        from troth.app.building.stamp import still  # before all that a build needs is loaded

        if (same := still(book)) is not None:
            out.nothing_changed(same.id, same.as_of)
            return
    from troth.app.bootstrap import open_workspace
    from troth.app.building.build import balances_of, unchanged
    from troth.app.building.build import build as use_case
    from troth.app.building.ready import make_ready

    workspace = open_workspace(book)
    if as_known_at is not None:
        from troth.app.past.known import as_known_at as know

        with out.progress() as step:
            known = know(workspace, as_known_at, progress=step)
        out.known(known, balances_of(known.snapshot))
        return
    if if_changed and not full and (current := unchanged(workspace)) is not None:
        out.nothing_changed(current.id, current.as_of.isoformat() + "Z")
        return
    with out.progress() as step:
        built = use_case(workspace, full=full, progress=step)
        unready = _refusal(partial(make_ready, workspace, progress=step))
    if json:
        out.data({
            "snapshot": built.snapshot.id, "fresh": built.fresh, "as_of": built.snapshot.as_of.isoformat() + "Z",
            "loads": [loaded(load) for load in built.loads],
            "erased": [fields(place) for place in built.still],
            "cleared": fields(built.cleared) if built.cleared else None,
            "sources": [fields(b) for b in built.balances],
            "files": [fields(f) for f in built.snapshot.files],
            "notices": built.notices,
        })  # fmt: skip
        return
    out.built(built)
    for said in (*built.still, *((built.cleared,) if built.cleared else ())):
        out.say(f"! {said}")
    if unready is not None:
        out.say(f"! It is published, but what it says could not be found beforehand: {unready}")


def _refusal(do: Callable[[], object]) -> str | None:
    """What is said where it cannot be done."""
    from troth.kernel.errors import TrothError

    try:
        do()
    except TrothError as error:
        return str(error)
    return None


@app.command()
def monday(
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Also write the page as PDF there.", show_default=False)] = None,
    pptx: Annotated[Path | None, typer.Option("--pptx", help="Also write it as slides there.", show_default=False)] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Build if anything changed, and show what your files say; or what they said at an earlier time."""
    from troth.app.bootstrap import open_workspace
    from troth.app.building.build import build as use_case
    from troth.app.past.known import as_known_at as know
    from troth.app.reading import read_page

    out = Out(json=json, quiet=quiet)
    exports = {} if pdf is None and pptx is None else _exports(pdf, pptx)
    workspace = open_workspace(book)
    known = cleared = None
    with out.progress() as step:
        if as_known_at is None:
            cleared = use_case(workspace, progress=step).cleared
        else:
            known = know(workspace, as_known_at, progress=step)
        page = read_page(workspace, known, progress=step)
        if exports:
            from troth.app.letters.digest import export

            export(workspace, known, exports, progress=step)
    html = _write_pages(page, book, f"monday-{known.snapshot.id[:12]}" if known else "monday")
    if json:
        out.data({"html": str(html), **_written(pdf, pptx), "page": page})
        return
    out.page(page)
    if cleared is not None:
        out.say(f"! {cleared}")
    out.say(f"\nThe page: {html}")
    for path in exports:
        out.say(f"Written: {path}")


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT over the lake's tables, or 'SHOW TABLES'.")],
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Json = False,
) -> None:
    """Answer a question in SQL from the snapshot in force, or from what was known at an instant."""
    from troth.app.bootstrap import open_workspace
    from troth.app.past.asking import ask
    from troth.app.past.known import as_known_at as know
    from troth.app.writing import csv_of

    workspace = open_workspace(book)
    known = know(workspace, as_known_at) if as_known_at is not None else None
    answered = ask(workspace, query, known)
    out = Out(json=json, quiet=False)
    if json:
        out.data({"columns": answered.columns, "rows": answered.rows})
    elif csv:
        typer.echo(csv_of(answered.columns, answered.rows), nl=False)
    else:
        out.rows(answered.columns, answered.rows)


@app.command("why-not")
def why_not(
    order: Annotated[str, typer.Argument(help="The id of an order, or of whatever a promise is about.")],
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    json: Json = False,
) -> None:
    """Say clock by clock what became of one order's promises, and why one does not count or cannot be told."""
    from troth.app.answers.timeline import why_not as use_case
    from troth.app.bootstrap import open_workspace
    from troth.app.past.known import as_known_at as know
    from troth.app.reading import open_reading

    out = Out(json=json, quiet=False)
    workspace = open_workspace(book)
    known = know(workspace, as_known_at) if as_known_at is not None else None
    timelines = use_case(open_reading(workspace, known), order, workspace)
    if json:
        out.data([fields(t) for t in timelines])
        return
    out.timelines(timelines)


@app.command()
def gc(
    book: Book = HERE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")] = False,
    json: Json = False,
) -> None:
    """Remove snapshots past their keeping: all of 7 days, the newest of each of 35 days and 24 months stay."""
    from troth.app.bootstrap import collect_garbage

    out = Out(json=json, quiet=False)
    collected = collect_garbage(book, dry_run=dry_run)
    if json:
        out.data(fields(collected))
        return
    out.collected(collected, dry_run=dry_run)


@app.command()
def timeline(
    id: Annotated[str, typer.Argument(help="An object of the customer's, in whichever system: its id, or type:id.")],
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Tell one customer's story across systems: what happened to everything of theirs, and what was due when."""
    from troth.app.answers.customer import story
    from troth.app.bootstrap import open_workspace
    from troth.app.reading import open_reading
    from troth.faces.cli.identities import customer

    out = Out(json=json, quiet=False)
    found = story(open_reading(open_workspace(book)), id)
    if json:
        out.data(fields(found))
        return
    customer(out, found)


app.add_typer(access_commands.app, name="access")
app.add_typer(example_commands.app, name="example")
app.add_typer(book_commands.app, name="book")
app.add_typer(calendar_commands.app, name="calendar")
app.add_typer(identity_commands.app, name="identity")
app.add_typer(people_commands.app, name="vault")
app.command()(budget_commands.budget)
app.command()(budget_commands.margin)
app.command()(people_commands.erase)
app.command()(people_commands.hold)
app.command()(history_commands.diff)
app.command()(history_commands.replay)
app.add_typer(source_commands.app, name="sources")
app.command("data")(source_commands.data)
app.command()(case_commands.cases)
app.command()(huddle_commands.huddles)
app.command()(promise_commands.promises)
app.command()(promise_commands.promise)
app.command()(promise_commands.explain)
app.command()(metric_commands.metrics)
app.command()(metric_commands.metric)
app.command()(reconcile_commands.reconcile)
app.command()(reliability_commands.reliability)
app.command()(reliability_commands.suppliers)
app.command()(recovery_commands.recovery)
app.command()(scorecard_commands.goals)
app.command()(scorecard_commands.scorecard)
app.command("line-of-sight")(scorecard_commands.line_of_sight)
app.command()(serve_commands.serve)
app.add_typer(schedule_commands.app, name="schedule")
app.command()(unit_commands.units)
app.command()(calibration_commands.calibration)
app.command()(reward_commands.reward)
app.command()(benchmark_commands.benchmark)
app.command()(value_commands.value)
app.command()(chain_commands.upstream)
app.command()(chain_commands.handoffs)
app.command("at-risk")(risk_commands.at_risk)
app.command()(gap_commands.gaps)
app.command()(defect_commands.defects)
app.add_typer(commitment_commands.app, name="commitments")


@app.command()
def coverage(file: Annotated[Path, typer.Option("--file", help="The coverage file.")] = Path("coverage.yaml"), json: Json = False) -> None:
    """List which capabilities are there, with their definitions and tests."""
    from troth.app.coverage import coverage as use_case

    out = Out(json=json, quiet=False)
    covered = use_case(file)
    if json:
        out.data([fields(c) for c in covered])
        return
    out.covered(covered)


@app.command()
def version(json: Json = False) -> None:
    """Print the version."""
    from troth import __version__

    if json:
        Out(json=True, quiet=False).data({"version": __version__})
        return
    typer.echo(f"troth {__version__}")


def _exports(pdf: Path | None, pptx: Path | None) -> dict[Path, Callable[[Exported], bytes]]:
    """What makes each file that was asked for. Raises BadValue before anything is built where what makes it is not installed."""
    from troth.faces.language import language_of
    from troth.faces.outgoing import paper, slides

    english = language_of("en")
    made: dict[Path, Callable[[Exported], bytes]] = {}
    if pdf is not None:
        paper.ready()
        made[pdf] = partial(paper.pdf, language=english)
    if pptx is not None:
        slides.ready()
        made[pptx] = partial(slides.pptx, language=english)
    return made


def _written(pdf: Path | None, pptx: Path | None) -> dict[str, str]:
    return {name: str(path) for name, path in (("pdf", pdf), ("pptx", pptx)) if path is not None}


def _write_pages(page: dict[str, Any], book: Path, name: str = "monday") -> Path:
    """The page of statements and, where something was built, the Data page that it links to."""
    from troth.app.bootstrap import open_workspace
    from troth.app.pages.data_page import read_data
    from troth.faces.cli.pages import write_data, write_statements

    workspace = open_workspace(book)
    if page["data"]:
        write_data(read_data(workspace), workspace.pages)
    return write_statements(page, workspace.pages, name)

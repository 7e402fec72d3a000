"""`troth calendar …`: hours, holidays and working time, so that anyone can check a clock by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.options import HERE, Book, For, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

if TYPE_CHECKING:
    from troth.app.calendar.calendars import Chosen

app = typer.Typer(no_args_is_help=True, help="Working time: when something is due on a calendar, and how much has passed.")

Name = Annotated[str | None, typer.Option("--calendar", help="A calendar of the book; in place of hours given here.")]
Zone = Annotated[str | None, typer.Option("--zone", help="Zone of the hours: America/New_York.", show_default="UTC")]
Hours = Annotated[
    str | None, typer.Option("--hours", help="'Mon-Fri 08:00-12:00,13:00-17:00; Sat 09:00-24:00'.", show_default="every hour")
]
Holidays = Annotated[str, typer.Option("--holidays", help="Regions whose public holidays are closed: US-NY,DE-BY.")]
Closed = Annotated[str, typer.Option("--closed", help="Closed days: 2026-12-24,2026-12-27..2026-12-31.")]
Start = Annotated[str, typer.Argument(help="2026-04-10T16:00, local in the calendar's zone unless it bears an offset.")]


@app.command(context_settings={"ignore_unknown_options": True})
def due(
    start: Start,
    amount: Annotated[str, typer.Argument(help="4h, 90min: working time; 2wd: working days; 3d, 1mo: by the wall clock.")],
    calendar: Name = None,
    for_: For = "",
    zone: Zone = None,
    hours: Hours = None,
    holidays: Holidays = "",
    closed: Closed = "",
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Say when so much working time has passed since a start."""
    from troth.app.calendar.calendars import due_at
    from troth.faces.cli.calendars import due_said

    found = due_at(_chosen(calendar, for_, zone, hours, holidays, closed, book), start, amount)
    out = Out(json=json, quiet=False)
    out.data(fields(found)) if json else due_said(out, found)


@app.command()
def elapsed(
    start: Start,
    end: Annotated[str, typer.Argument(help="2026-04-13T11:00, local in the calendar's zone unless it bears an offset.")],
    calendar: Name = None,
    for_: For = "",
    zone: Zone = None,
    hours: Hours = None,
    holidays: Holidays = "",
    closed: Closed = "",
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Say how much working time lies between two times."""
    from troth.app.calendar.calendars import elapsed_between
    from troth.faces.cli.calendars import elapsed_said

    found = elapsed_between(_chosen(calendar, for_, zone, hours, holidays, closed, book), start, end)
    out = Out(json=json, quiet=False)
    out.data(fields(found)) if json else elapsed_said(out, found)


@app.command()
def show(
    calendar: Name = None,
    for_: For = "",
    zone: Zone = None,
    hours: Hours = None,
    holidays: Holidays = "",
    closed: Closed = "",
    year: Annotated[int | None, typer.Option("--year", help="Which year.", show_default="this year")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the year as a page into this file.")] = None,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Show a calendar's year: each day with its hours, the closed ones by name, and the days on which clocks change."""
    from troth.app.calendar.calendar_year import this_year, year_of
    from troth.faces.cli.calendars import year_said
    from troth.faces.cli.pages import write_calendar

    chosen = _chosen(calendar, for_, zone, hours, holidays, closed, book)
    found = year_of(chosen, year or this_year())
    out = Out(json=json, quiet=False)
    if html is not None:
        write_calendar(found, html)
    if json:
        out.data(fields(found))
    elif html is not None:
        out.say(f"{found.headline} {html}")
    else:
        year_said(out, found)


@app.command("import")
def import_(
    feed: Annotated[Path, typer.Argument(help="An iCalendar file: holidays.ics.")],
    name: Annotated[str, typer.Option("--name", help="What the calendar is called in the book.")] = "imported",
    years: Annotated[str | None, typer.Option("--years", help="2026 or 2026-2030.", show_default="this year and four more")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be written.")] = False,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Take the whole days of an iCalendar feed into the book, as a calendar that is closed on them."""
    from troth.app.calendar.calendar_import import import_feed
    from troth.app.calendar.calendar_year import this_year

    first, _, last = (years or f"{this_year()}-{this_year() + 4}").partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise typer.BadParameter("--years takes 2026 or 2026-2030")
    found = import_feed(feed, None if dry_run else book, name, int(first), int(last or first))
    out = Out(json=json, quiet=False)
    if json:
        out.data(fields(found))
    elif dry_run:
        out.say(found.text.rstrip())
    else:
        out.say(f"{found.days} closed days from {found.first} to {found.last} in {found.file}.")
        if found.timed:
            out.say(f"{found.timed} events have a time of day and were left out.")
        out.say(f"Use them with all_of: [your calendar, {found.name}].")


def _chosen(calendar: str | None, keys: str, zone: str | None, hours: str | None, holidays: str, closed: str, book: Path) -> Chosen:
    from troth.app.calendar.calendars import of_book, of_hours

    if calendar is None:
        if zone is None and hours is None:
            raise typer.BadParameter("give --calendar NAME of a book, or --zone and --hours")
        return of_hours(zone, hours, holidays, closed)
    if zone or hours or holidays or closed:
        raise typer.BadParameter("--calendar has hours of its own; leave out --zone, --hours, --holidays and --closed")
    from troth.app.bootstrap import open_workspace

    return of_book(open_workspace(book), calendar, keys)

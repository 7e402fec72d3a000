"""What `troth calendar` prints."""

from __future__ import annotations

from typing import Any

from troth.faces.cli.output import Out

MOST_LINES = 20
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def due_said(out: Out, found: Any) -> None:
    out.say(f"Due {_said(found.due_local)}, which is {found.due_utc}.")
    out.say(f"{found.amount} from {_said(found.start_local)} on {_calendar(found)}.")
    _rest(out, found)


def elapsed_said(out: Out, found: Any) -> None:
    out.say(f"{_length(found.elapsed_seconds)} of working time, {found.elapsed_seconds:,} seconds.")
    out.say(f"From {_said(found.start_local)} to {_said(found.end_local)} on {_calendar(found)}.")
    _rest(out, found)


def year_said(out: Out, found: Any) -> None:
    """Three months beside each other, each day with a mark for what it is."""
    from rich.columns import Columns
    from rich.table import Table
    from rich.text import Text

    styles = {"open": "", "other": "bold", "closed": "dim", "holiday": "yellow"}
    console = out.console()
    console.print(found.headline)
    console.print(found.lede, style="dim")
    tables = []
    for month in found.months:
        table = Table(title=month.name, title_justify="left", box=None, pad_edge=False, header_style="dim")
        for weekday in WEEKDAYS:
            table.add_column(weekday, justify="right", width=4)
        cells = [Text("")] * month.first_weekday
        cells += [Text(f"{day.number}{day.mark}", style=styles[day.kind]) for day in month.days]
        for begin in range(0, len(cells), len(WEEKDAYS)):
            table.add_row(*cells[begin : begin + len(WEEKDAYS)])
        tables.append(table)
    console.print(Columns(tables, padding=(1, 3)))
    console.print("\n* closed, though its weekday is open   + other hours than usual   ' clocks change", style="dim")
    for day in found.unusual:
        console.print(f"{day.date}  {day.said}")


def _calendar(found: Any) -> str:
    return f"'{found.calendar}', zone {found.zone}"


def _rest(out: Out, found: Any) -> None:
    if found.stretches:
        out.say("")
    for one in found.stretches[:MOST_LINES]:
        out.say(f"  {_said(one.opens)} to {_said(one.closes)[4:]:<23} {_length(one.seconds)}")
    if len(found.stretches) > MOST_LINES:
        out.say(f"  and {len(found.stretches) - MOST_LINES} more; --json has all")
    for note in found.notes:
        out.say(f"\n{note}.")
    out.say(f"\nTime zones of tzdata {found.tz_version}, holidays of holidays {found.holidays_version}.")


def _said(iso: str) -> str:
    """2026-04-13T11:00:00-04:00 as Mon 2026-04-13 11:00 -04:00; seconds only where there are any."""
    from datetime import date

    day, time = iso.split("T")
    sign = max(time.rfind("+"), time.rfind("-"))
    clock, offset = time[:sign], time[sign:]
    return f"{date.fromisoformat(day):%a} {day} {clock.removesuffix(':00') if clock.count(':') > 1 else clock} {offset}"


def _length(seconds: float) -> str:
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [f"{int(hours):,} h" if hours else "", f"{int(minutes)} min" if minutes else "", f"{rest:g} s" if rest else ""]
    return sign + (" ".join(part for part in parts if part) or "0 s")

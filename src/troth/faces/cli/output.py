"""What the terminal shows: calm text, JSON when asked, progress on the error stream."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from troth.faces.plain import fields, text_of

if TYPE_CHECKING:
    from rich.console import Console

    from troth.kernel.errors import TrothError

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Out:
    json: bool
    quiet: bool

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """A bar on the error stream for the step that runs, with its seconds; nothing where nobody watches.

        How long a step takes is not known before, so its bar moves without an end.
        """
        if self.json or self.quiet or not sys.stderr.isatty():
            yield _unwatched
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task("starting", total=None)
            yield lambda step: bars.reset(task, description=step, total=None)

    def data(self, value: object) -> None:
        typer.echo(text_of(value, indent=2))

    def say(self, text: str) -> None:
        if not self.quiet:
            typer.echo(text)

    def console(self) -> Console:
        from rich.console import Console

        return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, soft_wrap=False)

    def started(self, started: Any, html: Path) -> None:
        self.page(started.page)
        lost = [p for p in started.pairs if not p.asserted]
        if lost and not self.quiet:
            self.say("\nAlso looked at, and not taken for promises:")
            for pair in lost[:5]:
                self.say(f"  {pair.file}: {pair.promised} beside {pair.actual}: {pair.evidence}")
        if started.difference:
            self.say("\nThe book is yours and was left as it is. Troth would now propose:\n" + started.difference)
        self.say(f"\nThe book: {started.book}\nThe page: {html}")

    def built(self, built: Any) -> None:
        self.say("Published." if built.fresh else "Nothing changed: the same snapshot is in force.")
        self.say(f"Snapshot {built.snapshot.id[:12]}, data up to {built.snapshot.as_of:%Y-%m-%d %H:%M} UTC.")
        for load in built.loads:
            self.say(f"Taken in: {_taken(load)}.")
        for balance in built.balances:
            if balance.retracted:
                self.say(f"Taken back: {_rows(balance.retracted)} of {balance.source}, which its files have no more, since the beginning.")
        self.say("")
        self.balances([{**fields(b), "file": ", ".join(b.files)} for b in built.balances])
        for notice in built.notices:
            self.say(f"! {notice}")

    def nothing_changed(self, id: str, as_of: str) -> None:
        if self.json:
            self.data({"snapshot": id, "fresh": False, "as_of": as_of})
        else:
            self.say(f"Nothing changed. Snapshot {id[:12]} is in force.")

    def known(self, known: Any, balances: Sequence[Any]) -> None:
        from troth.app.past.known import told

        snapshot = known.snapshot
        words = told(known, f"{known.at:%Y-%m-%d %H:%M} UTC")
        if self.json:
            self.data(
                {
                    "snapshot": snapshot.id,
                    "in_force": False,
                    "known_at": known.at.isoformat() + "Z",
                    "known": words,
                    "as_of": snapshot.as_of.isoformat() + "Z",
                    "sources": [fields(b) for b in balances],
                }
            )
            return
        self.say(words)
        self.say(f"Snapshot {snapshot.id[:12]}, data up to {snapshot.as_of:%Y-%m-%d %H:%M} UTC; it was not put in force.\n")
        self.balances([{**fields(b), "file": ", ".join(b.files)} for b in balances])

    def page(self, page: Mapping[str, Any]) -> None:
        if self.quiet:
            return
        from rich.text import Text

        console = self.console()
        console.print(Text(f"\nTroth — promises kept · {page['operation']}", style="dim"))
        console.print(Text(f"\n{page['headline']}", style="bold"))
        console.print(Text(page["lede"], style="dim"))
        if page["known"]:
            console.print(Text(page["known"], style="yellow"))
        for warning in (*page["corrections"], *page["calendars"], *page["warnings"]):
            console.print(Text(f"! {warning}", style="yellow"))
        if page["found"]:
            words = " · ".join(f["words"] for f in page["found"])
            count = len(page["found"])
            console.print(Text(f"\nWe found {count} promise{'s' if count != 1 else ''} in your columns: {words}"))
        for number, statement in enumerate(page["statements"], start=1):
            self._statement(console, str(number), statement)
        if page["cannot_say"]:
            console.print(Text("\nCannot say yet", style="bold"))
            for statement in page["cannot_say"]:
                self._statement(console, "–", statement)
        for one in page["parties"]:
            console.print()
            for line in (*one["sentences"], *one["warnings"]):
                console.print(Text(line))
        if page["sources"]:
            console.print()
            self.balances(page["sources"])

    def _statement(self, console: Console, number: str, statement: Mapping[str, Any]) -> None:
        from rich.padding import Padding
        from rich.text import Text

        mark = " ~" if statement["estimated"] else ""
        console.print()
        console.print(Padding(Text(f"{number}  {statement['headline']}{mark}", style="bold"), (0, 0, 0, 0)))
        console.print(Padding(Text(statement["paragraph"]), (0, 0, 0, 3)))
        evidence = statement["evidence"]
        line = [evidence["n"], evidence["interval"], evidence["window"], evidence["how_sure"]]
        line += [f"owner: {statement['owner']}", *evidence["notes"]]
        console.print(Padding(Text(" · ".join(part for part in line if part), style="dim"), (0, 0, 0, 3)))
        if statement["refusal"]:
            refusal = statement["refusal"]
            said = f"Got {refusal['got']}; needs {refusal['need']}. {refusal['settle']}"
            console.print(Padding(Text(said.strip(), style="yellow"), (0, 0, 0, 3)))

    def balances(self, sources: Sequence[Mapping[str, Any]]) -> None:
        """The balance: read = stored + quarantined + duplicate + superseded + filtered + retracted, the last where there are any."""
        if self.quiet:
            return
        from rich.table import Table

        retracted = ("retracted",) if any(source["retracted"] for source in sources) else ()
        columns = ("read", "stored", "quarantined", "duplicate", "superseded", "filtered", *retracted, "cells")
        table = Table(box=None, pad_edge=False, header_style="dim", title=None)
        table.add_column("source", no_wrap=True)
        for column in columns:
            table.add_column("emptied cells" if column == "cells" else column, justify="right")
        for source in sources:
            table.add_row(source["source"], *(f"{source[c]:,}" for c in columns))
        self.console().print(table)

    def rows(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A table for eyes; wide ones are folded, not cut."""
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="dim")
        for place, column in enumerate(columns):
            numbers = all(isinstance(row[place], int | float | Decimal | None) for row in rows)
            table.add_column(Text(column), justify="right" if numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text("" if cell is None else cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)) for cell in row))
        self.console().print(table)
        self.say(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}")

    def timelines(self, timelines: Sequence[Any]) -> None:
        for timeline in timelines:
            self.say(f"\n{timeline.subject_type} {timeline.id}")
            for promise in timeline.promises:
                self.say(f"\n  {promise.words}: {promise.says}")
                if promise.change:
                    self.say(f"    by the terms of {promise.layer} ({promise.change})")
                for line in promise.clock:
                    self.say(f"    {line.at:<20} {line.what}{f', recorded {line.later} later' if line.later else ''}")
            if timeline.quarantined:
                self.say("\n  In quarantine")
                for reason in timeline.quarantined:
                    self.say(f"    {reason}")

    def collected(self, collected: Any, *, dry_run: bool) -> None:
        verb = "would go" if dry_run else "went"
        self.say(f"{len(collected.snapshots)} snapshots and {len(collected.files)} files {verb}, {collected.bytes:,} bytes.")

    def covered(self, covered: Sequence[Any]) -> None:
        for one in covered:
            self.say(f"{one.id:<10} {'there' if not one.missing else 'MISSING: ' + ', '.join(one.missing)}")
            for definition in one.definitions:
                self.say(f"           {definition}")


def show_error(error: TrothError, *, as_json: bool) -> None:
    """The message on the error stream; as JSON: what, got, allowed, next_step, exit_code."""
    if as_json:
        facts = {
            "what": error.what,
            "got": error.got,
            "allowed": error.allowed,
            "next_step": error.next_step,
            "exit_code": error.exit_code,
        }
        typer.echo(text_of({"error": facts}), err=True)
        return
    typer.echo(f"troth: {error}".encode("utf-8", "backslashreplace").decode(), err=True)


def show_bug(error: Exception) -> None:
    """A mistake of ours, said in two lines; the previous snapshot is still in force."""
    typer.echo(f"troth: this is a mistake in Troth, not in your files: {type(error).__name__}: {error}", err=True)
    typer.echo("Nothing was published. Run the same with --traceback and report what it prints.", err=True)


def _unwatched(_: str) -> None:
    """Progress that nobody watches."""


def loaded(load: Any) -> dict[str, Any]:
    """What was taken in of one table, as JSON."""
    names = ("seq", "known_from", "source", "name", "content", "taken", "unchanged", "gone", "rejected", "filtered")
    return {name: getattr(load, name) for name in names}


def _taken(load: Any) -> str:
    if not load.there:
        return f"{load.name} is there no more"
    parts = [f"{load.name}, {_rows(load.taken)} new or changed"]
    parts += [f"{load.unchanged:,} unchanged"] if load.unchanged else []
    parts += [f"{load.gone:,} replaced or there no more"] if load.gone else []
    return ", ".join(parts)


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def exact(value: Fraction | None) -> dict[str, object] | None:
    """A number as a float and as it is, as JSON."""
    return None if value is None else {"value": float(value), "exact": str(value)}

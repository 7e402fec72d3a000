"""`troth diff` and `troth replay`: what changed between two times and why, and what each Monday was shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.options import HERE, Book, Json, Quiet
from troth.faces.cli.output import Out
from troth.faces.plain import fields
from troth.faces.shapes import replay_data, replay_table

if TYPE_CHECKING:
    from troth.app.past.outcome_diff import Change, Compared, Diff
    from troth.app.past.replay import Replay

End = Annotated[str, typer.Argument(help="A snapshot's id or its first signs, an instant (what was known then), or now.")]
Promise = Annotated[str | None, typer.Option("--promise", help="Only this promise.", show_default="all")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
WHY = {
    "data": "rows came, were corrected or taken back", "identity": "customers were merged or split", "terms": "other terms bind",
    "calendar": "other working time", "time": "only time passed", "book": "the book reads the files otherwise",
    "version": "another version of Troth",
}  # fmt: skip
LISTED = 13
COLUMNS = (
    "promise", "id", "before", "after", "why", "due_before", "due_after", "fulfilled_before", "fulfilled_after", "known_from", "rows",
)  # fmt: skip


def diff(
    older: End,
    newer: End = "now",
    promise: Promise = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="How many to list on the screen; CSV and JSON have all.")] = 20,
    book: Book = HERE,
    csv: Csv = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say which outcomes changed between two snapshots, and why: the rows, terms, hours or merges behind each."""
    from troth.app.bootstrap import open_workspace
    from troth.app.past.outcome_diff import outcome_diff
    from troth.app.writing import csv_of

    out = Out(json=json, quiet=quiet)
    with out.progress() as step:
        found = outcome_diff(open_workspace(book), older, newer, promise=promise, progress=step)
    if json:
        out.data(fields(found))
    elif csv:
        typer.echo(csv_of(COLUMNS, map(_cells, found.changes)), nl=False)
    else:
        _diff_said(out, found, limit)


def replay(
    monday: Annotated[bool, typer.Option("--monday", help="Each Monday at 06:00 on the operation's clock.")] = False,
    since: Annotated[str | None, typer.Option("--from", help="The first day: 2026-03-01.", show_default="once the record is busy")] = None,
    until: Annotated[str | None, typer.Option("--to", help="The last day.", show_default="30 days before the last fulfilment")] = None,
    promise: Promise = None,
    book: Book = HERE,
    csv: Csv = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what each Monday was shown, what was so as known that morning, and what it came to."""
    from troth.app.bootstrap import open_workspace
    from troth.app.past.replay import replay as use_case
    from troth.app.writing import csv_of

    if not monday:
        raise typer.BadParameter("say what to replay: --monday")
    out = Out(json=json, quiet=quiet)
    with out.progress() as step:
        found = use_case(open_workspace(book), promise, since=since, until=until, progress=step)
    if json:
        out.data(replay_data(found))
    elif csv:
        typer.echo(csv_of(*replay_table(found)), nl=False)
    else:
        _replay_said(out, found)


def _replay_said(out: Out, found: Replay) -> None:
    out.say(f"{found.words}: what fell due in the week before each Monday, at 06:00 {found.zone}")
    columns = ("Monday", "due", "done", "shown %", "so %", "now %")
    listed = found.mondays[-LISTED:]
    rows = [
        (
            one.monday.isoformat(),
            one.due,
            one.done,
            _percent(one.shown),
            _range(one.known, one.known_high),
            _range(one.final, one.final_high),
        )
        for one in listed
    ]
    out.rows(columns, rows)
    if len(found.mondays) > LISTED:
        out.say(f"The last {LISTED} of {len(found.mondays)}: --csv or --json has all.")
    for over in found.over:
        which = f"Over the last {over.last} Mondays" if over.last else f"Over all {over.mondays} Mondays"
        shown = "nothing was done yet" if over.shown is None else f"shown {_percent(over.shown.value)} %"
        so, now = _range(over.known.value, over.known_high), _range(over.final.value, over.final_high)
        out.say(f"{which}: {shown}, {so} % was so; as known now {now} %.")
    by_event = sum(one.by == "event" for one in found.mondays)
    if by_event:
        when = f"{found.first_load:%Y-%m-%d %H:%M} UTC"
        out.say(f"Nothing was taken in before {when}: for {by_event:,} Mondays what had happened by then stands for what was known.")
    if found.estimated:
        out.say("Shares are scaled up from a sample; counts are rows of the files.")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.1f}"


def _range(low: float, high: float) -> str:
    """A share, and what it is if those that cannot be told were kept too."""
    return _percent(low) if _percent(low) == _percent(high) else f"{_percent(low)}–{_percent(high)}"


def _cells(change: Change) -> Sequence[object]:
    rows = "; ".join(f"{row.file} row {row.row} {row.fate}" for row in change.rows)
    return (
        change.promise, change.id, change.before, change.after, "; ".join(change.reasons), *change.due, *change.fulfilled,
        change.known_from, rows,
    )  # fmt: skip


def _diff_said(out: Out, found: Diff, limit: int) -> None:
    for name, id, known, as_of in zip(("Before", "After"), (found.older, found.newer), found.known_at, found.as_of, strict=True):
        out.say(f"{name + ':':<8}snapshot {id[:12]}, as known at {_moment(known)}, data up to {_moment(as_of)}")
    for name, side in found.one_sided:
        out.say(f"! '{name}' is only in the {side} one and was not compared.")
    for one in found.promises:
        _compared_said(out, one)
    if not found.changes:
        out.say("\nNo outcome changed.")
        return
    out.say("")
    for change in found.changes[:limit]:
        _change_said(out, change)
    if len(found.changes) > limit:
        out.say(f"… and {len(found.changes) - limit:,} more: --csv or --json has all.")


def _compared_said(out: Out, one: Compared) -> None:
    out.say(f"\n{one.words}\n  {one.made[0]:,} made before + {one.new:,} new - {one.gone:,} gone = {one.made[1]:,} made")
    for before, after, reasons, count in one.why:
        out.say(f"  {count:>7,}  {_state(before)} -> {_state(after)}: {', and '.join(WHY[reason] for reason in reasons)}")


def _change_said(out: Out, change: Change) -> None:
    out.say(f"{change.subject_type} {change.id}: {_state(change.before)} -> {_state(change.after)} ({', '.join(change.reasons)})")
    if change.due[0] != change.due[1] and None not in (change.before, change.after):
        out.say(f"    due {_moment(change.due[0])} -> {_moment(change.due[1])}")
    if "terms" in change.reasons or "identity" in change.reasons:
        before, after = (f"{layer} ({by})" if by else f"{layer}" for layer, by in zip(change.layer, change.change, strict=True))
        out.say(f"    terms of {before} -> {after}")
    for cell in change.cells:
        out.say(f"    {cell}")
    for row in change.rows:
        out.say(f"    {row.file} row {row.row}, {row.fate}, known since {_moment(row.known_from)} (intake {row.load})")
    if change.late and change.happened is not None and change.known_from is not None:
        out.say(f"    recorded {_span(change.happened, change.known_from)} after it happened")


def _state(state: str | None) -> str:
    return state or "not there"


def _moment(at: datetime | None) -> str:
    return "none" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def _span(first: datetime, last: datetime) -> str:
    days, rest = divmod(int((last - first).total_seconds()), 86_400)
    return f"{days} days" if days > 1 else f"{(days * 86_400 + rest) // 3_600} hours"

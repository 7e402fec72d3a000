"""Which open promises may yet be broken: `troth at-risk`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from troth.faces.cli.options import HERE, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields
from troth.faces.shapes import risk_table

MOST = 20


def at_risk(
    promise: Annotated[str | None, typer.Argument(help="A promise of the book, deliver; without it all.", show_default=False)] = None,
    like: Annotated[str | None, typer.Option("--like", help="The id of an open one: list the earlier ones that stood like it.")] = None,
    calibration: Annotated[bool, typer.Option("--calibration", help="What would have been told before, and whether it came so.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Count anew, however fresh the counts are.")] = False,
    book: Book = HERE,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Json = False,
) -> None:
    """List open promises, the likeliest to be late first: how many in ten were late that stood like it."""
    from troth.app.answers import at_risk as use_case
    from troth.app.bootstrap import open_workspace

    if calibration and (promise is None or like is not None or csv):
        raise typer.BadParameter("--calibration needs one promise, and neither --like nor --csv")
    workspace, out = open_workspace(book), Out(json=json, quiet=False)
    if calibration:
        assert promise is not None
        held = use_case.came_true(workspace, promise)
        out.data(fields(held)) if json else _held(out, held)
    elif like is not None:
        found = use_case.alike(workspace, promise, like)
        if csv:
            _csv(("id", "due", "fulfilled", "late"), [(one.id, one.due, one.fulfilled, one.late) for one in found.earlier])
        else:
            out.data(fields(found)) if json else _alike(out, found)
    else:
        told = use_case.at_risk(workspace, promise, refresh=refresh)
        if csv:
            _csv(*risk_table(told))
        elif json:
            out.data([fields(one) for one in told])
        else:
            for one in told:
                _told(out, one, all_=promise is not None)


def _told(out: Out, told: Any, *, all_: bool) -> None:
    out.say(f"\n{told.words}: {told.count:,} open, data up to {told.as_of:%Y-%m-%d %H:%M} UTC")
    if told.refusal is not None:
        _refused(out, told.refusal)
        return
    out.say(_basis(told.basis))
    if not told.open:
        return
    marked = sum(one.at_risk for one in told.open)
    out.say(f"{marked:,} at risk: more than {told.above:.0%} of those like it were late (marked !).\n")
    shown = told.open if all_ else told.open[:MOST]
    working = any(one.working for one in shown)
    rows = [
        (
            "!" if one.at_risk else "", one.id, one.stage, one.due, _left(one.left_us, working=one.working),
            one.like.partition(" like this")[0], f"{one.share:.2f} ({one.low:.2f}–{one.high:.2f})",
            f"{one.broken:,} of {one.n:,}{f', {one.of}' if one.of else ''}",
        )
        for one in shown
    ]  # fmt: skip
    out.rows(("", "id", "where", "due", "work left" if working else "left", "were late", "share", "of those like it"), rows)
    if told.count > len(told.open):
        out.say(f"{told.count - len(told.open):,} more have terms of which none has fallen due: of these nothing can be said yet.")
    if len(shown) < len(told.open):
        out.say(f"The rest: troth at-risk {told.promise}")


def _alike(out: Out, found: Any) -> None:
    one = found.open
    out.say(
        f"\n{one.id}: {one.like}. It is {one.stage}, due {one.due},"
        f" {_left(one.left_us, working=one.working)}{' of working time' if one.working else ''} left."
    )
    out.say(f"{one.broken:,} of {one.n:,} {f'of {one.of} ' if one.of else ''}were late; with what is known of the others, "
            f"{one.share:.2f} ({one.low:.2f}–{one.high:.2f}).")  # fmt: skip
    out.say(_basis(found.basis) + "\n")
    shown = found.earlier[:MOST]
    out.rows(("id", "due", "came", ""), [(e.id, e.due, e.fulfilled or "not on record", "late" if e.late else "") for e in shown])
    if len(shown) < len(found.earlier):
        out.say(f"All {len(found.earlier):,}: --csv or --json")


def _held(out: Out, held: Any) -> None:
    out.say(f"\n{held.words}: what would have been told from {held.since:%Y-%m-%d} to {held.until:%Y-%m-%d}, and what came")
    if held.refusal is not None:
        _refused(out, held.refusal)
        return
    found = held.calibration
    out.say(
        f"{held.promises:,} promises, looked at {found.n:,} times at {held.looks} instants;"
        f" counted {held.fits} times, each time by what was known then.\n"
    )
    rows = [(f"{t.low:.1f}–{t.high:.1f}", f"{t.n:,}", f"{t.told:.3f}", f"{t.came:.3f}") for t in found.tenths]
    out.rows(("told", "times", "told on average", "were late"), rows)
    out.say(f"\nSlope {found.slope:.2f} ({found.low:.2f}–{found.high:.2f}); 1 is right, below 1 too sure.")
    out.say(f"It saves {found.skill:.0%} of the error of the plain share of each lane (Brier {found.brier:.4f}).")


def _basis(basis: Any) -> str:
    since = f"counted anew ({basis.why})" if basis.anew else "pinned"
    return (
        f"By {basis.fell_due:,} that fell due, {basis.broken:,} of them late, up to {basis.as_of:%Y-%m-%d %H:%M} UTC:"
        f" snapshot {basis.snapshot[:12]}, {since}"
    )


def _refused(out: Out, refusal: Any) -> None:
    out.say(f"Cannot say yet: {refusal.reason}. Got {refusal.got}; needs {refusal.need}. {refusal.settle}".rstrip())


def _left(us: int, *, working: bool) -> str:
    minutes = max(us, 0) // 60_000_000
    days, rest = (0, minutes) if working else divmod(minutes, 1_440)
    return f"{days} d {rest // 60} h" if days else f"{rest // 60} h {rest % 60} min"


def _csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from troth.app.writing import csv_of

    typer.echo(csv_of(columns, rows), nl=False)

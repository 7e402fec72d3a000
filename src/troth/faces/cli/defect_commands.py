"""`troth defects`: what the house calls a defect, what a customer does, and the units on which they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.opening import reading_of
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

if TYPE_CHECKING:
    from troth.app.reading import Reading
    from troth.findings.defects import Defects, Disputed, Row, Said, Side

MOST = 20
MOST_SAID = 4
COLUMNS = ("promise", "id", "whose", "house", "customer", "why", "house_due", "customer_due", "fulfilled")


def defects(
    promise: Annotated[str | None, typer.Argument(help="A promise of the book, deliver; without it all that layers change.")] = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Whose layers are meant: customer, segment; several at once. The others stay the house's."),
    ] = None,
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print the units on which both differ, as CSV.")] = False,
    json: Json = False,
) -> None:
    """Set what customers call a defect against what the house does: defects per million by both, and the units on which they differ."""
    from troth.app.answers.defects import defects as use_case
    from troth.app.bootstrap import open_workspace
    from troth.app.writing import csv_of

    workspace, out = open_workspace(book), Out(json=json, quiet=False)
    reading = reading_of(workspace, as_known_at)
    found = use_case(workspace, reading, promise, by or ())
    if csv:
        rows = [(one.promise, *(getattr(unit, name) for name in COLUMNS[1:])) for one in found for unit in one.disputed]
        typer.echo(csv_of(COLUMNS, rows), nl=False)
    elif json:
        out.data([fields(one) for one in found])
    else:
        for one in found:
            _said(out, reading, one)


def _said(out: Out, reading: Reading, found: Defects) -> None:
    out.say(f"\n{found.promise}: {found.words}")
    if found.parts:
        out.say(f"  Made of {', '.join(found.parts)}, of which layers say something.")
    if (refusal := found.refusal) is not None:
        out.say(f"  Cannot say yet: {refusal.reason}. Got {refusal.got}; needs {refusal.need}. {refusal.settle}".rstrip())
        return
    assert found.all is not None
    out.say(
        f"  {found.all.bound:,} units by terms of their own ({', '.join(found.dimensions)});"
        f" for {found.alike:,} the house's definition is the only one."
    )
    out.say("  DPMO: defects per million opportunities, with an interval of 95 %; sigma with the usual shift of 1.5.")
    by_gap = sorted(found.rows, key=lambda row: -(row.passed + row.refused))
    for row in by_gap[:MOST]:
        _row(out, row, row.whose)
    if len(by_gap) > MOST:
        out.say(f"\n  and {len(by_gap) - MOST:,} more: --json")
    if len(by_gap) > 1:
        _row(out, found.all, "all of them")
    if other := found.all.bound - found.all.units:
        out.say(f"\n  {other:,} did not fall due by both, or do not count by one of them: they are in no rate.")
    _units(out, reading, found)


def _row(out: Out, row: Row, name: str) -> None:
    ways = "one opportunity each" if row.opportunities == row.units else f"{row.opportunities:,} opportunities"
    out.say(f"\n  {name}: {row.units:,} fell due, {ways}")
    for said in row.says[:MOST_SAID]:
        out.say(f"    {_field(said)}")
    if len(row.says) > MOST_SAID:
        out.say(f"    and {len(row.says) - MOST_SAID} more: --json")
    for words, side in (("by the house  ", row.house), ("by their terms", row.customer)):
        out.say(f"    {words}  {_side(side)}")
    if row.refusal is not None:
        out.say(f"    Cannot say yet how many per million. Got {row.refusal.got}; needs {row.refusal.need}. {row.refusal.settle}".rstrip())
    out.say(f"    The house passes {row.passed:,} that are defective by their terms; with {row.refused:,} it is the reverse.")


def _field(said: Said) -> str:
    return f"{said.field}: {said.house or 'nothing'} → {said.customer or 'nothing'}"


def _side(side: Side) -> str:
    units = f"{side.defective:,} defective" + (f" with {side.defects:,} defects" if side.defects != side.defective else "")
    unknown = f"; {side.unknown:,} cannot be told" if side.unknown else ""
    if side.rate is None or side.between is None:
        return f"{units}{unknown}"
    rate = side.rate
    sigma = _sigma(rate.sigma, rate.sigma_low, rate.sigma_high)
    said = f"{units}, DPMO {rate.value:,.0f} ({rate.low:,.0f} to {rate.high:,.0f}), sigma {sigma}"
    if side.unknown:
        said += f"{unknown}: DPMO {side.between[0]:,.0f} if none of them is defective, {side.between[1]:,.0f} if all are"
    return said


def _sigma(value: float | None, low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:.1f}" if high is not None else "not established"
    if high is None:
        return f"at least {low:.1f}"
    return f"{value:.1f} ({low:.1f} to {high:.1f})" if value is not None else f"{low:.1f} to {high:.1f}"


def _units(out: Out, reading: Reading, found: Defects) -> None:
    for house, heading in (
        ("kept", "The house passes them, their terms do not"),
        ("broken", "Their terms pass them, the house does not"),
    ):
        mine = [unit for unit in found.disputed if unit.house == house]
        if not mine:
            continue
        out.say(f"\n  {heading} ({len(mine):,})")
        for unit in mine[:MOST]:
            out.say(f"    {_unit(reading, unit)}")
        if len(mine) > MOST:
            out.say(f"    and {len(mine) - MOST:,} more: --csv")


def _unit(reading: Reading, unit: Disputed) -> str:
    house, customer, came = (
        f"{reading.context.local_time(at):%Y-%m-%d %H:%M}" if at is not None else "not on record"
        for at in (unit.house_due, unit.customer_due, unit.fulfilled)
    )
    dues = f"due {house}" if house == customer else f"due {house} by the house, {customer} by their terms"
    return f"{unit.id} ({unit.whose}): {unit.why}; {dues}; came {came}"

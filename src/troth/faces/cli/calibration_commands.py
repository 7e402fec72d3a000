"""`troth calibration [NAME]`: leaders of units by global measures and regional feedback, as the book weighs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.aligned import aligned
from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.shapes import calibration_data, calibrations_table

if TYPE_CHECKING:
    from troth.app.answers.calibrations import Calibrated, Item
    from troth.kernel.refusal import Refusal
    from troth.metrics.calibrating import Part, Place

Name = Annotated[str | None, typer.Argument(help="A calibration by its name in the book; without it all.")]


def calibration(
    name: Name = None,
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Json = False,
) -> None:
    """Compare units by global measures, their mix taken out, and regional feedback apart: ranks before and after, with their doubt."""
    from troth.app.answers.calibrations import calibrations
    from troth.app.writing import csv_of

    found = calibrations(opened(book, as_known_at), name)
    out = Out(json=json, quiet=False)
    if json:
        out.data([calibration_data(one) for one in found])
    elif csv:
        typer.echo(csv_of(*calibrations_table(found)), nl=False)
    else:
        for one in found:
            _said(out, one)


def _said(out: Out, found: Calibrated) -> None:
    since = "" if found.since is None else f", since {found.since}"
    out.say(f"\n{found.name}: {found.words}, by {found.by}{since}; weights by {found.owner or 'nobody yet'}")
    for one in found.items:
        _item(out, one)
    if found.refusal is not None:
        _cannot(out, found.refusal)
        return
    regional = bool(found.regional)
    around, whole = ("regional part", "as a whole") if regional else ("", "")
    rows = [(found.by, "n", "global part", around, "before", "mix taken out", whole)]
    for unit in found.units:
        around = (_part(unit.regionally) or "cannot say") if regional else ""
        whole = unit.said if regional else ""
        fair = _place(unit.fair) if regional else unit.said
        rows.append((unit.name, f"{unit.n:,}", _part(unit.globally), around, _place(unit.before), fair, whole))
    out.say("\n".join(aligned(rows, (0, 5, 6))))
    out.say("Parts are in spreads between units, more is better; ranks are those that hold the true one, 1 the best.")
    out.say(
        f"Of {found.pairs:,} pairs of units {found.apart:,} can be told apart by rank; of the others ranks overlap, and say no difference."
    )
    for unit in found.units:
        if unit.moved:
            out.say(f"! {unit.name} stands surely elsewhere: before {_place(unit.before)}, now {_place(unit.whole)}.")


def _item(out: Out, one: Item) -> None:
    mix = f", the mix of {' and '.join(one.adjust)} taken out" if one.adjust else ""
    peers = f", among units of one {one.peers}" if one.peers else ""
    out.say(f"  {100 * one.share:.0f} of 100 {one.part}: {one.words}{mix}{peers}; tells of {one.told} units. {one.why}")
    if one.refusal is not None:
        _cannot(out, one.refusal)


def _part(part: Part | None) -> str:
    return "" if part is None else f"{part.score:+.1f} ({part.low:+.1f} to {part.high:+.1f})"


def _place(place: Place) -> str:
    return str(place.first) if place.first == place.last else f"{place.first} to {place.last}"


def _cannot(out: Out, said: Refusal) -> None:
    out.say(f"  Cannot say: {said.reason}; got {said.got}, needs {said.need}. {said.settle}".rstrip())

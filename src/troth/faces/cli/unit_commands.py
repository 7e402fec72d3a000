"""`troth units`: units side by side, each with its doubt; and those that do much with little while customers think less of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.aligned import aligned
from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.shapes import falling_data, falling_table, units_data, units_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from troth.app.answers.units import FallingTold, SideBySide, UnitsTold
    from troth.app.reading import Reading
    from troth.kernel.refusal import Refusal
    from troth.metrics.units import Compared, Own

GOOD = {True: ", better", False: ", worse", None: ""}
ASKED = "a metric, as in: troth units called_back --by visit.branch; or --efficiency and --rating, a metric each"


def units(
    by: Annotated[str, typer.Option("--by", help="What a unit is: warehouse, or an expression, visit.branch.")],
    metric: Annotated[
        str | None, typer.Argument(help="A share, a mean, a quantile, a time or a score of the book: late_share.", show_default=False)
    ] = None,
    adjust: Annotated[
        list[str] | None,
        typer.Option("--adjust", help="What makes cases harder, to be allowed for: segment. Several for each combination."),
    ] = None,
    peers: Annotated[
        str | None, typer.Option("--peers", help="Compare units with those alone that have the same of this: country.")
    ] = None,
    efficiency: Annotated[
        str | None, typer.Option("--efficiency", help="In place of a metric: which units do much with little, by this one.")
    ] = None,
    rating: Annotated[str | None, typer.Option("--rating", help="With --efficiency: and fall in this one.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="The first day that counts: 2026-01-01.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="The last day that counts: 2026-03-31.")] = None,
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Json = False,
) -> None:
    """Compare units without a league table: who is as usual, unusual, or too small to judge, and which ranks can be told apart."""
    from troth.app.answers.units import SideBySide
    from troth.kernel.errors import BadValue

    pair = efficiency is not None and rating is not None and metric is None and not adjust and peers is None
    alone = metric is not None and efficiency is None and rating is None
    if not (pair or alone):
        raise BadValue("units are compared by one metric, or by two", got="neither, or parts of both", allowed=ASKED)
    reading = opened(book, as_known_at)
    asked = SideBySide.of(by, adjust=adjust or (), peers=peers, since=since, until=until)
    if pair:
        _falling(reading, str(efficiency), str(rating), asked, csv=csv, json=json)
    else:
        _compared(reading, str(metric), asked, csv=csv, json=json)


def _compared(reading: Reading, metric: str, asked: SideBySide, *, csv: bool, json: bool) -> None:
    from troth.app.answers.units import compare_units
    from troth.app.writing import csv_of

    found = compare_units(reading, metric, asked)
    out = Out(json=json, quiet=False)
    if json:
        out.data(units_data(found))
    elif csv:
        typer.echo(csv_of(*units_table(found)), nl=False)
    else:
        _said(out, found)


def _said(out: Out, found: UnitsTold) -> None:
    answer = found.told.answer
    mix = f", with the mix of {' and '.join(found.adjust)} taken out" if found.adjust else ""
    out.say(f"\n{answer.metric}: {answer.definition.words}, by {found.by}{mix}")
    if found.refusal is not None:
        _cannot(out, found.refusal)
    for one in found.groups:
        _group(out, found, one)
    if found.unplaced:
        out.say(f"{found.unplaced:,} cases are of no unit on record.")
    out.say(f"definition {found.told.hash[:12]} · snapshot {found.told.snapshot[:12]} · data up to {found.told.as_of:%Y-%m-%d %H:%M} UTC")


def _group(out: Out, found: UnitsTold, one: Compared) -> None:
    out.say(f"\n{found.peers} {one.peers}: {one.says}" if one.peers else f"\n{one.says}")
    if one.refusal is not None:
        _cannot(out, one.refusal)
        return
    show = _showing(found.unit, [unit.value for unit in one.units])
    alone = _showing(found.told.answer.unit, [one.beyond, *(unit.own.value for unit in one.units if unit.own)])
    mixed, ranked = bool(found.adjust), any(unit.rank is not None for unit in one.units)
    own = () if found.measure == "value" else ("alone, 95 % interval",)
    value = {"value": "value", "share_above": f"above {alone(one.beyond)}", "ended_of_expected": "ended of expected"}[found.measure]
    heading = ("by its cases",) if mixed and found.measure != "ended_of_expected" else ()
    rows = [(found.by, "n", *own, value, *heading, "usual", "verdict", "towards others, 95 % interval", "rank" if ranked else "")]
    for unit in one.units:
        verdict = f"{unit.verdict}{GOOD[unit.good]}" if unit.verdict == "unusual" else unit.verdict
        near = "" if unit.low is None else f"{show(unit.shrunk)}, {show(unit.low)} to {show(unit.high)}"
        usual = "" if unit.least is None else f"{show(unit.least)} to {show(unit.most)}"
        expected = (show(unit.expected),) if heading else ()
        figure = (_alone(unit.own, alone),) if own else ()
        rows.append((unit.name, f"{unit.n:,}", *figure, show(unit.value), *expected, usual, verdict, near, unit.rank_said))
    out.say("\n".join(aligned(rows, (0, len(rows[0]) - 3, len(rows[0]) - 1))))
    for line in compared_by(found, alone(one.beyond), one.left_out):
        out.say(line)
    usual = "chance and a spread between units" if one.spread == "added" and one.tau > 0 else "chance alone"
    out.say(f"Usual is what {usual} would give around {show(one.centre)}; of those called unusual at most 1 in 20 are so by chance.")
    if ranked:
        told_apart = sum(len(unit.ahead) for unit in one.units)
        pairs = len(one.units) * (len(one.units) - 1) // 2
        out.say(
            f"Of {pairs:,} pairs of units {told_apart:,} can be told apart by rank; of the others ranks overlap, and say no difference."
        )


def _alone(own: Own | None, show: Callable[[float | None], str]) -> str:
    if own is None or own.value is None:
        return "cannot say yet"
    return show(own.value) if own.low is None else f"{show(own.value)}, {show(own.low)} to {show(own.high) or 'not reached'}"


def compared_by(found: UnitsTold, limit: str, left_out: Sequence[str]) -> tuple[str, ...]:
    """What the values are, where they are not those of the metric."""
    if found.measure == "share_above":
        far = f"Far off, and no part of that quantile: {', '.join(left_out)}. " if left_out else ""
        return (
            f"Units are compared by the share of their cases above {limit}, which {100 * found.quantile:g} in 100 of all do not exceed.",
            f"{far}What equals it is not above.",
        )
    if found.measure == "ended_of_expected":
        return ("Units are compared by how many cases have ended for each that would have, if they went as in all: above 1 is sooner.",)
    return ()


def _falling(reading: Reading, efficiency: str, rating: str, asked: SideBySide, *, csv: bool, json: bool) -> None:
    from troth.app.answers.units import efficient_falling
    from troth.app.writing import csv_of

    found = efficient_falling(reading, efficiency, rating, asked.by, asked.cut)
    out = Out(json=json, quiet=False)
    if json:
        out.data(falling_data(found))
    elif csv:
        typer.echo(csv_of(*falling_table(found)), nl=False)
    else:
        _fallen(out, found)


def _fallen(out: Out, found: FallingTold) -> None:
    first, second = found.efficiency.answer.definition, found.rating.answer.definition
    out.say(f"\nEfficient by {first.words}, and falling in {second.words}, by {found.by}")
    if found.refusal is not None:
        _cannot(out, found.refusal)
        return
    show = _showing(found.efficiency.answer.unit, [found.centre])
    out.say(f"Of {found.compared} units {len(found.efficient)} are surely more efficient than the others ({show(found.centre)} together).")
    falls = _showing(found.rating.answer.unit, [abs(one.slope) for one in found.units])
    for one in found.units:
        interval = f"{falls(one.low)} to {falls(one.high)}"
        out.say(
            f"! {one.name}: {show(one.efficiency)}; its rating moves by {falls(one.slope)} a month ({interval}) over {one.months} months; q"
            f" {'< 0.001' if one.q < 0.001 else f'{one.q:.3f}'}."
        )
    if not found.units:
        out.say("None of them falls in customers' eyes by more than chance explains.")
    if found.thin:
        out.say(f"Too few months to say whether they fall: {', '.join(found.thin)}.")


def _showing(unit: str, values: list[float | None]) -> Callable[[float | None], str]:
    from troth.faces.values import in_unit, span_of

    span = span_of(values)
    return lambda value: "" if value is None else in_unit(value, unit, span)


def _cannot(out: Out, said: Refusal) -> None:
    out.say(f"Cannot say: {said.reason}; got {said.got}, needs {said.need}. {said.settle}".rstrip())

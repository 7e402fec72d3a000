"""`troth benchmark METRIC`: units against the best of their peers, and which Changes hold there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.aligned import aligned
from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.shapes import benchmark_data, benchmark_table

if TYPE_CHECKING:
    from troth.app.answers.benchmarks import Benchmarked

LIKE = 0.2


def benchmark(
    metric: Annotated[str, typer.Argument(help="A share, a mean or a score of the book: late_share.")],
    by: Annotated[str, typer.Option("--by", help="What a unit is: warehouse, or an expression, visit.branch.")],
    mix: Annotated[
        list[str] | None,
        typer.Option("--mix", help="What makes cases harder: units are peers if their mix of it is alike; it is taken out: segment."),
    ] = None,
    like: Annotated[float, typer.Option("--like", help="Up to which share of cases the mixes of peers differ.")] = LIKE,
    since: Annotated[str | None, typer.Option("--since", help="The first day that counts: 2026-01-01.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="The last day that counts: 2026-03-31.")] = None,
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Json = False,
) -> None:
    """Say where it is surely done better with cases alike, by how much, and which Changes hold there and not here."""
    from troth.app.answers.benchmarks import benchmark as use_case
    from troth.app.answers.units import SideBySide
    from troth.app.writing import csv_of

    asked = SideBySide.of(by, adjust=mix or (), since=since, until=until)
    found = use_case(opened(book, as_known_at), metric, asked, like=like)
    out = Out(json=json, quiet=False)
    if json:
        out.data(benchmark_data(found))
    elif csv:
        typer.echo(csv_of(*benchmark_table(found)), nl=False)
    else:
        _said(out, found)


def _said(out: Out, found: Benchmarked) -> None:
    from troth.faces.cli.unit_commands import compared_by
    from troth.faces.values import in_unit, shown_value, span_of

    def shown(value: float | None) -> str:
        return "" if value is None else in_unit(value, found.said.unit, span)

    answer = found.said.told.answer
    alike = f", among units whose mix of {' and '.join(found.mix)} is alike" if found.mix else ""
    out.say(f"\n{answer.metric}: {answer.definition.words}, by {found.said.by}{alike}")
    if found.refusal is not None:
        out.say(f"Cannot say: {found.refusal.reason}; got {found.refusal.got}, needs {found.refusal.need}. {found.refusal.settle}".rstrip())
        return
    span = span_of([one.value for one in found.gaps])
    rows = [(found.said.by, "n", "peers", "value", "best of its peers", "value", "gap, 95 % interval", "Changes there, graded C or better")]
    for one in found.gaps:
        if one.told:
            gap = " ".join((shown(one.gap), f"({shown(one.low)} to {shown(one.high)})"))
            changes = ", ".join(one.changes) or f"none: {one.why}"
            values = (shown(one.value), str(one.frontier), shown(one.frontier_value))
            rows.append((one.unit, f"{one.n:,}", f"{len(one.peers)}", *values, gap, changes))
    if len(rows) > 1:
        out.say("\n".join(aligned(rows, (0, 4, 7))))
    alone = [one for one in found.gaps if one.frontier is None]
    rest = len(found.gaps) - len(rows) + 1 - len(alone)
    out.say(
        f"{len(rows) - 1} of {len(found.gaps)} units have a gap to the best of their peers that can be told; of {rest} no difference can."
    )
    if alone:
        out.say(f"Without enough peers, or unknown: {', '.join(one.unit for one in alone)}.")
    limit = next((shown_value(one.beyond, answer.unit) for one in found.said.groups if one.beyond is not None), "")
    for line in compared_by(found.said, limit, [name for one in found.said.groups for name in one.left_out]):
        out.say(line)
    out.say("The best is the one whose interval leaves it so, not the one that looks so; values are drawn towards all.")

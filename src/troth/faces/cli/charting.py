"""`troth metric NAME --chart`: each period beside its limits, and what of it is more than chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from troth.faces.charts import BETWEEN, GOOD, NAMES, drawn, name_of, part_of, signals_of
from troth.faces.cli.aligned import aligned
from troth.faces.cli.opening import reading_of
from troth.faces.cli.output import Out
from troth.faces.shapes import chart_data, chart_table
from troth.faces.values import shown, span_of

if TYPE_CHECKING:
    from troth.app.answers.charts import ChartedMetric
    from troth.metrics import Request
    from troth.metrics.charting import Charted, Point

WIDE = 37
MOST_DRAWN = 3


@dataclass(frozen=True, slots=True)
class Charting:
    """svg: the file to which the chart is drawn as well."""

    rules: str
    since_change: str | None
    svg: Path | None


def chart(name: str, request: Request, how: Charting, book: Path, as_known_at: str | None, *, csv: bool, json: bool) -> None:
    from troth.app.answers.charts import chart_metric
    from troth.app.bootstrap import open_workspace
    from troth.app.writing import csv_of, write_whole

    out, workspace = Out(json=json, quiet=False), open_workspace(book)
    reading = reading_of(workspace, as_known_at)
    found = chart_metric(reading, name, request, rules=how.rules, since_change=how.since_change)
    if how.svg is not None:
        write_whole(how.svg, drawn(found))
    if json:
        out.data(chart_data(found))
    elif csv:
        typer.echo(csv_of(*chart_table(found)), nl=False)
    else:
        _said(out, found)
        if how.svg is not None:
            out.say(f"The chart: {how.svg}")


def _said(out: Out, found: ChartedMetric) -> None:
    answer = found.told.answer
    out.say(f"\n{answer.metric}: {answer.definition.words}, by {found.grain}")
    many = len(found.charts) > MOST_DRAWN
    if many:
        out.rows((", ".join(answer.by), "chart", "points", "signals", ""), [_line(one) for one in found.charts])
    for one in found.charts:
        if not many or one.signals or one.moved:
            _chart(out, found, one)
    signals = sum(len(one.signals) for one in found.charts)
    judged = sum(one.judged for one in found.charts)
    if judged:
        out.say(
            f"\n{signals} {'signal' if signals == 1 else 'signals'} in {judged:,} points by the rules of"
            f" {found.rules.replace('_', ' ').title()}; if nothing changed, about {found.by_chance:.1f} were to be expected."
        )
    out.say(f"definition {found.told.hash[:12]} · snapshot {found.told.snapshot[:12]} · data up to {found.told.as_of:%Y-%m-%d %H:%M} UTC")


def _line(one: Charted) -> tuple[object, ...]:
    if one.refusal is not None:
        return part_of(one), "cannot say", None, None, f"got {one.refusal.got}, needs {one.refusal.need}"
    return part_of(one), NAMES[one.kind], one.judged, len(one.signals), "" if one.moved is None else one.moved.says


def _chart(out: Out, found: ChartedMetric, one: Charted) -> None:
    if found.told.answer.by:
        out.say(f"\n{part_of(one)}")
    if one.refusal is not None:
        said = one.refusal
        out.say(f"Cannot say: {said.reason}; got {said.got}, needs {said.need}. {said.settle}".rstrip())
        return
    out.say(f"{NAMES[one.kind]}: {one.why}.\nLimits of three sigma, {one.limits}.\n")
    show = _showing(found, one)
    scale = _scale(one)
    least, most = show(scale[0]), show(scale[1])
    rows = [("period", "value", "" if one.kind in BETWEEN else "n", "limits", f"{least}{most:>{max(1, WIDE - len(least))}}", "")]
    for point in one.points:
        limits = f"{show(point.low)} to {show(point.high)}" if point.low is not None else ""
        n = "" if one.kind in BETWEEN or point.n is None else f"{point.n:,}"
        rows.append((name_of(found, one, point), show(point.value), n, limits, _strip(point, scale), _mark(one, point)))
    out.say("\n".join(aligned(rows, (0, 4, 5))))
    out.say("\n\u250a limits  \u2502 centre  \u25cf within  \u25c6 part of a signal  \u25cb not judged\n")
    for number, signal in enumerate(one.signals, start=1):
        out.say(f"{number}  {signal.says}{GOOD[signal.good]}.")
    if one.moved is not None:
        moved = one.moved
        out.say(f"{moved.says[0].upper()}{moved.says[1:]}: {show(moved.before)} before, {show(moved.after)} after (p {_chance(moved.p)}).")
    if not one.signals:
        out.say("No signal: nothing here asks for a cause of its own.")


def _showing(found: ChartedMetric, one: Charted) -> Callable[[float | None], str]:
    """How values of a chart are shown, all in the same unit."""
    if one.kind in BETWEEN:
        digits, what = (0, "cases") if one.kind == "g" else (1, "days")
        return lambda value: "" if value is None else f"{value:,.{digits}f} {what.removesuffix('s') if value == 1 else what}"
    span = span_of([point.value for point in one.points])
    return lambda value: shown(value, found.told, span)


def _mark(one: Charted, point: Point) -> str:
    """Numbers of the signals that the point is a part of, or why it is not judged."""
    if point.state != "judged":
        return point.state
    found = signals_of(one, point)
    return " ".join(str(number) for number, signal in enumerate(one.signals, start=1) if signal in found)


def _scale(one: Charted) -> tuple[float, float]:
    values = [value for point in one.points for value in (point.value, point.low, point.high) if value is not None]
    low, high = min(values), max(values)
    return low, high if high > low else low + 1


def _strip(point: Point, scale: tuple[float, float]) -> str:
    """One period from left to right: its limits, the centre and the value, which is last and stands over what it meets."""

    def place(value: float) -> int:
        return round((value - scale[0]) / (scale[1] - scale[0]) * (WIDE - 1))

    signs = [" "] * WIDE
    for value, sign in ((point.low, "\u250a"), (point.high, "\u250a"), (point.centre, "\u2502")):
        if value is not None:
            signs[place(value)] = sign
    if point.value is not None:
        signs[place(point.value)] = "\u25c6" if point.signals else "\u25cf" if point.state == "judged" else "\u25cb"
    return "".join(signs)


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"

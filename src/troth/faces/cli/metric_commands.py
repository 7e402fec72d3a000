"""`troth metrics`, `troth metric NAME`: what is measured, by whatever one asks it by."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.shapes import metric_data, metric_table
from troth.faces.values import pairs, shown, span_of_all

if TYPE_CHECKING:
    from troth.app.answers.metrics import Told

Name = Annotated[str, typer.Argument(help="A metric by its name in the book: late_share.")]
By = Annotated[
    list[str] | None, typer.Option("--by", help="Slice by a dimension of the company, or by an expression: warehouse, 'attr(carrier)'.")
]
Grain = Annotated[str | None, typer.Option("--grain", help="Periods: day, week, month, quarter or year.", show_default="all is one")]
Only = Annotated[list[str] | None, typer.Option("--for", help="Only what has this value: customer=acme.")]
Since = Annotated[str | None, typer.Option("--since", help="The first day that counts: 2026-01-01.", show_default="the first on record")]
Until = Annotated[str | None, typer.Option("--until", help="The last day that counts: 2026-03-31.", show_default="the last on record")]
To = Annotated[Path | None, typer.Option("--to", help="Write the table to a file: late.csv, late.parquet, late.xlsx.")]
Between = Annotated[str | None, typer.Option("--between", help="Why it moved: the first period, 2026-02, 2026-Q1, 2026-W07.")]
And = Annotated[str | None, typer.Option("--and", help="And the second period, 2026-03.")]
Dialect = Annotated[
    str | None, typer.Option("--dialect", help="Print that SQL for another engine: postgres, spark, clickhouse.", show_default="DuckDB's")
]
Rules = Annotated[
    str | None,
    typer.Option("--rules", help="With --chart: western_electric, four rules, or nelson, eight.", show_default="western_electric"),
]
SinceChange = Annotated[str | None, typer.Option("--since-change", help="With --chart: the day from which it is done as now: 2026-03-01.")]
Svg = Annotated[Path | None, typer.Option("--svg", help="With --chart: also draw it to a file: late.svg.")]
RULES = "western_electric"
MOST_APART = 10


def metrics(book: Book = HERE, as_known_at: AsKnownAt = None, json: Json = False) -> None:
    """List every metric of the book, with what it says of all that is on record."""
    from troth.app.answers.metrics import tell_metrics

    out = Out(json=json, quiet=False)
    found = tell_metrics(opened(book, as_known_at))
    if json:
        out.data([metric_data(one) for one in found])
        return
    rows = []
    for one in found:
        (reading,) = one.answer.readings[-1:] or (None,)
        rows.append((one.answer.metric, one.answer.definition.words, *_shown(one, reading, span_of_all(one)), reading.n if reading else 0))
    out.rows(("metric", "what it is", "value", "95 % interval", "n"), rows)


def metric(
    name: Name, by: By = None, grain: Grain = None, only: Only = None, since: Since = None, until: Until = None, book: Book = HERE,
    as_known_at: AsKnownAt = None, to: To = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL of its sums, to be run on the lake's views.")] = False,
    dialect: Dialect = None, between: Between = None, second: And = None,
    chart: Annotated[bool, typer.Option("--chart", help="Put it on a control chart, and say what is more than chance.")] = False,
    rules: Rules = None, since_change: SinceChange = None, svg: Svg = None, json: Json = False,
) -> None:  # fmt: skip
    """Say what a metric says, by period and slice; why it moved between two periods; or on a control chart what is more than chance."""
    from troth.app.answers.metrics import sql_for, tell_metrics
    from troth.app.writing import csv_of
    from troth.metrics import Request

    request = Request.of(by=by or (), grain=grain, since=since, until=until, only=pairs(only or (), "--for"))
    if chart:
        from troth.faces.cli.charting import Charting
        from troth.faces.cli.charting import chart as charting

        _refuse_with_chart(to, between or second, sql=sql or dialect is not None)
        charting(name, request, Charting(rules or RULES, since_change, svg), book, as_known_at, csv=csv, json=json)
        return
    if rules or since_change or svg:
        _refuse_without_chart()
    if between is not None or second is not None:
        from troth.faces.cli.moved import moved

        _refuse_beside(grain, since, until, sql=sql)
        moved(name, (between, second), request, book, as_known_at, to, csv=csv, json=json)
        return
    out = Out(json=json, quiet=False)
    (told,) = tell_metrics(opened(book, as_known_at), (name,), request)
    if to is not None:
        from troth.app.bootstrap import open_workspace
        from troth.app.tables import write_table

        write_table(open_workspace(book).engine(), *metric_table(told), to)
    if json:
        out.data(metric_data(told))
    elif csv:
        typer.echo(csv_of(*metric_table(told)), nl=False)
    elif sql or dialect is not None:
        out.say(told.answer.sql if dialect is None else sql_for(told, dialect))
    else:
        _one(out, told)
        if to is not None:
            out.say(f"The table: {to}")


def _refuse_beside(grain: str | None, since: str | None, until: str | None, *, sql: bool) -> None:
    """Two periods say all of time; and no one query gives what they give."""
    from troth.kernel.errors import BadValue

    given = (("--grain", grain), ("--since", since), ("--until", until), ("--sql", sql))
    beside = [option for option, value in given if value]
    if beside:
        raise BadValue("why it moved is asked by two periods alone", got=", ".join(beside), allowed="--between, --and, --by and --for")


def _refuse_with_chart(to: Path | None, between: str | None, *, sql: bool) -> None:
    from troth.kernel.errors import BadValue

    beside = [option for option, value in (("--to", to), ("--between", between), ("--sql", sql)) if value]
    if beside:
        raise BadValue("a chart is no table of readings", got=", ".join(beside), allowed="--svg, --csv or --json")


def _refuse_without_chart() -> None:
    from troth.kernel.errors import BadValue

    raise BadValue("there is no chart to draw or to read", got="--rules, --since-change or --svg", allowed="with --chart")


def _one(out: Out, told: Told) -> None:
    answer, definition = told.answer, told.answer.definition
    up = {"higher": "; higher is better", "lower": "; lower is better", None: ""}[definition.better]
    convention = f", {answer.convention.replace('_', ' ')}" if answer.convention else ""
    out.say(f"\n{answer.metric}: {definition.words}\n  {definition.kind}{convention}{up}; owner: {definition.owner or 'nobody yet'}")
    span = span_of_all(told)
    ranged = any(reading.most is not None for reading in answer.readings)
    held = any(reading.held for reading in answer.readings)
    columns = [
        "period",
        *answer.by,
        "value",
        "95 % interval",
        *(("at most",) if ranged else ()),
        "n",
        "of",
        *(("held back",) if held else ()),
    ]
    rows = []
    for one in answer.readings:
        period = "" if one.period is None else f"{one.period}{' so far' if one.so_far else ''}"
        parts = one.slice if one.slice is not None else tuple("all together" if not place else "" for place in range(len(answer.by)))
        most = (shown(one.most, told, span),) if ranged else ()
        rows.append((period, *parts, *_shown(told, one, span), *most, one.n, one.expected, *((one.held,) if held else ())))
    if all(one.period is None for one in answer.readings):
        columns, rows = columns[1:], [row[1:] for row in rows]
    out.rows(columns, rows)
    if answer.estimated:
        out.say("Values are estimated from a sample; n is what is in the file.")
    if answer.undated:
        out.say(f"{answer.undated:,} more belong to it and have no instant by which to count them.")
    for said in dict.fromkeys(one.refusal for one in answer.readings if one.refusal is not None):
        out.say(f"Cannot say: {said.reason}; got {said.got}, needs {said.need}. {said.settle}".rstrip())
    for line in apart_said(told):
        out.say(line)
    if any(one.hidden for one in answer.readings):
        out.say(f"Cells of fewer than {definition.minimum} are not shown, nor those beside them from which they would follow.")
    if definition.pair_with:
        out.say(f"Look at it beside: troth metric {definition.pair_with}")
    out.say(f"definition {told.hash[:12]} · snapshot {told.snapshot[:12]} · data up to {told.as_of:%Y-%m-%d %H:%M} UTC")


def apart_said(told: Told) -> list[str]:
    """A line for each slice that does not compare with the others, ten at most."""
    from troth.metrics.comparability import apart

    said = []
    found = apart(told.answer.readings)
    for one in found[:MOST_APART]:
        when = "" if one.period is None else f" of {one.period}"
        held = f", {one.held:,} are held back" if one.held else ""
        said.append(
            f"{' · '.join(one.slice)}{when} does not compare with the others: {one.n:,} of its {one.expected:,} count{held};"
            f" usual are {100 * one.usual:.0f} of 100."
        )
    return [*said, f"{len(found) - MOST_APART:,} more do not."] if len(found) > MOST_APART else said


def _shown(told: Told, one: Any, span: tuple[str, int]) -> tuple[str, str]:
    if one is None or one.hidden or one.value is None:
        return ("not shown" if one is not None and one.hidden else "cannot say"), ""
    low, high = shown(one.low, told, span), shown(one.high, told, span)
    interval = f"{low} to {high}" if low and high else f"{low} or more" if low else ""
    return f"{'~' if told.answer.estimated else ''}{shown(one.value, told, span)}", interval


def instant(at: datetime) -> str:
    return at.isoformat() + "Z"

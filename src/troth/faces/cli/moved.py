"""`troth metric NAME --between A --and B --by X`: why a metric moved, slice by slice."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from troth.faces.cli.metric_commands import instant
from troth.faces.cli.opening import reading_of
from troth.faces.cli.output import Out, exact
from troth.faces.values import shown, span_of

if TYPE_CHECKING:
    from troth.app.answers.metrics import Told
    from troth.app.answers.moved import Moved
    from troth.metrics import Request

COLUMNS = ("gives", "rate", "mix", "before", "after", "weight_before", "weight_after", "n_before", "n_after")


def moved(
    name: str, periods: tuple[str | None, str | None], request: Request, book: Path, as_known_at: str | None, to: Path | None,
    *, csv: bool, json: bool,
) -> None:  # fmt: skip
    from troth.app.answers.moved import tell_moved
    from troth.app.bootstrap import open_workspace
    from troth.app.tables import write_table
    from troth.app.writing import csv_of
    from troth.kernel.errors import BadValue

    between, second = periods
    if between is None or second is None:
        raise BadValue("one period is missing", got=f"only {'--and' if between is None else '--between'}", allowed="--between and --and")
    out, workspace = Out(json=json, quiet=False), open_workspace(book)
    reading = reading_of(workspace, as_known_at)
    found = tell_moved(reading, name, between, second, request)
    table = (*found.told.answer.by, *COLUMNS), _rows(found)
    if to is not None:
        write_table(workspace.engine(), *table, to)
    if json:
        out.data(_data(found))
    elif csv:
        typer.echo(csv_of(*table), nl=False)
    else:
        _say(out, found)
        if to is not None:
            out.say(f"The table: {to}")


def _say(out: Out, found: Moved) -> None:
    told, answer = found.told, found.told.answer
    span = span_of([found.before.value, found.after.value])
    out.say(f"\n{answer.metric}: {answer.definition.words}")
    for period, one in zip(found.periods, (found.before, found.after), strict=True):
        interval = "" if one.low is None else f", 95 % interval {shown(one.low, told, span)} to {shown(one.high, told, span)}"
        value = "cannot say" if one.value is None else shown(one.value, told, span)
        out.say(f"  {period:<10} {value}{interval}, n {one.n:,}{' so far' if one.so_far else ''}")
    by_mix = (
        "" if found.mix is None else f": {_step(found.rate, told, span)} by what slices did, {_step(found.mix, told, span)} by their mix"
    )
    out.say(f"  moved      {_step(found.change, told, span)}{by_mix}\n")
    if found.against:
        way = "fell" if found.change < 0 else "rose"
        out.say(f"Every slice {'rose' if way == 'fell' else 'fell'} and the whole {way}: what changed is how much of each there is.")
    parts = ("gives", "rate", "mix") if found.mix is not None else ("gives",)
    columns = [*answer.by, *(f"{part}, points" if answer.unit == "share" else part for part in parts), "before", "after"]
    columns += ["weight", "n"] if found.mix is not None else ["n"]
    out.rows(columns, [_row(one, told, span, len(answer.by)) for one in found.pieces])
    if found.mix is not None:
        out.say("rate: by the slice's own value. mix: by its weight, where it is better or worse than the whole. Both sum to the change.")
        if len(answer.by) > 1:
            out.say("Rows of two and more names divide the rate of the row that has the first: only rows of one name sum to the change.")
    out.say("Whether the change is more than chance is not said here: look at the intervals, and at it by month.")
    out.say(f"definition {told.hash[:12]} · snapshot {told.snapshot[:12]} · data up to {told.as_of:%Y-%m-%d %H:%M} UTC")


def _row(one: Any, told: Told, span: tuple[str, int], width: int) -> list[object]:
    names = [*one.slice, *("" for _ in range(width - len(one.slice)))]
    values = [_value(value, told, span) for value in (one.before, one.after)]
    n = f"{one.n[0]:,} to {one.n[1]:,}"
    if one.mix is None:
        return [*names, _cell(one.rate, told, span), *values, n]
    gives = [_cell(part, told, span) for part in (one.rate + one.mix, one.rate, one.mix)]
    return [*names, *gives, *values, f"{100 * float(one.weight[0]):.0f} to {100 * float(one.weight[1]):.0f} %", n]


def _value(value: Fraction | None, told: Told, span: tuple[str, int]) -> str:
    return "-" if value is None else shown(float(value), told, span)


def _step(value: Fraction, told: Told, span: tuple[str, int]) -> str:
    """A change with its sign; that of a share in points."""
    return f"{_cell(value, told, span)} points" if told.answer.unit == "share" else _cell(value, told, span)


def _cell(value: Fraction, told: Told, span: tuple[str, int]) -> str:
    if told.answer.unit == "share":
        return f"{100 * float(value):+.1f}"
    return f"{'+' if value > 0 else ''}{shown(float(value), told, span)}"


def _rows(found: Moved) -> list[tuple[object, ...]]:
    width, rows = len(found.told.answer.by), []
    for one in found.pieces:
        names = (*one.slice, *(None for _ in range(width - len(one.slice))))
        weights = (None, None) if one.weight is None else tuple(map(float, one.weight))
        gives = one.rate + (one.mix or 0)
        numbers = (None if value is None else float(value) for value in (gives, one.rate, one.mix, one.before, one.after))
        rows.append((*names, *numbers, *weights, *one.n))
    return rows


def _data(found: Moved) -> dict[str, Any]:
    told, answer = found.told, found.told.answer
    return {
        "metric": answer.metric, "unit": answer.unit, "by": answer.by,
        "before": _period(found.periods[0], found.before), "after": _period(found.periods[1], found.after),
        "change": exact(found.change), "rate": exact(found.rate), "mix": exact(found.mix), "against": found.against,
        "pieces": [
            {
                "slice": one.slice, "gives": exact(one.rate + (one.mix or 0)), "rate": exact(one.rate), "mix": exact(one.mix),
                "before": exact(one.before), "after": exact(one.after),
                "weight": None if one.weight is None else [exact(value) for value in one.weight], "n": one.n,
            }
            for one in found.pieces
        ],
        "definition": told.hash, "snapshot": told.snapshot, "as_of": instant(told.as_of),
    }  # fmt: skip


def _period(text: str, one: Any) -> dict[str, object]:
    return {"period": text, "value": one.value, "low": one.low, "high": one.high, "n": one.n, "so_far": one.so_far}

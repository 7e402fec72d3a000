"""`troth reconcile METRIC`: why a number of somebody's BI is another one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth.faces.cli.metric_commands import Name, Only, Since, Until
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out, exact
from troth.faces.values import pairs

if TYPE_CHECKING:
    from troth.app.answers.reconcile import Reconciled

Sql = Annotated[str | None, typer.Option("--sql", help="The query that their number comes from: a file, mine.sql, or the query itself.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="A file of theirs with a column id, and what each counts: numerator.")]
Value = Annotated[str | None, typer.Option("--value", help="Their number where they have no more: 0.93, 93%.")]
To = Annotated[Path | None, typer.Option("--to", help="Write the units that differ to a file: differing.csv, .parquet, .xlsx.")]
SHOWN_IDS, SHOWN_WAYS = 5, 8
COLUMNS = ("id", "ours_numerator", "ours_denominator", "theirs_numerator", "theirs_denominator", "theirs_rows", "why", "gives")


def reconcile(
    metric: Name, sql: Sql = None, csv: Csv = None, value: Value = None, only: Only = None, since: Since = None, until: Until = None,
    book: Book = HERE, as_known_at: AsKnownAt = None, to: To = None, json: Json = False,
) -> None:  # fmt: skip
    """Say why somebody's number is not the metric's: definition, window, late rows, duplicates, each with its part of the difference."""
    from troth.app.answers.reconcile import reconcile as use_case
    from troth.app.answers.theirs import Handed, query_of
    from troth.app.bootstrap import open_workspace
    from troth.metrics import Request

    out, workspace = Out(json=json, quiet=False), open_workspace(book)
    query = None if sql is None else query_of(sql)
    request = Request.of(since=since, until=until, only=pairs(only or (), "--for"))
    found = use_case(workspace, metric, Handed(sql=query, csv=csv, value=value), request, as_known_at)
    if to is not None:
        from troth.app.tables import write_table

        write_table(workspace.engine(), COLUMNS, _units(found), to)
    if json:
        out.data(_data(found))
        return
    _say(out, found)
    if to is not None:
        out.say(f"The units that differ: {to}")


def _say(out: Out, found: Reconciled) -> None:
    window = " to ".join(one for one in (found.since, found.until) if one) or "all that is on record"
    out.say(f"\n{found.metric}: {found.definition.words}; {window}")
    for name, value in (("ours", found.ours), ("theirs", found.theirs)):
        out.say(f"  {name:<7} {_value(value, found.unit)}{_of(found, name)}")
    if found.compared is None:
        _ways(out, found)
    else:
        _causes(out, found)
    out.say(f"definition {found.hash[:12]} · snapshot {found.snapshot[:12]} · data up to {found.as_of:%Y-%m-%d %H:%M} UTC")


def _of(found: Reconciled, side: str) -> str:
    if found.compared is None:
        return ""
    one = found.compared.ours if side == "ours" else found.compared.theirs
    return f"  ({one.units:,} units)" if one.bottom is None else f"  ({_plain(one.top)} of {_plain(one.bottom)})"


def _causes(out: Out, found: Reconciled) -> None:
    compared = found.compared
    assert compared is not None
    if found.shared == 0 and compared.theirs.units:
        out.say("None of their ids is on record: do both mean the same by an id?")
    if not compared.causes:
        out.say(f"No difference: {compared.alike:,} units count alike.")
        return
    out.say(
        f"  {_change(compared.difference, found.unit)}" if compared.difference else "  The numbers are the same, what they count is not."
    )
    rows = []
    for place, cause in enumerate(compared.causes):
        ids = [one.id for one in compared.differing if one.cause == place]
        some = ", ".join(ids[:SHOWN_IDS]) + (", …" if len(ids) > SHOWN_IDS else "")
        why = f"{'' if cause.explained else 'not explained: '}{_why(found, place)}"
        rows.append((why, cause.units, cause.of, _change(cause.gives, found.unit), some))
    out.rows(("why", "units", "of", "gives", "such as"), rows)
    out.say(f"{compared.alike:,} units count alike. `of` says on how many units each way of counting would differ.")
    rest = sum(cause.units for cause in compared.causes if not cause.explained)
    out.say(f"{rest:,} units are not explained by anything that is known here." if rest else "Every unit is explained.")


def _ways(out: Out, found: Reconciled) -> None:
    ways = found.ways
    if not ways:
        out.say(f"None of {len(found.tried):,} ways of counting gives it. Give one row for each unit: --sql, with a column id.")
        return
    if not ways[0].changes:
        out.say("No difference to the digits that they gave.")
        return
    out.say(f"{len(ways):,} of {len(found.tried):,} ways of counting give{'s' if len(ways) == 1 else ''} it, the simplest first:")
    for one in ways[:SHOWN_WAYS]:
        out.say(f"  {_value(one.value, found.unit)}  {'; '.join(found.words[change] for change in one.changes)}")
    if len(ways) > 1:
        out.say("More than one does: rows by id, with --sql, would tell them apart.")


def _why(found: Reconciled, place: int) -> str:
    assert found.compared is not None
    cause = found.compared.causes[place]
    return " and ".join(found.words[change] for change in cause.changes) or cause.found


def _value(value: Fraction | None, unit: str) -> str:
    if value is None:
        return "nothing to count"
    return f"{100 * float(value):.2f} %" if unit == "share" else f"{float(value):,.2f} {unit}".rstrip()


def _change(value: Fraction | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{100 * float(value):+.2f} points" if unit == "share" else f"{float(value):+,.2f} {unit}".rstrip()


def _plain(value: Fraction) -> str:
    return f"{int(value):,}" if value.denominator == 1 else f"{float(value):,.2f}"


def _units(found: Reconciled) -> list[tuple[object, ...]]:
    if found.compared is None:
        return []
    return [
        (one.id, *map(float, (*one.ours, *one.theirs)), one.rows, _why(found, one.cause), None if one.gives is None else float(one.gives))
        for one in found.compared.differing
    ]


def _data(found: Reconciled) -> dict[str, Any]:
    compared = found.compared
    return {
        "metric": found.metric, "unit": found.unit, "since": found.since, "until": found.until, "for": dict(found.only),
        "ours": exact(found.ours), "theirs": exact(found.theirs),
        "difference": exact(compared.difference) if compared else None,
        "alike": compared.alike if compared else None, "shared": found.shared,
        "causes": [] if compared is None else [
            {
                "why": _why(found, place), "changes": [{"what": one.axis, "to": one.option} for one in cause.changes],
                "units": cause.units, "of": cause.of, "gives": exact(cause.gives), "explained": cause.explained,
                "ids": [one.id for one in compared.differing if one.cause == place],
            }
            for place, cause in enumerate(compared.causes)
        ],
        "tried": len(found.tried),
        "ways": [
            {"value": exact(one.value), "why": [found.words[change] for change in one.changes]} for one in found.ways
        ],
        "definition": found.hash, "snapshot": found.snapshot, "as_of": found.as_of,
    }  # fmt: skip

"""`troth reliability PROMISE` and `troth suppliers PROMISE`: supply, unit and customer side by side, what cannot be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

if TYPE_CHECKING:
    from troth.findings.reliability import Answered, Dose
    from troth.findings.suppliers import Supplier, Suppliers

Name = Annotated[str, typer.Argument(help="A promise by its name in the book: deliver.")]
By = Annotated[list[str] | None, typer.Option("--by", help="Units: a dimension of the company, or an expression: 'attr(carrier)'.")]
MOST = 40
"""Suppliers in the text; all are in JSON and CSV."""

Instrument = Annotated[str | None, typer.Option("--instrument", help="One survey, as sources/ name it.", show_default="all")]


def reliability(
    promise: Name, by: By = None, instrument: Instrument = None, book: Book = HERE, as_known_at: AsKnownAt = None, json: Json = False
) -> None:
    """Set what customers answered beside how early or late they were served, those who were asked too early apart."""
    from troth.app.answers.reliability import reliability as use_case

    out = Out(json=json, quiet=False)
    reading = opened(book, as_known_at)
    found = use_case(reading, promise, by or (), instrument)
    if json:
        out.data([fields(one) for one in found])
        return
    for one in found:
        _dose(out, one)


def _dose(out: Out, dose: Dose) -> None:
    about = "~" if dose.estimated else ""
    out.say(f"\n{dose.promise}: {dose.words}, beside the answers to {dose.instrument}")
    out.rows(("of the promised day", dose.points, "95 % interval", "answers"), [_row(one, about) for one in dose.bands])
    out.say("\nAnswers that were given before the outcome cannot tell of it:")
    out.rows(("", dose.points, "95 % interval", "answers"), [_row(one, about) for one in (dose.waiting, dose.after, dose.kept)])
    if dose.early is not None:
        out.say(f"{100 * dose.early:.0f} of every 100 late ones with an answer were asked while the customer still waited.")
    if dose.units:
        out.say(f"\nBy {', '.join(dose.by)}, answers after the outcome:")
        rows = [(name, *_row(late, about)[1:], *_row(kept, about)[1:]) for name, late, kept in dose.units]
        out.rows((" · ".join(dose.by), "late", "95 % interval", "answers", "kept", "95 % interval", "answers"), rows)
    out.say("What goes together is not yet what moves what: `troth monday` says what is left at equal waiting time.")


def _row(one: Answered, about: str) -> tuple[str, str, str, int]:
    if one.mean is None:
        return one.what, "cannot say", "", one.n
    interval = "" if one.low is None or one.high is None else f"{one.low:.2f} to {one.high:.2f}"
    return one.what, f"{about}{one.mean:.2f}", interval, one.n


def suppliers(
    promise: Name,
    by: Annotated[str, typer.Option("--by", help="What a supplier is: a type that is linked, seller, or an expression: 'attr(carrier)'.")],
    quality: Annotated[
        str | None, typer.Option("--quality", help="A metric that says how good one is: satisfied.", show_default="what was kept")
    ] = None,
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Json = False,
) -> None:
    """Evaluate suppliers: where the delay of what was missed arose with each, beside how good each is, drawn towards the others."""
    from troth.app.answers.suppliers import suppliers as use_case
    from troth.app.writing import csv_of
    from troth.faces.shapes import suppliers_table

    found = use_case(opened(book, as_known_at), promise, by, quality)
    out = Out(json=json, quiet=False)
    if json:
        out.data(fields(found))
    elif csv:
        typer.echo(csv_of(*suppliers_table(found)), nl=False)
    else:
        _evaluated(out, found)


def _evaluated(out: Out, found: Suppliers) -> None:
    from troth.faces.cli.aligned import aligned
    from troth.faces.values import in_unit, span_of

    about = "~" if found.estimated else ""
    out.say(f"\n{found.promise}: {found.words}, by {found.by}")
    out.say(f"{about}{found.missed:,.0f} missed by delay; each counts once, shared among the stages that made it late.")
    bearing = [player for player, share in found.whole.items() if share]
    span = span_of([found.centre])
    heading = (
        found.by,
        "due",
        "broken",
        "unknown",
        *(found.players[one] for one in bearing),
        found.quality_words,
        "95 % interval",
        "verdict",
    )
    most = sorted(found.suppliers, key=lambda one: (-sum(one.borne.values()), one.name))
    shown = sorted(most[:MOST], key=lambda one: one.name)

    def row(one: Supplier) -> tuple[str, ...]:
        unit = one.quality
        value = low = verdict = ""
        if unit is not None:
            verdict = unit.verdict + {True: ", better", False: ", worse", None: ""}[unit.good]
            if unit.shrunk is not None and unit.low is not None and unit.high is not None:
                value = in_unit(unit.shrunk, found.unit, span)
                low = f"{in_unit(unit.low, found.unit, span)} to {in_unit(unit.high, found.unit, span)}"
        borne = (f"{100 * one.borne[player]:.1f} %" for player in bearing)
        unknown = f"{one.unknown:,}" if one.unknown else ""
        return (one.name, f"{one.n:,}", f"{one.broken:,}", unknown, *borne, value, low, verdict)

    whole = ("all", "", "", "", *(f"{100 * found.whole[one]:.1f} %" for one in bearing), "", "", "")
    out.say("\n".join(aligned([heading, *(row(one) for one in (*shown, *found.apart)), whole], (0, len(heading) - 1))))
    if len(most) > MOST:
        out.say(f"{len(most) - MOST:,} more, with less of the delay: --csv has all.")
    out.say("A share is of all that was missed, with everybody: all of them sum to 100 %.")
    if found.refusal is not None:
        out.say(f"Cannot say how good each is: {found.refusal.reason}; got {found.refusal.got}, needs {found.refusal.need}.")
    elif found.says:
        out.say(f"{found.says}. A value is drawn towards the others: the fewer cases, the nearer to theirs.")

"""`troth reliability PROMISE`: supply, unit and customer on one page, answers from before the outcome apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

if TYPE_CHECKING:
    from troth.findings.reliability import Answered, Dose

Name = Annotated[str, typer.Argument(help="A promise by its name in the book: deliver.")]
By = Annotated[list[str] | None, typer.Option("--by", help="Units: a dimension of the company, or an expression: 'attr(carrier)'.")]
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

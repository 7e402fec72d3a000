"""`troth value [NAME]`: what customers are worth, in money and not, from the headline down to each event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.aligned import aligned
from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields
from troth.faces.shapes import drilled_table, values_table

if TYPE_CHECKING:
    from troth.app.answers.values import Drilled, Model, Valued
    from troth.app.reading import Reading
    from troth.metrics.valuing import Sums

Name = Annotated[str | None, typer.Argument(help="A value scorecard by its name in the book; without it all.")]
Whom = Annotated[str | None, typer.Option("--customer", help="One customer of the scorecard, down to each event.")]
TOGETHER = 0.3


def value(
    name: Name = None,
    customer: Whom = None,
    book: Book = HERE,
    as_known_at: AsKnownAt = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    json: Json = False,
) -> None:
    """Show what customers are worth: spent, margin, effort, promises kept, and what is to be expected; or one, event by event."""
    from troth.app.answers.values import values
    from troth.app.writing import csv_of
    from troth.kernel.errors import BadValue

    reading, out = opened(book, as_known_at), Out(json=json, quiet=False)
    if customer is not None:
        if name is None:
            raise BadValue("a customer is one of a scorecard", got="no scorecard", allowed="its name before --customer")
        _one(reading, out, name, customer, csv=csv)
        return
    found = values(reading, name)
    if json:
        out.data([fields(one) for one in found])
    elif csv:
        typer.echo(csv_of(*values_table(found)), nl=False)
    else:
        for one in found:
            _said(out, one)


def _one(reading: Reading, out: Out, name: str, customer: str, *, csv: bool) -> None:
    from troth.app.answers.values import value_of
    from troth.app.writing import csv_of

    found = value_of(reading, name, customer)
    if out.json:
        out.data(fields(found))
    elif csv:
        typer.echo(csv_of(*drilled_table(found)), nl=False)
    else:
        _drilled(out, found)


def _said(out: Out, found: Valued) -> None:
    out.say(f"\n{found.name}: {found.words}, in {found.currency}; stated by {found.owner or 'nobody yet'}")
    heading = ("", "customers", "purchases", "spent", "margin", "effort", "kept of what fell due", "worth")
    rows = [heading, ("all", *_sums(found.headline))]
    rows += [(("most", "", "", "least")[one.number - 1] or f"quarter {one.number}", *_sums(one.sums)) for one in found.bands]
    out.say("\n".join(aligned(rows)))
    left = found.unplaced
    if left.purchases or left.effort or left.promises:
        whom = f"{left.purchases:,} purchases of {left.spent:,.2f}, {left.effort:,} of effort and {left.promises:,} promises"
        out.say(f"Of no customer on record, or of several, and in no row: {whom}.")
    if found.refusal is not None:
        said = found.refusal
        out.say(f"Cannot say what they are worth: {said.reason}; got {said.got}, needs {said.need}. {said.settle}".rstrip())
    elif found.model is not None:
        _model(out, found, found.model)


def _model(out: Out, found: Valued, model: Model) -> None:
    share = "what they spend" if found.margin is None else f"a margin of {100 * found.margin:g} %"
    out.say(
        f"Worth is {share} within {found.horizon_days} days, {100 * found.discount:g} % a year less for what comes later:"
        f" {found.headline.worth:,.0f} ({model.low:,.0f} to {model.high:,.0f}, for the doubt of the model's numbers alone)."
        " No finding grades it."
    )
    if model.checked is not None:
        one = model.checked
        out.say(
            f"Of the {one.weeks:.0f} weeks since {one.until} it would have expected {one.expected:,.0f} purchases of those known then;"
            f" {one.came:,} came."
        )
    if abs(model.together) > TOGETHER:
        out.say(f"! How often and how much go together ({model.together:.2f}); the model takes them not to, so that worth may be far off.")


def _sums(one: Sums) -> tuple[str, ...]:
    due = one.kept + one.broken + one.unknown
    kept = f"{one.kept:,} of {due:,}" if due else ""
    if due and one.unknown:
        kept += f", {one.unknown:,} unknown"
    margin = "" if one.margin is None else f"{one.margin:,.0f}"
    return (
        f"{one.customers:,}", f"{one.purchases:,}", f"{one.spent:,.0f}", margin, f"{one.effort:,}", kept,
        "" if one.worth is None else f"{one.worth:,.0f}",
    )  # fmt: skip


def _drilled(out: Out, found: Drilled) -> None:
    one = found.customer
    out.say(f"\n{one.name}")
    rows = [("purchases", "spent", "margin", "effort", "kept of what fell due", "worth"), _sums(one.sums)[1:]]
    out.say("\n".join(aligned(rows)))
    if one.alive is not None:
        out.say(f"Still a customer with a chance of {100 * one.alive:.0f} in 100, by when and how often it came.")
    table = [("what", "", "", "at", "", "")]
    for event in found.events:
        at = "" if event.at is None else f"{event.at:%Y-%m-%d %H:%M}"
        table.append(
            (
                event.what,
                event.type,
                event.id,
                at,
                event.name or "",
                event.state or ("" if event.amount is None else f"{event.amount:,.2f}"),
            )
        )
    out.say("\n".join(aligned(table, (0, 1, 2, 3, 4))))

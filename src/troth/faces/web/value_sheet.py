"""The pages of value scorecards in words: what customers brought and are worth, by quarters, by name, and one down to each event."""

from __future__ import annotations

from dataclasses import dataclass

from troth.app.answers.values import Drilled, Model, Valued
from troth.faces.language import Language
from troth.kernel.refusal import Refusal
from troth.metrics.valuing import Customer, Sums

MOST = 50
TOGETHER = 0.3


@dataclass(frozen=True, slots=True)
class Sheet:
    """sums: of all, then of quarters. customers: name, then as the columns, those worth most; more: how many have no line."""

    name: str
    words: str
    headline: str
    evidence: str
    doubts: tuple[str, ...]
    sums: tuple[tuple[str, ...], ...]
    customers: tuple[tuple[str, ...], ...]
    more: int
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class CustomerSheet:
    """lines: what, type, id, when, and the amount or what became of it. orders: ids of lines that have a page."""

    headline: str
    evidence: str
    sums: tuple[tuple[str, ...], ...]
    lines: tuple[tuple[str, ...], ...]


def sheets(found: tuple[Valued, ...], language: Language) -> tuple[Sheet, ...]:
    return tuple(_sheet(one, language) for one in found)


def _sheet(found: Valued, language: Language) -> Sheet:
    say, head = language.gettext, found.headline
    told = {"n": language.number(head.customers), "spent": f"{language.number(float(head.spent))} {found.currency}"}
    headline = say("%(n)s customers brought %(spent)s.") % told
    if head.worth is not None:
        told["worth"] = f"{language.number(head.worth)} {found.currency}"
        told["days"] = str(found.horizon_days)
        headline = say("%(n)s customers brought %(spent)s; %(worth)s more is to be expected of them in %(days)s days.") % told
    evidence = [say("stated by %(owner)s") % {"owner": found.owner or say("nobody yet")}]
    if found.margin is not None:
        evidence.append(say("margin %(share)s") % {"share": language.percent(found.margin)})
    evidence.append(say("%(share)s a year less for what comes later") % {"share": language.percent(found.discount)})
    left = found.unplaced
    if left.purchases or left.effort or left.promises:
        nobody = say("of no customer on record: %(n)s purchases of %(spent)s")
        evidence.append(nobody % {"n": language.number(left.purchases), "spent": language.number(float(left.spent))})
    names = (say("worth most"), say("second quarter"), say("third quarter"), say("worth least"))
    sums = ((say("all"), *_sums(head, language)), *((names[one.number - 1], *_sums(one.sums, language)) for one in found.bands))
    ordered = sorted(
        found.customers, key=lambda one: (-(one.sums.worth if one.sums.worth is not None else float(one.sums.spent)), one.name)
    )
    return Sheet(
        found.name, found.words, headline, " \N{MIDDLE DOT} ".join(evidence), _doubts(found.model, language), sums,
        tuple(_customer(one, language) for one in ordered[:MOST]), max(0, len(ordered) - MOST), found.refusal,
    )  # fmt: skip


def _doubts(model: Model | None, language: Language) -> tuple[str, ...]:
    if model is None:
        return ()
    say, found = language.gettext, []
    between = say("%(low)s to %(high)s, for the doubt of the model's numbers alone; no finding grades it.")
    found.append(between % {"low": language.number(model.low), "high": language.number(model.high)})
    if model.checked is not None:
        one = model.checked
        seen = say("Of the %(weeks)s weeks since %(day)s it would have expected %(expected)s purchases of those known then; %(came)s came.")
        told = {"weeks": f"{one.weeks:.0f}", "day": f"{one.until}", "expected": language.number(one.expected)}
        found.append(seen % {**told, "came": language.number(one.came)})
    if abs(model.together) > TOGETHER:
        found.append(say("How often and how much go together; the model takes them not to, so that this may be far off."))
    return tuple(found)


def _customer(one: Customer, language: Language) -> tuple[str, ...]:
    chance = "" if one.alive is None else language.percent(one.alive)
    return one.name, *_sums(one.sums, language)[1:], chance


def _sums(one: Sums, language: Language) -> tuple[str, ...]:
    due = one.kept + one.broken + one.unknown
    kept = language.gettext("%(kept)s of %(due)s") % {"kept": language.number(one.kept), "due": language.number(due)} if due else ""
    return (
        language.number(one.customers), language.number(one.purchases), language.number(float(one.spent)),
        "" if one.margin is None else language.number(float(one.margin)), language.number(one.effort), kept,
        "" if one.worth is None else language.number(one.worth),
    )  # fmt: skip


def customer_sheet(found: Drilled, language: Language) -> CustomerSheet:
    say, one = language.gettext, found.customer
    what = {"purchase": say("purchase"), "effort": say("effort"), "promise": say("promise")}
    states = {"kept": say("kept"), "broken": say("broken"), "unknown": say("unknown")}
    lines = tuple(
        (
            what[event.what], event.id, "" if event.at is None else f"{event.at:%Y-%m-%d %H:%M}", event.name or "",
            states.get(event.state or "", "") if event.amount is None else language.number(float(event.amount), 2),
        )
        for event in found.events
    )  # fmt: skip
    evidence = "" if one.alive is None else say("still a customer with a chance of %(share)s") % {"share": language.percent(one.alive)}
    headline = say("All that is counted of %(customer)s") % {"customer": one.name}
    return CustomerSheet(headline, evidence, ((_sums(one.sums, language)[1:]),), lines)

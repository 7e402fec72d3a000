"""A customer in words: how many promises were kept, what is open, what it is worth, and what happened, the newest first."""

from __future__ import annotations

from dataclasses import dataclass

from troth.app.answers.customer import Moment
from troth.app.pages.customer_page import CustomerPage, CustomersPage
from troth.app.pages.order_page import Amount
from troth.faces.language import Language

FIRST = 60
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """href: the page of what it happened to."""

    at: str
    what: str
    id: str
    system: str
    tone: str
    href: str | None


@dataclass(frozen=True, slots=True)
class CustomersSheet:
    headline: str
    lede: str
    rows: tuple[tuple[str, str, str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    headline: str
    lede: tuple[str, ...]
    standings: tuple[tuple[str, ...], ...]
    days: tuple[tuple[str, tuple[Line, ...]], ...]
    left: int


def customers_sheet(page: CustomersPage, language: Language) -> CustomersSheet:
    say, count = language.gettext, page.of
    headline = language.ngettext(
        "In the last four weeks we missed what we had promised %(n)s customer.",
        "In the last four weeks we missed what we had promised %(n)s customers.",
        count,
    )
    rows = tuple(
        (
            one.id, f"/customers/{one.type}:{one.id}", language.number(one.missed), language.number(one.due), language.number(one.still),
            "–" if one.worth is None else f"{language.number(float(one.worth), 2)} {one.currency}",
        )
        for one in page.missed
    )  # fmt: skip
    lede = say("what fell due to them since %(day)s") % {"day": language.day(page.since)}
    if page.of > len(page.missed):
        lede += " · " + say("the %(n)s of whom most was missed") % {"n": len(page.missed)}
    nobody = say("No customer was missed in the last four weeks.")
    return CustomersSheet(headline % {"n": language.number(count)} if count else nobody, lede, rows)


def sheet(page: CustomerPage, language: Language, *, every: bool = False) -> Sheet:
    """every: each line of the story, not the newest alone."""
    name = page.party.partition(":")[2] or page.party
    shown = page.lines if every else page.lines[:FIRST]
    days: dict[str, list[Line]] = {}
    for one in shown:
        days.setdefault(one.at[:10], []).append(_line(one, page, language))
    return Sheet(
        name, _headline(page, name, language), tuple(_lede(page, language)), tuple(_standings(page, language)),
        tuple((day, tuple(lines)) for day, lines in days.items()), len(page.lines) - len(shown),
    )  # fmt: skip


def _headline(page: CustomerPage, name: str, language: Language) -> str:
    say = language.gettext
    due, kept, missed = (sum(getattr(one, field) for one in page.promises) for field in ("due", "kept", "broken"))
    if not due:
        return say("%(customer)s: nothing that we promised has fallen due yet.") % {"customer": name}
    if kept == due:
        return say("We kept all %(n)s promises to %(customer)s.") % {"n": language.number(due), "customer": name}
    if due >= FEWEST and kept + missed == due:
        return say("We kept %(kept)s of %(n)s promises to %(customer)s.") % {
            "kept": language.number(kept), "n": language.number(due), "customer": name,
        }  # fmt: skip
    return language.ngettext("We missed %(missed)s promise to %(customer)s.", "We missed %(missed)s promises to %(customer)s.", missed) % {
        "missed": language.number(missed), "customer": name,
    }  # fmt: skip


def _lede(page: CustomerPage, language: Language) -> list[str]:
    say = language.gettext
    parts = [_amount(one, language) for one in page.amounts]
    open_ = sum(one.open for one in page.promises)
    parts.append(language.ngettext("%(n)s promise is open", "%(n)s promises are open", open_) % {"n": language.number(open_)})
    known = ", ".join(f"{one.type.replace('_', ' ')} {one.id}" + (f" ({one.source})" if one.source else "") for one in page.members)
    return [*parts, say("known as %(names)s") % {"names": known}]


def _amount(one: Amount, language: Language) -> str:
    return f"{one.kind.replace('_', ' ')} {language.number(float(one.amount), 2)} {one.currency}"


def _standings(page: CustomerPage, language: Language) -> list[tuple[str, ...]]:
    return [
        (one.words, f"/promises/{one.promise}", *(language.number(count) for count in (one.due, one.kept, one.broken, one.open)))
        for one in page.promises
    ]


def _line(one: Moment, page: CustomerPage, language: Language) -> Line:
    tone = "missed" if one.what.endswith("(broken)") else "accent" if one.what.endswith("(kept)") else ""
    what = one.what.replace("(broken)", f"({language.state('broken')})") if one.system == "promise" else one.what
    shown = page.pages.get(one.type)
    href = f"/orders/{one.type}/{one.id}" if shown == "order" else None
    return Line(one.at[11:16], what, f"{one.type.replace('_', ' ')} {one.id}", one.system, tone, href)

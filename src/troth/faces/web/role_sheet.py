"""The page of a role in words: the chain from its promises to customers, and how its goals stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from troth.app.answers.promises import Rate
from troth.app.answers.scorecards import BOARD, Judged, Loyal, Step
from troth.app.pages.roles import RolePage
from troth.faces.language import Language
from troth.faces.web.amounts import range_shown, scale_of, shown

Evidence = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """One member of the chain. href: its page, where it has one."""

    words: str
    value: str
    why: str
    evidence: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """A goal: what is wanted, where it stands, and by what it is known."""

    words: str
    stands: str
    tone: str
    numbers: tuple[tuple[str, str], ...]
    cannot: tuple[str, ...]
    serves: str
    weight: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    words: str
    scored: str
    aims: tuple[Aim, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    headline: str
    own: tuple[Link, ...]
    served: tuple[Link, ...]
    loyal: tuple[Link, ...]
    cards: tuple[Card, ...]
    goals: tuple[Aim, ...]


def sheet(page: RolePage, language: Language) -> Sheet:
    say, sight = language.gettext, page.sight
    name = spoken(sight.role)
    return Sheet(
        name,
        _headline(page, name, language),
        tuple(_step(one, language) for one in sight.own),
        tuple(_step(one, language) for one in sight.served),
        tuple(_loyal(one, language) for one in sight.loyal),
        tuple(
            Card(
                card.words,
                say("%(range)s of 100 of the way to its goals, by their weights") % {"range": _hundred(card.scored.low, card.scored.high)},
                tuple(_aim(line.goal, language, f"{100 * line.share:.0f}", line.why) for line in card.lines),
            )
            for card in page.cards
        ),
        tuple(_aim(one, language) for one in page.goals),
    )  # fmt: skip


def spoken(role: str) -> str:
    """A role as people say it.

    >>> spoken("head_of_sales")
    'Head of sales'
    """
    words = role.replace("_", " ")
    return words[:1].upper() + words[1:]


def _headline(page: RolePage, name: str, language: Language) -> str:
    say, sight = language.gettext, page.sight
    if sight.role == BOARD:
        return say("What the board answers for: all that customers are promised, and whether they come back.")
    if not sight.own:
        return say("%(role)s promises nothing yet that is on record.") % {"role": name}
    rates = [one.rate for one in sight.own if one.rate.n]
    kept, due = sum(one.kept for one in rates), sum(one.n for one in rates)
    if not due:
        return say("Nothing that %(role)s answers for has fallen due yet.") % {"role": name}
    share = round(100 * kept / due)
    return say("%(role)s: %(kept)s of every 100 promises that fell due were kept.") % {"role": name, "kept": share}


def _step(step: Step, language: Language) -> Link:
    value, evidence = rate_words(step.rate, language)
    return Link(step.words, value, step.through, evidence, f"/promises/{step.promise}")


def rate_words(rate: Rate, language: Language) -> tuple[str, str]:
    """The kept share, and its evidence: n, interval, what cannot be told."""
    say = language.gettext
    if rate.low is None or rate.high is None:
        return say("cannot say yet"), say("nothing has fallen due yet")
    low, high = language.percent(rate.low), language.percent(rate.high)
    parts = [say("n %(n)s") % {"n": language.number(rate.n)}]
    if rate.interval:
        first, last = (language.percent(one) for one in rate.interval)
        parts.append(say("95 %% interval %(low)s to %(high)s") % {"low": first, "high": last})
    parts += [say("%(n)s cannot be told") % {"n": language.number(rate.unknown)}] if rate.unknown else []
    parts += [say("~ scaled up from a sample")] if rate.estimated else []
    return low if low == high else say("%(low)s to %(high)s") % {"low": low, "high": high}, " · ".join(parts)


def _loyal(one: Loyal, language: Language) -> Link:
    say, reading = language.gettext, one.reading
    if reading.value is None:
        value = say("too few to be shown") if reading.hidden else say("cannot say yet")
        return Link(one.words, value, "", "")
    scale = scale_of([reading.value], one.unit)
    parts = [say("n %(n)s") % {"n": language.number(reading.n or 0)}]
    if near := range_shown(language, reading.low, reading.high, scale):
        parts.append(say("95 %% interval %(range)s") % {"range": near})
    return Link(one.words, shown(language, reading.value, scale), "", " · ".join(parts), f"/measures/{one.metric}")


def _aim(goal: Judged, language: Language, weight: str = "", why: str = "") -> Aim:
    say, stands = language.gettext, goal.standing
    scale = scale_of([stands.target], goal.unit)
    states = {"open": say("open"), "kept": say("reached"), "broken": say("not reached"), "unknown": say("cannot be told")}
    numbers = [(say("target"), say("%(value)s by %(day)s") % {"value": shown(language, stands.target, scale), "day": goal.by})]
    if stands.actual is not None:
        near = range_shown(language, stands.interval[0], stands.interval[1], scale) if stands.interval else ""
        value = shown(language, stands.actual, scale)
        numbers.append((say("actual"), f"{value} ({near})" if near else value))
    if stands.forecast is not None and stands.forecast_interval is not None:
        near = range_shown(language, stands.forecast_interval[0], stands.forecast_interval[1], scale)
        numbers.append((say("if it goes on as before"), f"{shown(language, stands.forecast, scale)} ({near})"))
    state = stands.state or "open"
    tone = {"kept": "accent", "broken": "missed", "unknown": "waiting"}.get(state, "")
    cannot = tuple(say("%(what)s: got %(got)s, needs %(need)s") % {"what": r.reason, "got": r.got, "need": r.need} for r in stands.why)
    return Aim(goal.words, states.get(state, state), tone, tuple(numbers), cannot, " → ".join(goal.serves), weight, why)


def _hundred(low: float, high: float) -> str:
    first, last = (f"{100 * one:.0f}" for one in (low, high))
    return first if first == last else f"{first}–{last}"


def names(roles: Iterable[str]) -> list[tuple[str, str]]:
    """Each role with how it is said."""
    return [(one, spoken(one)) for one in roles]

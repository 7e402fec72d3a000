"""Reliability beside what customers answer, in words: supplier, unit and customer on one page, answers of before the outcome apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troth.app.pages.reliability_page import ReliabilityPage
from troth.faces.language import Language
from troth.faces.web.figures import Drawn, drawn
from troth.faces.web.unit_sheet import headline_of, verdict_of
from troth.findings.recovery import DAY, HOUR, Group, Recovered
from troth.findings.reliability import Answered, Dose
from troth.findings.suppliers import Suppliers
from troth.kernel.refusal import Refusal
from troth.metrics.units import Unit

Row = tuple[str, str, str, str]
MOST = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """One survey. split: late and waiting, late and after, kept. units: name, then the late and the kept of each."""

    name: str
    headline: str
    paragraph: str
    evidence: str
    split: tuple[Row, ...]
    bands: tuple[Row, ...]
    figure: Drawn | None
    units: tuple[tuple[str, ...], ...]
    sql: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Suppliers in words. columns: of their table; rows: the name, then as the columns; more: how many have no row."""

    headline: str
    evidence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class WonBack:
    """Who came back, in words. rows: put right within, customers, came back, of 100, interval, were it kept, of the loss kept, interval."""

    headline: str
    evidence: str
    rows: tuple[tuple[str, ...], ...]
    refusals: tuple[Refusal, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class Sheet:
    headline: str
    supply: str
    asked: tuple[Asked, ...]
    evaluated: Evaluated | None
    back: WonBack | None


def sheet(page: ReliabilityPage, language: Language) -> Sheet:
    say = language.gettext
    asked = tuple(_asked(dose, language) for dose in page.doses)
    headline = asked[0].headline if asked else say("Nobody answered about it yet.")
    evaluated = None if page.suppliers is None else _evaluated(page.suppliers, language)
    back = None if page.recovered is None else _won_back(page.recovered, language)
    return Sheet(headline, _supply(page, language), asked, evaluated, back)


def _won_back(found: Recovered, language: Language) -> WonBack:
    say, rows, refusals = language.gettext, [], []
    for one in found.groups:
        shares = ("–",) * 3 if one.share is None else (
            language.percent(one.share), _between(one.low, one.high, language), language.percent(one.usual or 0.0)
        )  # fmt: skip
        kept = ("–", "–") if one.kept is None else (language.percent(one.kept.value, 0), _between(one.kept.low, one.kept.high, language, 0))
        rows.append((_when(one, language), language.number(one.n), language.number(one.back), *shares, *kept))
        if one.refusal is not None and one.refusal not in refusals:
            refusals.append(one.refusal)
    first, others = found.groups[0], found.groups[-1]
    if first.share is None or others.share is None:
        headline = say("Too few were put right to say who came back.")
    else:
        told = {"when": _when(first, language), "soon": language.percent(first.share, 0), "others": language.percent(others.share, 0)}
        headline = say("%(soon)s came back of those put right %(when)s, %(others)s of those later or not at all.") % told
    days = {"after": language.number(found.not_before_s / DAY), "within": language.number(found.within_s / DAY)}
    evidence = say("Came back: made another one between %(after)s and %(within)s days after.") % days
    n = say("n %(n)s") % {"n": language.number(found.n)}
    return WonBack(headline, f"{n} · {evidence}", tuple(rows), tuple(refusals), found.sql)


def _when(one: Group, language: Language) -> str:
    if one.at_most_s is None:
        return language.gettext("later, or not at all")
    return language.gettext("within %(hours)s hours") % {"hours": language.number(one.at_most_s / HOUR)}


def _between(low: float | None, high: float | None, language: Language, digits: int = 1) -> str:
    if low is None or high is None:
        return "–"
    return language.gettext("%(low)s to %(high)s") % {"low": language.percent(low, digits), "high": language.percent(high, digits)}


def _supply(page: ReliabilityPage, language: Language) -> str:
    say = language.gettext
    if not page.upstream:
        return say("No promise inside the house leads to it.")
    told = [
        say("%(words)s: %(share)s kept of %(n)s")
        % {"words": one.words, "share": language.percent(one.rate.low or 0.0), "n": language.number(one.rate.n)}
        for one in page.upstream
        if one.rate.low is not None
    ]
    return " · ".join(told)


def _evaluated(found: Suppliers, language: Language) -> Evaluated:
    """Of many those with whom most of the delay arose, in the order of their names."""
    say = language.gettext
    bearing = [player for player, share in found.whole.items() if share]
    most = sorted(found.suppliers, key=lambda one: (-sum(one.borne.values()), one.name))
    shown = (*sorted(most[:MOST], key=lambda one: one.name), *found.apart)
    units = [one.quality for one in found.suppliers if one.quality is not None]
    headline = headline_of(units, language) if units else say("How good each is cannot be said yet.")
    missed = say("%(n)s missed by delay, each shared among the stages that made it late; all shares sum to 100 %%")
    parts = [missed % {"n": ("~" if found.estimated else "") + language.number(round(found.missed))}]
    if units:
        parts.append(say("quality is what was kept, drawn towards the others"))
    others = {
        "plan": say("the promise itself was too tight"), "gap": say("time in no stage"), "cannot_assign": say("cannot be assigned"),
    }  # fmt: skip
    columns = (
        say("due"),
        say("broken"),
        *(others.get(one, found.players[one]) for one in bearing),
        say("kept"),
        say("95 %% interval") % {},
        say("verdict"),
    )
    rows = tuple(
        (
            one.name, language.number(one.n), language.number(one.broken), *(language.percent(one.borne[player]) for player in bearing),
            *_quality(one.quality, language),
        )
        for one in shown
    )  # fmt: skip
    return Evaluated(headline, " · ".join(parts), columns, rows, max(0, len(most) - MOST), found.refusal)


def _quality(unit: Unit | None, language: Language) -> tuple[str, str, str]:
    if unit is None or unit.shrunk is None or unit.low is None or unit.high is None:
        return "", "", "" if unit is None else verdict_of(unit, language)
    near = f"{language.percent(unit.low)}–{language.percent(unit.high)}"
    return language.percent(unit.shrunk), near, verdict_of(unit, language)


def _asked(dose: Dose, language: Language) -> Asked:
    say = language.gettext
    share = None if dose.early is None else round(100 * dose.early)
    paragraph = ""
    if share is not None:
        paragraph = say(
            "%(n)s of every 100 late ones with an answer were asked while the customer still waited; they cannot tell of the end."
        )
        paragraph = paragraph % {"n": share}
    count = sum(one.n for one in dose.bands)
    return Asked(
        dose.instrument.replace("_", " "), _headline(dose, language), paragraph,
        " · ".join((say("%(n)s answers") % {"n": language.number(count)}, dose.points, say("association"))),
        tuple(_row(one, language) for one in (dose.kept, dose.after, dose.waiting)),
        tuple(_row(one, language) for one in dose.bands),
        drawn(_figure(dose, language), dose.instrument),
        tuple((name, *_row(late, language)[1:], *_row(kept, language)[1:]) for name, late, kept in dose.units), dose.sql,
    )  # fmt: skip


def _headline(dose: Dose, language: Language) -> str:
    """What was answered after the outcome; never the two together."""
    say, kept, after = language.gettext, dose.kept.mean, dose.after.mean
    if kept is None or after is None:
        return say("Too few answered after a late one came to say what being late costs.")
    told = {"kept": language.number(kept, 1), "late": language.number(after, 1), "points": dose.points}
    if dose.kept.low is not None and dose.after.high is not None and dose.after.high < dose.kept.low:
        return say("Asked afterwards, late ones give %(late)s %(points)s and those in time %(kept)s.") % told
    return say("Asked afterwards, late ones give %(late)s %(points)s and those in time %(kept)s: no difference that can be told.") % told


def _row(one: Answered, language: Language) -> Row:
    if one.mean is None:
        return one.what, language.gettext("cannot say yet"), "", language.number(one.n)
    near = "" if one.low is None or one.high is None else f"{language.number(one.low, 2)}–{language.number(one.high, 2)}"
    return one.what, language.number(one.mean, 2), near, language.number(one.n)


def _figure(dose: Dose, language: Language) -> dict[str, Any]:
    """The split, and not the bands: these mix answers of before the outcome with those of after."""
    rows: Sequence[tuple[Answered, str]] = ((dose.kept, "accent"), (dose.after, "missed"), (dose.waiting, "waiting"))
    return {
        "kind": "bars", "caption": language.gettext("mean answer; those who still waited stand apart"),
        "rows": [
            {"label": one.what, "value": one.mean, "shown": language.number(one.mean, 2), "tone": tone}
            for one, tone in rows if one.mean is not None
        ],
    }  # fmt: skip

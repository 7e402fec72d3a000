"""Reliability beside what customers answer, in words: supplier, unit and customer on one page, answers of before the outcome apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troth.app.pages.reliability_page import ReliabilityPage
from troth.faces.language import Language
from troth.faces.web.figures import Drawn, drawn
from troth.findings.reliability import Answered, Dose

Row = tuple[str, str, str, str]


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
class Sheet:
    headline: str
    supply: str
    asked: tuple[Asked, ...]


def sheet(page: ReliabilityPage, language: Language) -> Sheet:
    say = language.gettext
    asked = tuple(_asked(dose, language) for dose in page.doses)
    headline = asked[0].headline if asked else say("Nobody answered about it yet.")
    return Sheet(headline, _supply(page, language), asked)


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

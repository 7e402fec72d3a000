"""The page of calibrations in words: by what units are compared, what weighs how much, and where each stands before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troth.app.answers.calibrations import Calibrated, Item
from troth.faces.language import Language
from troth.kernel.refusal import Refusal
from troth.metrics.calibrating import Part, Place, Placed


@dataclass(frozen=True, slots=True)
class Sheet:
    """weights: measure, part, how much of the whole, what is allowed for, why. units: name, n, both parts, ranks before, fair, whole."""

    name: str
    headline: str
    evidence: str
    weights: tuple[tuple[str, ...], ...]
    units: tuple[tuple[str, ...], ...]
    refusal: Refusal | None


def sheets(found: Sequence[Calibrated], language: Language) -> tuple[Sheet, ...]:
    return tuple(_sheet(one, language) for one in found)


def _sheet(found: Calibrated, language: Language) -> Sheet:
    say = language.gettext
    headline = say("These units cannot be compared yet.")
    if found.units:
        told = {"apart": language.number(found.apart), "pairs": language.number(found.pairs)}
        headline = say("Of %(pairs)s pairs of units %(apart)s can be told apart; between the others there is no difference.") % told
        if not found.apart:
            headline = say("No unit can be told from another by rank: between all of them there is no difference.")
    parts = [
        say("by %(dimension)s") % {"dimension": found.by},
        say("all that is on record") if found.since is None else say("since %(day)s") % {"day": found.since},
        say("%(share)s of the whole is regional feedback") % {"share": language.percent(found.regional)},
        say("weights by %(owner)s") % {"owner": found.owner or say("nobody yet")},
    ]
    return Sheet(
        found.words, headline, " · ".join(parts), tuple(_weight(one, language) for one in found.items),
        tuple(_unit(one, language) for one in found.units), found.refusal,
    )  # fmt: skip


def _weight(one: Item, language: Language) -> tuple[str, ...]:
    say, allowed = language.gettext, []
    if one.adjust:
        allowed.append(say("mix of %(what)s taken out") % {"what": ", ".join(one.adjust)})
    if one.peers:
        allowed.append(say("among units of one %(dimension)s") % {"dimension": one.peers})
    part = say("global") if one.part == "global" else say("regional")
    told = say("cannot say yet") if one.refusal else language.number(one.told)
    return one.words, part, language.percent(one.share), " · ".join(allowed), told, one.why


def _unit(one: Placed, language: Language) -> tuple[str, ...]:
    whole = _place(one.whole)
    return (
        one.name, language.number(one.n), _part(one.globally, language), _part(one.regionally, language),
        _place(one.before), _place(one.fair),
        whole if one.ahead or one.behind else language.gettext("%(ranks)s, no difference") % {"ranks": whole},
    )  # fmt: skip


def _part(part: Part | None, language: Language) -> str:
    if part is None:
        return language.gettext("cannot say yet")
    score, low, high = (language.number(one, 1) for one in (part.score, part.low, part.high))
    return language.gettext("%(score)s (%(low)s to %(high)s)") % {"score": score, "low": low, "high": high}


def _place(place: Place) -> str:
    return str(place.first) if place.first == place.last else f"{place.first}–{place.last}"

"""An order in words: what became of it and where the delay arose; each of its promises with its clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from troth.app.pages.order_page import Bar, Lane, OrderPage, Told
from troth.faces.language import Language
from troth.faces.page.figures import draw

SIZES = (("broad", 1116.0), ("middle", 716.0), ("narrow", 344.0))
MOST = Fraction(1, 2)
TONES = {"broken": "missed", "kept": "accent"}


@dataclass(frozen=True, slots=True)
class Promised:
    """sentence: what is promised and what became of it. paragraph: why, by whose terms. evidence: shares, layer, since when known."""

    name: str
    sentence: str
    paragraph: str
    evidence: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    shaded: bool
    paused: bool
    stages: tuple[tuple[str, ...], ...]
    clock: tuple[tuple[str, str, str], ...]
    made_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    headline: str
    lede: tuple[str, ...]
    promises: tuple[Promised, ...]


def sheet(page: OrderPage, language: Language) -> Sheet:
    made = [one for one in page.promises if one.lane is not None]
    return Sheet(
        " ".join(_headline(page, made, language)),
        tuple(_lede(page, language)),
        tuple(_promised(one, language) for one in made),
    )  # fmt: skip


def named(page: OrderPage) -> str:
    words = page.type.replace("_", " ")
    return f"{words[:1].upper()}{words[1:]} {page.id}"


def _headline(page: OrderPage, made: Sequence[Told], language: Language) -> list[str]:
    say, who = language.gettext, named(page)
    if not made:
        return [say("%(order)s: nothing was promised of it that is on record.") % {"order": who}]
    main = made[0]
    lane, late = main.lane, main.late
    assert lane is not None
    if main.judged.state == "broken" and late is not None:
        span = language.lasting(late)
        came = lane.done is not None and late > 0
        said = say("%(order)s came %(span)s late.") if came else say("%(order)s is %(span)s late, and nothing is recorded.")
        if lane.done is not None and late <= 0:
            said = say("%(order)s came in time, and not as promised.")
        return [said % {"order": who, "span": span}, *_blame(lane.bars, language)]
    sentences = {
        "kept": say("%(order)s came in time."), "open": say("%(order)s is on its way."), "void": say("%(order)s does not count any more."),
        "waived": say("%(order)s: the customer let us off."), "unknown": say("%(order)s: whether it was kept cannot be told."),
    }  # fmt: skip
    broken = sum(one.judged.state == "broken" for one in made)
    more = language.ngettext("%(n)d promise inside was missed.", "%(n)d promises inside were missed.", broken) % {"n": broken}
    return [sentences.get(main.judged.state, "%(order)s.") % {"order": who}, *([more] if broken else [])]


def _blame(bars: Sequence[Bar], language: Language) -> list[str]:
    say = language.gettext
    borne = [(bar.bears, bar.words) for bar in bars if bar.bears]
    whole = next((words for share, words in borne if share == 1), None)
    if whole is not None:
        return [say("All of the delay arose %(where)s.") % {"where": whole}]
    most = next((words for share, words in borne if share >= MOST), None)
    return [say("Most of the delay arose %(where)s.") % {"where": most}] if most is not None else []


def _lede(page: OrderPage, language: Language) -> list[str]:
    say = language.gettext
    parts = [
        say("%(kind)s %(amount)s %(currency)s")
        % {"kind": one.kind.replace("_", " "), "amount": language.number(float(one.amount), 2), "currency": one.currency}
        for one in page.amounts
    ]
    for one in page.answers:
        at = f", {language.short(one.at)}" if one.at else ""
        parts.append(
            say("answered %(instrument)s: %(score)s of %(high)s")
            % {
                "instrument": one.instrument.replace("_", " "), "score": f"{one.score.normalize():f}", "high": f"{one.high.normalize():f}",
            } + at
        )  # fmt: skip
    return parts


def _promised(told: Told, language: Language) -> Promised:
    judged, lane = told.judged, told.lane
    assert lane is not None
    say, words = language.gettext, judged.words
    figure = _figure(told, lane, language)
    evidence = [
        *(say("delay borne %(stage)s: %(share)s") % {"stage": one.stage, "share": one.borne} for one in judged.stages if one.borne),
        *(f"{name.replace('_', ' ')}: {share}" for name, share in judged.others),
        say("terms: %(layer)s") % {"layer": judged.layer} if judged.layer else "",
        say("by %(change)s") % {"change": judged.change} if judged.change else "",
        say("due: %(terms)s") % {"terms": judged.due_by} if judged.due_by else "",
        say("worked: %(span)s") % {"span": judged.worked} if judged.worked else "",
        say("known since %(at)s") % {"at": judged.known_from} if judged.known_from else "",
    ]  # fmt: skip
    drawn = [(name, draw(figure, ident=f"{judged.promise}-{name}", width=width)) for name, width in SIZES]
    return Promised(
        judged.promise, f"{words[:1].upper()}{words[1:]}: {_became(told, lane, language)}",
        " ".join(_blame(lane.bars, language)), tuple(one for one in evidence if one),
        tuple((name, svg) for name, svg in drawn if svg), bool(lane.shut), bool(lane.paused),
        tuple(
            (one.stage, one.begins or "–", one.ends or say("not yet"), one.took or "–", one.budget or "–", one.borne or "–")
            for one in judged.stages
        ),
        tuple((one.at, one.what, _later(one.recorded, one.later, language)) for one in judged.clock), judged.made_of,
    )  # fmt: skip


def _later(recorded: str | None, later: str | None, language: Language) -> str:
    if recorded is None:
        return ""
    return language.gettext("recorded %(span)s later, at %(at)s") % {"span": later, "at": recorded}


def _became(told: Told, lane: Lane, language: Language) -> str:
    """What became of a promise, in the words of the screen."""
    say, state = language.gettext, told.judged.state
    if state == "broken" and told.late is not None and told.late > 0:
        said = say("missed by %(span)s") if lane.done is not None else say("missed; nothing recorded %(span)s after it was due")
        return said % {"span": language.lasting(told.late)}
    if state == "kept" and lane.due is not None and lane.done is not None:
        return say("kept, with %(span)s left") % {"span": language.lasting((lane.due - lane.done).total_seconds())}
    if state == "open" and lane.due is not None:
        return say("open, due %(at)s") % {"at": language.short(lane.due)}
    return {"broken": say("missed"), "void": say("does not count")}.get(state, language.state(state))


def _figure(told: Told, lane: Lane, language: Language) -> dict[str, Any]:
    say, state = language.gettext, told.judged.state
    marks: list[dict[str, str]] = []
    if lane.due is not None:
        marks.append({"label": say("due %(at)s") % {"at": language.short(lane.due)}, "at": lane.due.isoformat(), "tone": "ink"})
    if lane.done is not None:
        at = {"at": language.short(lane.done)}
        marks.append({"label": say("came %(at)s") % at, "at": lane.done.isoformat(), "tone": TONES.get(state, "soft")})
    if lane.done is None and lane.now < lane.ends:
        marks.append({"label": say("data up to here"), "at": lane.now.isoformat(), "tone": "soft"})
    return {
        "kind": "clock", "caption": told.judged.words, "begins": lane.made.isoformat(), "ends": lane.ends.isoformat(),
        "bars": [_drawn_bar(bar, lane, told, language) for bar in lane.bars], "shut": _spans(lane.shut), "paused": _spans(lane.paused),
        "marks": marks, "days": language.days, "months": language.months, "lasts": lane.lasts,
    }  # fmt: skip


def _drawn_bar(bar: Bar, lane: Lane, told: Told, language: Language) -> dict[str, Any]:
    say = language.gettext
    took = next((one for one in told.judged.stages if one.stage == bar.words), None)
    parts = [
        bar.words,
        took.took if took and took.took else "",
        say("budget %(span)s") % {"span": took.budget} if took and took.budget else "",
    ]
    blamed = bool(bar.bears) or (told.judged.state == "broken" and not told.judged.stages)
    tone = "missed" if blamed else "accent" if bar.ends is not None else "soft"
    return {
        "label": " · ".join(one for one in parts if one), "begins": bar.begins.isoformat(),
        "ends": (bar.ends or lane.now).isoformat(), "tone": tone,
    }  # fmt: skip


def _spans(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[str, str]]:
    return [(first.isoformat(), last.isoformat()) for first, last in spans]

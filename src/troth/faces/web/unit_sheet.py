"""The page of units in words: a sentence for all, a funnel, a line for each that is unusual, and every unit by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troth.app.answers.units import FallingTold
from troth.app.pages.units_page import UnitsPage
from troth.faces.language import Language
from troth.faces.web.amounts import Scale, range_shown, scale_of, shown
from troth.faces.web.figures import Drawn, drawn
from troth.kernel.refusal import Refusal
from troth.metrics.benchmarks import Gap
from troth.metrics.units import Compared, Unit

SPOKEN = 3
VERDICTS = ("as usual", "unusual", "too small to judge")


@dataclass(frozen=True, slots=True)
class Line:
    """A unit. alone: what the measure says of it, where units are compared by something else. usual: the range that its cases and chance
    would give. tone: how its verdict is coloured; good: said in words.
    """

    name: str
    n: str
    alone: str
    value: str
    expected: str
    interval: str
    usual: str
    verdict: str
    tone: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that can be said aloud, with its evidence."""

    unit: str
    sentence: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Sheet:
    headline: str
    counts: str
    lede: str
    figure: Drawn | None
    unusual: tuple[Said, ...]
    lines: tuple[Line, ...]
    alone: bool
    value: str
    compared_by: str
    mixed: bool
    refusal: Refusal | None
    falling: tuple[Block, ...]
    learning: Learning


@dataclass(frozen=True, slots=True)
class Learning:
    """Where it is surely done better with cases alike. lines: unit, value, the best of its peers, its value, gap, interval, Changes."""

    headline: str
    evidence: str
    lines: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Units that do much with little and lose their customers."""

    headline: str
    paragraph: str
    evidence: str
    lines: tuple[tuple[str, ...], ...]
    refusal: Refusal | None


def sheet(page: UnitsPage, language: Language) -> Sheet:
    """What stands on the page. Peers are not asked for here, so that there is one group at most."""
    group = page.said.groups[0] if page.said.groups else None
    refusal = page.said.refusal or (group.refusal if group else None)
    units = group.units if group and not refusal else ()
    scale, alone = _scale(page, units), _alone_scale(page, group)
    limit = shown(language, group.beyond, alone) if group and group.beyond is not None else ""
    return Sheet(
        headline_of(units, language),
        _counts(units, language),
        _lede(page, group, scale, language),
        drawn(figure_of(page, language), "funnel"),
        tuple(_said(unit, page, scale, limit, language) for unit in units if unit.verdict == "unusual"),
        tuple(_line(unit, scale, alone, language) for unit in units),
        page.said.measure != "value",
        _value_of(page, limit, language),
        _compared_by(page, limit, language),
        any(unit.expected is not None for unit in units),
        refusal,
        tuple(_block(one, language) for one in page.falling),
        _learning(page, scale, language),
    )


def _scale(page: UnitsPage, units: Sequence[Unit]) -> Scale:
    return scale_of([unit.value for unit in units], page.said.unit)


def _alone_scale(page: UnitsPage, group: Compared | None) -> Scale:
    """Of what the measure says of each unit alone."""
    units = group.units if group else ()
    return scale_of([group.beyond if group else None, *(unit.own.value for unit in units if unit.own)], page.said.told.answer.unit)


def _value_of(page: UnitsPage, limit: str, language: Language) -> str:
    """How the column is called that has what units are compared by."""
    say = language.gettext
    if page.said.measure == "share_above":
        return say("above %(limit)s") % {"limit": limit}
    return say("ended for each expected") if page.said.measure == "ended_of_expected" else say("value")


def _compared_by(page: UnitsPage, limit: str, language: Language) -> str:
    """What units are compared by, where that is not the measure itself."""
    say = language.gettext
    if page.said.measure == "share_above":
        told = say(
            "Units are compared by how many of their cases lie above %(limit)s, which %(share)s of all do not exceed; units far off have no"
            " part in that."
        )
        return told % {"limit": limit, "share": language.percent(page.said.quantile)}
    if page.said.measure == "ended_of_expected":
        return say(
            "Units are compared by how many of their cases have ended for each that would have, if they went as in all: above 1 is sooner."
        )
    return ""


def figure_of(page: UnitsPage, language: Language) -> dict[str, Any]:
    """With a mix of cases taken out, a unit stands as far from the centre as it is from what its cases would give elsewhere."""
    if not page.said.groups or page.said.groups[0].refusal:
        return {"kind": "funnel", "units": ()}
    group, say = page.said.groups[0], language.gettext
    scale, limit = _scale(page, group.units), shown(language, group.beyond, _alone_scale(page, group))
    words = page.chosen.words if page.said.measure == "value" else f"{page.chosen.words}: {_value_of(page, limit, language)}"
    moved = {unit.name: (unit.expected - (group.centre or 0.0)) if unit.expected is not None else 0.0 for unit in group.units}
    dots = [
        {
            "name": unit.name, "n": unit.n, "tone": tone_of(unit),
            **{key: None if v is None else (v - moved[unit.name]) / scale.by
               for key, v in (("value", unit.value), ("low", unit.least), ("high", unit.most))},
        }
        for unit in group.units
    ]  # fmt: skip
    return {
        "kind": "funnel", "units": dots, "unit": scale.name, "centre": None if group.centre is None else group.centre / scale.by,
        "caption": words, "few": say("fewer cases"), "many": say("more cases"), "usual": say("usual"),
    }  # fmt: skip


def headline_of(units: Sequence[Unit], language: Language) -> str:
    """Which of them to look at."""
    say, counted = language.gettext, {verdict: sum(unit.verdict == verdict for unit in units) for verdict in VERDICTS}
    out = [unit.name for unit in units if unit.verdict == "unusual"]
    if not units:
        return say("These units cannot be compared yet.")
    judged = counted["as usual"] + counted["unusual"]
    if not out:
        if not counted["as usual"]:
            return say("None of them has enough cases to be judged.")
        return language.ngettext("%(n)d unit, and it is as usual.", "All %(n)d are as usual.", judged) % {"n": judged}
    if len(out) <= SPOKEN:
        whom = _listed(out, language)
        return language.ngettext(
            "%(usual)d is as usual. Look at %(whom)s.", "%(usual)d are as usual. Look at %(whom)s.", counted["as usual"]
        ) % {"usual": counted["as usual"], "whom": whom}  # fmt: skip
    return say("%(out)d of %(all)d are not as usual: they differ by more than chance.") % {"out": len(out), "all": judged}


def _counts(units: Sequence[Unit], language: Language) -> str:
    say, found = language.gettext, []
    for verdict, name in zip(VERDICTS, (say("as usual"), say("unusual"), say("too small to judge")), strict=True):
        count = sum(unit.verdict == verdict for unit in units)
        if count or verdict != VERDICTS[-1]:
            found.append(f"{count} {name}")
    return " · ".join(found) if units else ""


def _lede(page: UnitsPage, group: Compared | None, scale: Scale, language: Language) -> str:
    say, cases = language.gettext, sum(unit.n for unit in group.units) if group else 0
    parts = [
        page.chosen.words,
        say("by %(dimension)s") % {"dimension": page.by},
        language.ngettext("%(n)s case", "%(n)s cases", cases) % {"n": language.number(cases)},
        say("all that is on record") if page.since is None else say("since %(day)s") % {"day": page.since},
    ]
    if group is not None and group.centre is not None and page.said.measure == "value":
        parts.append(say("together %(value)s") % {"value": shown(language, group.centre, scale)})
    if page.said.unplaced:
        parts.append(say("%(n)s of no unit on record") % {"n": language.number(page.said.unplaced)})
    return " · ".join(parts)


def _said(unit: Unit, page: UnitsPage, scale: Scale, limit: str, language: Language) -> Said:
    """Of what cases do elsewhere when a mix is taken out, else of what is usual among all."""
    say = language.gettext
    told = {
        "unit": unit.name, "value": shown(language, unit.value, scale), "usual": range_shown(language, unit.least, unit.most, scale),
        "limit": limit,
    }  # fmt: skip
    sentence = {
        "value": {
            True: say("%(unit)s does better: %(value)s, where %(usual)s is usual for so many cases."),
            False: say("%(unit)s does worse: %(value)s, where %(usual)s is usual for so many cases."),
            None: say("%(unit)s is unusual: %(value)s, where %(usual)s is usual for so many cases."),
        },
        "share_above": {
            True: say("%(unit)s does better: %(value)s of its cases lie above %(limit)s, where %(usual)s is usual for so many."),
            False: say("%(unit)s does worse: %(value)s of its cases lie above %(limit)s, where %(usual)s is usual for so many."),
            None: say("%(unit)s is unusual: %(value)s of its cases lie above %(limit)s, where %(usual)s is usual for so many."),
        },
        "ended_of_expected": {
            True: say(
                "%(unit)s does better: for each case that would have ended elsewhere %(value)s ended here; %(usual)s is usual for so many."
            ),
            False: say(
                "%(unit)s does worse: for each case that would have ended elsewhere %(value)s ended here; %(usual)s is usual for so many."
            ),
            None: say(
                "%(unit)s is unusual: for each case that would have ended elsewhere %(value)s ended here; %(usual)s is usual for so many."
            ),
        },
    }[page.said.measure][unit.good] % told
    near = range_shown(language, unit.low, unit.high, scale)
    parts = [say("n %(n)s") % {"n": language.number(unit.n)}]
    parts += [say("95 %% interval %(range)s, drawn towards the others") % {"range": near}] if near else []
    parts += [say("limits at 99.8 %%, at most 1 in 20 of those named is so by chance") % {}]
    return Said(unit.name, sentence, " · ".join(parts))


def _line(unit: Unit, scale: Scale, alone: Scale, language: Language) -> Line:
    return Line(
        unit.name, language.number(unit.n), _alone(unit, alone, language), shown(language, unit.value, scale),
        shown(language, unit.expected, scale),
        range_shown(language, unit.low, unit.high, scale), range_shown(language, unit.least, unit.most, scale),
        verdict_of(unit, language), tone_of(unit),
    )  # fmt: skip


def _alone(unit: Unit, scale: Scale, language: Language) -> str:
    """With its interval, where both ends of it are known."""
    if unit.own is None:
        return ""
    near = range_shown(language, unit.own.low, unit.own.high, scale)
    told = shown(language, unit.own.value, scale)
    return f"{told} ({near})" if near else told


def verdict_of(unit: Unit, language: Language) -> str:
    say = language.gettext
    if unit.verdict == "unusual" and unit.good is not None:
        return say("unusual, better") if unit.good else say("unusual, worse")
    return {"as usual": say("as usual"), "unusual": say("unusual"), "too small to judge": say("too small to judge")}[unit.verdict]


def tone_of(unit: Unit) -> str:
    if unit.verdict != "unusual":
        return ""
    return {True: "accent", False: "missed", None: "waiting"}[unit.good]


def _learning(page: UnitsPage, scale: Scale, language: Language) -> Learning:
    say, found = language.gettext, page.benchmarked
    told = [one for one in found.gaps if one.told]
    headline = say("No unit is surely behind the best of its peers.")
    if told:
        headline = language.ngettext(
            "%(n)d unit could learn of a peer: with cases alike it is surely done better there.",
            "%(n)d units could learn of a peer: with cases alike it is surely done better there.", len(told),
        ) % {"n": len(told)}  # fmt: skip
    peers = say("all units are peers")
    if found.mix:
        peers = say("peers are units of which at most %(share)s of the cases are of another %(mix)s")
        peers = peers % {"share": language.percent(found.like), "mix": ", ".join(found.mix)}
    best = say("the best is the one whose interval leaves it so, not the one that looks so")
    return Learning(headline, f"{peers} · {best}", tuple(_gap(one, scale, language) for one in told))


def _gap(one: Gap, scale: Scale, language: Language) -> tuple[str, ...]:
    changes = ", ".join(one.changes) or language.gettext("none: %(why)s") % {"why": language.gettext(one.why)}
    return (
        one.unit, shown(language, one.value, scale), str(one.frontier), shown(language, one.frontier_value, scale),
        shown(language, one.gap, scale), range_shown(language, one.low, one.high, scale), changes,
    )  # fmt: skip


def _block(told: FallingTold, language: Language) -> Block:
    say, names = language.gettext, [one.name for one in told.units]
    work, rating = told.efficiency.answer.definition.words, told.rating.answer.definition.words
    spent = scale_of([one.efficiency for one in told.units], told.efficiency.answer.unit)
    slopes = scale_of([12 * one.slope for one in told.units], told.rating.answer.unit)
    headline = say("No unit that does much with little is thought less of by its customers.")
    if told.refusal:
        headline = say("Whether units that do much with little lose their customers cannot be said yet.")
    elif names:
        whom = _listed(names if len(names) <= SPOKEN + 1 else [*names[:SPOKEN], say("others")], language)
        headline = language.ngettext(
            "%(n)d unit does much with little, and its customers think less of it each month: %(whom)s.",
            "%(n)d units do much with little, and their customers think less of them each month: %(whom)s.", len(names),
        ) % {"n": len(names), "whom": whom}  # fmt: skip
    return Block(
        headline,
        say("Work: %(work)s. Customers: %(rating)s.") % {"work": work, "rating": rating},
        say("%(efficient)d of %(all)d are surely efficient · all that is on record · association")
        % {"efficient": len(told.efficient), "all": told.compared},
        tuple(
            (
                one.name, shown(language, one.efficiency, spent), shown(language, 12 * one.slope, slopes),
                range_shown(language, 12 * one.low, 12 * one.high, slopes), language.number(one.months),
            )
            for one in sorted(told.units, key=lambda one: one.name)
        ),
        told.refusal,
    )  # fmt: skip


def _listed(names: Sequence[str], language: Language) -> str:
    if len(names) == 1:
        return names[0]
    return language.gettext("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}

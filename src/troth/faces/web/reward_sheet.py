"""The page of rewards in words: which teams wait for a person, what was decided, and what the rule did in the past, beside luck."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from troth.access import Viewer
from troth.app.answers.rewards import CycleTold, Rewarded, Rule, TeamTold, Tested, Threshold
from troth.app.people.rewarding import may_decide
from troth.faces.language import Language
from troth.faces.language.marks import N_
from troth.faces.web.amounts import Scale, range_shown, scale_of, shown
from troth.kernel.refusal import Refusal
from troth.metrics.rewards import BackTest

CYCLES = {"day": N_("day"), "week": N_("week"), "month": N_("month"), "quarter": N_("quarter"), "year": N_("year")}
SHOWN = 4
"""How many cycles stand on the page; the command has more."""


@dataclass(frozen=True, slots=True)
class TeamLine:
    """approve, withdraw: whether whoever reads may do so now. evidence: n, value and interval. state: whether it waits, was awarded or
    withdrawn; said: by whom, when and why.
    """

    name: str
    evidence: str
    state: str
    said: str
    awarded: bool
    approve: bool
    withdraw: bool


@dataclass(frozen=True, slots=True)
class CycleSheet:
    """begins: as forms send it. others: teams of which nothing is proposed, in numbers."""

    begins: date
    title: str
    lines: tuple[TeamLine, ...]
    others: str


@dataclass(frozen=True, slots=True)
class TestSheet:
    """sentences: what it says, in front of its table. rows: cycle, all teams, looked at, rewarded, by luck, names."""

    sentences: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """headline: what the rule did, in plain words. by_word: who approves has to give their word that they are none of the team."""

    name: str
    headline: str
    words: str
    rule: tuple[str, ...]
    by: str
    by_word: bool
    cycles: tuple[CycleSheet, ...]
    test: TestSheet
    refusal: Refusal | None


def sheets(found: tuple[Rewarded, ...], tested: tuple[Tested, ...], viewer: Viewer, language: Language) -> tuple[Sheet, ...]:
    return tuple(_sheet(one, test, viewer, language) for one, test in zip(found, tested, strict=True))


def _sheet(found: Rewarded, tested: Tested, viewer: Viewer, language: Language) -> Sheet:
    rule, may = found.rule, may_decide(viewer, found.rule.approved_by, found.rule.accounts)
    values = [one.team.value for cycle in found.cycles for one in cycle.teams]
    scale = scale_of([*values, rule.threshold.bound], rule.threshold.unit)
    cycles = tuple(_cycle(one, scale, language, may=may) for one in found.cycles[:SHOWN])
    return Sheet(
        rule.name, _headline(tested, language), rule.words, tuple(_rule(rule, scale, language)), rule.by, not rule.by_record, cycles,
        _test(tested, scale, language), found.refusal,
    )  # fmt: skip


def _headline(found: Tested, language: Language) -> str:
    say, test = language.gettext, found.test
    if found.refusal is not None:
        return say("These units cannot be compared yet.")
    told = {"rewards": language.number(test.rewarded), "luck": language.number(test.luck.expected, 1)}
    return say("In the past it would have rewarded %(rewards)s times, where luck alone does %(luck)s times.") % told


def _rule(rule: Rule, scale: Scale, language: Language) -> list[str]:
    say = language.gettext
    parts = [_reached(rule.threshold, scale, language)]
    if rule.counter is not None:
        counter = scale_of([rule.counter.bound], rule.counter.unit)
        parts.append(say("while %(what)s") % {"what": _reached(rule.counter, counter, language)})
    parts += [
        say("by the near limit of the %(level)s interval")
        % {"level": language.percent(rule.level, 0 if (100 * rule.level).is_integer() else 1)},
        say("of %(n)s cases or more") % {"n": language.number(rule.least)},
        say("each %(cycle)s from %(day)s on") % {"cycle": say(CYCLES[rule.cycle]), "day": rule.since},
        say("the rule by %(owner)s") % {"owner": rule.owner.replace("_", " ") if rule.owner else say("nobody yet")},
    ]
    return parts


def _reached(one: Threshold, scale: Scale, language: Language) -> str:
    say, told = language.gettext, {"what": one.words, "bound": shown(language, one.bound, scale)}
    return say("%(what)s: %(bound)s or more") % told if one.side == "above" else say("%(what)s: %(bound)s or less") % told


def _cycle(cycle: CycleTold, scale: Scale, language: Language, *, may: bool) -> CycleSheet:
    say = language.gettext
    told = [one for one in cycle.teams if one.team.proposed or one.approved or one.withdrawn]
    others = [one for one in cycle.teams if one not in told]
    unsaid = sum(one.team.refusal is not None for one in others)
    counts = {"others": language.number(len(others) - unsaid), "unsaid": language.number(unsaid)}
    return CycleSheet(
        cycle.begins, say("%(first)s to %(last)s") % {"first": cycle.begins, "last": cycle.ends},
        tuple(_line(one, scale, language, may=may) for one in told),
        say("Teams that did not reach it: %(others)s; of which it cannot be said: %(unsaid)s.") % counts,
    )  # fmt: skip


def _line(one: TeamTold, scale: Scale, language: Language, *, may: bool) -> TeamLine:
    say, team, said = language.gettext, one.team, one.withdrawn or one.approved
    near = range_shown(language, team.low, team.high, scale)
    evidence = [say("n %(n)s") % {"n": language.number(team.n)}, shown(language, team.value, scale)]
    state, words = say("waits for a person"), ""
    if said is not None:
        told = {"account": said.by, "day": f"{said.at:%Y-%m-%d}", "reason": said.reason}
        state = say("awarded") if one.withdrawn is None else say("withdrawn")
        words = say("by account %(account)s on %(day)s: %(reason)s") % told
        if one.awarded and not team.proposed:
            words = say("by account %(account)s on %(day)s, on figures of then: %(reason)s") % told
    withdraw = may and one.withdrawn is None
    figures = " · ".join([*evidence, *([near] if near else [])])
    return TeamLine(team.name, figures, state, words, one.awarded, may and one.waiting, withdraw)


def _test(found: Tested, scale: Scale, language: Language) -> TestSheet:
    test = found.test
    rows = tuple(
        (
            f"{one.begins}", shown(language, one.pooled, scale), language.number(one.teams), language.number(len(one.rewarded)),
            language.number(one.luck, 1), ", ".join(one.rewarded),
        )
        for one in test.cycles
    )  # fmt: skip
    return TestSheet(tuple(_sentences(found.rule, test, language)), rows, found.refusal or test.refusal)


def _sentences(rule: Rule, test: BackTest, language: Language) -> list[str]:
    say = language.gettext
    told = {"low": language.number(test.luck.low), "high": language.number(test.luck.high), "n": language.percent(test.luck.as_many)}
    sentences = [
        say("To teams that are all alike luck alone gives %(low)s to %(high)s rewards; so many or more in %(n)s of all cases.") % told
    ]
    if test.kept is not None:
        left, low, high = (language.number(100 * one) for one in (test.kept.value, test.kept.low, test.kept.high))
        lasting = {
            "stayed": say("They stayed ahead."),
            "in part": say("A part of it stayed."),
            "went back": say("They went back to the mean."),
            "cannot be told": say("Whether it stayed cannot be told."),
        }[test.lasting]
        after = say("Of their leads over all teams together %(left)s %% (%(low)s to %(high)s) was left one %(cycle)s later.")
        sentences += [after % {"left": left, "low": low, "high": high, "cycle": say(CYCLES[rule.cycle])}, lasting]
    return sentences

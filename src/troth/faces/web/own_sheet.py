"""Somebody's own results in words: each cycle's own figure beside the team's, or why it cannot be said yet."""

from __future__ import annotations

import re
from dataclasses import dataclass

from troth.app.people.own_results import Own, OwnMetric
from troth.faces.language import Language
from troth.faces.language.marks import N_
from troth.faces.web.amounts import Scale, range_shown, scale_of, shown
from troth.metrics.own_results import Figure

Line = tuple[str, str, str, str, str]

OR_MORE = re.compile(r"(\d+) or more")
WHY = (
    N_("too little of your own was counted in this cycle"),
    N_("beside your own the team's result would tell of few others"),
    N_("too few were counted to be shown"),
    N_("as many as the metric's `minimum`"),
)
"""What metrics refuse with, that catalogues have."""


@dataclass(frozen=True, slots=True)
class Table:
    """lines: cycle, own figure and how sure, team's figure and how sure."""

    words: str
    direction: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Part:
    words: str
    tables: tuple[Table, ...]


def sheet(results: tuple[Own, ...], language: Language) -> tuple[Part, ...]:
    return tuple(Part(one.words, tuple(_table(metric, language) for metric in one.metrics)) for one in results)


def _table(metric: OwnMetric, language: Language) -> Table:
    say = language.gettext
    scale = scale_of([figure.value for one in metric.cycles for figure in (one.own, one.together)], metric.unit)
    directions = {"higher": say("higher is better"), "lower": say("lower is better")}
    lines = tuple(
        (one.begins.isoformat(), *_said(one.own, scale, language), *_said(one.together, scale, language)) for one in metric.cycles
    )
    return Table(metric.words, directions.get(metric.better or "", ""), lines)


def _said(figure: Figure, scale: Scale, language: Language) -> tuple[str, str]:
    say = language.gettext
    if figure.value is None:
        why = figure.refusal
        if why is None:
            return say("cannot say yet"), ""
        said = {"what": say(why.reason), "got": why.got, "need": _needed(why.need, language)}
        return say("cannot say yet"), (say("%(what)s: got %(got)s, needs %(need)s") if why.got else say("%(what)s: needs %(need)s")) % said
    near = range_shown(language, figure.low, figure.high, scale)
    counted = say("n %(n)s") % {"n": language.number(figure.n or 0)}
    return shown(language, figure.value, scale), f"{near} · {counted}" if near else counted


def _needed(text: str, language: Language) -> str:
    found = OR_MORE.fullmatch(text)
    return language.gettext("%(num)s or more") % {"num": language.number(int(found[1]))} if found else language.gettext(text)

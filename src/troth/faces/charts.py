"""A charted metric as a face shows it: its kind in words, its points as a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from troth.faces.values import span_of

if TYPE_CHECKING:
    from troth.app.answers.charts import ChartedMetric
    from troth.metrics.charting import Charted, Point, Signalled

NAMES = {
    "X": "XmR chart",
    "p": "p chart",
    "p'": "p\u2032 chart",
    "u": "u chart",
    "u'": "u\u2032 chart",
    "c": "c chart",
    "g": "g chart",
    "t": "t chart",
}
BETWEEN = {"g": "cases", "t": "days"}
GOOD = {True: "; for the better", False: "; for the worse", None: ""}


def part_of(one: Charted) -> str:
    return "all together" if one.slice is None else ", ".join(one.slice)


def name_of(found: ChartedMetric, one: Charted, point: Point) -> str:
    """The period, or the day; of a week the day with which it begins."""
    from troth.metrics.telling import named

    return named(point.period, "day" if one.kind in BETWEEN else found.grain).removeprefix("the week of ")


def signals_of(one: Charted, point: Point) -> list[Signalled]:
    """The signals of which a point is the last so far."""
    return [signal for signal in one.signals if signal.rule in point.signals and signal.first <= point.period <= signal.until]


def _for_the_worse(one: Charted, point: Point) -> bool:
    """Of a measure of which neither way is better, nothing is."""
    return any(signal.good is False for signal in signals_of(one, point))


def drawn(found: ChartedMetric) -> str:
    """The charts as one SVG file."""
    from troth.faces.page.figures.standalone import Panel, standalone

    answer = found.told.answer
    title = f"{answer.definition.words}, by {found.grain}"
    panels = []
    for one in found.charts:
        heading = title if one.slice is None and not answer.by else f"{title}: {part_of(one)}"
        if one.refusal is not None:
            panels.append(Panel(heading, f"Cannot say: {one.refusal.reason}; got {one.refusal.got}, needs {one.refusal.need}.", None, ()))
            continue
        said = [f"{signal.says}{GOOD[signal.good]}." for signal in one.signals]
        said += [f"{one.moved.says[0].upper()}{one.moved.says[1:]}."] if one.moved is not None else []
        panels.append(Panel(heading, f"{NAMES[one.kind]}: {one.why}. Limits {one.limits}.", figure_of(found, one), said or ["No signal."]))
    return standalone(panels, title=title)


def figure_of(found: ChartedMetric, one: Charted) -> Mapping[str, Any]:
    """What a control figure draws, in the unit in which it is shown."""
    unit, by = found.told.answer.unit, 1.0
    if one.kind in BETWEEN:
        unit = BETWEEN[one.kind]
    elif unit == "share":
        unit, by = "%", 100.0
    elif unit == "seconds":
        unit, seconds = span_of([point.value for point in one.points])
        by = 1 / seconds
    lines = {
        name: [None if value is None else value * by for value in (getattr(point, field) for point in one.points)]
        for name, field in (("points", "value"), ("centre", "centre"), ("low", "low"), ("high", "high"))
    }
    phases = [point.phase for point in one.points]
    return {
        "kind": "control", **lines, "unit": unit, "caption": found.told.answer.definition.words,
        "labels": [name_of(found, one, point) for point in one.points],
        "flagged": [at for at, point in enumerate(one.points) if point.signals],
        "good": [at for at, point in enumerate(one.points) if point.signals and not _for_the_worse(one, point)],
        "open": [at for at, point in enumerate(one.points) if point.state not in ("judged", "no value")],
        "starts": [at for at in range(1, len(phases)) if phases[at] is not None and phases[at] != phases[at - 1]],
    }  # fmt: skip

"""Histogram: one or two spreads on one axis around a zero that means something, each named above its peak."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from troth.faces.page.figures.axes import ASCENT, ROW, Scale, flags_above, shown, ticks
from troth.faces.page.figures.canvas import SIZE, drawing, element, fit, line, numeric, text_width, tone, words


@dataclass(frozen=True, slots=True)
class _Series:
    label: str
    tone: str
    bins: dict[float, float]

    @property
    def peak(self) -> float:
        return max(sorted(self.bins), key=lambda edge: self.bins[edge])


def draw_histogram(figure: Mapping[str, Any], *, ident: str, width: float) -> str:
    """Bins are [left edge, count] of equal width; series stand side by side inside a bin."""
    read = [one for one in figure.get("series", ()) if isinstance(one, Mapping)]
    series = [made for made in (_Series(str(one.get("label", "")), tone(one.get("tone")), _bins(one)) for one in read) if made.bins]
    if not series:
        return ""
    edges = sorted({edge for one in series for edge in one.bins})
    step = min((b - a for a, b in pairwise(edges)), default=1.0)
    unit, zero = str(figure.get("unit", "")), str(figure.get("zero") or "")
    x = Scale(edges[0], edges[-1] + step, 1, width - 1)
    slot = (x(edges[0] + step) - x(edges[0])) / len(series)
    marks = [_Mark(fit(one.label, width), x(one.peak) + slot * (at + 0.5), one.tone, one) for at, one in enumerate(series)]
    if zero and edges[0] <= 0 <= edges[-1] + step:
        marks.append(_Mark(fit(zero, width), x(0), "soft", None))
    flags = flags_above([(mark.text, mark.x) for mark in marks], 0, width)
    rows = max(flag.row for flag in flags)
    bottom = ROW * (rows + 1) + 6 + round(width * (0.36 if width < 400 else 0.24))
    y = Scale(0, max(max(one.bins.values()) for one in series) or 1.0, bottom, ROW * (rows + 1) + 6)
    body = [bar for at, one in enumerate(series) for bar in _bars(one, at, slot, x, y)]
    body.append(line(0, bottom + 0.5, width, bottom + 0.5, "axis"))
    for mark, flag in zip(marks, flags, strict=True):
        baseline = ASCENT + 1 + ROW * (rows - flag.row)
        start = baseline - ASCENT if flag.beside else baseline + 5
        end = y(mark.series.bins[mark.series.peak]) - 2 if mark.series else bottom
        if end - start > 4:
            body.append(line(mark.x, start, mark.x, end, f"lead stroke-{mark.tone}" if mark.series else "lead dotted stroke-ink"))
        body.append(words(mark.text, flag.left, baseline, css=mark.tone))
    body += _x_axis(x, unit, bottom, width)
    told = [f"{one.label}: most at {shown(one.peak, unit)}, {shown(sum(one.bins.values()))} in all." for one in series]
    title = str(figure.get("caption") or "Spread")
    return drawing(ident, width, bottom + 8 + SIZE + 5, title=title, description=" ".join(told), body=body)


@dataclass(frozen=True, slots=True)
class _Mark:
    text: str
    x: float
    tone: str
    series: _Series | None


def _bars(one: _Series, at: int, slot: float, x: Scale, y: Scale) -> list[str]:
    drawn = []
    for edge, count in sorted(one.bins.items()):
        if count > 0:
            tall = max(0.7, y.start - y(count))
            wide = max(0.6, slot - (1 if slot > 3 else 0.3))
            place: dict[str, object] = {"x": x(edge) + at * slot, "y": y.start - tall, "width": wide, "height": tall}
            drawn.append(element("rect", {**place, "class": f"fill-{one.tone}"}))
    return drawn


def _bins(one: Mapping[str, Any]) -> dict[float, float]:
    made: dict[float, float] = {}
    for pair in one.get("bins", ()):
        edge, count = (numeric(value) for value in tuple(pair)[:2])
        if edge is not None and count is not None:
            made[edge] = made.get(edge, 0.0) + max(0.0, count)
    return made


def _x_axis(x: Scale, unit: str, bottom: float, width: float) -> list[str]:
    drawn, free = [], 0.0
    values = ticks(x.low, x.high, at_most=6 if width < 400 else 12)
    names = [shown(value) for value in values]
    unit_room = text_width(f" {unit}") + 8 if unit else 0.0
    for value, name in zip(values, names, strict=True):
        half = text_width(name) / 2
        left = min(max(x(value) - half, 0.0), width - 2 * half)
        if left < free or left + 2 * half > width - unit_room:
            continue
        drawn.append(words(name, left, bottom + 8 + ASCENT, css="soft"))
        free = left + 2 * half + 10
    if unit:
        drawn.append(words(unit, width, bottom + 8 + ASCENT, css="soft", anchor="end"))
    return drawn

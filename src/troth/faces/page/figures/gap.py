"""Gap: two lines over time and the shaded space between what was shown and what was so; with its replay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troth.faces.page.figures.axes import (
    ASCENT,
    ROW,
    Point,
    Scale,
    Side,
    YAxis,
    around,
    day,
    key_row,
    place_beside,
    shown,
    x_names,
    y_axis,
)
from troth.faces.page.figures.canvas import Box, drawing, element, line, number, numeric, path, words

STROKES = {"upper": "stroke dash stroke-soft", "lower": "stroke stroke-missed"}


@dataclass(frozen=True, slots=True)
class Replay:
    """What the slider needs, in words already: one sentence a step, and where the marker stands.

    start: the step with the widest gap. places: for each drawing width, (x, upper y, lower y) a step.
    """

    sentences: list[str]
    start: int
    places: dict[str, list[tuple[float, float, float]]]


@dataclass(frozen=True, slots=True)
class _Plot:
    labels: list[str]
    upper: list[float | None]
    lower: list[float | None]
    unit: str
    x: Scale
    y: Scale
    axis: YAxis


def _plot(figure: Mapping[str, Any], width: float) -> _Plot | None:
    labels = [str(label) for label in figure.get("labels", ())]
    upper, lower = (_points(figure, name, len(labels)) for name in ("upper", "lower"))
    values = [value for value in (*upper, *lower) if value is not None]
    if not values:
        return None
    y_spec = figure.get("y") or {}
    given_low, given_high = numeric(y_spec.get("low")), numeric(y_spec.get("high"))
    low, high = around(values)
    low, high = low if given_low is None else given_low, high if given_high is None else given_high
    unit = str(y_spec.get("unit", ""))
    tall = round(width * (0.52 if width < 400 else 0.36))
    y = Scale(low, high, tall, 24)
    axis = y_axis(y, unit, 0, width)
    return _Plot(labels, upper, lower, unit, Scale(0, max(1, len(labels) - 1), axis.start, width - 5), y, axis)


def _points(figure: Mapping[str, Any], name: str, count: int) -> list[float | None]:
    points = [numeric(value) for value in (figure.get(name) or {}).get("points", ())][:count]
    return points + [None] * (count - len(points))


def _label(figure: Mapping[str, Any], name: str) -> str:
    return str((figure.get(name) or {}).get("label", name))


def draw_gap(figure: Mapping[str, Any], *, ident: str, width: float) -> str:
    """Upper line dashed, lower line full, the gap tinted; a hidden marker that the replay moves."""
    plot = _plot(figure, width)
    if plot is None:
        return ""
    upper, lower = _pixels(plot, plot.upper), _pixels(plot, plot.lower)
    bottom = plot.y.start
    body = [
        *_shade(upper, lower),
        *plot.axis.drawn,
        path(upper, STROKES["upper"]),
        path(lower, STROKES["lower"]),
    ]
    taken, bounds = list(plot.axis.names), Box(plot.axis.start, 0, width, bottom)
    sides: dict[str, tuple[Side, Side]] = {"upper": ("above", "below"), "lower": ("below", "above")}
    rows = 0
    for name, own, css in (("upper", upper, "soft"), ("lower", lower, "missed")):
        text = _label(figure, name)
        found = place_beside(text, own, (upper, lower), taken, bounds, rules=plot.axis.rules, sides=sides[name])
        if found:
            body.append(words(text, *found, css=css))
        else:
            body += key_row(text, css, STROKES[name], bottom + 26 + ROW * rows, width)
            rows += 1
    place = [plot.x(at) for at in range(len(plot.labels))]
    body += x_names(plot.labels, place, bottom + 8 + ASCENT, plot.axis.start, width)
    if figure.get("replay"):
        dots = [element("circle", {"r": 4.5, "class": css}) for css in ("dot fill-soft", "dot fill-missed")]
        body.append(element("g", {"class": "marker"}, line(0, 20, 0, bottom, "rule"), *dots))
    return drawing(
        ident,
        width,
        bottom + 26 + ROW * rows,
        title=str(figure.get("caption") or "Two lines"),
        description=_told(figure, plot),
        body=body,
    )


def _pixels(plot: _Plot, values: Sequence[float | None]) -> list[Point | None]:
    return [None if value is None else (plot.x(at), plot.y(value)) for at, value in enumerate(values)]


def _shade(upper: Sequence[Point | None], lower: Sequence[Point | None]) -> list[str]:
    shapes: list[str] = []
    run: list[tuple[Point, Point]] = []
    for above, below in [*zip(upper, lower, strict=True), (None, None)]:
        if above is not None and below is not None:
            run.append((above, below))
            continue
        if len(run) > 1:
            around_it = [top for top, _ in run] + [under for _, under in reversed(run)]
            points = " ".join(f"{number(x)},{number(y)}" for x, y in around_it)
            shapes.append(element("polygon", {"points": points, "class": "tint-missed"}))
        run = []
    return shapes


def _told(figure: Mapping[str, Any], plot: _Plot) -> str:
    steps = _steps(plot)
    if not steps:
        return "No step has both values."
    widest = max(steps, key=lambda step: step[1] - step[2])
    parts = [_sentence(figure, plot, step) for step in dict.fromkeys((steps[0], widest, steps[-1]))]
    return f"{len(steps)} steps. {' '.join(parts)}"


def _steps(plot: _Plot) -> list[tuple[int, float, float]]:
    pairs = enumerate(zip(plot.upper, plot.lower, strict=True))
    return [(at, up, down) for at, (up, down) in pairs if up is not None and down is not None]


def _sentence(figure: Mapping[str, Any], plot: _Plot, step: tuple[int, float, float]) -> str:
    at, up, down = step
    when = day(plot.labels[at], full=True)
    high, low = (shown(value, plot.unit, digits=1) for value in (up, down))
    return f"{when}: {high} shown, {low} {_label(figure, 'lower')}."


def replay_of(figure: Mapping[str, Any], widths: Sequence[float]) -> Replay | None:
    """The slider's steps for drawings of these widths, or None without a replay or a step with both values."""
    if figure.get("kind") != "gap" or not figure.get("replay"):
        return None
    plots = {f"{width:.0f}": _plot(figure, width) for width in widths}
    first = next(iter(plots.values()), None)
    steps = _steps(first) if first else []
    if first is None or not steps:
        return None
    places = {
        name: [(round(plot.x(at), 1), round(plot.y(up), 1), round(plot.y(down), 1)) for at, up, down in steps]
        for name, plot in plots.items()
        if plot is not None
    }
    start = max(range(len(steps)), key=lambda at: steps[at][1] - steps[at][2])
    return Replay([_sentence(figure, first, step) for step in steps], start, places)

"""Two lines: what was promised and what it took, over time, each with its name beside it."""

from collections.abc import Mapping
from typing import Any

from troth.faces.page.figures.axes import (
    ASCENT,
    ROW,
    Point,
    Scale,
    Side,
    around,
    day,
    key_row,
    place_beside,
    shown,
    x_names,
    y_axis,
)
from troth.faces.page.figures.canvas import Box, drawing, numeric, path, text_width, tone, words


def draw_two_lines(figure: Mapping[str, Any], *, ident: str, width: float) -> str:
    """Two or three series over the same labels; the unit is said once, above the axis."""
    labels = [str(label) for label in figure.get("labels", ())]
    series = [one for one in figure.get("series", ()) if isinstance(one, Mapping)]
    points = [[numeric(value) for value in one.get("points", ())][: len(labels)] for one in series]
    values = [value for one in points for value in one if value is not None]
    if not values or not labels:
        return ""
    unit = str(figure.get("unit", ""))
    low, high = around(values)
    bottom = round(width * (0.52 if width < 400 else 0.34))
    scale = Scale(low, high, bottom, 26)
    axis = y_axis(scale, unit, 0, width)
    body, left, taken = [*axis.drawn], axis.start, [*axis.names]
    if unit and unit != "%":
        body.append(words(unit, 0, 11, css="soft"))
        taken.append(Box(0, 0, text_width(unit) + 10, 22))
    x = Scale(0, max(1, len(labels) - 1), left, width - 4)
    drawn: list[list[Point | None]] = [[None if value is None else (x(at), scale(value)) for at, value in enumerate(one)] for one in points]
    told, rows = [], 0
    top = max(_mean(one) for one in points)
    for one, own, known in zip(series, drawn, points, strict=True):
        role, name = tone(one.get("tone")), str(one.get("label", ""))
        stroke = f"stroke stroke-{role}{' dash' if role == 'soft' else ''}"
        body.append(path(own, stroke))
        sides: tuple[Side, Side] = ("above", "below") if _mean(known) >= top else ("below", "above")
        found = place_beside(name, own, drawn, taken, Box(left, 0, width, bottom), rules=axis.rules, sides=sides)
        if found:
            body.append(words(name, *found, css=role))
        else:
            body += key_row(name, role, stroke, bottom + 26 + ROW * rows, width)
            rows += 1
        told.append(_told(name, labels, known, unit))
    body += x_names(labels, [x(at) for at in range(len(labels))], bottom + 8 + ASCENT, left, width)
    title = str(figure.get("caption") or "Lines over time")
    return drawing(ident, width, bottom + 26 + ROW * rows, title=title, description=" ".join(told), body=body)


def _mean(points: list[float | None]) -> float:
    known = [value for value in points if value is not None]
    return sum(known) / len(known) if known else 0.0


def _told(name: str, labels: list[str], points: list[float | None], unit: str) -> str:
    known = [(day(label), value) for label, value in zip(labels, points, strict=False) if value is not None]
    if not known:
        return f"{name}: nothing."
    (first, start), (last, end) = known[0], known[-1]
    return f"{name}: {shown(round(start, 1), unit)} in {first}, {shown(round(end, 1), unit)} in {last}."

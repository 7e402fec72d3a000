"""Control: a measure by period inside its usual ups and downs; only what is outside is named."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from troth.faces.page.figures.axes import ASCENT, Point, Scale, around, day, place_beside, shown, x_names, y_axis
from troth.faces.page.figures.canvas import Box, drawing, element, number, numeric, path, text_width, words

# So narrow a drawing has room for the names of so many; of more it names the last.
NARROW, MOST_NAMED = 400, 3


def draw_control(figure: Mapping[str, Any], *, ident: str, width: float) -> str:
    """Points, centre and band as given; `flagged` are positions, those of them that are `good` in another colour; `open` ones are drawn
    hollow; at `starts` the limits begin anew.

    Nothing is judged here.
    """
    labels = [str(label) for label in figure.get("labels", ())]
    points, centre, low, high = (_series(figure, name, len(labels)) for name in ("points", "centre", "low", "high"))
    values = [value for one in (points, low, high) for value in one if value is not None]
    if not values or not labels:
        return ""
    unit = str(figure.get("unit", ""))
    bottom = round(width * (0.52 if width < 400 else 0.34))
    scale = Scale(*around(values), bottom, 24)
    axis = y_axis(scale, unit, 0, width)
    left, taken = axis.start, [*axis.names]
    x = Scale(0, max(1, len(labels) - 1), left + 4, width - 6)
    lines = [[None if v is None else (x(at), scale(v)) for at, v in enumerate(one)] for one in (points, centre, low, high)]
    flagged = {at for at in figure.get("flagged", ()) if isinstance(at, int) and 0 <= at < len(labels)}
    good = {at for at in figure.get("good", ()) if isinstance(at, int)}
    hollow = {at for at in figure.get("open", ()) if isinstance(at, int)}
    pieces = _pieces(figure.get("starts", ()), len(labels))
    body = [
        *(drawn for first, last in pieces for drawn in _band(lines[2][first:last], lines[3][first:last])),
        *axis.drawn,
        *(path(lines[1][first:last], "stroke thin dash stroke-soft") for first, last in pieces),
        path(lines[0], "stroke stroke-soft"),
    ]
    names = []
    for at, point in enumerate(lines[0]):
        if point is None:
            continue
        out = at in flagged
        body.append(
            element(
                "circle",
                {
                    "cx": point[0],
                    "cy": point[1],
                    "r": 5.0 if out else 3.0 if at in hollow else 2.0,
                    "class": f"fill-{'accent' if at in good else 'missed'}"
                    if out
                    else "stroke-soft fill-paper"
                    if at in hollow
                    else "fill-soft",
                },
            )
        )
        if out:
            taken.append(Box(point[0] - 6, point[1] - 6, point[0] + 6, point[1] + 6))
            if width < NARROW and len(flagged) > MOST_NAMED and at != max(flagged):
                continue
            names.append((point, day(labels[at]), "accent" if at in good else "missed"))
    bounds = Box(left, 0, width, bottom)
    body += _names_of(names, lines[0], taken, bounds)
    band = place_beside("usual", lines[2], lines, taken, bounds, rules=axis.rules, sides=("above",)) or place_beside(
        "usual", lines[3], lines, taken, bounds, rules=axis.rules, sides=("above",)
    )
    if band:
        body.append(words("usual", *band, css="soft"))
    body += x_names(labels, [x(at) for at in range(len(labels))], bottom + 8 + ASCENT, left, width)
    told = [f"{len(labels)} periods, {day(labels[0])} to {day(labels[-1])}."]
    told += [f"Unusual: {day(labels[at])}, {_value(points[at], unit)}." for at in sorted(flagged)] or ["None is unusual."]
    title = str(figure.get("caption") or "By period")
    return drawing(ident, width, bottom + 26, title=title, description=" ".join(told), body=body)


def _series(figure: Mapping[str, Any], name: str, count: int) -> list[float | None]:
    points = [numeric(value) for value in figure.get(name, ())][:count]
    return points + [None] * (count - len(points))


def _pieces(starts: Sequence[Any], count: int) -> list[tuple[int, int]]:
    """First and last position, the last left out, of each stretch of one set of limits."""
    edges = [0, *(at for at in starts if isinstance(at, int) and 0 < at < count), count]
    return list(pairwise(edges))


def _value(value: float | None, unit: str) -> str:
    return "no value" if value is None else shown(round(value, 1), unit)


def _band(low: Sequence[Point | None], high: Sequence[Point | None]) -> list[str]:
    pairs = [(under, over) for under, over in zip(low, high, strict=True) if under is not None and over is not None]
    if len(pairs) < 2:
        return []
    points = [over for _, over in pairs] + [under for under, _ in reversed(pairs)]
    return [element("polygon", {"points": " ".join(f"{number(x)},{number(y)}" for x, y in points), "class": "tint-accent"})]


def _names_of(names: Sequence[tuple[Point, str, str]], line: Sequence[Point | None], taken: list[Box], bounds: Box) -> list[str]:
    drawn = []
    for (px, py), text, css in names:
        wide = text_width(text)
        places = [(px - 9 - wide, py + 4.5), (px + 9, py + 4.5), (px - wide / 2, py - 10), (px - wide / 2, py + 20)]
        for left, baseline in places:
            box = Box(left - 2, baseline - ASCENT, left + wide + 2, baseline + 3)
            inside = bounds.left <= box.left and box.right <= bounds.right and box.top >= 0 and box.bottom <= bounds.bottom
            if inside and not any(box.meets(other) for other in taken):
                drawn.append(words(text, left, baseline, css=css))
                taken.append(box)
                break
        else:
            found = place_beside(text, [(px, py)], [line], taken, bounds)
            if found:
                drawn.append(words(text, *found, css=css))
    return drawn

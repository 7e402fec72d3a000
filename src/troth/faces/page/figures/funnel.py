"""Funnel: units by how many cases they have, inside what chance would give; only what is outside is named, and nothing is ranked."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any

from troth.faces.page.figures.axes import ASCENT, Scale, around, place_beside, shown, y_axis
from troth.faces.page.figures.canvas import Box, drawing, element, number, numeric, path, text_width, words

Point = tuple[float, float]
MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class _Dot:
    name: str
    n: float
    value: float
    low: float | None
    high: float | None
    tone: str


def draw_funnel(figure: Mapping[str, Any], *, ident: str, width: float) -> str:
    """A dot for each of `units`, and the band of the usual around `centre`; a unit with a `tone` is named, and no other.

    few, many, usual: the words at the ends of the axis and on the band. Fewer than two units are no figure.
    """
    dots = [dot for one in figure.get("units", ()) if isinstance(one, Mapping) and (dot := _dot(one)) is not None]
    if len(dots) < 2:
        return ""
    dots.sort(key=lambda dot: (dot.n, dot.name))
    unit, centre = str(figure.get("unit", "")), numeric(figure.get("centre"))
    bottom = round(width * (0.56 if width < 400 else 0.36))
    values = [v for dot in dots for v in (dot.value, dot.low, dot.high) if v is not None]
    scale = Scale(*around(values), bottom, 24)
    axis = y_axis(scale, unit, 0, width)
    x = Scale(log(dots[0].n), log(dots[-1].n), axis.start + 12, width - 12)
    places = [(x(log(dot.n)), scale(dot.value)) for dot in dots]
    band = [[(x(log(d.n)), scale(v)) for d in dots if (v := getattr(d, side)) is not None] for side in ("low", "high")]
    body = [*_band(*band), *axis.drawn]
    if centre is not None:
        body.append(path([(axis.start + 4, scale(centre)), (width - 4, scale(centre))], "stroke thin dash stroke-soft"))
    for dot, (px, py) in zip(dots, places, strict=True):
        css = f"dot fill-{dot.tone}" if dot.tone else "fill-soft"
        body.append(element("circle", {"cx": px, "cy": py, "r": 6.0 if dot.tone else 3.0, "class": css}))
    taken = [*axis.names, *(Box(px - 7, py - 7, px + 7, py + 7) for px, py in places)]
    bounds = Box(axis.start, 0, width, bottom)
    named = [(dot, place) for dot, place in zip(dots, places, strict=True) if dot.tone]
    for dot, place in named[:MOST_NAMED]:
        body += _name(dot, place, taken, bounds)
    usual = str(figure.get("usual") or "")
    found = place_beside(usual, band[1], [band[1]], taken, bounds, sides=("below",)) if usual and band[1] else None
    if found:
        body.append(words(usual, *found, css="soft"))
    body.append(words(str(figure.get("few") or ""), axis.start, bottom + 8 + ASCENT, css="soft"))
    body.append(words(str(figure.get("many") or ""), width, bottom + 8 + ASCENT, css="soft", anchor="end"))
    told = [f"{len(dots)} units."] + [f"{dot.name}: {shown(round(dot.value, 1), unit)}." for dot, _ in named]
    title = str(figure.get("caption") or "Units")
    return drawing(ident, width, bottom + 26, title=title, description=" ".join(told), body=body)


def _dot(one: Mapping[str, Any]) -> _Dot | None:
    n, value = numeric(one.get("n")), numeric(one.get("value"))
    if not n or n < 0 or value is None:
        return None
    tone = str(one.get("tone") or "")
    return _Dot(str(one.get("name", "")), n, value, numeric(one.get("low")), numeric(one.get("high")), tone)


def _band(low: list[Point], high: list[Point]) -> list[str]:
    if len(low) < 2 or len(low) != len(high):
        return []
    points = [*high, *reversed(low)]
    return [element("polygon", {"points": " ".join(f"{number(x)},{number(y)}" for x, y in points), "class": "tint-accent"})]


def _name(dot: _Dot, place: Point, taken: list[Box], bounds: Box) -> list[str]:
    """The unit's name where it meets nothing, or not at all: the table has it."""
    px, py = place
    wide = text_width(dot.name)
    for left, baseline in ((px + 10, py + 4.5), (px - 10 - wide, py + 4.5), (px - wide / 2, py - 11), (px - wide / 2, py + 20)):
        box = Box(left - 2, baseline - ASCENT, left + wide + 2, baseline + 3)
        if bounds.holds(box) and not any(box.meets(other) for other in taken if not other.holds(Box(px, py, px, py))):
            taken.append(box)
            return [words(dot.name, left, baseline, css=dot.tone)]
    return []

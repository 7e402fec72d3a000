"""Scales, ticks, the words along an axis, and places for labels that touch nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product
from math import floor, log10
from typing import Literal

from troth.faces.page.figures.canvas import SIZE, Box, fit, line, text_width, words

ASCENT, DESCENT = SIZE * 0.78, SIZE * 0.24
ROW = 20.0
Point = tuple[float, float]
Side = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Flag:
    """Where a label over a plot stands; `beside` when its leader runs past it and not from under it."""

    left: float
    row: int
    beside: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight map from data to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Pixels of a value; values outside the data range are held at its edge."""
        span = self.high - self.low
        share = 0.5 if span <= 0 else min(1.0, max(0.0, (value - self.low) / span))
        return self.start + share * (self.end - self.start)


def ticks(low: float, high: float, *, at_most: int = 4) -> list[float]:
    """Round values from `low` to `high`, in steps of 1, 2 or 5 times a power of ten.

    >>> ticks(60, 100)
    [60.0, 80.0, 100.0]
    """
    if high <= low:
        return [low]
    power = 10.0 ** floor(log10((high - low) / at_most))
    for factor in (1, 2, 5, 10, 20):
        step = power * factor
        first = -floor(-low / step + 1e-9)
        last = floor(high / step + 1e-9)
        if last - first + 1 <= at_most:
            return [round(step * at, 10) for at in range(int(first), int(last) + 1)]
    return [low, high]


def around(values: Iterable[float]) -> tuple[float, float]:
    """Low and high of an axis that holds the values with a little air; starts at 0 when the values are near it."""
    known = list(values)
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    span = (high - low) or abs(high) or 1.0
    low = 0.0 if 0 <= low < high * 0.5 else low - span * 0.1
    return low, high + span * 0.08


def shown(value: float, unit: str = "", *, digits: int | None = None) -> str:
    """A number as people read it, tied to its unit: `91.6 %`, `1,226`, `−20 days`."""
    if digits is None:
        digits = 0 if float(value).is_integer() else 1 if abs(value) >= 1 else 2
    text = f"{abs(value):,.{digits}f}"
    signed = f"−{text}" if value < 0 and float(text.replace(",", "")) else text
    return f"{signed}\u00a0{unit}" if unit else signed


def day(label: str, *, full: bool = False) -> str:
    """`2018-04-09` as `Mon 9 Apr 2018` (full) or `Apr 2018`; any other text as it is."""
    try:
        at = date.fromisoformat(label if len(label) > 7 else f"{label}-01")
    except ValueError:
        return label
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    month = f"{months[at.month - 1]} {at.year}"
    if not full or len(label) <= 7:
        return month
    return f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[at.weekday()]} {at.day} {month}"


@dataclass(frozen=True, slots=True)
class YAxis:
    """Hairlines with their values to the left. start: where the plot begins; names, rules: the room they take."""

    drawn: list[str]
    start: float
    names: list[Box]
    rules: list[Box]


def y_axis(scale: Scale, unit: str, left: float, right: float) -> YAxis:
    """The axis of a plot that ends at `right`; the unit is written only when it is a percent sign."""
    values = ticks(scale.low, scale.high)
    names = [shown(value, unit if unit == "%" else "") for value in values]
    start = left + max(text_width(name) for name in names) + 8
    drawn, boxes, rules = [], [], []
    for value, name in zip(values, names, strict=True):
        y = scale(value)
        rules.append(Box(start, y - 1, right, y + 1))
        drawn += [line(start, y, right, y, "grid"), words(name, start - 8, y + 4.5, css="soft", anchor="end")]
        boxes.append(Box(left, y - ASCENT, start - 4, y + ASCENT))
    return YAxis(drawn, start, boxes, rules)


def x_names(labels: Sequence[str], place: Sequence[float], baseline: float, left: float, right: float) -> list[str]:
    """First and last label under the axis, and as many between as stand well apart."""
    if not labels:
        return []
    first, last = day(labels[0]), day(labels[-1])
    room = right - left
    if len(labels) == 1 or text_width(first) + text_width(last) + 16 > room:
        return [words(fit(first, room), left, baseline, css="soft")]
    drawn = [words(first, left, baseline, css="soft"), words(last, right, baseline, css="soft", anchor="end")]
    taken = [(left, left + text_width(first)), (right - text_width(last), right)]
    wanted = floor(room / 190)
    for at in range(1, wanted):
        index = round(at * (len(labels) - 1) / wanted)
        name = day(labels[index])
        half = text_width(name) / 2
        low, high = place[index] - half, place[index] + half
        if all(high + 20 < start or end + 20 < low for start, end in taken):
            taken.append((low, high))
            drawn.append(words(name, place[index], baseline, css="soft", anchor="middle"))
    return drawn


def key_row(text: str, css: str, stroke: str, top: float, width: float) -> list[str]:
    """A stroke and its name on a line of their own, for a name that found no room beside its line."""
    return [
        line(0, top + ROW / 2, 22, top + ROW / 2, stroke),
        words(fit(text, width - 30), 30, top + ROW / 2 + 4.5, css=css),
    ]


def touches(box: Box, lines: Iterable[Sequence[Point | None]]) -> bool:
    """True when a polyline runs through the box (sampled finely enough for strokes of a chart)."""
    for points in lines:
        for start, end in pairwise(points):
            if start is None or end is None:
                continue
            if max(start[0], end[0]) < box.left or min(start[0], end[0]) > box.right:
                continue
            steps = max(2, int(abs(end[0] - start[0]) + abs(end[1] - start[1])) // 2)
            for step in range(steps + 1):
                x = start[0] + (end[0] - start[0]) * step / steps
                y = start[1] + (end[1] - start[1]) * step / steps
                if box.left <= x <= box.right and box.top <= y <= box.bottom:
                    return True
    return False


def place_beside(
    text: str,
    own: Sequence[Point | None],
    lines: Sequence[Sequence[Point | None]],
    taken: list[Box],
    bounds: Box,
    *,
    rules: Sequence[Box] = (),
    sides: Sequence[Side] = ("above", "below"),
) -> tuple[float, float] | None:
    """Left and baseline of a label close to its own line that touches no line and no other label, or None.

    The place taken is added to `taken`. Sides are tried in their order, near distances before far ones, ends of the
    line before its middle; hairlines (`rules`) are kept clear of when that is possible.
    """
    for blocked in ([*taken, *rules], taken) if rules else (taken,):
        found = _beside(text, own, lines, blocked, bounds, sides)
        if found:
            left, baseline = found
            taken.append(Box(left - 3, baseline - ASCENT, left + text_width(text) + 3, baseline + DESCENT))
            return found
    return None


def _beside(
    text: str,
    own: Sequence[Point | None],
    lines: Sequence[Sequence[Point | None]],
    blocked: Sequence[Box],
    bounds: Box,
    sides: Sequence[Side],
) -> tuple[float, float] | None:
    width = text_width(text)
    outer = Box(bounds.left - 3, bounds.top, bounds.right + 3, bounds.bottom)
    known = [point for point in own if point is not None]
    order = sorted(range(len(known)), key=lambda at: (min(at, len(known) - 1 - at), -at))
    for side, distance, at in product(sides, (5.0, 9.0, 14.0, 20.0), order):
        x, y = known[at]
        baseline = y - distance - DESCENT if side == "above" else y + distance + ASCENT
        for left in (x - width, x - width / 2, x):
            held = min(max(left, bounds.left), bounds.right - width)
            box = Box(held - 3, baseline - ASCENT - 2, held + width + 3, baseline + DESCENT)
            if outer.holds(box) and not any(box.meets(other) for other in blocked) and not touches(box, lines):
                return held, baseline
    return None


def flags_above(wanted: Sequence[tuple[str, float]], left: float, right: float) -> list[Flag]:
    """Labels in rows over a plot, each tied to its x by a leader through no other label; row 0 is the lowest.

    All arrangements are tried (centred on the leader, or beside it) and the one with the fewest rows is taken. More
    than four labels stand one a row, the leftmost lowest.
    """
    count = len(wanted)
    if count > 4:
        order = {at: row for row, at in enumerate(sorted(range(count), key=lambda at: wanted[at][1]))}
        return [Flag(_held(x + 5, text, left, right), order[at], beside=True) for at, (text, x) in enumerate(wanted)]
    best: tuple[tuple[int, int, int], list[Flag]] | None = None
    for rows in product(range(count), repeat=count):
        for sides in product((0, 1, 2), repeat=count):
            cost = (max(rows, default=0), sum(1 for side in sides if side), sum(rows))
            if best and cost >= best[0]:
                continue
            flags = [_flag(*wanted[at], rows[at], sides[at], left, right) for at in range(count)]
            if all(flag is not None for flag in flags):
                known = [flag for flag in flags if flag is not None]
                if _stand_clear(wanted, known):
                    best = (cost, known)
    return best[1] if best else [Flag(_held(x, text, left, right), at, beside=False) for at, (text, x) in enumerate(wanted)]


def _held(start: float, text: str, left: float, right: float) -> float:
    return min(max(start, left), max(left, right - text_width(text)))


def _flag(text: str, x: float, row: int, side: int, left: float, right: float) -> Flag | None:
    width = text_width(text)
    if side == 0:
        return Flag(_held(x - width / 2, text, left, right), row, beside=False)
    start = x - 5 - width if side == 1 else x + 5
    return Flag(start, row, beside=True) if left <= start and start + width <= right else None


def _stand_clear(wanted: Sequence[tuple[str, float]], flags: Sequence[Flag]) -> bool:
    for a, (flag, (text, _)) in enumerate(zip(flags, wanted, strict=True)):
        low, high = flag.left - 4, flag.left + text_width(text) + 4
        for b, (other, (other_text, other_x)) in enumerate(zip(flags, wanted, strict=True)):
            if a == b:
                continue
            same = flag.row == other.row
            if same and low - 6 < other.left + text_width(other_text) and other.left < high + 6:
                return False
            if (other.row > flag.row or (same and other.beside)) and low < other_x < high:
                return False
    return True

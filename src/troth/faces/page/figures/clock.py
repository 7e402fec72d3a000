"""Clock: one promise in time, its stages one below the other, between the instant it was given and the one it was due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from troth.faces.page.figures.axes import ASCENT, ROW, Scale, flags_above
from troth.faces.page.figures.canvas import drawing, element, fit, line, text_width, tone, words

THICK, GAP, EDGE = 18.0, 8.0, 10.0
STEPS = (*(timedelta(hours=hours) for hours in (1, 2, 6, 12)), *(timedelta(days=days) for days in (1, 2, 7, 14, 28, 91, 364)))
NOTHING: Sequence[Any] = ()
Names = tuple[Sequence[Any], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class _Mark:
    text: str
    at: datetime
    css: str


def draw_clock(figure: Mapping[str, Any], *, ident: str, width: float) -> str:
    """From `begins` to `ends`: `bars` with label, begins, ends and a tone, `shut` and `paused` spans, `marks` with label, at and a tone.

    Instants are ISO texts of one clock. days, months: their short names, Monday and January first. lasts: it goes on beyond what is drawn.
    """
    begins, ends = _at(figure.get("begins")), _at(figure.get("ends"))
    bars = [one for one in figure.get("bars", NOTHING) if isinstance(one, Mapping)]
    if begins is None or ends is None or ends <= begins or not bars:
        return ""
    x = Scale(0.0, (ends - begins).total_seconds(), EDGE, width - EDGE)
    marks = [mark for one in figure.get("marks", NOTHING) if (mark := _mark(one)) is not None and begins <= mark.at <= ends]
    flags = flags_above([(fit(mark.text, width), _x(x, begins, mark.at)) for mark in marks], 0, width)
    top = ROW * (max((flag.row for flag in flags), default=-1) + 1) + 8
    bottom = top + GAP + len(bars) * (THICK + GAP)
    body = [element("rect", {"x": EDGE, "y": top, "width": width - 2 * EDGE, "height": bottom - top, "class": "fill-field"})]
    for css, name in (("tint-shut", "shut"), ("tint-waiting", "paused")):
        body += _spans(figure.get(name, NOTHING), x, begins, ends, top, bottom, css)
    body += [
        piece
        for at, bar in enumerate(bars)
        for piece in _bar(bar, x, begins, ends, top + GAP + at * (THICK + GAP), width)
    ]  # fmt: skip
    for mark, flag in zip(marks, flags, strict=True):
        place, baseline = _x(x, begins, mark.at), top - 8 - ROW * flag.row - 4
        body.append(line(place, baseline + 3, place, bottom + 4, f"stroke thin stroke-{mark.css}" + ("" if mark.css != "ink" else " dash")))
        body.append(words(fit(mark.text, width), flag.left, baseline, css="" if mark.css == "ink" else mark.css))
    body += _days((figure.get("days", NOTHING), figure.get("months", NOTHING)), x, begins, ends, bottom, width)
    if figure.get("lasts"):
        body.append(words("…", width, (top + bottom) / 2, css="missed", anchor="end"))
    told = [f"{mark.text}." for mark in marks] + [f"{bar.get('label')}." for bar in bars if bar.get("label")]
    title = str(figure.get("caption") or "Clock")
    return drawing(ident, width, bottom + 12 + ASCENT + 6, title=title, description=" ".join(told), body=body)


def _x(x: Scale, begins: datetime, at: datetime) -> float:
    return x((at - begins).total_seconds())


def _at(written: object) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _mark(one: Any) -> _Mark | None:
    at = _at(one.get("at")) if isinstance(one, Mapping) else None
    if at is None:
        return None
    css = str(one.get("tone"))
    return _Mark(str(one.get("label", "")), at, css if css == "ink" else tone(css))


def _spans(spans: Sequence[Any], x: Scale, begins: datetime, ends: datetime, top: float, bottom: float, css: str) -> list[str]:
    drawn = []
    for first, last in ((_at(one[0]), _at(one[1])) for one in spans):
        if first is not None and last is not None and last > begins and first < ends:
            left, right = _x(x, begins, max(first, begins)), _x(x, begins, min(last, ends))
            drawn.append(element("rect", {"x": left, "y": top, "width": right - left, "height": bottom - top, "class": css}))
    return drawn


def _bar(bar: Mapping[str, Any], x: Scale, begins: datetime, ends: datetime, top: float, width: float) -> list[str]:
    first, last = _at(bar.get("begins")), _at(bar.get("ends")) or ends
    if first is None:
        return []
    css = tone(bar.get("tone"))
    left, right = _x(x, begins, max(first, begins)), _x(x, begins, min(max(first, last), ends))
    wide = max(right - left, 2.0)
    drawn = [element("rect", {"x": left, "y": top, "width": wide, "height": THICK, "rx": 2.0, "class": f"fill-{css}"})]
    label, baseline = str(bar.get("label") or ""), top + THICK / 2 + 4.5
    if not label:
        return drawn
    if text_width(label) + 12 <= wide:
        return [*drawn, words(label, left + 6, baseline, css="on")]
    after, before = width - right - 8, left - 8
    text = fit(label, max(after, before))
    if text_width(text) <= after:
        return [*drawn, words(text, right + 6, baseline)]
    return [*drawn, words(text, left - 6, baseline, anchor="end")]


def _days(names: Names, x: Scale, begins: datetime, ends: datetime, bottom: float, width: float) -> list[str]:
    """Midnights, or hours of a short one, as many as find room, each named at its line; the month where it is another."""
    room = max(2, int(width // 76))
    step = next((step for step in STEPS if (ends - begins) / step <= room), STEPS[-1])
    at, free, month, drawn = begins.replace(hour=0, minute=0, second=0, microsecond=0), 0.0, 0, []
    while at <= ends:
        if at >= begins:
            place = _x(x, begins, at)
            label = f"{at:%H:%M}" if at.hour else _day(names, at, new=at.month != month)
            drawn.append(line(place, bottom, place, bottom + 4, "axis"))
            if place >= free and place + text_width(label) <= width:
                drawn.append(words(label, place, bottom + 10 + ASCENT, css="soft"))
                free, month = place + text_width(label) + 10, at.month
        at += step
    return drawn


def _day(names: Names, at: datetime, *, new: bool) -> str:
    days, months = names
    day = f"{days[at.weekday()]} {at.day}" if len(days) == 7 else f"{at.day}"
    return f"{day} {months[at.month - 1] if len(months) == 12 else at.month}" if new else day

"""Measures: every metric with its months, and one of them by whatever it is asked by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from troth.app.answers.charts import ChartedMetric
from troth.app.answers.moved import Moved
from troth.app.pages.measure_pages import Asked, Measured, MeasureTold, measure_told, measured
from troth.faces.charts import GOOD, NAMES, figure_of, name_of, part_of
from troth.faces.language import Language
from troth.faces.language.marks import N_
from troth.faces.values import pairs, shown, span_of, span_of_all
from troth.faces.web.desk import AtDesk
from troth.faces.web.figures import drawn
from troth.metrics import Request
from troth.metrics.request import GRAINS

MOST_CHARTS = 12

RULES = (
    N_("one beyond 3 sigma"), N_("two of three beyond 2 sigma"), N_("four of five beyond 1 sigma"), N_("eight on one side"),
    N_("nine on one side"), N_("six rising or falling"), N_("fourteen up and down in turn"), N_("fifteen within 1 sigma"),
    N_("eight beyond 1 sigma on both sides"),
)  # fmt: skip
"""By which points are more than chance, as the engine names them."""

router = APIRouter(include_in_schema=False)
FIRST = {"measures": measured}


@router.get("/measures")
def measures(desk: AtDesk) -> Response:
    return desk.page("measures.html", lambda: _list(desk.kept("measures", measured), desk.language))


def _list(listed: Sequence[Measured], language: Language) -> dict[str, Any]:
    return {"lines": _lines(listed, language), "unusual": sum(bool(one.unusual) for one in listed)}


def _lines(listed: Sequence[Measured], language: Language) -> list[dict[str, Any]]:
    return [
        {
            "name": one.whole.answer.metric, "words": one.whole.answer.definition.words, "definition": one.whole.answer.definition,
            "value": _value(one, language), "unusual": one.unusual,
            "figure": drawn(figure_of(one.months, one.months.charts[-1]), f"m-{one.whole.answer.metric}")
            if one.months.charts[-1].refusal is None else None,
        }
        for one in listed
    ]  # fmt: skip


@router.get("/measures/{name}")
def measure(
    desk: AtDesk,
    name: str,
    by: Annotated[list[str] | None, Query()] = None,
    grain: str = "month",
    since: str = "",
    until: str = "",
    only: Annotated[list[str] | None, Query()] = None,
) -> Response:
    request = Request.of(
        by=[one for one in by or () if one], grain=grain, since=since or None, until=until or None,
        only=pairs([one for one in only or () if one], "only"),
    )  # fmt: skip
    asked = Asked(name, request)
    return desk.page("measure.html", lambda: _whole(desk.kept(asked, lambda reading: measure_told(reading, asked)), desk.language))


def _whole(told: MeasureTold, language: Language) -> dict[str, Any]:
    charts = [_chart(told.charted, at) for at in range(len(told.charted.charts))]
    return {
        "told": told,
        "asked": told.asked.request,
        "days": told.asked.request.cut.days,
        "grains": GRAINS,
        "definition": told.whole.answer.definition,
        "signals": sum(len(one.signals) for one in told.charted.charts),
        "judged": sum(one.judged for one in told.charted.charts),
        "charts": charts[-MOST_CHARTS:],
        "more": max(0, len(charts) - MOST_CHARTS),
        "value": _reading(told.whole, told.whole.answer.readings[-1:], language),
        "numbers": _table(told.charted, language),
        "moved": _moved(told.moved, language) if told.moved else None,
    }


def _value(one: Measured, language: Language) -> dict[str, Any] | None:
    return _reading(one.whole, one.whole.answer.readings[-1:], language)


def _reading(told: Any, readings: Sequence[Any], language: Language) -> dict[str, Any] | None:
    """A value with n and interval, as text; None where there is none to show."""
    if not readings:
        return None
    (one,), span = readings, span_of([readings[0].value])
    if one.hidden or one.value is None:
        why = one.refusal.reason if one.refusal else ""
        return {"text": "", "n": one.n, "interval": "", "why": why, "hidden": one.hidden}
    low, high = (shown(edge, told, span, language.number) for edge in (one.low, one.high))
    interval = f"{low} – {high}" if low and high else ""
    return {"text": shown(one.value, told, span, language.number), "n": one.n, "interval": interval, "why": "", "hidden": False}


def _chart(charted: ChartedMetric, at: int) -> dict[str, Any]:
    one = charted.charts[at]
    said = [f"{signal.says}{GOOD[signal.good]}." for signal in one.signals]
    if one.moved is not None:
        said.append(f"{one.moved.says[:1].upper()}{one.moved.says[1:]}.")
    figure = None if one.refusal else drawn(figure_of(charted, one), f"chart-{at}")
    return {"part": part_of(one), "whole": one.slice is None, "kind": NAMES.get(one.kind, ""), "chart": one, "figure": figure, "said": said}


def _table(charted: ChartedMetric, language: Language) -> dict[str, Any]:
    """Each period and slice with n, interval and limits, the newest first."""
    told, rows, say = charted.told, [], language.gettext
    span = span_of_all(told)

    def text(value: float | None) -> str:
        return shown(value, told, span, language.number) or "–"

    for one in charted.charts:
        for point in one.points:
            rows.append(
                [name_of(charted, one, point), part_of(one), text(point.value), language.number(point.n) if point.n is not None else "–",
                 text(point.low), text(point.high), "; ".join(say(rule.replace("_", " ")) for rule in point.signals)]
            )  # fmt: skip
    columns = [say("period"), say("of"), say("value"), "n", say("usual from"), say("usual to"), say("more than chance")]
    right = [False, False, True, True, True, True, False]
    if not told.answer.by:
        columns, right, rows = [columns[0], *columns[2:]], [right[0], *right[2:]], [[row[0], *row[2:]] for row in rows]
    return {"columns": columns, "rows": rows[::-1], "right": right}


def _moved(moved: Moved, language: Language) -> dict[str, Any]:
    told = moved.told
    span = span_of([moved.before.value, moved.after.value])
    share = told.answer.unit == "share"

    def step(value: Any) -> str:
        if value is None:
            return "–"
        sign = "+" if value > 0 else ""
        return sign + (language.number(100 * float(value), 1) if share else shown(float(value), told, span, language.number))

    def text(value: Any) -> str:
        return "–" if value is None else shown(float(value), told, span, language.number)

    rows = [
        [", ".join(one.slice), step(one.rate + (one.mix or 0)), step(one.rate), step(one.mix), text(one.before), text(one.after),
         f"{language.number(one.n[0])} → {language.number(one.n[1])}"]
        for one in moved.pieces
    ]  # fmt: skip
    return {
        "periods": moved.periods, "before": text(moved.before.value), "after": text(moved.after.value), "change": step(moved.change),
        "rate": step(moved.rate), "mix": step(moved.mix) if moved.mix is not None else None, "against": moved.against, "rows": rows,
        "points": share,
    }  # fmt: skip

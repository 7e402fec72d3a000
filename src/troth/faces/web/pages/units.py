"""Units side by side, without a league table."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from troth.app.pages.units_page import WINDOWS, UnitsPage, units_page
from troth.app.writing import csv_of
from troth.faces.page.figures.standalone import Panel, standalone
from troth.faces.web.desk import AtDesk, Desk
from troth.faces.web.unit_sheet import figure_of, sheet

router = APIRouter(include_in_schema=False)
Asked = Annotated[str, Query(max_length=120)]
COLUMNS = ("unit", "n", "value", "expected", "low", "high", "least", "most", "verdict", "alone", "alone_low", "alone_high")


@router.get("/units")
def units(desk: AtDesk, metric: Asked = "", by: Asked = "", adjust: Asked = "", window: Asked = "year") -> Response:
    return desk.page("units.html", lambda: _laid(desk, _page(desk, metric, by, adjust, window)))


def _laid(desk: Desk, page: UnitsPage) -> dict[str, Any]:
    laid = sheet(page, desk.language)
    asked = urlencode({"metric": page.chosen.metric, "by": page.by, "adjust": page.adjust or "", "window": page.window})
    dimensions = sorted({one for choice in page.choices for one in choice.by})
    return {
        "title": desk.language.gettext("Units"), "headline": laid.headline, "page": page, "sheet": laid, "asked": asked,
        "dimensions": dimensions, "windows": WINDOWS,
    }  # fmt: skip


@router.get("/units.csv")
def units_csv(desk: AtDesk, metric: Asked = "", by: Asked = "", adjust: Asked = "", window: Asked = "year") -> Response:
    """Every unit, in the order of names, in the unit of what units are compared by."""
    page = _page(desk, metric, by, adjust, window)
    rows = [
        (
            one.name, one.n, one.value, one.expected, one.low, one.high, one.least, one.most, one.verdict,
            *((None,) * 3 if one.own is None else (one.own.value, one.own.low, one.own.high)),
        )
        for group in page.said.groups
        for one in group.units
    ]  # fmt: skip
    return desk.csv("units.csv", csv_of(COLUMNS, rows))


@router.get("/units.svg")
def units_svg(desk: AtDesk, metric: Asked = "", by: Asked = "", adjust: Asked = "", window: Asked = "year") -> Response:
    """The funnel as a file of its own."""
    page = _page(desk, metric, by, adjust, window)
    laid = sheet(page, desk.language)
    panel = Panel(page.chosen.words, laid.lede, figure_of(page, desk.language), [laid.headline])
    return desk.svg("units.svg", standalone((panel,), title=page.chosen.words))


def _page(desk: Desk, metric: str, by: str, adjust: str, window: str) -> UnitsPage:
    key = ("units", metric, by, adjust, window)
    return desk.kept(key, lambda reading: units_page(reading, metric or None, by or None, adjust or None, window or "year"))

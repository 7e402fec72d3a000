"""One order, or whatever else a promise is about, clock by clock."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.pages.order_page import order_page
from troth.app.writing import csv_of
from troth.faces.web.desk import AtDesk, Desk
from troth.faces.web.order_sheet import named, sheet

router = APIRouter(include_in_schema=False)
COLUMNS = ("promise", "state", "at", "what")


@router.get("/orders/{id}")
def order(desk: AtDesk, id: str) -> Response:
    return _shown(desk, id, None)


@router.get("/orders/{type}/{id}")
def order_of_type(desk: AtDesk, type: str, id: str) -> Response:
    return _shown(desk, id, type)


@router.get("/orders/{type}/{id}/clock.csv")
def clock(desk: AtDesk, type: str, id: str) -> Response:
    """What happened, promise by promise, in the order of time."""
    page = desk.asked(lambda reading: order_page(reading, id, type, desk.served.workspace))
    rows = [(one.judged.promise, one.judged.state, line.at, line.what) for one in page.promises for line in one.judged.clock]
    return desk.csv(f"{id}.csv", csv_of(COLUMNS, rows))


def _shown(desk: Desk, id: str, type: str | None) -> Response:
    page = desk.asked(lambda reading: order_page(reading, id, type, desk.served.workspace))
    laid = sheet(page, desk.language)
    return desk.show("order.html", title=named(page), headline=laid.headline, page=page, sheet=laid)

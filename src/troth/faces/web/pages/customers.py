"""Customers: those whom we missed of late, and one of them whole."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.pages.customer_page import customer_page, customers_page
from troth.app.writing import csv_of
from troth.faces.web.customer_sheet import customers_sheet, sheet
from troth.faces.web.desk import AtDesk

router = APIRouter(include_in_schema=False)
COLUMNS = ("at", "system", "type", "id", "what")


@router.get("/customers")
def customers(desk: AtDesk) -> Response:
    page = desk.kept("customers", customers_page)
    laid = customers_sheet(page, desk.language)
    return desk.show("customers.html", title=desk.language.gettext("Customers"), headline=laid.headline, page=page, sheet=laid)


@router.get("/customers/{id}")
def customer(desk: AtDesk, id: str, lines: Literal["newest", "every"] = "newest") -> Response:
    page = desk.kept(("customer", id), lambda reading: customer_page(reading, id))
    laid = sheet(page, desk.language, every=lines == "every")
    return desk.show("customer.html", title=laid.name, headline=laid.headline, page=page, sheet=laid)


@router.get("/customers/{id}/story.csv")
def story(desk: AtDesk, id: str) -> Response:
    """All that happened, the newest first."""
    page = desk.asked(lambda reading: customer_page(reading, id))
    return desk.csv("story.csv", csv_of(COLUMNS, [(one.at, one.system, one.type, one.id, one.what) for one in page.lines]))

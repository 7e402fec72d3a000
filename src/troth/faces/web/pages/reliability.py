"""Supplier, unit and customer on one page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from troth.app.pages.reliability_page import reliability_page
from troth.faces.web.desk import AtDesk
from troth.faces.web.reliability_sheet import sheet

router = APIRouter(include_in_schema=False)
Asked = Annotated[str, Query(max_length=120)]


@router.get("/reliability")
def reliability(desk: AtDesk, promise: Asked = "", by: Asked = "") -> Response:
    page = desk.kept(("reliability", promise, by), lambda reading: reliability_page(reading, promise or None, by or None))
    laid = sheet(page, desk.language)
    return desk.show("reliability.html", title=desk.language.gettext("Reliability"), headline=laid.headline, page=page, sheet=laid)

"""The Monday page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from troth.app.monday import MondayPage, monday_page
from troth.app.said import ids_of
from troth.app.writing import csv_of
from troth.faces.page.sheet import sheet
from troth.faces.web.desk import AtDesk, Desk

router = APIRouter(include_in_schema=False)
FIRST = {"monday": monday_page}


def told(desk: Desk) -> MondayPage:
    """The page's data, made once for each snapshot and scope."""
    return desk.kept("monday", monday_page)


@router.get("/")
def monday(desk: AtDesk) -> Response:
    return desk.page("monday.html", lambda: _laid(told(desk)))


def _laid(page: MondayPage) -> dict[str, Any]:
    return {**sheet(page.page), "monday": page, "weekly": {one.promise: one for one in page.promises}}


@router.get("/statements/{name}.csv")
def statement_ids(desk: AtDesk, name: str) -> Response:
    """The orders behind a statement, one id a row."""
    ids = ids_of(desk.reading(), told(desk).queries, name)
    return desk.csv(f"{name}.csv", csv_of(("id",), ((id,) for id in ids)))


@router.get("/fresh")
def fresh(desk: AtDesk) -> Response:
    """The snapshot in force: a page that shows another one says so."""
    return PlainTextResponse(desk.served.snapshot_or_none() or "")

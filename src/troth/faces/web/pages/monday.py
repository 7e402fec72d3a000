"""The Monday page."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from troth.app.said import listed_ids, said
from troth.app.writing import csv_of
from troth.faces.page.sheet import sheet
from troth.faces.web.desk import AtDesk

router = APIRouter(include_in_schema=False)


@router.get("/")
def monday(desk: AtDesk) -> Response:
    return desk.show("monday.html", **desk.kept("monday", lambda reading: sheet(said(reading))))


@router.get("/statements/{name}.csv")
def statement_ids(desk: AtDesk, name: str) -> Response:
    """The orders behind a statement, one id a row."""
    ids = desk.kept(("statement", name), lambda reading: listed_ids(reading, name))
    return desk.csv(f"{name}.csv", csv_of(("id",), ((id,) for id in ids)))


@router.get("/fresh")
def fresh(desk: AtDesk) -> Response:
    """The snapshot in force: a page that shows another one says so."""
    return PlainTextResponse(desk.served.snapshot_or_none() or "")

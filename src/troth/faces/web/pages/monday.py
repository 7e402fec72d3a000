"""The Monday page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import PlainTextResponse, Response

from troth.access import Role
from troth.app.answers.cases import waiting
from troth.app.letters.digest import Exported, exported
from troth.app.pages.monday import MondayPage, monday_page
from troth.app.pages.said import ids_of
from troth.app.writing import csv_of
from troth.faces.page.sheet import sheet
from troth.faces.web.desk import AtDesk, Desk, at_least

router = APIRouter(include_in_schema=False)
FIRST = {"monday": monday_page}


def told(desk: Desk) -> MondayPage:
    """The page's data, made once for each snapshot and scope."""
    return desk.kept("monday", monday_page)


@router.get("/")
def monday(desk: AtDesk) -> Response:
    may_export = desk.viewer.may(Role.analyst)
    cases = desk.noted("waiting", lambda _: waiting(desk.served.workspace)) if desk.viewer.scope.whole else ()
    return desk.page("monday.html", lambda: {**_laid(told(desk)), "may_export": may_export, "cases": cases}, beside=cases)


def _laid(page: MondayPage) -> dict[str, Any]:
    return {**sheet(page.page), "monday": page, "weekly": {one.promise: one for one in page.promises}}


@router.get("/statements/{name}.csv")
def statement_ids(desk: AtDesk, name: str) -> Response:
    """The orders behind a statement, one id a row."""
    queries = told(desk).queries
    ids = desk.asked(lambda reading: ids_of(reading, queries, name))
    return desk.csv(f"{name}.csv", csv_of(("id",), ((id,) for id in ids)))


@router.get("/monday.pdf")
def pdf(desk: Annotated[Desk, Depends(at_least(Role.analyst))]) -> Response:
    from troth.faces.outgoing import paper

    page = _exported(desk)
    made = desk.kept(("monday.pdf", desk.language.code, page.old), lambda _: paper.pdf(page, desk.language))
    return desk.file("monday.pdf", made, "application/pdf")


@router.get("/monday.pptx")
def pptx(desk: Annotated[Desk, Depends(at_least(Role.analyst))]) -> Response:
    from troth.faces.outgoing import slides

    page = _exported(desk)
    made = desk.kept(("monday.pptx", desk.language.code, page.old), lambda _: slides.pptx(page, desk.language))
    return desk.file("monday.pptx", made, "application/vnd.openxmlformats-officedocument.presentationml.presentation")


def _exported(desk: Desk) -> Exported:
    page, now = told(desk), desk.served.workspace.now()
    return desk.asked(lambda reading: exported(reading, desk.viewer.scope, now, page))


@router.get("/fresh")
def fresh(desk: AtDesk) -> Response:
    """The snapshot in force: a page that shows another one says so."""
    return PlainTextResponse(desk.served.snapshot_or_none() or "")

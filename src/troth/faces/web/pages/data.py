"""Data: where the numbers come from, what was lost on the way, and what is still to be set up."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.pages.data_page import cases_on_page, told_data
from troth.app.rulebook.rules import read_rules
from troth.app.starting.first_run import Step, first_run
from troth.faces.page.data_sheet import data_sheet
from troth.faces.web.desk import Desk, SeesAll

LOOKED_AT_S = 10

router = APIRouter(include_in_schema=False)


@router.get("/data")
def data(desk: SeesAll) -> Response:
    cases = desk.noted("cases", lambda reading: cases_on_page(desk.served.workspace, reading))
    page = data_sheet({**desk.kept("data", told_data), "cases": cases}, desk.language.number)
    return desk.show("data_page.html", **page, steps=steps(desk))


@router.get("/start")
def start(desk: SeesAll) -> Response:
    """What is still to be set up."""
    return desk.show("start.html", steps=steps(desk))


def steps(desk: Desk) -> tuple[Step, ...]:
    """Looked at anew every few seconds: the rules change without a build."""
    workspace = desk.served.workspace
    slot = int(workspace.now().timestamp()) // LOOKED_AT_S
    return desk.kept(("steps", slot), lambda _: first_run(workspace, read_rules(workspace), workspace.lake.current()))

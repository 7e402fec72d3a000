"""Promises: a line for each, and one of them whole."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.promise_pages import Promised, PromiseTold, promise_told, promised
from troth.faces.page.sheet import table_of
from troth.faces.web.desk import AtDesk
from troth.faces.web.figures import drawn

router = APIRouter(include_in_schema=False)
FIRST = {"promises": promised}


@router.get("/promises")
def promises(desk: AtDesk) -> Response:
    listed: tuple[Promised, ...] = desk.kept("promises", promised)
    figures = desk.laid("promises", lambda: {one.listed.name: drawn(one.weeks, f"weeks-{one.listed.name}") for one in listed})
    least = min((one.listed for one in listed if one.listed.due.low is not None), key=lambda one: one.due.low or 0, default=None)
    return desk.show("promises.html", listed=listed, figures=figures, least=least)


@router.get("/promises/{name}")
def promise(desk: AtDesk, name: str) -> Response:
    told: PromiseTold = desk.kept(("promise", name), lambda reading: promise_told(reading, name))
    return desk.show("promise.html", told=told, one=told.whole.listed, **desk.laid(("promise", name), lambda: _laid(told)))


def _laid(told: PromiseTold) -> dict[str, Any]:
    table = told.by_week
    return {
        "weeks": drawn(told.weeks, "weeks"),
        "delay": drawn(told.delay, "delay"),
        "by_week": table_of({"columns": table.columns, "rows": table.rows}) if table else None,
    }

"""Promises: a line for each, and one of them whole."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.promise_pages import Promised, PromiseTold, promise_told, promised
from troth.faces.page.sheet import table_of
from troth.faces.web.desk import AtDesk
from troth.faces.web.figures import drawn

router = APIRouter(include_in_schema=False)


@router.get("/promises")
def promises(desk: AtDesk) -> Response:
    listed: tuple[Promised, ...] = desk.kept("promises", promised)
    figures = {one.listed.name: drawn(one.weeks, f"weeks-{one.listed.name}") for one in listed}
    least = min((one.listed for one in listed if one.listed.due.low is not None), key=lambda one: one.due.low or 0, default=None)
    return desk.show("promises.html", listed=listed, figures=figures, least=least)


@router.get("/promises/{name}")
def promise(desk: AtDesk, name: str) -> Response:
    told: PromiseTold = desk.kept(("promise", name), lambda reading: promise_told(reading, name))
    return desk.show(
        "promise.html", told=told, one=told.whole.listed, weeks=drawn(told.weeks, "weeks"), delay=drawn(told.delay, "delay"),
        by_week=table_of({"columns": told.by_week.columns, "rows": told.by_week.rows}) if told.by_week else None,
    )  # fmt: skip

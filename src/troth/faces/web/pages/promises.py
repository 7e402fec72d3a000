"""Promises: a line for each, and one of them whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.answers.holdings import Huddles
from troth.app.pages.promise_pages import Promised, PromiseTold, huddle_told, promise_told, promised, promised_huddles
from troth.faces.page.sheet import table_of
from troth.faces.web.desk import AtDesk
from troth.faces.web.figures import drawn
from troth.metrics.huddles import PROMISED

router = APIRouter(include_in_schema=False)
FIRST = {"promises": promised}


@router.get("/promises")
def promises(desk: AtDesk) -> Response:
    held = desk.noted("huddles", lambda reading: promised_huddles(desk.served.workspace, reading))
    return desk.page(
        "promises.html", lambda: _list(desk.kept("promises", promised), [one for one, _ in held]), beside=tuple(by for _, by in held)
    )


@router.get("/promises/{name}")
def promise(desk: AtDesk, name: str) -> Response:
    if name.startswith(PROMISED):
        told, held = desk.noted(("promise", name), lambda reading: huddle_told(desk.served.workspace, reading, name))
        return desk.page("promise.html", lambda: _whole(told, held), beside=held)
    return desk.page("promise.html", lambda: _whole(desk.kept(("promise", name), lambda reading: promise_told(reading, name))))


def _list(listed: Sequence[Promised], held: Sequence[Promised]) -> dict[str, Any]:
    """held: to hold a huddle; the headline is of the others."""
    figures = {one.listed.name: drawn(one.weeks, f"weeks-{one.listed.name}") for one in (*listed, *held)}
    least = min((one.listed for one in listed if one.listed.due.low is not None), key=lambda one: one.due.low or 0, default=None)
    return {"listed": (*listed, *held), "figures": figures, "least": least}


def _whole(told: PromiseTold, held: Huddles | None = None) -> dict[str, Any]:
    table = told.by_week
    return {
        "told": told,
        "held": held,
        "one": told.whole.listed,
        "weeks": drawn(told.weeks, "weeks"),
        "delay": drawn(told.delay, "delay"),
        "by_week": table_of({"columns": table.columns, "rows": table.rows}) if table else None,
    }

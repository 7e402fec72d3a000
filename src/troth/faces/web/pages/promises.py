"""Promises: a line for each, and one of them whole."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.promises import list_promises, whole_promise
from troth.faces.web.desk import AtDesk

router = APIRouter(include_in_schema=False)


@router.get("/promises")
def promises(desk: AtDesk) -> Response:
    return desk.show("promises.html", title=desk.language.gettext("Promises"), listed=desk.kept("promises", list_promises))


@router.get("/promises/{name}")
def promise(desk: AtDesk, name: str) -> Response:
    whole = desk.kept(("promise", name), lambda reading: whole_promise(reading, name))
    return desk.show("promise.html", title=whole.listed.words, whole=whole)

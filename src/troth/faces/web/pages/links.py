"""What the links of a letter open: its pages, and that it comes no more."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.access import Role, Viewer
from troth.faces.web.by_link import keep, landing, opened, stop
from troth.faces.web.desk import NOBODY, Desk, spoken
from troth.kernel.errors import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/link/{key}")
def link(request: Request, key: str) -> Response:
    """To the page of its letter. Who is signed in stays who that is; nobody else is told more than that it opens nothing."""
    found = opened(request, key)
    if found is None:
        if request.app.state.gate.viewer(request) is None:
            raise NotFound("this link opens nothing any more", next_step="Links in letters last a week: take that of the newest one.")
        return RedirectResponse("/", 303)
    return keep(request, RedirectResponse(landing(request, found[1]), 303), key)


@router.get("/link/{key}/stop")
def ask(request: Request, key: str) -> Response:
    """Programs that look into letters follow what is linked there: it is asked, and nothing is done yet."""
    return _shown(request, key, done=False)


@router.post("/link/{key}/stop")
def done(request: Request, key: str) -> Response:
    """The same answer whether or not it was stopped before, or was anything at all."""
    stop(request, key)
    return _shown(request, key, done=True)


def _shown(request: Request, key: str, *, done: bool) -> Response:
    found = opened(request, key)
    viewer = Viewer(NOBODY, Role.viewer, language=found[0].language) if found else Viewer(NOBODY, Role.viewer)
    desk = Desk(request, request.app.state.served, viewer, spoken(request, viewer))
    say = desk.language.gettext
    headline = say("These letters come no more.") if done else say("Have these letters no more?")
    return desk.show("stop.html", title=say("Letters"), headline=headline, done=done)

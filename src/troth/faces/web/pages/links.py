"""What the link of a letter opens."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.faces.web.by_link import keep, opened
from troth.kernel.errors import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/link/{key}")
def link(request: Request, key: str) -> Response:
    """To the Monday page. Who is signed in stays who that is; nobody else is told more than that it opens nothing."""
    found = opened(request, key)
    if found is None:
        if request.app.state.gate.viewer(request) is None:
            raise NotFound("this link opens nothing any more", next_step="Links in letters last a week: take that of the newest one.")
        return RedirectResponse("/", 303)
    return keep(request, RedirectResponse("/", 303), key)

"""One's own results, beside one's team's; nobody else's."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.people.own_results import own_results
from troth.faces.web.own_sheet import sheet
from troth.faces.web.pages.account import AtOwn

router = APIRouter(include_in_schema=False)


@router.get("/me")
def me(desk: AtOwn) -> Response:
    """Written anew for whoever asks: what is kept of pages is kept for all of a scope."""
    results = own_results(desk.access, desk.served, desk.viewer)
    return desk.show("me.html", parts=sheet(results, desk.language))

"""From each role, the board too, to what customers get of it and whether they come back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.pages.roles import RolePage, role_page, roles_of
from troth.faces.web.desk import AtDesk, Desk
from troth.faces.web.role_sheet import names, sheet

router = APIRouter(include_in_schema=False)


@router.get("/roles")
def roles(desk: AtDesk) -> Response:
    say = desk.language.gettext
    headline = say("Everybody's work ends with a customer who was served as promised, and comes back.")
    return desk.show("roles.html", title=say("Roles"), headline=headline, roles=names(desk.kept("roles", roles_of)))


@router.get("/roles/{role}")
def role(desk: AtDesk, role: str) -> Response:
    return desk.page("role.html", lambda: _laid(desk, desk.kept(("role", role), lambda reading: role_page(reading, role))))


def _laid(desk: Desk, page: RolePage) -> dict[str, Any]:
    laid = sheet(page, desk.language)
    return {"title": laid.name, "headline": laid.headline, "page": page, "sheet": laid}

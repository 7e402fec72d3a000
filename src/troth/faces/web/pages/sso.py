"""Signing in by an identity provider: there and back."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from troth.access.sso import Provider
from troth.app.people.sso import come_back, send
from troth.faces.web.guard import local
from troth.faces.web.pages.signing_in import AtPorch, Porch, next_of
from troth.kernel.errors import BadValue, NotFound

router = APIRouter(include_in_schema=False)
BACK = "/sign-in/sso/back"


@router.get("/sign-in/sso")
def go(porch: AtPorch, to: str = "/") -> Response:
    gate = porch.gate
    address = send(porch.access, _provider(porch), gate.browser(porch.request), local(to), _back(porch))
    return gate.visited(porch.request, RedirectResponse(address, 303))


@router.get(BACK)
def back(porch: AtPorch, state: str = "", code: str = "", error: str = "") -> Response:
    if error or not code:
        raise BadValue("the identity provider did not let you in", next_step="Sign in again.")
    gate = porch.gate
    done, to = come_back(porch.access, _provider(porch), gate.browser(porch.request), state, code, _back(porch))
    return gate.open(RedirectResponse(next_of(done, local(to)), 303), done.key)


def _provider(porch: Porch) -> Provider:
    if porch.gate.provider is None:
        raise NotFound("nobody signs in by an identity provider here", next_step="Sign in by name and password.")
    return porch.gate.provider


def _back(porch: Porch) -> str:
    return f"{str(porch.request.base_url).rstrip('/')}{BACK}"

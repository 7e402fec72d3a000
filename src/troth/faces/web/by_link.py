"""Who comes by the link of a letter: a cookie holds its key, and each request is held against what is kept of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from troth.access import Viewer
from troth.app.letters.links import viewer_of
from troth.sending import Link

COOKIE = "troth-link"


def by_link(request: Request) -> Viewer | None:
    """None where the link expired, or what it was sent for is sent no more. It opens pages, and nothing that changes anything."""
    key = request.cookies.get(COOKIE)
    found = opened(request, key) if key and request.method in ("GET", "HEAD") else None
    return found[0] if found else None


def opened(request: Request, key: str) -> tuple[Viewer, Link] | None:
    state = request.app.state
    return None if state.links is None else viewer_of(state.links, key, state.served.workspace.now())


def keep(request: Request, response: Response, key: str) -> Response:
    """Give the browser the key until it is closed; it is sent by TLS only where it came by TLS."""
    response.set_cookie(COOKIE, key, path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax")
    return response

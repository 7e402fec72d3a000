"""Who comes by the link of a letter: a cookie holds its key, and each request is held against what is kept of it."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from troth.access import Viewer
from troth.app.letters.links import viewer_of
from troth.app.letters.sending import stop as stop_letters
from troth.sending import Link

COOKIE = "troth-link"


def by_link(request: Request) -> Viewer | None:
    """None where the link expired, or what it was sent for is sent no more. It opens pages, and nothing that changes anything."""
    key = request.cookies.get(COOKIE)
    found = opened(request, key) if key and request.method in ("GET", "HEAD") else None
    return found[0] if found else None


def opened(request: Request, key: str) -> tuple[Viewer, Link] | None:
    state = request.app.state
    return None if state.sending is None else viewer_of(state.sending.links, key, state.served.workspace.now(), state.sending.account_of)


def landing(request: Request, link: Link) -> str:
    """The page of the letter in which a link is."""
    schedule = request.app.state.sending.schedules.find(link.schedule)
    return "/" if schedule is None or schedule.unit is None else f"/huddle/{quote(schedule.unit, safe='=')}"


def stop(request: Request, key: str) -> None:
    """Have the letters no more in one of which the link is."""
    state = request.app.state
    if state.sending is not None:
        stop_letters(state.served.workspace, state.sending, key)


def keep(request: Request, response: Response, key: str) -> Response:
    """Give the browser the key until it is closed; it is sent by TLS only where it came by TLS."""
    response.set_cookie(COOKIE, key, path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax")
    return response

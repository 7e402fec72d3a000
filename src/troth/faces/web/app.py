"""The server of one operation: pages and REST, from this machine alone, with nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from troth import __version__
from troth.app.letters.sending import Sending
from troth.app.pages.served import Served
from troth.faces import api
from troth.faces.web import errors, guard, pages, static_files
from troth.faces.web.gate import Gate, OpenGate
from troth.faces.web.guard import Taken

POLICY = (
    "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
OPEN, PRIVATE = "private, no-cache", "private, no-store"
STRICT = "max-age=31536000; includeSubDomains"


def web_app(served: Served, gate: Gate, sending: Sending | None = None) -> FastAPI:
    """The pages of an operation. gate: who is at the door. sending: of letters, whose links open pages, where any are sent."""
    app = FastAPI(title="Troth", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.served, app.state.gate, app.state.sending = served, gate, sending
    app.middleware("http")(_at_the_door)
    errors.add_to(app)
    app.include_router(static_files.router)
    for router in (*pages.ROUTERS, *api.ROUTERS):
        app.include_router(router, dependencies=[Taken])
    return app


async def _at_the_door(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse what may not be sent before anything reads it, and say with every answer how a browser is to treat it."""
    status = guard.refused(request)
    response = await call_next(request) if status is None else await run_in_threadpool(errors.not_taken, request, status)
    if getattr(request.app.state.gate, "tls", False):
        response.headers.setdefault("strict-transport-security", STRICT)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("cache-control", OPEN if isinstance(request.app.state.gate, OpenGate) else PRIVATE)
    return response

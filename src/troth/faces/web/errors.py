"""What somebody reads when a page cannot be given: what was asked, what is there, what to do next."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from troth.access import Role, Viewer
from troth.app.people.access import refused
from troth.faces.api.problems import problem
from troth.faces.language import Language
from troth.faces.web.by_link import by_link
from troth.faces.web.desk import NOBODY, Desk, MayNot, SignInFirst, access_of, spoken
from troth.faces.web.gate import API
from troth.faces.web.guard import SAFE, NotTaken
from troth.faces.web.refused import SAID, refusal_in
from troth.kernel.errors import BadValue, BookError, Busy, NotFound, TrothError

NOT_KNOWN = Viewer(NOBODY, Role.viewer)
log = logging.getLogger("troth.web")


def add_to(app: FastAPI) -> None:
    app.exception_handler(SignInFirst)(_sign_in)
    app.exception_handler(MayNot)(_may_not)
    app.exception_handler(NotTaken)(_not_taken)
    app.exception_handler(TrothError)(_refused)
    app.exception_handler(HTTPException)(_not_there)
    app.exception_handler(RequestValidationError)(_not_understood)
    app.exception_handler(Exception)(_broken)


def _sign_in(request: Request, _: Exception) -> Response:
    """A page is asked for again once somebody is signed in; what asks by itself from within one is told that it may not."""
    if request.url.path.startswith(API):
        return problem(401, "Nobody is signed in.", "Send a token: Authorization: Bearer troth_…")
    if request.headers.get("sec-fetch-mode", "navigate") != "navigate":
        return Response(status_code=401, headers={"hx-redirect": "/sign-in"})
    path = request.url.path if request.method in SAFE else "/"
    return RedirectResponse("/sign-in" if path == "/" else f"/sign-in?{urlencode({'to': path})}", 303)


def not_taken(request: Request, status: int) -> Response:
    say = _language(request).gettext
    if request.app.state.gate.form_key(request) is None:
        cause, next_step = say("This is a demonstration: everybody may read all of it."), ""
        return _page(request, status, say("Nothing can be changed here."), cause, next_step)
    cause, next_step = say("It did not come from an open page of ours."), say("Open the page again, and send it from there.")
    return _page(request, status, say("This was not taken."), cause, next_step)


def _not_taken(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotTaken)
    return not_taken(request, error.status)


def _may_not(request: Request, error: Exception) -> Response:
    assert isinstance(error, MayNot)
    access, viewer = access_of(request), request.app.state.gate.viewer(request) or by_link(request)
    if access is not None and viewer is not None:
        refused(access, viewer, f"{request.method} {getattr(request.scope.get('route'), 'path', '')}")
    say = _language(request).gettext
    needs = say("It is for those who see the whole operation.") if error.needs is None else say("Your role does not include it.")
    return _page(request, 403, say("This is not yours to see."), needs, say("Ask whoever gives access here."))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, TrothError)
    say = _language(request).gettext
    found = (
        (NotFound, 404, say("There is no such thing here.")),
        (BadValue, 400, say("This cannot be asked so.")),
        (BookError, 422, say("The rules have an error.")),
        (Busy, 503, say("Somebody else is writing just now.")),
    )
    status, title = next(((status, title) for kind, status, title in found if isinstance(error, kind)), (500, say("This did not work.")))
    if status == 500:
        log.error("a page failed", exc_info=error)
    known = error.what in SAID and not request.url.path.startswith(API)
    cause = refusal_in(_language(request), error) if known else str(error)
    return _page(request, status, title, cause, "", error, untranslated=not known)


def _not_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    say = _language(request).gettext
    title = say("There is no page of this name.") if error.status_code == 404 else say("This cannot be asked so.")
    return _page(request, error.status_code, title, "", say("Start from the Monday page."))


def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    say = _language(request).gettext
    told = "; ".join(f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in error.errors())
    return _page(request, 400, say("This cannot be asked so."), told, "", untranslated=True)


def _broken(request: Request, error: Exception) -> Response:
    log.error("a page failed", exc_info=error)
    say = _language(request).gettext
    return _page(request, 500, say("This did not work."), say("Nothing was lost."), say("What went wrong is in the server's log."))


def _language(request: Request) -> Language:
    return spoken(request, request.app.state.gate.viewer(request))


def _page(
    request: Request, status: int, title: str, cause: str, next_step: str, error: TrothError | None = None, *, untranslated: bool = False
) -> Response:
    """untranslated: the cause is as the rooms say it, in English."""
    if request.url.path.startswith(API):
        return problem(status, title, cause, error)
    viewer = request.app.state.gate.viewer(request)
    desk = Desk(request, request.app.state.served, viewer or NOT_KNOWN, _language(request))
    said = {"title": title, "headline": title, "cause": cause, "next_step": next_step, "untranslated": untranslated}
    return HTMLResponse(desk.written("error.html", **said), status)

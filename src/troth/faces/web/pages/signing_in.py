"""Signing in and out, taking an account by a one-time link, and the language of a browser."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from troth.access import Role, Viewer
from troth.access.account import Stage
from troth.app.people.access import Access
from troth.app.people.factors import waiting
from troth.app.people.signing_in import NotLetIn, Opened, sign_in, sign_out, welcome
from troth.faces.language import CATALOGUES
from troth.faces.web.desk import NOBODY, AtDesk, Desk, language_cookie, spoken
from troth.faces.web.gate import AccountGate
from troth.faces.web.guard import local
from troth.faces.web.refused import refusal_in
from troth.kernel.errors import BadValue, NotFound

router = APIRouter(include_in_schema=False)
YEAR = 365 * 24 * 3600


class WithAccounts(Desk):
    """The desk of a page where people have accounts."""

    @property
    def gate(self) -> AccountGate:
        found: AccountGate = self.request.app.state.gate
        return found

    @property
    def access(self) -> Access:
        return self.gate.access

    @property
    def key(self) -> str:
        return self.gate.key(self.request)


class Porch(WithAccounts):
    """The desk of a page that is open to those who have not signed in."""

    def show(self, name: str, status: int = 200, **data: object) -> Response:
        return self.gate.visited(self.request, super().show(name, status, **data))


def porch(request: Request) -> Porch:
    """Raises NotFound where nobody has to sign in."""
    if not isinstance(request.app.state.gate, AccountGate):
        raise NotFound("nobody has to sign in here", next_step="Everybody may read everything.")
    return Porch(request, request.app.state.served, Viewer(NOBODY, Role.viewer), spoken(request, None))


AtPorch = Annotated[Porch, Depends(porch)]
Text = Annotated[str, Form()]


@router.get("/sign-in")
def ask(porch: AtPorch, to: str = "/") -> Response:
    if porch.gate.viewer(porch.request) is not None:
        return RedirectResponse(local(to), 303)
    if waiting(porch.access, porch.key) is not None:
        return RedirectResponse(f"/sign-in/code?{urlencode({'to': local(to)})}", 303)
    return porch.show("sign_in.html", to=local(to), said="", sso=porch.gate.provider is not None)


@router.post("/sign-in")
def enter(porch: AtPorch, name: Text = "", password: Text = "", to: Text = "/") -> Response:
    client = porch.request.client
    done = sign_in(porch.access, name, password, client.host if client else "")
    if isinstance(done, NotLetIn):
        return porch.show("sign_in.html", 401, to=local(to), said=said_of(porch, done), sso=porch.gate.provider is not None)
    return porch.gate.open(RedirectResponse(next_of(done, local(to)), 303), done.key)


@router.get("/sign-out")
def ask_to_leave(_: AtPorch, desk: AtDesk) -> Response:
    """A page of its own, so that others hold no form, and with it no secret, and are sent compressed."""
    return desk.show("sign_out.html")


@router.post("/sign-out")
def leave(porch: AtPorch) -> Response:
    sign_out(porch.access, porch.key)
    return porch.gate.close(RedirectResponse("/sign-in", 303))


@router.get("/welcome")
def welcomed(porch: AtPorch) -> Response:
    """The key stands behind the #, so that it is in no address that is sent."""
    return porch.show("welcome.html", said="", key="", typed="")


@router.post("/welcome")
def take(porch: AtPorch, key: Text = "", name: Text = "", password: Text = "") -> Response:
    try:
        done = welcome(porch.access, key.strip(), name, password)
    except BadValue as error:
        return porch.show("welcome.html", 400, said=refusal_in(porch.language, error), key=key, typed=name)
    return porch.gate.open(RedirectResponse(next_of(done, "/"), 303), done.key)


@router.get("/language/{code}")
def choose(request: Request, code: str, to: str = "/") -> Response:
    """The language of this browser, for those whose account says none."""
    if code not in CATALOGUES:
        raise NotFound("no such language", got=f"'{code}'", allowed=", ".join(CATALOGUES))
    response = RedirectResponse(local(to), 303)
    tls = getattr(request.app.state.gate, "tls", False)
    response.set_cookie(language_cookie(request), code, YEAR, path="/", httponly=True, samesite="lax", secure=tls)
    return response


def next_of(done: Opened, to: str) -> str:
    """Where whoever has signed in goes on: to what the session lacks, to what others did to the account, or where they wanted to."""
    if done.stage is not Stage.open:
        return f"/sign-in/code?{urlencode({'to': to})}"
    return "/account#others" if done.told else to


def said_of(desk: Desk, done: NotLetIn) -> str:
    say = desk.language
    minutes = -(-int(done.wait.total_seconds()) // 60)
    if not minutes:
        return say.gettext("The name or the password is not right.")
    waiting = say.ngettext("Too many tries. Try again in a minute.", "Too many tries. Try again in %(num)s minutes.", minutes)
    return waiting % {"num": minutes}

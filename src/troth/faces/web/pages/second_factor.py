"""The second factor: asked for behind the password, set up, and taken away."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from troth.access.account import Stage
from troth.access.factor import Factor, address, written
from troth.app.people.factors import Begun, Waiting, confirm, give_up, more_codes, pass_code, propose, proposed, waiting
from troth.app.people.signing_in import NotLetIn
from troth.faces.web.guard import local
from troth.faces.web.pages.account import AtOwn, shown
from troth.faces.web.pages.signing_in import AtPorch, Porch, Text, WithAccounts, next_of, said_of
from troth.faces.web.qr import qr
from troth.faces.web.refused import refusal_in
from troth.kernel.errors import BadValue

router = APIRouter(include_in_schema=False)
DOOR, SET_UP = "/sign-in/factor", "/account/factor"


@router.get("/sign-in/code")
def ask(porch: AtPorch, to: str = "/") -> Response:
    """What a session lacks that is not open yet: a code, or a second factor."""
    found = waiting(porch.access, porch.key)
    return _begin_again(to) if found is None else _at_door(porch, found, local(to))


@router.post("/sign-in/code")
def enter(porch: AtPorch, code: Text = "", to: Text = "/") -> Response:
    found, done = waiting(porch.access, porch.key), pass_code(porch.access, porch.key, code)
    if found is None or done is None:
        return _begin_again(to)
    if isinstance(done, NotLetIn):
        return _at_door(porch, found, local(to), 401, said=_wrong_code(porch, done))
    return porch.gate.open(RedirectResponse(next_of(done, local(to)), 303), done.key)


@router.post(DOOR)
def begin_at_door(porch: AtPorch, to: Text = "/") -> Response:
    """Somebody whose role asks for a second factor sets one up, who gave the password a moment ago."""
    found = waiting(porch.access, porch.key)
    if found is None or found.stage is not Stage.enrol or propose(porch.access, porch.key) is not None:
        return _begin_again(to)
    return RedirectResponse(f"/sign-in/code?{urlencode({'to': local(to)})}", 303)


@router.post(f"{DOOR}/confirm")
def confirm_at_door(porch: AtPorch, code: Text = "", to: Text = "/") -> Response:
    found, done = waiting(porch.access, porch.key), confirm(porch.access, porch.key, code)
    if found is None or done is None:
        return _begin_again(to)
    if isinstance(done, NotLetIn):
        return _at_door(porch, found, local(to), 401, said=_wrong_code(porch, done))
    return _codes(porch, done, local(to))


@router.post(SET_UP)
def begin(desk: AtOwn, password: Text = "") -> Response:
    try:
        refusal = propose(desk.access, desk.key, password)
    except BadValue as error:
        return shown(desk, 400, wrong=refusal_in(desk.language, error))
    return RedirectResponse(SET_UP, 303) if refusal is None else shown(desk, 401, wrong=_wrong(desk, refusal))


@router.get(SET_UP)
def set_up(desk: AtOwn) -> Response:
    factor = proposed(desk.access, desk.key)
    return RedirectResponse("/account#factor", 303) if factor is None else _drawn(desk, factor, SET_UP, "/account")


@router.post(f"{SET_UP}/confirm")
def confirm_own(desk: AtOwn, code: Text = "") -> Response:
    factor, done = proposed(desk.access, desk.key), confirm(desk.access, desk.key, code)
    if factor is None or done is None:
        return RedirectResponse("/account#factor", 303)
    if isinstance(done, NotLetIn):
        return _drawn(desk, factor, SET_UP, "/account", 401, said=_wrong_code(desk, done))
    return _codes(desk, done, "/account")


@router.post(f"{SET_UP}/codes")
def codes(desk: AtOwn, password: Text = "", code: Text = "") -> Response:
    """Ten new recovery codes."""
    try:
        done = more_codes(desk.access, desk.key, password, code)
    except BadValue as error:
        return shown(desk, 400, wrong=refusal_in(desk.language, error))
    if isinstance(done, NotLetIn):
        return shown(desk, 401, wrong=_wrong(desk, done))
    return desk.show("recovery_codes.html", codes=done, to="/account")


@router.post(f"{SET_UP}/remove")
def remove(desk: AtOwn, password: Text = "", code: Text = "") -> Response:
    try:
        done = give_up(desk.access, desk.key, password, code)
    except BadValue as error:
        return shown(desk, 400, wrong=refusal_in(desk.language, error))
    if isinstance(done, NotLetIn):
        return shown(desk, 401, wrong=_wrong(desk, done))
    return desk.gate.open(RedirectResponse(next_of(done, "/account"), 303), done.key)


def _at_door(porch: Porch, found: Waiting, to: str, status: int = 200, *, said: str = "") -> Response:
    if found.stage is Stage.code:
        return porch.show("code.html", status, to=to, said=said)
    factor = proposed(porch.access, porch.key)
    if factor is None:
        return porch.show("factor_needed.html", status, to=to, said=said)
    return _drawn(porch, factor, DOOR, to, status, said=said)


def _drawn(desk: WithAccounts, factor: Factor, way: str, to: str, status: int = 200, *, said: str = "") -> Response:
    """The secret as a picture and as a text, in the page alone."""
    name = desk.access.accounts.names().get(factor.account, "")
    picture, secret = qr(address(factor.secret, name)), written(factor.secret)
    return desk.show("factor.html", status, picture=picture, secret=secret, way=f"{way}/confirm", to=to, said=said)


def _codes(desk: WithAccounts, done: Begun, to: str) -> Response:
    return desk.gate.open(desk.show("recovery_codes.html", codes=done.codes, to=next_of(done.opened, to)), done.opened.key)


def _begin_again(to: str) -> Response:
    return RedirectResponse(f"/sign-in?{urlencode({'to': local(to)})}", 303)


def _wrong_code(desk: WithAccounts, done: NotLetIn) -> str:
    return said_of(desk, done) if done.wait else desk.language.gettext("The code is not right, or was used before.")


def _wrong(desk: WithAccounts, done: NotLetIn) -> str:
    return said_of(desk, done) if done.wait else desk.language.gettext("The password or the code is not right.")

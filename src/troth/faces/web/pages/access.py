"""Access: who may see and do what, for admins."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from troth.access import Role
from troth.app.people import access as giving
from troth.app.people.access import Invited
from troth.app.people.factors import take_away
from troth.faces.web.desk import at_least
from troth.faces.web.pages.account import AtOwn, Own
from troth.faces.web.pages.signing_in import Text
from troth.faces.web.refused import refusal_in
from troth.kernel.errors import BadValue

router = APIRouter(include_in_schema=False, dependencies=[Depends(at_least(Role.admin))])


@router.get("/access")
def access(desk: AtOwn) -> Response:
    return _shown(desk)


@router.post("/access")
def invite(desk: AtOwn, role: Text = "viewer", scope: Text = "") -> Response:
    """A new account with the one-time link by which somebody takes it."""
    try:
        invited = giving.invite(desk.access, desk.viewer, *giving.asked(desk.served.workspace, role, _lines(scope)))
    except BadValue as error:
        return _shown(desk, 400, wrong=refusal_in(desk.language, error))
    return _shown(desk, given=invited)


@router.get("/access/{id}")
def one(desk: AtOwn, id: str) -> Response:
    return _one(desk, id)


@router.post("/access/{id}")
def change(desk: AtOwn, id: str, role: Text = "viewer", scope: Text = "") -> Response:
    try:
        wanted, seen = giving.asked(desk.served.workspace, role, _lines(scope))
        giving.change(desk.access, desk.viewer, id, role=wanted, scope=seen)
    except BadValue as error:
        return _one(desk, id, 400, wrong=refusal_in(desk.language, error))
    return RedirectResponse("/access", 303)


@router.post("/access/{id}/link")
def link(desk: AtOwn, id: str) -> Response:
    try:
        return _shown(desk, given=giving.link(desk.access, desk.viewer, id))
    except BadValue as error:
        return _one(desk, id, 400, wrong=refusal_in(desk.language, error))


@router.post("/access/{id}/factor")
def factor(desk: AtOwn, id: str) -> Response:
    """Take the second factor away from whoever lost it."""
    try:
        take_away(desk.access, desk.viewer, id)
    except BadValue as error:
        return _one(desk, id, 400, wrong=refusal_in(desk.language, error))
    return RedirectResponse("/access", 303)


@router.post("/access/{id}/person")
def person(desk: AtOwn, id: str, person: Text = "") -> Response:
    """Say who of the staff it is; it holds once a second one says the same."""
    try:
        holds = giving.tie(desk.access, desk.viewer, id, person)
    except BadValue as error:
        return _one(desk, id, 400, wrong=refusal_in(desk.language, error))
    say = desk.language.gettext
    return _one(desk, id, done=say("It holds from now on.") if holds else say("It holds once another admin says the same."))


@router.post("/access/{id}/disable")
def disable(desk: AtOwn, id: str, again: Text = "") -> Response:
    try:
        giving.disable(desk.access, desk.viewer, id, disabled=not again)
    except BadValue as error:
        return _one(desk, id, 400, wrong=refusal_in(desk.language, error))
    return RedirectResponse("/access", 303)


@router.post("/access/{id}/remove")
def remove(desk: AtOwn, id: str) -> Response:
    try:
        giving.remove(desk.access, desk.viewer, id)
    except BadValue as error:
        return _one(desk, id, 400, wrong=refusal_in(desk.language, error))
    return RedirectResponse("/access", 303)


def _shown(desk: Own, status: int = 200, *, given: Invited | None = None, wrong: str = "") -> Response:
    accounts = giving.listed(desk.access, desk.viewer)
    said = {"accounts": accounts, "names": giving.names(desk.access, accounts), "roles": tuple(Role), "given": given, "wrong": wrong}
    address = f"{str(desk.request.base_url).rstrip('/')}/welcome#{given.key}" if given else ""
    return desk.show("access.html", status, address=address, **said)


def _one(desk: Own, id: str, status: int = 200, *, wrong: str = "", done: str = "") -> Response:
    found = giving.found(desk.access, desk.viewer, id)
    known_as = giving.names(desk.access, (found,)).get(found.id)
    return desk.show("access_one.html", status, one=found, known_as=known_as, roles=tuple(Role), wrong=wrong, done=done)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]

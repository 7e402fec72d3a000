"""One's own account: password, language, where one is signed in, and the tokens of one's programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse, Response

from troth.access import Role
from troth.access.keys import hash_of
from troth.access.notice import FACTOR_REMOVED, LINK_GIVEN, PASSWORD_SET, TIED
from troth.access.viewer import role_of
from troth.app.letters.links import comes_by_link
from troth.app.letters.own import have, stop
from troth.app.letters.own import own as own_letters
from troth.app.letters.sending import Sending
from troth.app.people import tokens
from troth.app.people.access import HERE, found, speak
from troth.app.people.signing_in import NotLetIn, change_password, open_sessions, sign_out_elsewhere
from troth.app.people.tokens import Given
from troth.faces.language import CATALOGUES
from troth.faces.language.marks import N_
from troth.faces.web.desk import AtDesk, access_of
from troth.faces.web.pages.signing_in import Text, WithAccounts, next_of, said_of
from troth.faces.web.refused import refusal_in
from troth.kernel.errors import BadValue, NotFound
from troth.sending import when_of
from troth.sending.schedule import DAYS as DAYS_OF_WEEK

router = APIRouter(include_in_schema=False)
DAYS = (7, 30, 90, 365)
DONE = {
    LINK_GIVEN: N_("a link was given by which another password can be set"),
    PASSWORD_SET: N_("another password was set by a link"),
    FACTOR_REMOVED: N_("the second factor was taken away"),
    TIED: N_("it was said who of the staff you are"),
}


class Own(WithAccounts):
    """The desk of a page about who is signed in."""

    @property
    def sending(self) -> Sending | None:
        found: Sending | None = self.request.app.state.sending
        return found


def own(desk: AtDesk) -> Own:
    """Raises NotFound where nobody has an account."""
    if access_of(desk.request) is None:
        raise NotFound("nobody has an account here", next_step="Everybody may read everything.")
    if comes_by_link(desk.viewer):
        raise NotFound("who comes by the link of a letter has no account", next_step="Sign in, or go on reading.")
    return Own(desk.request, desk.served, desk.viewer, desk.language)


AtOwn = Annotated[Own, Depends(own)]


@router.get("/account")
def account(desk: AtOwn) -> Response:
    return shown(desk)


@router.post("/account/password")
def password(desk: AtOwn, old: Text = "", new: Text = "") -> Response:
    try:
        done = change_password(desk.access, desk.viewer.id, desk.key, old, new)
    except BadValue as error:
        return shown(desk, 400, wrong=refusal_in(desk.language, error))
    if isinstance(done, NotLetIn):
        return shown(desk, 401, wrong=said_of(desk, done) if done.wait else desk.language.gettext("The password until now is not right."))
    return desk.gate.open(RedirectResponse(next_of(done, "/account"), 303), done.key)


@router.post("/account/language")
def language(desk: AtOwn, code: Text = "") -> Response:
    speak(desk.access, desk.viewer.id, code if code in CATALOGUES else None)
    return RedirectResponse("/account", 303)


@router.post("/account/mail")
def mail(desk: AtOwn, day: Annotated[int, Form(ge=0, le=6)] = 0, at: Text = "") -> Response:
    """Have the Monday page sent to oneself."""
    try:
        account = desk.access.accounts.find(desk.viewer.id)
        if account is None or desk.sending is None:
            raise NotFound("nothing is sent here")
        address = str(desk.request.base_url).rstrip("/")
        have(
            desk.served.workspace,
            desk.sending,
            desk.access,
            account,
            when_of(DAYS_OF_WEEK[day], at),
            language=desk.language.code,
            address=address,
        )
    except BadValue as error:
        return shown(desk, 400, wrong=refusal_in(desk.language, error))
    return RedirectResponse("/account#mail", 303)


@router.post("/account/mail/stop")
def no_mail(desk: AtOwn) -> Response:
    if desk.sending is not None:
        stop(desk.served.workspace, desk.sending, desk.viewer.id)
    return RedirectResponse("/account", 303)


@router.post("/account/sessions")
def elsewhere(desk: AtOwn) -> Response:
    sign_out_elsewhere(desk.access, desk.viewer.id, desk.key)
    return RedirectResponse("/account", 303)


@router.post("/account/tokens")
def token(desk: AtOwn, label: Text = "", days: Annotated[int, Form()] = 90, role: Text = "analyst") -> Response:
    try:
        given = tokens.give(desk.access, desk.viewer, label, min(role_of(role), desk.viewer.role), desk.viewer.scope, timedelta(days=days))
    except BadValue as error:
        return shown(desk, 400, wrong=refusal_in(desk.language, error))
    return shown(desk, given=given)


@router.post("/account/tokens/{id}/revoke")
def revoke(desk: AtOwn, id: str) -> Response:
    tokens.revoke(desk.access, desk.viewer, id)
    return RedirectResponse("/account", 303)


def shown(desk: Own, status: int = 200, *, wrong: str = "", given: Given | None = None) -> Response:
    """The page of one's own account."""
    roles = [role for role in (Role.viewer, Role.analyst) if desk.viewer.may(role)]
    kept = [one for one in tokens.listed(desk.access, desk.viewer) if one.alive(desk.access.now())]
    account, others = found(desk.access, HERE, desk.viewer.id), desk.access.accounts.told(desk.viewer.id)
    if not all(one.shown for one in others):
        desk.access.accounts.show_told(account.id)
    said = {
        "account": account, "factor_since": desk.access.factors.since(account.id), "left": len(desk.access.factors.codes(account.id)),
        "others": [(DONE[one.what], one.at) for one in others],
        "known_as": desk.access.accounts.names().get(desk.viewer.id, ""), "sessions": open_sessions(desk.access, account),
        "this": hash_of(desk.key), "tokens": kept, "days": DAYS, "roles": roles, "most": roles[-1], "wrong": wrong, "given": given,
        "mail": None if desk.sending is None else own_letters(desk.sending, desk.access, desk.viewer.id),
        "own_results": desk.access.persons.of(desk.viewer.id) is not None,
        "days_of_week": dict(enumerate(desk.language.whole_days)),
    }  # fmt: skip
    return desk.show("account.html", status, **said)

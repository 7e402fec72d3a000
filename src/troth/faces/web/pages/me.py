"""One's own results, beside one's team's; nobody else's."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from troth.app.people.own_results import own_results, wake
from troth.faces.web.own_sheet import sheet
from troth.faces.web.pages.account import AtOwn, Own
from troth.faces.web.pages.signing_in import Text, said_of

router = APIRouter(include_in_schema=False)


@router.get("/me")
def me(desk: AtOwn) -> Response:
    """Written anew for whoever asks: what is kept of pages is kept for all of a scope."""
    rest, opened = desk.access.persons.resting(desk.viewer.id), desk.access.persons.opened(desk.viewer.id)
    if rest is not None:
        return _resting(desk, 403)
    results = own_results(desk.access, desk.served, desk.viewer)
    return desk.show("me.html", parts=sheet(results, desk.language), opened=opened)


@router.post("/me")
def mine(desk: AtOwn, former: Text = "") -> Response:
    """Own results rest no more, once their owner says the password that was theirs."""
    refusal = wake(desk.access, desk.viewer, former)
    if refusal is None:
        return RedirectResponse("/me", 303)
    say = desk.language.gettext
    return _resting(desk, 401, said_of(desk, refusal) if refusal.wait else say("It is not the password that was yours before the link."))


def _resting(desk: Own, status: int, said: str = "") -> Response:
    rest = desk.access.persons.resting(desk.viewer.id)
    if rest is None:
        return RedirectResponse("/me", 303)
    known_as = desk.access.accounts.names().get(desk.viewer.id, "")
    return desk.show("me_resting.html", status, since=rest.since, known_as=known_as, said=said)

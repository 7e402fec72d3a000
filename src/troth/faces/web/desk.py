"""What a page's function has on its desk: who asks, the operation as that person may see it, and how an answer is given."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from troth.access import Role, Viewer
from troth.app.letters.links import comes_by_link
from troth.app.pages.served import Served
from troth.app.people.access import Access
from troth.app.reading import Reading
from troth.faces.language import CATALOGUES, LANGUAGES, PSEUDO, Language, best_of, language_of
from troth.faces.web.by_link import by_link
from troth.faces.web.gate import AccountGate
from troth.faces.web.guard import FIELD
from troth.faces.web.navigation import here, pages_for
from troth.faces.web.sent import HOLE, Sent, sent
from troth.faces.web.static_files import path_of
from troth.faces.web.templates import template

Made = TypeVar("Made")
LANGUAGE = "troth-language"
NOBODY = "nobody"


class SignInFirst(Exception):
    """Nobody is signed in."""


class MayNot(Exception):
    """Who is signed in may not do this. needs: the least role that may, or None where it is for those who see everything."""

    def __init__(self, needs: Role | None = None) -> None:
        super().__init__()
        self.needs = needs


@dataclass(frozen=True, slots=True)
class Desk:
    request: Request
    served: Served
    viewer: Viewer
    language: Language

    def asked(self, make: Callable[[Reading], Made]) -> Made:
        """What `make` gives of the reading, made anew. It may not ask the desk."""
        return self.served.asked(self.viewer.scope, make)

    def kept(self, key: Hashable, make: Callable[[Reading], Made]) -> Made:
        """What `make` gives of the reading, made once for each snapshot and scope. It may not depend on the language."""
        return self.served.kept(self.viewer.scope, key, make)

    def noted(self, key: Hashable, make: Callable[[Reading], Made]) -> Made:
        """The same of what `make` reads of the journal besides."""
        return self.served.noted(self.viewer.scope, key, make)

    def show(self, name: str, status: int = 200, **data: Any) -> Response:
        return HTMLResponse(self.written(name, **data), status)

    def page(self, name: str, make: Callable[[], dict[str, Any]], beside: Hashable = None) -> Response:
        """A page that follows from its address and the snapshot alone, written once for all of a scope, a role and a language.

        beside: what else it shows, of which the same makes the same page.
        """
        url = self.request.url
        key = ("page", url.path, url.query, self.language.code, self.viewer.role, _may_sign_out(self), beside)

        def write() -> Sent:
            return sent(template(name, self.language).render({**self._frame(), "csrf": lambda: HOLE, **make()}))

        found = self.served.written(self.viewer.scope, key, write)
        headers = {"vary": "accept-encoding, accept-language, cookie"}
        if found.small is not None and "gzip" in self.request.headers.get("accept-encoding", ""):
            return HTMLResponse(found.small, headers={**headers, "content-encoding": "gzip"})
        return HTMLResponse(found.keyed(self.csrf()), headers=headers)

    def csv(self, name: str, text: str) -> Response:
        """A file for a spreadsheet."""
        return Response(text, media_type="text/csv; charset=utf-8", headers={"content-disposition": f'attachment; filename="{name}"'})

    def file(self, name: str, content: bytes, type: str) -> Response:
        return Response(content, media_type=type, headers={"content-disposition": f'attachment; filename="{name}"'})

    def svg(self, name: str, text: str) -> Response:
        """A drawing in a file of its own."""
        return Response(text, media_type="image/svg+xml", headers={"content-disposition": f'attachment; filename="{name}"'})

    def written(self, name: str, **data: Any) -> str:
        return template(name, self.language).render({**self._frame(), **data})

    def csrf(self) -> str:
        """What every form holds that is sent to us."""
        from markupsafe import Markup

        key = self.request.app.state.gate.form_key(self.request) or ""
        return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, key)

    def _frame(self) -> dict[str, Any]:
        """What every page's frame needs. Who is not signed in is told neither whose pages these are nor which there are."""
        path, known = self.request.url.path, self.viewer.id != NOBODY
        return {
            "operation": self.served.name if known else "",
            "language": self.language,
            "languages": LANGUAGES,
            "viewer": self.viewer,
            "path": path,
            "here": here(path),
            "pages": pages_for(self.viewer, self.language) if known else (),
            "in_force": self.served.snapshot_or_none() if known else None,
            "file": path_of,
            "csrf": self.csrf,
            "signed_in": known and _may_sign_out(self),
            "headline": "",
        }


def desk(request: Request) -> Desk:
    """Raises SignInFirst where nobody is signed in."""
    viewer = request.app.state.gate.viewer(request) or by_link(request)
    if viewer is None:
        raise SignInFirst
    return Desk(request, request.app.state.served, viewer, spoken(request, viewer))


def spoken(request: Request, viewer: Viewer | None) -> Language:
    """The language of somebody's account, else the one chosen in this browser, else the one that the browser asks for."""
    chosen = (viewer.language if viewer else None) or request.cookies.get(language_cookie(request))
    return language_of(chosen if chosen in (*CATALOGUES, PSEUDO) else best_of(request.headers.get("accept-language")))


def language_cookie(request: Request) -> str:
    return f"__Host-{LANGUAGE}" if getattr(request.app.state.gate, "tls", False) else LANGUAGE


def access_of(request: Request) -> Access | None:
    """Who may sign in here; None where nobody has to."""
    gate = request.app.state.gate
    return gate.access if isinstance(gate, AccountGate) else None


def _may_sign_out(desk: Desk) -> bool:
    """Whether somebody came in by an account, and not because nobody has to or by the link of a letter."""
    return access_of(desk.request) is not None and not comes_by_link(desk.viewer)


AtDesk = Annotated[Desk, Depends(desk)]


def at_least(role: Role) -> Callable[[Desk], Desk]:
    """A desk for those alone who may do what a role may."""

    def checked(desk: AtDesk) -> Desk:
        if not desk.viewer.may(role):
            raise MayNot(role)
        return desk

    return checked


def sees_all(desk: AtDesk) -> Desk:
    """A desk for those alone who see the whole operation: what it shows cannot be cut to a scope."""
    if not desk.viewer.scope.whole:
        raise MayNot
    return desk


SeesAll = Annotated[Desk, Depends(sees_all)]

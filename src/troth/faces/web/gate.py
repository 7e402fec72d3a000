"""Who is at the door of a request, and by what it is known that a form is of one of our pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from troth.access import Role, Viewer
from troth.access.account import LONGEST
from troth.access.keys import form_key, new_key
from troth.access.sso import Provider
from troth.app.people import tokens
from troth.app.people.access import Access
from troth.app.people.signing_in import viewer_of

API = "/api/"
BEARER = "bearer "
VISITOR = Viewer("visitor", Role.analyst)


class Gate(Protocol):
    def viewer(self, request: Request, /) -> Viewer | None:
        """Who sends a request. None: nobody who is signed in."""
        ...

    def form_key(self, request: Request, /) -> str | None:
        """What every form must carry that this browser sends. None: nothing may be sent, whoever asks."""
        ...


@dataclass(frozen=True, slots=True)
class OpenGate:
    """Everybody may read everything and change nothing: for a demonstration on made-up data."""

    def viewer(self, _: Request, /) -> Viewer | None:
        return VISITOR

    def form_key(self, _: Request, /) -> str | None:
        return None


@dataclass(frozen=True, slots=True)
class AccountGate:
    """Lets in who has signed in, and programs that have a token, which open REST and nothing else.

    provider: by whom people may sign in besides. tls: whether browsers come by TLS; the cookies are then sent by nothing else, and no
    other name of the domain can set them.
    """

    access: Access
    tls: bool = False
    provider: Provider | None = None

    @property
    def session(self) -> str:
        """The cookie's name."""
        return "__Host-troth-session" if self.tls else "troth-session"

    @property
    def visit(self) -> str:
        return "__Host-troth-visit" if self.tls else "troth-visit"

    def viewer(self, request: Request, /) -> Viewer | None:
        if not hasattr(request.state, "viewer"):
            request.state.viewer = self._viewer(request)
        found: Viewer | None = request.state.viewer
        return found

    def form_key(self, request: Request, /) -> str | None:
        return form_key(self._key(request))

    def key(self, request: Request) -> str:
        """The session's key as the browser sends it; nothing where it sends none."""
        return request.cookies.get(self.session, "")

    def open(self, response: Response, key: str) -> Response:
        """Give the browser a session's key, in place of any that it had."""
        response.set_cookie(self.session, key, int(LONGEST.total_seconds()), path="/", secure=self.tls, httponly=True, samesite="lax")
        return response

    def close(self, response: Response) -> Response:
        response.delete_cookie(self.session, path="/", secure=self.tls, httponly=True, samesite="lax")
        response.headers["clear-site-data"] = '"cache"'
        return response

    def visited(self, request: Request, response: Response) -> Response:
        """A browser that has signed in nowhere yet is known by a key of chance, so that its forms are its own too."""
        if not self.key(request) and not request.cookies.get(self.visit):
            response.set_cookie(self.visit, self._key(request), path="/", secure=self.tls, httponly=True, samesite="lax")
        return response

    def browser(self, request: Request) -> str:
        """The key of chance by which a browser is known that has not signed in."""
        return self._key(request)

    def _key(self, request: Request) -> str:
        found = self.key(request) or request.cookies.get(self.visit)
        if not found:
            if not hasattr(request.state, "visit"):
                request.state.visit = new_key()
            found = str(request.state.visit)
        return found

    def _viewer(self, request: Request) -> Viewer | None:
        said = request.headers.get("authorization", "")
        if said:
            opens = said.lower().startswith(BEARER) and request.url.path.startswith(API)
            return tokens.viewer_of(self.access, said[len(BEARER) :].strip()) if opens else None
        key = self.key(request)
        return viewer_of(self.access, key) if key else None

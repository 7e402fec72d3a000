"""What a page's function has on its desk: who asks, the operation as that person may see it, and how an answer is given."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from troth.access import Role, Viewer
from troth.app.reading import Reading
from troth.app.served import Served
from troth.faces.language import Language, best_of, language_of
from troth.faces.web.navigation import here, pages_for
from troth.faces.web.static_files import path_of
from troth.faces.web.templates import template

Made = TypeVar("Made")


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

    def reading(self) -> Reading:
        return self.served.reading(self.viewer.scope)

    def kept(self, key: Hashable, make: Callable[[Reading], Made]) -> Made:
        """What `make` gives of the reading, made once for each snapshot, scope and language."""
        return self.served.kept(self.viewer.scope, (key, self.language.code), make)

    def show(self, name: str, status: int = 200, **data: Any) -> Response:
        return HTMLResponse(self.written(name, **data), status)

    def csv(self, name: str, text: str) -> Response:
        """A file for a spreadsheet."""
        return Response(text, media_type="text/csv; charset=utf-8", headers={"content-disposition": f'attachment; filename="{name}"'})

    def svg(self, name: str, text: str) -> Response:
        """A drawing in a file of its own."""
        return Response(text, media_type="image/svg+xml", headers={"content-disposition": f'attachment; filename="{name}"'})

    def written(self, name: str, **data: Any) -> str:
        return template(name, self.language).render({**self._frame(), **data})

    def _frame(self) -> dict[str, Any]:
        """What every page's frame needs."""
        path = self.request.url.path
        return {
            "operation": self.served.name,
            "language": self.language,
            "viewer": self.viewer,
            "path": path,
            "here": here(path),
            "pages": pages_for(self.viewer, self.language),
            "snapshot": self.served.snapshot_or_none(),
            "file": path_of,
            "headline": "",
            "csrf": str,
        }


def desk(request: Request) -> Desk:
    """Raises SignInFirst where nobody is signed in."""
    viewer = request.app.state.gate.viewer(request)
    if viewer is None:
        raise SignInFirst
    code = viewer.language or best_of(request.headers.get("accept-language"))
    return Desk(request, request.app.state.served, viewer, language_of(code))


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

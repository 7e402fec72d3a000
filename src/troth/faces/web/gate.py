"""Who is at the door of a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from troth.access import Role, Viewer


class Gate(Protocol):
    """Tells who sends a request. None: nobody who is signed in."""

    def viewer(self, request: Request, /) -> Viewer | None: ...


VISITOR = Viewer("visitor", Role.analyst)


@dataclass(frozen=True, slots=True)
class OpenGate:
    """Everybody may read everything and change nothing: for a demonstration on made-up data."""

    def viewer(self, _: Request, /) -> Viewer | None:
        return VISITOR

"""A served Meridian, small, built once for all tests of the pages; and whoever may look at it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from tests.web.doors import House, house
from troth.access import EVERYTHING, Role, Scope, Viewer
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.pages.served import Served
from troth.app.starting.examples import make_meridian
from troth.faces.web import web_app

FORM_KEY = "what forms of these tests carry"


@dataclass(frozen=True)
class Known:
    """Lets one viewer in, whoever asks."""

    who: Viewer | None

    def viewer(self, _: Request, /) -> Viewer | None:
        return self.who

    def form_key(self, _: Request, /) -> str | None:
        return FORM_KEY


Client = Callable[..., TestClient]


@pytest.fixture(scope="session")
def meridian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_meridian(tmp_path_factory.mktemp("web") / "meridian", seed=3, customers=600, months=18)
    build(open_workspace(made.folder / "book"))
    return made.folder


@pytest.fixture(scope="session")
def served(meridian: Path) -> Served:
    return Served(open_workspace(meridian / "book"))


@pytest.fixture(scope="session")
def as_viewer(served: Served) -> Client:
    """A browser of somebody of a role and a scope."""

    def of(role: Role = Role.manager, scope: Scope = EVERYTHING, language: str | None = "en") -> TestClient:
        return TestClient(
            web_app(served, Known(Viewer("somebody", role, scope, language))), follow_redirects=False, raise_server_exceptions=False
        )

    return of


@pytest.fixture
def doors(served: Served, tmp_path: Path) -> House:
    """The same operation, open to those alone who have an account."""
    return house(served, tmp_path)


def text_of(html: str) -> str:
    """What a person reads of a page."""
    plain = re.sub(r"<(script|style).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", plain))).replace("\N{NO-BREAK SPACE}", " ")

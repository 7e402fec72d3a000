"""Accounts for tests of the pages: a clock that stands until it is moved, hashes that cost little, a journal that is a list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from troth.access import EVERYTHING, Passwords, Role, Scope
from troth.app.bootstrap import open_access
from troth.app.pages.served import Served
from troth.app.people.access import HERE, Access, invite
from troth.app.people.signing_in import welcome
from troth.faces.web import web_app
from troth.faces.web.gate import AccountGate

PASSWORD = "three calm otters"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOON = datetime(2026, 3, 2, 12)
FIELD = re.compile(r'name="csrf" value="([^"]*)"')


@dataclass
class Listed:
    """A journal."""

    said: list[tuple[str, str, str, dict[str, str]]] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)

    def record(self, actor: str, action: str, about: str, payload: Mapping[str, str], now: datetime) -> None:
        self.said.append((actor, action, about, dict(payload)))
        self.at.append(now)

    def recorded(self, action: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
        return tuple((about, payload) for about, payload, _ in self.dated(action))

    def dated(self, action: str) -> tuple[tuple[str, Mapping[str, str], datetime], ...]:
        return tuple((about, payload, at) for (_, done, about, payload), at in zip(self.said, self.at, strict=True) if done == action)

    def mark(self) -> int:
        return len(self.said)

    @property
    def actions(self) -> list[str]:
        return [action for _, action, _, _ in self.said]


@dataclass
class House:
    """access: with its own clock and journal. folder: where accounts are kept. required: the roles of which a second factor is asked."""

    served: Served
    access: Access
    journal: Listed
    folder: Path
    at: datetime = NOON
    tls: bool = False
    required: set[Role] = field(default_factory=set)

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)

    def taken(self, name: str, role: Role = Role.manager, scope: Scope = EVERYTHING) -> str:
        """An account that somebody of this name has taken; its id."""
        invited = invite(self.access, HERE, role, scope)
        welcome(self.access, invited.key, name, PASSWORD)
        return invited.account.id

    def browser(self) -> Browser:
        app = web_app(self.served, AccountGate(self.access, tls=self.tls))
        return Browser(TestClient(app, "https://troth.example", follow_redirects=False, raise_server_exceptions=False))

    def signed_in(self, name: str) -> Browser:
        browser = self.browser()
        assert browser.sign_in(name).status_code == 303
        return browser


@dataclass
class Browser:
    """Sends forms as a person would: it opens the page first and sends the key that stands in it."""

    client: TestClient

    def get(self, path: str, **said: Any) -> Any:
        return self.client.get(path, **said)

    def post(self, path: str, data: Mapping[str, object] | None = None, *, on: str | None = None, **said: Any) -> Any:
        return self.client.post(path, data={"csrf": self.key(on or path), **(data or {})}, **said)

    def key(self, path: str) -> str:
        found = FIELD.search(self.client.get(path).text)
        assert found, f"{path} has no form"
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD, **data: str) -> Any:
        return self.post("/sign-in", {"name": name, "password": password, **data})


def house(served: Served, folder: Path) -> House:
    made = House(served, None, Listed(), folder)  # type: ignore[arg-type]
    workspace = replace(served.workspace, state=folder, now=lambda: made.at, journal=made.journal)
    made.access = replace(open_access(workspace), passwords=Passwords(CHEAP), required=lambda: frozenset(made.required))
    return made

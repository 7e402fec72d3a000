"""A real browser at a real server, on this machine's own address."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
import uvicorn
from fastapi import FastAPI

from tests.needs import require_system

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
Theme = Literal["light", "dark"]


@dataclass
class Opened:
    """A page in a window, and what the browser complained about or asked for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def text(self) -> str:
        return str(self.page.inner_text("body"))

    def axe(self) -> list[str]:
        """What axe-core finds wrong, as rule and place. The page's own policy lets no script in, so the tool goes in by the debugger."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{one['id']}: {node['target']}" for one in found["violations"] for node in one["nodes"]]

    def wide(self) -> int:
        """How many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def sizes(self) -> set[str]:
        """The sizes of letters that somebody sees, outside drawings."""
        return set(
            self.page.evaluate(
                """() => [...document.querySelectorAll('body *:not(svg *)')].filter(one => one.checkVisibility() && [...one.childNodes]
                .some(node => node.nodeType === 3 && node.textContent.trim())).map(one => getComputedStyle(one).fontSize)"""
            )
        )


@dataclass
class Browser:
    """Opens addresses of one server in windows of any size."""

    program: Any
    base: str

    def open(self, path: str, *, width: int = 1280, height: int = 800, theme: Theme = "light") -> Opened:
        context = self.program.new_context(viewport={"width": width, "height": height}, color_scheme=theme, locale="en-GB")
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=self.base)
        opened = Opened(context.new_page())
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.goto(f"{self.base}{path}", wait_until="load")
        return opened


@contextmanager
def served_at(app: FastAPI) -> Iterator[str]:
    """The app on a port of its own, until the end."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


@contextmanager
def browsing(base: str) -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=require_system("chromium"), args=ARGUMENTS)
        yield Browser(program, base)
        program.close()

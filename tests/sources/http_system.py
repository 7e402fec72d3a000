"""A system on this machine that gives rows over HTTP, and can be made to fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Row = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]


@dataclass(slots=True)
class Asked:
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]


@dataclass(slots=True)
class System:
    """answer: what is said to a question. failures: answers that come first, by number of the question."""

    answer: Callable[[Asked], Answer] = lambda _: (404, {}, b"")
    failures: dict[int, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"


def said(value: object, status: int = 200, **headers: str) -> Answer:
    return status, {name.replace("_", "-"): text for name, text in headers.items() if text}, json.dumps(value).encode()


def by_page(rows: list[Row], size: int, *, since: str | None = None) -> Callable[[Asked], Answer]:
    """since: the parameter by which only rows whose `updated` is not before it are given."""

    def answer(asked: Asked) -> Answer:
        wanted = [row for row in rows if row["updated"] >= asked.parameters.get(since or "", "")]
        first = (int(asked.parameters["page"]) - 1) * size
        return said({"data": {"tickets": wanted[first : first + size]}})

    return answer


@contextmanager
def running() -> Iterator[System]:
    system = System()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = Asked(parts.path, dict(parse_qsl(parts.query)), {name.lower(): text for name, text in self.headers.items()})
            system.asked.append(asked)
            status, headers, body = system.failures.get(len(system.asked)) or system.answer(asked)
            self.send_response(status)
            for name, text in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False  # closing the server then waits for its answers, and leaves no socket open
    system.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

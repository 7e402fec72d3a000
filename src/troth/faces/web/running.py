"""The process that serves: it says where it listens once it does, and stops when asked."""

from __future__ import annotations

import socket
from collections.abc import Callable

from fastapi import FastAPI

from troth.faces.web.warming import warmed
from troth.kernel.errors import BadValue


def run(app: FastAPI, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve until interrupted. port 0: one that is free. Raises BadValue for an address where nobody can listen."""
    import uvicorn

    try:
        door = _listening(host, port)
    except OSError as error:
        raise BadValue(f"nobody can listen at {host}:{port}", got=error.strerror, next_step="Name another --port, or 0 for any.") from error
    host_shown = f"[{host}]" if ":" in host else host
    tell(f"http://{host_shown}:{door.getsockname()[1]}/")
    # No line of access is written: an address may hold an id.
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    with warmed(app.state.served):
        uvicorn.Server(config).run(sockets=[door])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen(128)
    except OSError:
        door.close()
        raise
    return door

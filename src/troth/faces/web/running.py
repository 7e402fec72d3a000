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
        door = listening(host, port)
    except OSError as error:
        raise BadValue(f"nobody can listen at {host}:{port}", got=error.strerror, next_step="Name another --port, or 0 for any.") from error
    host_shown = f"[{host}]" if ":" in host else host
    tell(f"http://{host_shown}:{door.getsockname()[1]}/")
    # No line of access is written: an address may hold an id.
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    with warmed(app.state.served):
        uvicorn.Server(config).run(sockets=[door])


def listening(host: str, port: int) -> socket.socket:
    """A socket that waits for callers. Raises OSError where nobody can listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named by its protocol: of a socket that is not, asyncio does not know that what is small shall be sent at once, and each answer
    # waits 40 ms for the reader to say that it has the one before.
    door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen(128)
    except OSError:
        door.close()
        raise
    return door

"""What is sent to us is taken from our own pages alone."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import Request

from troth.access.keys import same

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD, HEADER = "csrf", "x-csrf-token"
MOST = 2 << 20  # bytes of a form; the longest has a file of the rules in it
OWN = frozenset({"same-origin", "none"})
# Sent by programs of mail, from anywhere: the key in the address says whose letters are meant, and no cookie has a part in it.
BY_ITS_KEY = re.compile(r"/link/[\w-]+/stop")


class NotTaken(Exception):
    """Something was sent that may not be sent so. status: of the answer."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


def refused(request: Request) -> int | None:
    """The status by which something sent is refused before it is read; None where it may be read.

    A browser says from where it sends: by sec-fetch-site, and an older one by its origin.
    """
    if request.method in SAFE:
        return None
    if not _by_its_key(request) and (request.app.state.gate.form_key(request) is None or not _ours(request)):
        return 403
    length = request.headers.get("content-length")
    if length is None and "transfer-encoding" in request.headers:
        return 411
    return 413 if length is not None and (not length.isdecimal() or int(length) > MOST) else None


async def taken(request: Request) -> None:
    """Raises NotTaken for what does not carry the key that forms of this session carry."""
    if request.method in SAFE or _by_its_key(request):
        return
    expected = request.app.state.gate.form_key(request)
    given = request.headers.get(HEADER) or (await request.form()).get(FIELD)
    if expected is None or not isinstance(given, str) or not same(given, expected):
        raise NotTaken(403)


Taken = Depends(taken)


def local(address: str) -> str:
    """A page of ours to go to next; the first one where an address may lead elsewhere.

    >>> local("/promises?by=month"), local("//elsewhere.example"), local("https://elsewhere.example"), local("/\\\\elsewhere.example")
    ('/promises?by=month', '/', '/', '/')
    """
    ours = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if ours and not urlsplit(address).netloc else "/"


def _by_its_key(request: Request) -> bool:
    return BY_ITS_KEY.fullmatch(request.url.path) is not None


def _ours(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in OWN
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")

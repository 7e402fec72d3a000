"""What pages load beside their text: one style sheet, one script, fonts and the vendored libraries, each under the hash of its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from troth.faces.page.render import FAMILIES, LETTERS

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "woff2": "font/woff2", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"
SHORT = 12
SCRIPTS = ("web.js", "finder.js")

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class File:
    """small: its bytes as gzip, for whoever takes them."""

    name: str
    body: bytes
    small: bytes
    digest: str

    @property
    def path(self) -> str:
        return f"/static/{self.digest}/{self.name}"


@lru_cache(maxsize=1)
def served() -> dict[str, File]:
    """Every file by name. A style sheet names the fonts by their paths, so that those come first."""
    fonts = {name: _file(name, files("troth.faces.page").joinpath("fonts", name).read_bytes()) for name in _font_names()}
    sheets = (
        ("troth.faces.page", "templates", "page.css"),
        ("troth.faces.page", "templates", "data.css"),
        ("troth.faces.web", "static", "web.css"),
        ("troth.faces.web", "static", "frontline.css"),
        ("troth.faces.web", "static", "huddle.css"),
    )
    style = "".join((*_faces(fonts), *(_text(*sheet) for sheet in sheets)))
    script = _text("troth.faces.page", "templates", "page.js") + "".join(_text("troth.faces.web", "static", one) for one in SCRIPTS)
    vendor = files("troth.faces.web").joinpath("static", "vendor")
    libraries = [
        _file(one.name, one.read_bytes()) for one in sorted(vendor.iterdir(), key=lambda one: one.name) if one.name.endswith(".js")
    ]
    mark = _file("troth.svg", _text("troth.faces.web", "static", "troth.svg").encode())
    made = [*fonts.values(), _file("site.css", style.encode()), _file("site.js", script.encode()), *libraries, mark]
    return {one.name: one for one in made}


def path_of(name: str) -> str:
    return served()[name].path


@router.get("/static/{digest}/{name}")
def static(request: Request, digest: str, name: str) -> Response:
    """A file is never another one under the same path, so that it is asked for once."""
    found = served().get(name)
    if found is None or found.digest != digest:
        return Response(status_code=404)
    kind = TYPES[name.rpartition(".")[2]]
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    if found.small and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.small, media_type=kind, headers={**headers, "content-encoding": "gzip"})
    return Response(found.body, media_type=kind, headers=headers)


def _file(name: str, body: bytes) -> File:
    import gzip

    small = b"" if name.endswith(".woff2") else gzip.compress(body, 9, mtime=0)
    return File(name, body, small, hashlib.sha256(body).hexdigest()[:SHORT])


def _font_names() -> list[str]:
    return [f"{name}-{part}.woff2" for _, name in FAMILIES for part, _ in LETTERS]


def _faces(fonts: dict[str, File]) -> Iterator[str]:
    for family, name in FAMILIES:
        for part, letters in LETTERS:
            path = fonts[f"{name}-{part}.woff2"].path
            yield (
                f"@font-face{{font-family:'{family}';font-weight:400 600;font-display:swap;"
                f"unicode-range:{letters};src:url({path}) format('woff2')}}\n"
            )


def _text(package: str, *parts: str) -> str:
    return files(package).joinpath(*parts).read_text(encoding="utf-8")

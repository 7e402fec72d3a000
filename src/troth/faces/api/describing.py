"""The description of REST by OpenAPI."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from troth import __version__
from troth.faces.api.operations import router as operations
from troth.faces.api.schema import COMPONENTS
from troth.faces.plain import text_of
from troth.faces.web.desk import AtDesk

router = APIRouter(include_in_schema=False)
ABOUT = (
    "What an operation promised, what of it was kept, and why the rest was not: the same numbers as on the pages, of what whoever asks may"
    " see. Nothing is changed by it."
)


@router.get("/api/v1/openapi.json")
def description(_: AtDesk) -> Response:
    return Response(text_of(described()), media_type="application/json")


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """The description, without the answer by which a framework would refuse what is not understood: ours is a problem like others."""
    found = get_openapi(title="Troth", version=__version__, description=ABOUT, routes=operations.routes)
    parts = found.setdefault("components", {})
    parts["schemas"] = dict(sorted(COMPONENTS.items()))
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return {**found, "security": [{"token": []}]}

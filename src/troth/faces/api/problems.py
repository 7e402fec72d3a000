"""What was wrong, as RFC 9457 has it, with what the command line's errors say."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from troth.faces.plain import text_of
from troth.kernel.errors import TrothError

PROBLEM = "application/problem+json"
STATUSES = (400, 401, 403, 404, 422, 503)
TEXT_OR_NONE = {"type": ["string", "null"]}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
        "what": {"type": "string"}, "got": TEXT_OR_NONE, "allowed": TEXT_OR_NONE, "next_step": {"type": "string"},
    },
}  # fmt: skip


def problems() -> dict[int | str, dict[str, Any]]:
    content = {PROBLEM: {"schema": PROBLEM_SCHEMA}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in STATUSES}


def problem(status: int, title: str, detail: str = "", error: TrothError | None = None) -> Response:
    """what, got, allowed, next_step: as the command line's errors have them."""
    facts: dict[str, Any] = {"type": "about:blank", "title": title or HTTPStatus(status).phrase, "status": status}
    if detail:
        facts["detail"] = detail
    if error is not None:
        got, allowed = (None if one is None else str(one) for one in (error.got, error.allowed))
        facts |= {"what": error.what, "got": got, "allowed": allowed, "next_step": error.next_step}
    headers = {"www-authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return Response(text_of(facts), status, media_type=PROBLEM, headers=headers)

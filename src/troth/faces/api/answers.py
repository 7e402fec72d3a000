"""What an operation answers: JSON, CSV where somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from troth.app.reading import Reading
from troth.app.writing import csv_of
from troth.faces.api.schema import COMPONENTS, schema_of
from troth.faces.plain import text_of
from troth.faces.shapes import Table
from troth.faces.web.desk import Desk

CSV, JSON = "text/csv", "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation's answer is, for its description. type: as Python has it."""

    type: Any
    csv: bool = False

    @property
    def said(self) -> dict[str, Any]:
        content: dict[str, Any] = {JSON: {"schema": schema_of(self.type, COMPONENTS)}}
        if self.csv:
            content[CSV] = {"schema": {"type": "string"}}
        return {"responses": {200: {"description": "As asked.", "content": content}}, "response_class": Response}


def answered(
    desk: Desk, make: Callable[[Reading], Any], table: Callable[[Reading], Table] | None = None, *, keep: bool = True
) -> Response:  # fmt: skip
    """What `make` gives of the reading in force, as that person may see it; made once for each snapshot, scope and address.

    table: the same as columns and rows, for whoever asks for CSV. keep: not for what changes without a build.
    """
    if table is not None and wants_csv(desk.request):
        return Response(desk.kept(("rest, table", *_asked(desk.request)), lambda reading: csv_of(*table(reading))), media_type=CSV)
    if not keep:
        return Response(text_of(desk.asked(make)), media_type=JSON)
    return Response(desk.kept(("rest", *_asked(desk.request)), lambda reading: text_of(make(reading))), media_type=JSON)


def wants_csv(request: Request) -> bool:
    return request.headers.get("accept", "").split(",")[0].split(";")[0].strip() == CSV


def _asked(request: Request) -> tuple[Hashable, ...]:
    return request.url.path, tuple(sorted(request.query_params.multi_items()))

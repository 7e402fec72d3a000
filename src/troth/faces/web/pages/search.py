"""Search: by number or name from every page, and by somebody's name or mail for those who may."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query
from starlette.responses import JSONResponse, Response

from troth.access import Role
from troth.app.pages.search import Hit, by_value, named_in, near, search
from troth.faces.web.desk import AtDesk, Desk, at_least
from troth.faces.web.navigation import pages_for

router = APIRouter(include_in_schema=False)
Asked = Annotated[str, Query(max_length=120)]
ByManager = Annotated[Desk, Depends(at_least(Role.manager))]
Line = dict[str, str]


@router.get("/search")
def found(desk: AtDesk, q: Asked = "") -> Response:
    hits, close = _found(desk, q)
    return _page(desk, hits, close, asked=q)


@router.get("/search/hits")
def hits(desk: AtDesk, q: Asked = "") -> Response:
    """The same for the dialog that opens on every page."""
    found, close = _found(desk, q)
    return JSONResponse({"hits": found, "near": close})


@router.post("/search")
def people(desk: ByManager, value: Annotated[str, Form(max_length=200)]) -> Response:
    """By a personal value, which stands in no address and is not shown again."""
    hits = desk.asked(lambda reading: by_value(desk.served.workspace, reading, value, desk.viewer.id))
    return _page(desk, [_line(desk, hit) for hit in hits], [], asked=None)


def _found(desk: Desk, asked: str) -> tuple[list[Line], list[Line]]:
    named = desk.kept("named", named_in)
    lines = [_line(desk, hit) for hit in desk.asked(lambda reading: search(reading, named, asked))]
    words = asked.strip().casefold()
    pages = [
        {"href": address, "kind": desk.language.gettext("page"), "words": name}
        for address, name in pages_for(desk.viewer, desk.language)
        if words and words in name.casefold()
    ]
    if lines or pages or not words:
        return pages + lines, []
    return [], [_line(desk, hit) for hit in desk.asked(lambda reading: near(reading, named, asked))]


def _line(desk: Desk, hit: Hit) -> Line:
    say = desk.language.gettext
    kinds = {
        "promise": say("promise"), "measure": say("measure"), "unit": say("unit"),
        "role": say("role"),
    }  # fmt: skip
    name, of = quote(hit.name, safe=""), quote(hit.of, safe="")
    href = {
        "order": f"/orders/{of}/{name}", "customer": f"/customers/{of}:{name}", "promise": f"/promises/{name}",
        "measure": f"/measures/{name}", "unit": f"/huddle/{of}={name}", "role": f"/roles/{name}",
    }[hit.kind]  # fmt: skip
    kind = hit.of.replace("_", " ") if hit.kind in ("order", "customer") else kinds[hit.kind]
    return {"href": href, "kind": kind, "words": hit.words}


def _page(desk: Desk, hits: list[Line], close: list[Line], asked: str | None) -> Response:
    """asked: None where it was a personal value."""
    say = desk.language.gettext
    if asked == "":
        headline = say("What are you looking for?")
    elif hits:
        headline = desk.language.ngettext("%(n)d thing has it.", "%(n)d things have it.", len(hits)) % {"n": len(hits)}
    else:
        headline = say("Nothing here has it.")
    return desk.show(
        "search.html", title=say("Search"), headline=headline, hits=hits, near=close, asked=asked or "", by_value=asked is None,
        manager=desk.viewer.may(Role.manager),
    )  # fmt: skip

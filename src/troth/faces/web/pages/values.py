"""What customers are worth, and one of them down to each event."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.answers.values import value_of, values
from troth.faces.web.desk import AtDesk
from troth.faces.web.value_sheet import customer_sheet, sheets

router = APIRouter(include_in_schema=False)


@router.get("/values")
def valued(desk: AtDesk) -> Response:
    say = desk.language.gettext
    laid = sheets(desk.kept("values", values), desk.language)
    return desk.show(
        "values.html", title=say("Value"), headline=say("What customers bring, what it costs them, what they were promised"), sheets=laid
    )


@router.get("/values/{name}/{customer}")
def valued_customer(desk: AtDesk, name: str, customer: str) -> Response:
    laid = customer_sheet(desk.kept(("value", name, customer), lambda reading: value_of(reading, name, customer)), desk.language)
    return desk.show("value.html", title=desk.language.gettext("Value"), headline=laid.headline, sheet=laid)

"""Leaders of units, calibrated."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from troth.app.answers.calibrations import calibrations
from troth.faces.web.calibration_sheet import sheets
from troth.faces.web.desk import AtDesk

router = APIRouter(include_in_schema=False)


@router.get("/calibrations")
def calibrated(desk: AtDesk) -> Response:
    say = desk.language.gettext
    laid = sheets(desk.kept("calibrations", calibrations), desk.language)
    return desk.show(
        "calibrations.html", title=say("Calibrations"), headline=say("What units do and what is said of them, weighed"), sheets=laid
    )

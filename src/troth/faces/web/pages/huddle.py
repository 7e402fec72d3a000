"""The huddle: which units have one, and the screen of each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from troth.access import Role, Scope
from troth.app.answers.at_risk import AtRiskNow, at_risk_in
from troth.app.answers.holdings import hold, huddle_units
from troth.app.answers.huddles import parsed, told_by
from troth.app.pages.huddle import HuddlePage, huddle_page, with_held
from troth.faces.web.desk import AtDesk, Desk, MayNot, at_least
from troth.faces.web.huddle_sheet import sheet, skipped_lines

router = APIRouter(include_in_schema=False)
ByManager = Annotated[Desk, Depends(at_least(Role.manager))]


@router.get("/huddle")
def huddles(desk: AtDesk) -> Response:
    say = desk.language.gettext
    units = desk.noted("huddle units", lambda reading: huddle_units(desk.served.workspace, reading))
    return desk.show(
        "huddles.html", title=say("Huddle"), headline=say("Ten minutes, standing, in front of what customers were promised."),
        dimensions=units, skipped=skipped_lines(units, desk.language),
    )  # fmt: skip


@router.get("/huddle/{unit}")
def huddle(desk: AtDesk, unit: str) -> Response:
    made = _page(desk, unit)
    scope = _scope(desk, made.dimension, made.unit)
    page = desk.served.asked(scope, lambda reading: with_held(desk.served.workspace, reading, made))
    laid = sheet(page, desk.language)
    return desk.show("huddle.html", title=page.unit, headline=page.unit, page=page, sheet=laid, manager=desk.viewer.may(Role.manager))


@router.post("/huddle/{unit}/held")
def held(desk: ByManager, unit: str) -> Response:
    """The unit has met."""
    dimension, value = parsed(unit)
    scope = _scope(desk, dimension, value)
    desk.served.asked(scope, lambda reading: hold(desk.served.workspace, reading, dimension, value, desk.viewer.id))
    return RedirectResponse(f"/huddle/{unit}", 303)


def _scope(desk: Desk, dimension: str, value: str) -> Scope:
    """What of the reader's scope is the unit's. Raises MayNot where that is nothing."""
    scope = desk.viewer.scope.within(Scope({dimension: frozenset((value,))}))
    if scope is None:
        raise MayNot
    return scope


def _page(desk: Desk, unit: str) -> HuddlePage:
    dimension, value = parsed(unit)
    scope = _scope(desk, dimension, value)

    def risk(name: str) -> AtRiskNow:
        """Counted once for all units, of all that whoever looks may see: a unit alone has too few that stood alike."""
        return desk.kept(("at risk", name), lambda reading: at_risk_in(desk.served.workspace, reading, name))

    # Two readers of one unit may be told by other counts: those of a whole operation would tell a part of it how the others do. A
    # limited reading is asked before the unit's, since of two of them neither may wait for the other.
    key, whole = ("huddle", unit, desk.viewer.scope.key), desk.viewer.scope.whole
    told = {} if whole else {name: risk(name) for name in desk.kept(("told by", dimension), lambda reading: told_by(reading, dimension))}
    known = risk if whole else told.__getitem__
    page: HuddlePage = desk.served.kept(scope, key, lambda reading: huddle_page(reading, dimension, value, known))
    return page

"""Rewards of teams: which are proposed, how the rule did in the past, and a person who says yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse, Response

from troth.access import Role
from troth.app.answers.rewards import back_tests, rewards
from troth.app.people.rewarding import LONGEST, approve, withdraw
from troth.faces.web.desk import AtDesk, Desk, access_of, at_least
from troth.faces.web.reward_sheet import sheets
from troth.metrics.rewards import Standing

router = APIRouter(include_in_schema=False)
ByManager = Annotated[Desk, Depends(at_least(Role.manager))]
Text = Annotated[str, Form(max_length=LONGEST)]
Day = Annotated[date, Form()]


@router.get("/rewards")
def rewarded(desk: AtDesk) -> Response:
    say = desk.language.gettext
    found = desk.noted(("rewards", None), lambda reading: rewards(desk.served.workspace, reading))
    laid = sheets(found, desk.kept("rewards tested", back_tests), desk.viewer, desk.language)
    return desk.show(
        "rewards.html", title=say("Rewards"), headline=say("Rewards of teams, and what luck alone would give"), sheets=laid,
        longest=LONGEST,
    )  # fmt: skip


@router.post("/rewards/{name}/approve")
def approved(desk: ByManager, name: str, cycle: Day, team: Text, reason: Text = "", outside: Text = "") -> Response:
    return _decided(desk, approve, name, cycle, team, reason, outside)


@router.post("/rewards/{name}/withdraw")
def withdrawn(desk: ByManager, name: str, cycle: Day, team: Text, reason: Text = "", outside: Text = "") -> Response:
    return _decided(desk, withdraw, name, cycle, team, reason, outside)


def _decided(
    desk: Desk, act: Callable[..., Standing], name: str, cycle: date, team: str, reason: str, outside: str
) -> Response:  # fmt: skip
    act(access_of(desk.request), desk.served, desk.viewer, name, cycle, team, reason, outside=bool(outside))
    return RedirectResponse("/rewards", 303)

"""A reward is approved in a real browser, by keyboard, on a phone too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.metrics.rewarded import PROMPT, written
from tests.web.browser import browsing, served_at
from tests.web.doors import PASSWORD, house
from troth.access import Role
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.pages.served import Served
from troth.faces.web import web_app
from troth.faces.web.gate import AccountGate

pytestmark = pytest.mark.system


def test_who_may_awards_a_team_with_a_reason_and_nobody_is_kept_out(tmp_path: Path) -> None:
    workspace = open_workspace(written(tmp_path / "desk", PROMPT.replace(" person: ticket.agent,", "")))
    build(workspace)
    doors = house(Served(workspace), tmp_path / "doors")
    doors.taken("head", Role.admin)

    with served_at(web_app(doors.served, AccountGate(doors.access))) as base, browsing(base) as browser:
        opened = browser.open("/rewards")
        opened.page.locator("#name").fill("head")
        opened.page.locator("#password").fill(PASSWORD)
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_selector("main table")
        opened.page.set_viewport_size({"width": 390, "height": 844})
        opened.page.get_by_text("Award it to green").first.click()
        assert opened.axe() == []
        assert opened.wide() == 0
        opened.page.get_by_label("I do not belong to green.").first.check()
        opened.page.get_by_label("Why, without naming anybody").first.fill("all in time")
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_selector(".pill.accent")

        assert "all in time" in opened.page.inner_text("main")
        assert [one.draft.reason for one in workspace.awards.all()] == ["all in time"]
        assert opened.axe() == []
        assert opened.complaints == []

"""The page of one's own results in a real browser: nobody kept out, on a phone too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.browser import browsing, served_at
from tests.web.doors import PASSWORD, house
from tests.web.test_own_results import as_staff, written
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.pages.served import Served
from troth.app.people.access import HERE, link
from troth.faces.web import web_app
from troth.faces.web.gate import AccountGate

pytestmark = pytest.mark.system


def test_who_is_signed_in_reads_their_own_results_and_nobody_is_kept_out(tmp_path: Path) -> None:
    workspace = open_workspace(written(tmp_path / "helpdesk"))
    build(workspace)
    doors = house(Served(workspace), tmp_path / "doors")
    as_staff(doors, "ana", "a1")

    with served_at(web_app(doors.served, AccountGate(doors.access))) as base, browsing(base) as browser:
        opened = browser.open("/me")
        opened.page.locator("#name").fill("ana")
        opened.page.locator("#password").fill(PASSWORD)
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_selector("table")

        assert "beside your team's" in opened.page.inner_text("h1")
        assert "2026-02-01" in opened.text()
        assert opened.axe() == []
        opened.page.set_viewport_size({"width": 390, "height": 844})
        assert opened.wide() == 0
        assert opened.axe() == []
        opened.page.goto(f"{base}/account")
        opened.page.get_by_text("Your own results").click()
        opened.page.wait_for_selector("table")

        again = link(doors.access, HERE, doors.access.accounts.all()[0].id)
        opened.page.goto(f"{base}/welcome#{again.key}")
        opened.page.locator("#password").fill("four calm otters")
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_url("**/account#others")
        assert opened.axe() == []
        opened.page.goto(f"{base}/me")
        assert opened.wide() == 0
        assert opened.axe() == []
        opened.page.locator("#former").fill(PASSWORD)
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_selector("table")
        refused = [one for one in opened.complaints if "403" not in one]  # of results that rest
        assert refused == []

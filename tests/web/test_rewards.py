"""Nothing is awarded that nobody approved: an account that may, that sees the whole team and is none of it, with a reason, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.metrics.rewarded import PROMPT, written
from tests.web.doors import House, house
from troth.access import Role, Scope, Viewer
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.pages.served import Served
from troth.app.people.access import HERE, link, tie
from troth.app.people.rewarding import approve, withdraw
from troth.app.people.tokens import give
from troth.kernel.errors import BadValue, NotFound
from troth.metrics.rewards import Draft
from troth.stores.journal.journal import Journal
from troth.stores.memory import MemoryAwards

SECOND = Viewer("second", Role.admin)
FEB, MARCH, APRIL, JANUARY = (date(2026, month, 1) for month in (2, 3, 4, 1))
NORTH, GREEN = Scope({"site": frozenset({"north"})}), Scope({"team": frozenset({"green"})})
LOOSE = PROMPT.replace("prompt:", "loose:").replace("0.8", "0.6").replace(" person: ticket.agent,", " approved_by: manager,")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Served:
    workspace = open_workspace(written(tmp_path_factory.mktemp("desk"), PROMPT + LOOSE))
    build(workspace)
    return Served(workspace)


@pytest.fixture
def doors(desk: Served, tmp_path: Path) -> House:
    """Each test has decisions of its own."""
    return house(Served(replace(desk.workspace, awards=MemoryAwards())), tmp_path)


def somebody(doors: House, name: str, person: str | None, role: Role = Role.admin, scope: Scope | None = None) -> Viewer:
    id = doors.taken(name, role, scope or Scope())
    if person is not None:
        for by in (HERE, SECOND):
            tie(doors.access, by, id, person)
    return Viewer(id, role, scope or Scope())


def said(doors: House, by: Viewer, team: str = "green", cycle: date = FEB, reason: str = "all in time", name: str = "prompt") -> bool:
    return approve(doors.access, doors.served, by, name, cycle, team, reason).awarded


def test_an_award_is_a_row_with_who_why_when_and_the_figures_of_then(doors: House) -> None:
    by = somebody(doors, "head", "h1")

    assert said(doors, by, reason="thank you, call Ms Lang on +49 30 1234567")
    (row,) = doors.served.workspace.awards.all()
    draft = row.draft
    assert (row.by, row.at) == (by.id, doors.at)
    assert (draft.reward, draft.cycle, draft.team, draft.act, draft.outside) == ("prompt", FEB, "green", "approved", "on record")
    assert (draft.n, draft.value, round(draft.near, 4), draft.snapshot) == (40, 1.0, 0.9124, doors.served.snapshot())
    assert draft.reason == "thank you, call Ms [name] on [phone]"


def test_the_same_again_is_one_award_and_another_decision_is_none(doors: House) -> None:
    one, two = somebody(doors, "head", "h1"), somebody(doors, "other", "h2")
    said(doors, one)
    said(doors, one)

    with pytest.raises(BadValue, match="was approved already"):
        said(doors, two)
    assert len(doors.served.workspace.awards.all()) == 1
    assert not withdraw(doors.access, doors.served, two, "prompt", FEB, "green", "counted twice").awarded
    with pytest.raises(BadValue, match=r"was withdrawn; got by account .*: counted twice; allowed: one that nobody withdrew"):
        said(doors, one)
    assert said(doors, one, cycle=MARCH)


def test_whose_word_is_none_is_refused_with_what_would_do(doors: House) -> None:
    head, helper = somebody(doors, "head", "h1"), somebody(doors, "helper", "a1")
    asked: list[tuple[Callable[[], object], type[Exception], str]] = [
        (lambda: said(doors, somebody(doors, "manager", "h3", Role.manager)), BadValue, "may not decide on the reward 'prompt'"),
        (lambda: said(doors, somebody(doors, "untied", None)), BadValue, "nobody said whose it is.*troth access person"),
        (lambda: said(doors, somebody(doors, "member", "g2")), BadValue, "own team, 'green'; got an account whose person has cases"),
        (lambda: said(doors, helper), BadValue, "of their own team, 'green'"),
        (lambda: said(doors, somebody(doors, "alone", "h4", scope=GREEN)), BadValue, "sees this team alone"),
        (lambda: said(doors, somebody(doors, "north", "h5", scope=NORTH)), NotFound, "no team 'green'"),
        (lambda: said(doors, head, cycle=APRIL), BadValue, "not over; got the month from 2026-04-01; allowed: one that ended before"),
        (lambda: said(doors, head, cycle=JANUARY, team="red"), BadValue, "not rewarded; got the month from 2026-01-01; allowed: one from"),
        (lambda: said(doors, head, cycle=date(2026, 2, 2)), NotFound, "no month of the record begins so"),
        (lambda: said(doors, head, team="blue"), BadValue, r"'blue' is not proposed; got 0.9 \(0.7695 to 0.9604\) of 40"),
        (lambda: said(doors, head, team="gold"), BadValue, "'gold' is not proposed; got too few cases"),
        (lambda: said(doors, head, team="gren"), NotFound, "did you mean 'green'"),
        (lambda: said(doors, head, reason="  "), BadValue, "a reason is needed"),
        (lambda: said(doors, head, name="promt"), NotFound, "did you mean 'prompt'"),
        (lambda: said(doors, HERE), NotFound, "a reward is decided on by a person"),
        (lambda: approve(None, doors.served, head, "prompt", FEB, "green", "x"), NotFound, "a reward is decided on by a person"),
    ]  # fmt: skip
    for ask, kind, message in asked:
        with pytest.raises(kind, match=message):
            ask()
    taken = somebody(doors, "taken", "h6")
    doors.browser().post("/welcome", {"key": link(doors.access, HERE, taken.id).key, "password": "four calm otters"})
    with pytest.raises(BadValue, match="nobody said whose it is"):
        said(doors, taken)
    assert doors.served.workspace.awards.all() == ()
    assert [said["what"] for _, said in doors.journal.recorded("access.refused")] == ["reward approved"]
    assert said(doors, somebody(doors, "before", "a2"), cycle=FEB)
    # Who helped out in February has no part in March.
    assert said(doors, helper, cycle=MARCH)


def test_who_sees_a_part_of_a_team_decides_on_none_of_it(doors: House) -> None:
    phone = Scope({"channel": frozenset({"phone"})})
    by = somebody(doors, "phone", "h1", scope=phone)

    with pytest.raises(BadValue, match="sees all of it; got 20 of 40 cases"):
        approve(doors.access, doors.served, by, "loose", FEB, "red", "good", outside=True)


def test_who_sees_the_whole_team_by_another_limit_decides_on_it(doors: House) -> None:
    by = somebody(doors, "north", None, Role.manager, NORTH)

    assert approve(doors.access, doors.served, by, "loose", FEB, "red", "good", outside=True).awarded


def test_where_the_record_has_no_persons_the_word_of_whoever_approves_is_written_down(doors: House) -> None:
    by = somebody(doors, "manager", None, Role.manager)

    with pytest.raises(BadValue, match="no word that you are none of it"):
        approve(doors.access, doors.served, by, "loose", FEB, "blue", "good")
    approve(doors.access, doors.served, by, "loose", FEB, "blue", "good", outside=True)
    assert [one.draft.outside for one in doors.served.workspace.awards.all()] == ["own word"]


def test_what_was_awarded_stays_so_where_the_data_of_now_would_not_propose_it(doors: House) -> None:
    by, awards = somebody(doors, "head", "h1"), doors.served.workspace.awards
    then = Draft("prompt", MARCH, "blue", "approved", "all in time", 38, 1.0, 0.9, "on record", "s1", "r1")
    for team in ("blue", "gone"):
        awards.append(replace(then, team=team), by.id, doors.at)
    told = {one["team"]["name"]: one for one in doors.signed_in("head").get("/api/v1/rewards?name=prompt").json()[0]["cycles"][0]["teams"]}
    page = doors.signed_in("head").get("/rewards").text

    assert (told["blue"]["awarded"], told["blue"]["team"]["proposed"], told["blue"]["approved"]["n"]) == (True, False, 38)
    assert (told["gone"]["awarded"], told["gone"]["team"]["n"]) == (True, 0)
    assert page.count("on figures of then: all in time") == 2
    taken = withdraw(doors.access, doors.served, by, "prompt", MARCH, "blue", "counted twice")
    assert (taken.awarded, taken.withdrawn is not None and taken.withdrawn.draft.n) == (False, 38)


def test_only_the_named_accounts_may_where_the_rule_names_some(tmp_path: Path) -> None:
    named = "0123456789abcdef"
    workspace = open_workspace(written(tmp_path / "desk", PROMPT.replace("owner: head", f"accounts: [{named}], owner: head")))
    build(workspace)
    doors = house(Served(workspace), tmp_path)

    with pytest.raises(BadValue, match=f"allowed: admin or above, and one of the accounts {named}"):
        said(doors, somebody(doors, "head", "h1"))


def test_on_the_page_who_may_finds_a_form_and_the_award_is_in_the_journal_of_the_operation(desk: Served, tmp_path: Path) -> None:
    doors = house(desk, tmp_path)
    by = somebody(doors, "head", "h1")
    doors.taken("reader", Role.analyst)
    browser, form = doors.signed_in("head"), {"cycle": "2026-03-01", "team": "green", "reason": "all in time"}
    page = browser.get("/rewards").text
    assert re.findall(r'action="/rewards/prompt/approve"', page) == [r'action="/rewards/prompt/approve"'] * 2
    assert "waits for a person" in page
    assert "went back to the mean" in page

    for path in ("approve", "withdraw"):
        assert doors.signed_in("reader").post(f"/rewards/prompt/{path}", form, on="/account").status_code == 403
        assert browser.client.post(f"/rewards/prompt/{path}", data=form).status_code == 403
    assert browser.post("/rewards/prompt/approve", form, on="/rewards").status_code == 303
    assert browser.post("/rewards/prompt/approve", form, on="/rewards").status_code == 303
    assert browser.post("/rewards/prompt/approve", {**form, "team": "blue"}, on="/rewards").status_code == 400
    assert "by account" in browser.get("/rewards").text
    assert "/approve" not in doors.signed_in("reader").get("/rewards").text
    journal = Journal(desk.workspace.state / "journal.db")
    assert [(one.actor, one.object) for one in journal.entries("reward.approved")] == [(by.id, "prompt/2026-03-01/green")]
    assert journal.verify() is None


def test_programs_read_what_is_proposed_and_decide_on_nothing(doors: House) -> None:
    account = doors.access.accounts.find(doors.taken("head", Role.admin))
    assert account is not None
    key = give(doors.access, account.viewer, "board", Role.admin, account.scope, timedelta(days=7)).key
    bearer, browser = {"authorization": f"Bearer {key}"}, doors.browser()
    (told,) = browser.get("/api/v1/rewards?name=prompt", headers=bearer).json()
    (tested,) = browser.get("/api/v1/rewards/prompt/back-test", headers=bearer).json()

    assert [[one["team"]["name"] for one in cycle["teams"] if one["team"]["proposed"]] for cycle in told["cycles"]] == [
        ["green"],
        ["green"],
    ]
    assert [one["rewarded"] for one in tested["test"]["cycles"]] == [["red"], ["green"], ["green"]]
    assert browser.client.post("/api/v1/rewards/prompt/approve", json={}, headers=bearer).status_code in (403, 404, 405)
    assert browser.client.post("/rewards/prompt/approve", data={"cycle": "2026-03-01", "team": "green"}, headers=bearer).status_code == 403


def test_each_reader_sees_the_teams_of_their_scope(doors: House) -> None:
    doors.taken("north", Role.manager, NORTH)
    browser = doors.signed_in("north")
    page, (told,) = browser.get("/rewards").text, browser.get("/api/v1/rewards?name=prompt").json()

    assert {one["team"]["name"] for cycle in told["cycles"] for one in cycle["teams"]} == {"red", "blue"}
    assert "green" not in page
    assert "gold" not in page

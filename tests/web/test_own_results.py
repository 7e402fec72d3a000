"""Own results are told to their owner and to nobody else, beside the team's, as plain SQL over the file counts them."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.app.small_book import write_book
from tests.metrics.shop import BOOK, FILES
from tests.metrics.test_persons import STAFFED
from tests.web.conftest import text_of
from tests.web.doors import PASSWORD, Browser, House, house
from tests.web.test_second_factor import code, enter, half_in, set_up
from troth.access import Role, Viewer
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.pages.served import Served
from troth.app.people.access import HERE, invite, link, remove, tie
from troth.app.people.factors import take_away
from troth.app.people.signing_in import welcome
from troth.app.people.tokens import give
from troth.kernel.errors import BadValue, BookError

SECOND = Viewer("second", Role.admin)
PEOPLE, SMALL = [f"a{one}" for one in range(1, 11)], ["b1", "b2"]
METRICS = "solve: {kind: mean, words: time to solve, of: ticket, at: opened, value: solved - opened, better: lower}\n"
RESULTS = "tickets: {words: answering tickets, person: ticket.agent, team: attr(team), metrics: [solve], least: 5}\n"


def tickets() -> str:
    """Ten people of a large team and two of a small one, over two months, and three tickets in March; a3 has two in January."""
    lines, begin, number = ["id,customer,team,agent,opened,solved"], datetime(2026, 1, 2, 9), 0
    for month in range(2):
        for place, who in enumerate(PEOPLE + SMALL):
            for turn in range(2 if who == "a3" and month == 0 else 6 + place):
                opened = begin + timedelta(days=31 * month + turn, minutes=7 * place)
                solved = opened + timedelta(hours=1 + (place * 5 + turn * 3 + month) % 17)
                number += 1
                lines.append(f"t{number},c1,{'red' if who in PEOPLE else 'blue'},{who},{opened:%Y-%m-%d %H:%M},{solved:%Y-%m-%d %H:%M}")
    for turn in range(3):
        lines.append(f"u{turn},c2,red,a1,2026-03-0{turn + 1} 09:00,2026-03-0{turn + 1} 11:00")
    return "\n".join(lines) + "\n"


def agents() -> str:
    return "id,team,full_name,since\n" + "".join(
        f"{who},{'red' if who in PEOPLE else 'blue'},Somebody {who},2025-01-01 09:00\n" for who in PEOPLE + SMALL
    )


def written(under: Path, results: str = RESULTS, metrics: str = METRICS) -> Path:
    book = {**BOOK, "sources/all.yaml": STAFFED, "metrics/all.yaml": metrics, "results/all.yaml": results}
    return write_book(under, files={**FILES, "tickets.csv": tickets(), "agents.csv": agents()}, book=book)


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Served, Path]:
    book = written(tmp_path_factory.mktemp("helpdesk"))
    workspace = open_workspace(book)
    build(workspace)
    return Served(workspace), next(book.parent.rglob("tickets.csv"))


@pytest.fixture
def doors(helpdesk: tuple[Served, Path], tmp_path: Path) -> House:
    return house(helpdesk[0], tmp_path)


def as_staff(doors: House, name: str, person: str, role: Role = Role.viewer) -> str:
    invited = invite(doors.access, HERE, role, HERE.scope)
    for by in (HERE, SECOND):
        tie(doors.access, by, invited.account.id, person)
    welcome(doors.access, invited.key, name, "three calm otters")
    return invited.account.id


def test_an_own_result_is_what_sql_counts_of_the_file_beside_the_team(doors: House, helpdesk: tuple[Served, Path]) -> None:
    as_staff(doors, "ana", "a2")
    told = doors.signed_in("ana").get("/api/v1/me/results").json()
    cycles = {one["begins"]: one for one in told[0]["metrics"][0]["cycles"]}

    def by_sql(condition: str) -> dict[str, tuple[float, int]]:
        rows = duckdb.execute(
            "SELECT strftime(date_trunc('month', opened), '%Y-%m-%d'), avg(epoch(solved - opened)), count(*)"
            f" FROM read_csv('{helpdesk[1]}') WHERE {condition} GROUP BY 1"
        ).fetchall()
        return {month: (value, n) for month, value, n in rows}

    own, team = by_sql("agent = 'a2'"), by_sql("team = 'red'")
    for month in ("2026-01-01", "2026-02-01"):
        assert (cycles[month]["own"]["value"], cycles[month]["own"]["n"]) == (pytest.approx(own[month][0]), own[month][1])
        assert (cycles[month]["together"]["value"], cycles[month]["together"]["n"]) == (pytest.approx(team[month][0]), team[month][1])
        assert cycles[month]["own"]["low"] < cycles[month]["own"]["value"] < cycles[month]["own"]["high"]
        assert cycles[month]["team"] == "red"


def test_a_result_comes_with_the_first_cycle_that_is_over_and_of_too_few_cannot_be_said(doors: House) -> None:
    as_staff(doors, "cy", "a3")
    cycles = doors.signed_in("cy").get("/api/v1/me/results").json()[0]["metrics"][0]["cycles"]

    assert cycles[-1]["begins"] == "2026-01-01"
    assert (cycles[-1]["own"]["value"], cycles[-1]["own"]["n"]) == (None, 2)
    assert cycles[-1]["own"]["refusal"]["need"] == "5 or more"
    assert cycles[-1]["together"]["value"] is not None


def test_the_team_of_two_is_not_told_since_it_less_the_own_is_the_colleague(doors: House) -> None:
    as_staff(doors, "bo", "b1")
    cycle = doors.signed_in("bo").get("/api/v1/me/results").json()[0]["metrics"][0]["cycles"][-1]

    assert cycle["own"]["value"] is not None
    assert (cycle["together"]["value"], cycle["together"]["n"]) == (None, None)
    assert cycle["together"]["refusal"]["got"] == "1"


def test_two_peers_a_manager_and_an_admin_walk_in_and_none_sees_another(doors: House) -> None:
    ana, bo = as_staff(doors, "ana", "a1"), as_staff(doors, "bo", "a2")
    doors.taken("head", Role.manager)
    doors.taken("root", Role.admin)
    own = {name: doors.signed_in(name).get("/api/v1/me/results").json() for name in ("ana", "bo")}
    values = {name: json.dumps([one["own"] for one in told[0]["metrics"][0]["cycles"]]) for name, told in own.items()}
    assert values["ana"] != values["bo"]

    for name in ("head", "root"):
        browser = doors.signed_in(name)
        for path in ("/me", "/api/v1/me/results", f"/me?account={ana}", f"/api/v1/me/results?person=a1&account={bo}"):
            answer = browser.get(path)
            assert answer.status_code == 404, path
            assert "answering tickets" not in answer.text
    peer = doors.signed_in("bo")
    for path in (f"/api/v1/me/results?account={ana}", "/api/v1/me/results?person=a1"):
        assert peer.get(path).json() == own["bo"]
    for path in ("/api/v1/metrics/solve?by=ticket.agent", "/api/v1/metrics/solve?only=ticket.agent%3Da1"):
        assert [doors.signed_in(name).get(path).status_code for name in ("bo", "head", "root")] == [400] * 3


def test_no_token_opens_own_results_not_even_that_of_their_owner(doors: House) -> None:
    id = as_staff(doors, "ana", "a1")
    account = doors.access.accounts.find(id)
    assert account is not None
    given = give(doors.access, account.viewer, "wallboard", Role.viewer, account.scope, timedelta(days=7))
    browser = doors.browser()

    assert browser.get("/api/v1/me/results", headers={"authorization": f"Bearer {given.key}"}).status_code == 404
    assert browser.get("/api/v1/snapshot", headers={"authorization": f"Bearer {given.key}"}).status_code == 200


def test_reading_is_in_the_journal_and_is_kept_by_no_browser_and_for_nobody_else(doors: House) -> None:
    id = as_staff(doors, "ana", "a1")
    as_staff(doors, "bo", "a2")
    mine = doors.signed_in("ana").get("/me")

    assert (mine.status_code, "no-store" in mine.headers["cache-control"]) == (200, True)
    assert doors.journal.recorded("results.read") == ((id, {}),)
    assert doors.signed_in("bo").get("/me").text != mine.text


def test_who_gives_access_names_an_account_once_and_a_person_once_and_never_their_own(doors: House) -> None:
    own = Viewer(doors.taken("root", Role.admin), Role.admin)
    first, second = (invite(doors.access, HERE, Role.viewer, HERE.scope).account.id for _ in range(2))
    assert not tie(doors.access, HERE, first, "a1")
    assert tie(doors.access, SECOND, first, "a1")

    for by, id, person, said in (
        (own, own.id, "a2", "of their own"),
        (HERE, first, "a2", "for good"),
        (HERE, second, "a1", "for good"),
        (HERE, second, " ", "no person"),
    ):
        with pytest.raises(BadValue, match=said):
            tie(doors.access, by, id, person)
    assert doors.journal.recorded("account.tied") == ((first, {}),)


def test_accounts_of_before_are_read_and_may_be_tied(doors: House) -> None:
    id = doors.taken("head")
    with sqlite3.connect(doors.folder / "access.db") as connection:
        later = "".join(f"DROP TABLE {table};" for table in ("staff", "factor", "recovery", "notice", "saying", "opening"))
        fields = "ALTER TABLE session DROP COLUMN by; ALTER TABLE session DROP COLUMN passed;"
        connection.executescript(f"{later}{fields} UPDATE access SET version = 1; PRAGMA user_version = 1;")
    connection.close()

    assert doors.access.persons.of(id) is None
    assert [doors.access.persons.say(id, "a1", by) for by in ("one", "one", "another")] == [False, False, True]
    assert doors.access.persons.of(id) == "a1"
    assert doors.signed_in("head").get("/account").status_code == 200


def test_one_admin_alone_ties_nobody_and_two_who_say_the_same_do(doors: House) -> None:
    id = doors.taken("ana")
    for name in ("root", "second"):
        doors.taken(name, Role.admin)
    root, second, before = doors.signed_in("root"), doors.signed_in("second"), doors.signed_in("ana")

    def say(browser: Browser, person: str) -> str:
        return text_of(browser.post(f"/access/{id}/person", {"person": person}, on=f"/access/{id}").text)

    for _ in range(2):
        assert "once another admin says the same" in say(root, "a1")
    assert "once another admin says the same" in say(second, "a2")
    assert before.get("/me").status_code == 404
    assert "from now on" in say(root, "a2")
    owner = doors.browser()
    assert owner.sign_in("ana").headers["location"] == "/account#others"
    assert "who of the staff you are" in text_of(owner.get("/account").text)
    assert owner.get("/me").status_code == 200
    assert [about for about, _ in doors.journal.recorded("account.tied")] == [id]


def taken_over(doors: House, id: str, password: str) -> Browser:
    """What an admin can do who wants to be somebody else."""
    browser = doors.browser()
    browser.post("/welcome", {"key": link(doors.access, HERE, id).key, "password": password})
    return browser


def test_whoever_sets_a_password_by_a_link_reads_no_results_of_whom_it_was(doors: House) -> None:
    id = as_staff(doors, "ana", "a1")
    doors.pass_(minutes=1)
    thief = taken_over(doors, id, "four calm otters")

    assert (thief.get("/me").status_code, thief.get("/api/v1/me/results").status_code) == (403, 404)
    assert "answering tickets" not in thief.get("/me").text
    assert thief.post("/me", {"former": "four calm otters"}).status_code == 401
    assert thief.post("/account/password", {"old": "four calm otters", "new": "five calm otters"}, on="/account").status_code == 303
    assert thief.get("/me").status_code == 403
    again = taken_over(doors, id, "six calm otters")
    assert again.post("/me", {"former": "five calm otters"}).status_code == 401
    assert doors.journal.recorded("results.read") == ()
    said = text_of(again.get("/account").text)
    assert "a link was given" in said
    assert "another password was set by a link" in said

    assert again.post("/me", {"former": PASSWORD}).status_code == 303, "its owner knows the one that was before the first link"
    assert again.get("/me").status_code == 200
    assert doors.journal.recorded("results.woken") == ((id, {}),)


def test_the_password_of_before_is_guessed_at_as_slowly_as_any(doors: House) -> None:
    thief = taken_over(doors, as_staff(doors, "ana", "a1"), "four calm otters")

    assert [thief.post("/me", {"former": "a guess of it"}).status_code for _ in range(5)] == [401] * 5
    assert "Too many tries" in text_of(thief.post("/me", {"former": PASSWORD}).text)


def test_who_forgot_it_is_said_anew_by_two(doors: House) -> None:
    id = as_staff(doors, "ana", "a1")
    browser = taken_over(doors, id, "four calm otters")

    assert not tie(doors.access, HERE, id, "a1")
    assert browser.get("/me").status_code == 403
    assert tie(doors.access, SECOND, id, "a1")
    assert browser.get("/me").status_code == 200


def test_a_second_factor_of_before_the_link_says_whose_results_they_are_and_a_later_one_does_not(doors: House) -> None:
    owners = {}
    for name, person in (("ana", "a1"), ("bo", "a2")):
        owners[name] = as_staff(doors, name, person)
        set_up(doors, doors.signed_in(name), owners[name])

    browser = taken_over(doors, owners["ana"], "four calm otters")
    assert enter(browser, code(doors, owners["ana"])).status_code == 303
    assert browser.get("/me").status_code == 200

    take_away(doors.access, HERE, owners["bo"])
    thief = taken_over(doors, owners["bo"], PASSWORD)
    doors.pass_(minutes=1)
    set_up(doors, thief, owners["bo"])
    thief = half_in(doors, "bo")
    assert enter(thief, code(doors, owners["bo"])).status_code == 303
    assert thief.get("/me").status_code == 403


def test_that_they_were_opened_under_another_account_is_told_their_owner(doors: House) -> None:
    thief = as_staff(doors, "eve", "a1")
    doors.signed_in("eve").get("/me")
    remove(doors.access, HERE, thief)
    doors.pass_(minutes=1)

    as_staff(doors, "ana", "a1")
    owner = doors.signed_in("ana")
    assert "opened once under another account, on 2 Mar 2026" in text_of(owner.get("/me").text)
    assert "You opened them last on" in text_of(owner.get("/me").text)
    as_staff(doors, "bo", "a2")
    assert "under another account" not in doors.signed_in("bo").get("/me").text


def test_whom_the_identity_provider_vouches_for_gets_no_link_to_set_a_password(doors: House) -> None:
    id = invite(doors.access, HERE, Role.viewer, HERE.scope).account.id
    doors.access.accounts.put_subject(id, "issuer subject", "ana@example.org")
    doors.taken("root", Role.admin)

    with pytest.raises(BadValue, match="identity provider"):
        link(doors.access, HERE, id)
    assert doors.signed_in("root").post(f"/access/{id}/link", on="/access").status_code == 400


def test_what_is_refused_is_said_in_the_readers_language(doors: House) -> None:
    doors.taken("head")
    as_staff(doors, "cy", "a3")
    as_staff(doors, "bo", "b1")
    pages = {}
    for name in ("head", "cy", "bo"):
        browser = doors.signed_in(name)
        browser.post("/account/language", {"code": "pt"}, on="/account")
        pages[name] = text_of(browser.get("/me").text)

    assert "esta conta não tem resultados próprios" in pages["head"]
    assert "contou-se muito pouco do que é seu neste ciclo: há 2, são precisos 5 ou mais" in pages["cy"]
    assert "falaria de poucos outros" in pages["bo"]


@pytest.mark.parametrize(
    ("results", "metrics", "said"),
    [
        (RESULTS.replace("ticket.agent", "attr(team)"), METRICS, "tells no single person"),
        (RESULTS.replace("attr(team)", "ticket.agent"), METRICS, "person-grain"),
        (RESULTS.replace("[solve]", "[solv]"), METRICS, "did you mean 'solve'"),
        (RESULTS, METRICS.replace("better: lower", "better: lower, productivity: true, pair_with: many")
         + "many: {kind: count, words: many, of: ticket, at: opened, better: higher}\n", "productivity-pair"),
    ],
)  # fmt: skip
def test_a_definition_that_shows_another_thing_than_a_person_and_a_team_is_none(
    tmp_path: Path, results: str, metrics: str, said: str
) -> None:
    with pytest.raises(BookError, match=said):
        build(open_workspace(written(tmp_path, results, metrics)))

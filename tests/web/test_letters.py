"""Letters of Meridian, and what their links open: what is in scope, to read, and nothing else."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.post import Office, post_office
from tests.web.conftest import Known, text_of
from tests.web.doors import CHEAP, PASSWORD, Browser
from troth.access import EVERYTHING, Passwords, Role, Scope, Viewer
from troth.app.bootstrap import open_access, open_sending, open_workspace
from troth.app.letters.sending import Sending, add, add_huddle, remove, run, stopped
from troth.app.pages.served import Served
from troth.app.people.access import HERE, invite
from troth.app.people.signing_in import welcome
from troth.app.workspace import Workspace
from troth.faces.outgoing import write
from troth.faces.web import web_app
from troth.faces.web.by_link import COOKIE
from troth.faces.web.gate import AccountGate
from troth.kernel.errors import BadValue, NotFound
from troth.sending import when_of
from troth.stores.mail.smtp import VARIABLE
from troth.stores.sending.database import open_database
from troth.stores.sending.schedules import SqliteSchedules

BERLIN = Scope({"country": frozenset({"DE"})})
#  The record ends on 30 June 2025, 23:50 UTC; the Monday before is the 30th, 06:30 in Berlin 04:30 UTC.
ADDED, DUE = datetime(2025, 6, 27, 12), datetime(2025, 6, 30, 4, 30)


class Post:
    def __init__(self, root: Path, office: Office) -> None:
        self.now, self.root, self.office = ADDED, root, office
        self.workspace: Workspace = replace(open_workspace(root), now=lambda: self.now)
        self.sending: Sending = open_sending(self.workspace)

    def send(self, to: str, scope: Scope) -> str:
        """Have it sent from now on. Gives the schedule's id."""
        return add(self.workspace, self.sending, when_of("monday", "06:30"), to, scope=scope, address="http://testserver").id

    def letter(self, to: str) -> str:
        """What somebody was sent, both parts of it."""
        mail = next(mail for mail in self.office.mails if mail["to"] == to)
        return "\n".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")

    def path(self, to: str) -> str:
        found = re.search(r"http://testserver(/link/[\w-]+)", self.letter(to))
        assert found
        return found[1]

    def browser(self, who: Viewer | None = None) -> TestClient:
        app = web_app(Served(self.workspace), Known(who), self.sending)
        return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def post(meridian: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    copy = tmp_path_factory.mktemp("post") / "meridian"
    shutil.copytree(meridian, copy)
    with post_office() as office, _named(office.url):
        made = Post(copy / "book", office)
        made.send("de@meridian.example", BERLIN)
        made.send("all@meridian.example", EVERYTHING)
        made.now = DUE
        assert len(run(made.workspace, made.sending, write).sent) == 2
        yield made


@contextmanager
def _named(url: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, url)
        yield


def test_a_letter_says_of_last_week_what_sql_counts_in_its_scope(post: Post) -> None:
    reading = Served(post.workspace).reading(BERLIN)
    query = """
        SELECT count(*) FROM whole.outcome o
        WHERE o.promise IN ('deliver', 'arrive', 'answer', 'answer_complaint', 'refund') AND o.voided IS NULL
          AND (o.due AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin')::DATE BETWEEN DATE '2025-06-23' AND DATE '2025-06-29'
          AND CASE o.subject_type
                WHEN 'order' THEN (SELECT ship_country FROM whole.object_order x WHERE x.code = o.subject)
                WHEN 'visit' THEN (SELECT country FROM whole.object_branch b JOIN whole.relation r
                    ON r.to_type = 'branch' AND r.to_code = b.code WHERE r.from_type = 'visit' AND r.from_code = o.subject)
                WHEN 'complaint' THEN (SELECT country FROM whole.object_branch b JOIN whole.relation r
                    ON r.to_type = 'branch' AND r.to_code = b.code WHERE r.from_type = 'complaint' AND r.from_code = o.subject)
                WHEN 'ticket' THEN (SELECT country FROM whole.object_account b JOIN whole.relation r
                    ON r.to_type = 'account' AND r.to_code = b.code WHERE r.from_type = 'ticket' AND r.from_code = o.subject)
                WHEN 'return' THEN (SELECT ship_country FROM whole.object_order b JOIN whole.relation r
                    ON r.to_type = 'order' AND r.to_code = b.code WHERE r.from_type = 'return' AND r.from_code = o.subject)
              END = 'DE'"""
    ((due,),) = reading.context.engine.rows(query)

    assert due > 10
    assert f"{due} promises to customers fell due" in text_of(post.letter("de@meridian.example"))


def test_no_order_of_another_country_and_nobody_of_the_vault_is_in_a_letter(post: Post) -> None:
    others = Served(post.workspace).reading(EVERYTHING).context.engine.rows("SELECT id FROM object_order WHERE ship_country <> 'DE'")
    letter = post.letter("de@meridian.example")
    words = set(re.findall(r"[\w@.+-]+", letter))

    assert len(others) > 1000
    assert not words & {str(id) for (id,) in others}
    assert "country=DE" in letter
    status = post.workspace.vault.status()
    assert sum(status.kept.values()) > 100
    assert not re.search(r"\b(name|email|phone|address|tax_id)-[2-9a-z]{20}\b", letter)


def test_a_link_opens_the_pages_of_its_scope_and_no_more(post: Post) -> None:
    browser = post.browser()
    assert browser.get("/").headers["location"] == "/sign-in"

    answer = browser.get(post.path("de@meridian.example"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "expires" not in cookie

    page = browser.get("/")
    assert page.status_code == 200
    assert "country=DE" in text_of(page.text)
    assert browser.get("/promises").status_code == 200
    assert browser.get("/data").status_code == 403
    assert browser.get("/rules").status_code == 403


def test_with_a_link_nothing_can_be_sent_to_us(post: Post) -> None:
    browser = post.browser()
    browser.get(post.path("de@meridian.example"))

    for route in post.browser().app.routes:  # type: ignore[attr-defined]
        path, methods = getattr(route, "path", ""), getattr(route, "methods", None) or set()
        for method in methods - {"GET", "HEAD"}:
            assert browser.request(method, re.sub(r"{\w+}", "x", path)).status_code in (303, 400, 403, 411), path


def test_who_comes_by_a_link_has_no_account_and_gives_no_access(post: Post) -> None:
    gate = AccountGate(open_access(post.workspace))
    app = web_app(Served(post.workspace), gate, post.sending)
    browser = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    browser.get(post.path("de@meridian.example"))

    page = browser.get("/")
    assert page.status_code == 200
    assert "/sign-out" not in page.text
    assert browser.get("/account").status_code == 404
    assert browser.get("/access").status_code == 403


def test_a_link_that_expired_or_never_was_opens_nothing(post: Post) -> None:
    path = post.path("de@meridian.example")
    old = post.browser()
    old.get(path)
    post.now = DUE + timedelta(days=7)
    try:
        assert post.browser().get(path).status_code == 404
        assert old.get("/").headers["location"] == "/sign-in"
    finally:
        post.now = DUE
    assert post.browser().get("/link/none").status_code == 404
    assert post.browser().get(path[:-1]).status_code == 404


def test_who_is_signed_in_stays_who_that_is(post: Post) -> None:
    browser = post.browser(Viewer("ana", Role.admin))
    browser.get(post.path("de@meridian.example"))

    assert "country=DE" not in text_of(browser.get("/").text)
    assert browser.get("/data").status_code == 200


def test_what_is_sent_no_more_is_opened_no_more(post: Post) -> None:
    id = post.send("gone@meridian.example", BERLIN)
    post.now = DUE + timedelta(days=7)
    run(post.workspace, post.sending, write)
    browser = post.browser()
    browser.get(post.path("gone@meridian.example"))
    assert browser.get("/").status_code == 200
    remove(post.workspace, post.sending, id)
    post.now = DUE

    assert browser.get("/").headers["location"] == "/sign-in"
    assert browser.cookies[COOKIE]


FROM_ELSEWHERE = {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}


@pytest.fixture(scope="module")
def sent(post: Post, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """A copy of the folder as it is when both have their second letter, with these letters: once for all tests that go on from there."""
    copy = tmp_path_factory.mktemp("sent") / "meridian"
    shutil.copytree(post.root.parent, copy)
    with post_office() as office, _named(office.url):
        made = Post(copy / "book", office)
        made.now = DUE + timedelta(days=1)
        for one in made.sending.schedules.all():
            made.sending.schedules.remove(one.id)
        made.send("de@meridian.example", BERLIN)
        made.send("all@meridian.example", EVERYTHING)
        made.now = DUE + timedelta(days=7)
        run(made.workspace, made.sending, write)
    return copy, office.raw


@pytest.fixture
def own(sent: tuple[Path, list[bytes]], tmp_path: Path) -> Iterator[Post]:
    """The same, in a copy in which something may be stopped."""
    shutil.copytree(sent[0], tmp_path / "meridian")
    with post_office() as office, _named(office.url):
        office.raw.extend(sent[1])
        made = Post(tmp_path / "meridian" / "book", office)
        made.now = DUE + timedelta(days=7)
        yield made


def test_a_program_of_mail_stops_letters_without_asking_anybody(own: Post) -> None:
    mail = next(mail for mail in own.office.mails if mail["to"] == "de@meridian.example")
    address = re.fullmatch(r"<http://testserver(/link/[\w-]+/stop)>", mail["list-unsubscribe"])
    assert address
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    browser = own.browser()

    asked = browser.get(address[1])
    assert (asked.status_code, len(own.sending.schedules.all())) == (200, 2)
    assert "Have these letters no more?" in asked.text

    answers = [browser.post(address[1], data={"List-Unsubscribe": "One-Click"}, headers=FROM_ELSEWHERE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("These letters come no more." in answer.text for answer in answers)
    assert [one.scope for one in own.sending.schedules.all()] == [EVERYTHING]
    assert len(stopped(own.workspace)) == 1

    own.now = DUE + timedelta(days=14)
    assert {mail["to"] for mail in own.office.mails} == {"de@meridian.example", "all@meridian.example"}
    run(own.workspace, own.sending, write)
    assert [mail["to"] for mail in own.office.mails][2:] == ["all@meridian.example"]


def test_who_has_no_link_stops_nothing_and_learns_nothing(own: Post) -> None:
    answer = own.browser().post("/link/nothing-like-it/stop")
    assert "These letters come no more." in answer.text
    assert len(own.sending.schedules.all()) == 2
    assert stopped(own.workspace) == ()
    # Nothing else is taken without a form of ours.
    assert own.browser().post("/link/x/stop/more").status_code in (403, 404, 405)


def test_a_reader_stops_letters_by_the_button_of_the_page(own: Post) -> None:
    path = f"{own.path('all@meridian.example')}/stop"
    page = own.browser().get(path).text
    assert '<form method="post">' in page
    assert "Meridian" not in page
    own.browser().post(path)
    assert [one.scope for one in own.sending.schedules.all()] == [BERLIN]


def test_somebody_has_the_page_sent_of_what_they_may_see_at_the_time(own: Post) -> None:
    access = replace(open_access(own.workspace), passwords=Passwords(CHEAP))
    served = Served(own.workspace)
    for one in own.sending.schedules.all():
        own.sending.schedules.remove(one.id)
    for name in ("ana@meridian.example", "bruno"):
        welcome(access, invite(access, HERE, Role.viewer, BERLIN).key, name, PASSWORD)
    app = web_app(served, AccountGate(access), own.sending)
    ana, bruno = (Browser(TestClient(app, "http://testserver", follow_redirects=False)) for _ in range(2))
    ana.sign_in("ana@meridian.example")
    bruno.sign_in("bruno")

    assert 'href="/account#mail"' in ana.get("/").text
    assert "no address of mail" in bruno.get("/account").text
    assert bruno.post("/account/mail", {"day": "0", "at": "06:30"}, on="/account").status_code == 400
    assert ana.post("/account/mail", {"day": "0", "at": "soon"}, on="/account").status_code == 400
    for at in ("06:00", "06:30"):  # the second takes the place of the first
        assert ana.post("/account/mail", {"day": "0", "at": at}, on="/account").status_code == 303
    assert "06:30" in ana.get("/account").text

    own.now = DUE + timedelta(days=14)
    run(own.workspace, own.sending, write)
    mine = [mail for mail in own.office.mails if mail["to"] == "ana@meridian.example"]
    assert len(mine) == 1
    assert "country=DE" in own.letter("ana@meridian.example")

    account = access.accounts.named("ana@meridian.example")
    assert account
    access.accounts.put(replace(account[0], scope=Scope({"country": frozenset({"FR"})})))
    reader = own.browser()
    reader.get(own.path("ana@meridian.example"))
    assert "country=FR" in reader.get("/").text
    own.now = DUE + timedelta(days=21)
    run(own.workspace, own.sending, write)
    body = [mail for mail in own.office.mails if mail["to"] == "ana@meridian.example"][-1].get_body(("plain",))
    assert body is not None
    assert "country=FR" in body.get_content()

    access.accounts.put(replace(account[0], disabled=True))
    assert own.browser().get(own.path("ana@meridian.example")).status_code == 404
    own.now = DUE + timedelta(days=28)
    run(own.workspace, own.sending, write)
    assert len([mail for mail in own.office.mails if mail["to"] == "ana@meridian.example"]) == 2
    assert not any(one.id.startswith("own-") for one in own.sending.schedules.all())


def test_a_unit_is_sent_the_screen_of_its_huddle_and_the_link_leads_there_and_no_further(own: Post) -> None:
    """On Monday at eight; the numbers are those that SQL counts of the warehouse."""
    say = {"language": "en", "address": "http://testserver"}
    own.now = ADDED
    made = add_huddle(own.workspace, own.sending, "warehouse=LYS", None, None, "lys@meridian.example", **say)
    assert (str(made.when), made.page) == ("monday, tuesday, wednesday, thursday, friday 08:00", "huddle/warehouse=LYS")
    with pytest.raises(BadValue, match="sent so already"):
        add_huddle(own.workspace, own.sending, "warehouse=LYS", None, None, "lys@meridian.example", **say)
    own.now = datetime(2025, 7, 1, 7)
    run(own.workspace, own.sending, write)

    (mail,) = [mail for mail in own.office.mails if mail["to"] == "lys@meridian.example"]
    reading = Served(own.workspace).reading(EVERYTHING)
    context = reading.context
    late = f"{context.state()} = 'broken' AND o.fulfilled IS NULL AND o.due > {context.now} - INTERVAL 60 DAY"
    ((count,),) = context.engine.rows(
        "SELECT count(*) FROM outcome o JOIN object_order s ON s.code = o.subject AND o.subject_type = 'order'"
        f" WHERE s.warehouse = 'LYS' AND {late}"
    )
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    assert count
    assert f", {count} late and not here" in str(mail["subject"])
    for one in (parts[0], text_of(parts[1])):
        assert f"Late and not here: {count}" in one
        assert "No person is measured on this screen." in one
        assert "warehouse=LYS" in one
    ids = {id for (id,) in context.engine.rows("SELECT id FROM object_order WHERE warehouse <> 'LYS'")}
    assert not ids & set(re.findall(r"SO-\d+", "".join(parts)))
    assert not re.search(r"<(img|script|link)|url\(", parts[1])

    reader = own.browser()
    assert reader.get(own.path("lys@meridian.example")).headers["location"] == "/huddle/warehouse=LYS"
    assert "LYS" in reader.get("/huddle/warehouse=LYS").text
    assert reader.get("/huddle/warehouse=HAM").status_code == 403
    assert reader.post("/huddle/warehouse=LYS/held").status_code in (401, 403, 303)
    own.now += timedelta(days=8)
    assert own.browser().get(own.path("lys@meridian.example")).status_code == 404


def test_a_huddle_of_old_data_says_so_first(own: Post) -> None:
    own.now = ADDED
    add_huddle(own.workspace, own.sending, "warehouse=LYS", "thu", "07:00", "lys@meridian.example", language="pt", address="http://x")
    own.now = datetime(2025, 7, 3, 6)
    run(own.workspace, own.sending, write)

    (mail,) = [mail for mail in own.office.mails if mail["to"] == "lys@meridian.example"]
    assert str(mail["subject"]).startswith("Dados antigos: ")
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("Estes dados são antigos")


@pytest.mark.parametrize(("unit", "error"), [("LYS", BadValue), ("warehouse=LYSS", NotFound), ("warehuose=LYS", NotFound)])
def test_a_huddle_of_no_unit_is_not_sent(post: Post, unit: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        add_huddle(post.workspace, post.sending, unit, None, None, "lys@meridian.example", address="http://testserver")


def test_schedules_of_before_there_was_another_page_are_those_of_monday(tmp_path: Path) -> None:
    """sending.db as its first version wrote it."""
    with sqlite3.connect(tmp_path / "sending.db") as connection:
        connection.executescript(
            """
            CREATE TABLE schedule (id TEXT PRIMARY KEY, days TEXT NOT NULL, at TEXT NOT NULL, recipient TEXT NOT NULL,
                scope TEXT NOT NULL, language TEXT NOT NULL, address TEXT NOT NULL, since TEXT NOT NULL);
            INSERT INTO schedule VALUES ('a', '0', '06:30', 'email-1', '{}', 'en', 'http://x', '2026-01-01T00:00:00');
            PRAGMA user_version = 1;
            """
        )
    connection.close()

    (one,) = SqliteSchedules(open_database(tmp_path)).all()
    assert (one.id, one.page, one.unit) == ("a", "monday", None)


def test_somebody_has_it_sent_no_more(own: Post) -> None:
    access = replace(open_access(own.workspace), passwords=Passwords(CHEAP))
    welcome(access, invite(access, HERE, Role.viewer, EVERYTHING).key, "ana@meridian.example", PASSWORD)
    ana = Browser(TestClient(web_app(Served(own.workspace), AccountGate(access), own.sending), "http://testserver", follow_redirects=False))
    ana.sign_in("ana@meridian.example")
    ana.post("/account/mail", {"day": "0", "at": "06:30"}, on="/account")
    assert ana.post("/account/mail/stop", on="/account").status_code == 303
    assert len(own.sending.schedules.all()) == 2
    assert ana.client.post("/account/mail", data={"day": "0", "at": "06:30"}).status_code == 403

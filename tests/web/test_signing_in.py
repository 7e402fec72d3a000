"""Signing in and out by the pages: sessions, links, guesses, and what a page of somebody else cannot do."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from argon2 import PasswordHasher

from tests.web.conftest import text_of
from tests.web.doors import CHEAP, PASSWORD, House
from troth.access import Passwords, Role
from troth.access.keys import hash_of
from troth.access.viewer import scope_of
from troth.app.people.access import HERE, change, disable, first_link, link
from troth.app.people.signing_in import viewer_of

SESSION = "troth-session"


def test_a_page_asks_who_it_is_first_and_is_given_then(doors: House) -> None:
    doors.taken("ana")
    browser = doors.browser()

    asked = browser.get("/promises")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?to=%2Fpromises")
    done = browser.post("/sign-in", {"name": "ANA ", "password": PASSWORD, "to": "/promises"})
    assert (done.status_code, done.headers["location"]) == (303, "/promises")
    assert browser.get("/promises").status_code == 200


def test_who_is_not_signed_in_is_not_told_whose_pages_these_are(doors: House) -> None:
    page = doors.browser().get("/sign-in").text

    assert "Meridian" not in page
    assert doors.served.snapshot() not in page


def test_the_first_admin_comes_by_a_link_that_opens_once(doors: House) -> None:
    first = first_link(doors.access)
    assert first is not None
    browser = doors.browser()

    done = browser.post("/welcome", {"key": first.key, "name": "ana@example.org", "password": PASSWORD})
    assert done.status_code == 303
    assert "You see the whole operation." in browser.get("/account").text
    assert first_link(doors.access) is None
    assert doors.browser().post("/welcome", {"key": first.key, "name": "eve", "password": PASSWORD}).status_code == 400


def test_a_link_opens_nothing_after_its_hour(doors: House) -> None:
    first = first_link(doors.access)
    assert first is not None
    doors.pass_(minutes=61)

    assert doors.browser().post("/welcome", {"key": first.key, "name": "ana", "password": PASSWORD}).status_code == 400


def test_a_link_is_not_spent_on_a_password_that_is_refused(doors: House) -> None:
    first = first_link(doors.access)
    assert first is not None
    browser = doors.browser()

    refused = browser.post("/welcome", {"key": first.key, "name": "ana", "password": "password2026"})
    assert (refused.status_code, "many people have" in refused.text) == (400, True)
    assert browser.post("/welcome", {"key": first.key, "name": "ana", "password": PASSWORD}).status_code == 303


def test_a_name_is_taken_once(doors: House) -> None:
    doors.taken("ana")
    invited = link(doors.access, HERE, doors.taken("eve"))
    assert doors.browser().post("/welcome", {"key": invited.key, "name": "Ana", "password": PASSWORD}).status_code == 303
    assert sorted(doors.access.accounts.names().values()) == ["ana", "eve"]

    first = first_link(doors.access)
    assert first is not None
    refused = doors.browser().post("/welcome", {"key": first.key, "name": "Ana", "password": PASSWORD})
    assert "this name is taken" in text_of(refused.text).lower()


def test_a_new_link_sets_another_password_and_ends_what_was_open(doors: House) -> None:
    id = doors.taken("ana")
    before = doors.signed_in("ana")
    again = link(doors.access, HERE, id)

    assert doors.browser().post("/welcome", {"key": again.key, "password": "four calm otters"}).status_code == 303
    assert before.get("/").status_code == 303
    assert doors.browser().sign_in("ana").status_code == 401
    assert doors.browser().sign_in("ana", "four calm otters").status_code == 303


def test_a_session_ends_half_an_hour_after_it_was_last_used(doors: House) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")

    for _ in range(3):
        doors.pass_(minutes=29)
        assert browser.get("/account").status_code == 200
    doors.pass_(minutes=31)
    assert browser.get("/account").status_code == 303


def test_a_session_ends_after_twelve_hours_however_it_is_used(doors: House) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")

    for _ in range(28):
        doors.pass_(minutes=25)
        assert browser.get("/account").status_code == 200
    doors.pass_(minutes=25)
    assert browser.get("/account").status_code == 303


def test_signing_out_ends_the_session_and_not_the_cookie_alone(doors: House) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")
    key = browser.client.cookies[SESSION]

    done = browser.post("/sign-out", on="/account")
    assert (done.status_code, done.headers["clear-site-data"]) == (303, '"cache"')
    assert viewer_of(doors.access, key) is None


def test_every_page_leads_to_signing_out(doors: House) -> None:
    doors.taken("ana", Role.admin)
    browser = doors.signed_in("ana")

    for path in ("/", "/promises", "/promises/deliver", "/measures", "/huddle", "/data", "/account", "/access", "/nothing"):
        assert '<a href="/sign-out">' in browser.get(path).text, path
    assert '"/sign-out"' not in doors.browser().get("/sign-in").text
    assert browser.get("/account").status_code == 200, "the page alone ends nothing"
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    assert browser.get("/account").status_code == 303
    assert doors.browser().get("/sign-out").headers["location"].startswith("/sign-in")


def test_what_was_refused_is_written_down_and_not_as_often_as_it_is_asked(doors: House) -> None:
    id = doors.taken("ana", Role.viewer, scope_of(["country=DE"]))
    browser = doors.signed_in("ana")

    for _ in range(40):
        assert browser.get("/rules/files/customers/secret.yaml").status_code == 403
    assert browser.get("/api/v1/data").status_code == 403
    doors.pass_(minutes=1)
    assert browser.get("/rules/files/troth.yaml").status_code == 403

    said = [(actor, about, payload["what"]) for actor, action, about, payload in doors.journal.said if action == "access.refused"]
    page = (id, id, "GET /rules/files/{path:path}")
    assert said == [page, (id, id, "GET /api/v1/data"), page]
    assert browser.get("/promises").status_code == 200


def test_the_key_of_a_session_is_new_at_each_sign_in(doors: House) -> None:
    """Whoever plants a key in somebody's browser does not know the one that is in force afterwards."""
    doors.taken("ana")
    browser = doors.browser()
    browser.client.cookies.set(SESSION, "planted", domain="troth.example")

    browser.sign_in("ana")
    keys = [cookie.value for cookie in browser.client.cookies.jar if cookie.name == SESSION]
    assert "planted" not in keys[-1:]
    assert viewer_of(doors.access, "planted") is None
    before = keys[-1]
    assert browser.post("/account/password", {"old": PASSWORD, "new": "four calm otters"}, on="/account").status_code == 303
    assert viewer_of(doors.access, str(before)) is None


def test_only_the_hash_of_a_key_is_kept(doors: House) -> None:
    doors.taken("ana")
    key = doors.signed_in("ana").client.cookies[SESSION]
    kept = b"".join(file.read_bytes() for file in sorted(doors.folder.iterdir()))

    assert hash_of(key).encode() in kept
    assert key.encode() not in kept
    assert PASSWORD.encode() not in kept


def test_changing_the_password_ends_every_other_session(doors: House) -> None:
    doors.taken("ana")
    here, there = doors.signed_in("ana"), doors.signed_in("ana")

    assert here.post("/account/password", {"old": PASSWORD, "new": "four calm otters"}, on="/account").status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_the_password_is_not_changed_by_whoever_does_not_know_it(doors: House) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")

    assert browser.post("/account/password", {"old": "a guess of it", "new": "four calm otters"}, on="/account").status_code == 401
    assert doors.browser().sign_in("ana").status_code == 303


def test_whoever_is_disabled_is_out_at_once(doors: House) -> None:
    id = doors.taken("ana")
    browser = doors.signed_in("ana")

    disable(doors.access, HERE, id)
    assert browser.get("/").status_code == 303
    assert doors.browser().sign_in("ana").status_code == 401
    disable(doors.access, HERE, id, disabled=False)
    assert browser.get("/").status_code == 303, "an old session does not come back"
    assert doors.browser().sign_in("ana").status_code == 303


def test_what_somebody_may_holds_at_once_in_open_sessions(doors: House) -> None:
    id = doors.taken("ana", Role.admin)
    doors.taken("eve", Role.admin)
    browser = doors.signed_in("ana")
    assert browser.get("/access").status_code == 200

    change(doors.access, HERE, id, role=Role.analyst, scope=doors.access.accounts.all()[0].scope)
    assert browser.get("/access").status_code == 403


def test_five_may_fail_and_then_each_waits_longer(doors: House) -> None:
    doors.taken("ana")
    browser = doors.browser()

    assert [browser.sign_in("ana", "not it at all").status_code for _ in range(5)] == [401] * 5
    waiting = browser.sign_in("ana")
    assert (waiting.status_code, "Too many tries. Try again in a minute." in text_of(waiting.text)) == (401, True)
    doors.pass_(seconds=31)
    assert "not right" in browser.sign_in("ana", "not it at all").text
    doors.pass_(seconds=31)
    assert "Too many tries" in browser.sign_in("ana").text
    doors.pass_(seconds=30)
    assert browser.sign_in("ana").status_code == 303


def test_nobody_is_told_whether_there_is_such_a_name(doors: House) -> None:
    doors.taken("ana")
    disable(doors.access, HERE, doors.taken("eve"))
    browser = doors.browser()

    for tries in range(6):
        there, not_there, not_let_in = (text_of(browser.sign_in(name, "not it at all").text) for name in ("ana", "bob", "eve"))
        assert there == not_there == not_let_in, tries


def test_it_costs_as_much_to_say_that_there_is_no_such_name(doors: House) -> None:
    """A name that is not there would else be told by a quick answer: each try works one hash out, of the same cost."""
    worked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  # as argon2 names it
            worked.append(str(hash).rpartition("$")[0].rpartition("$")[0])
            return super().verify(hash, password)

    doors.access = replace(doors.access, passwords=Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1)))
    doors.taken("ana")
    browser = doors.browser()
    costs = []
    for name in ("ana", "bob"):
        worked.clear()
        browser.sign_in(name, "not it at all")
        costs.append(list(worked))

    assert costs[0] == costs[1]
    assert len(costs[0]) == 1
    assert costs[0][0].startswith("$argon2id$")


def test_an_address_that_guesses_at_many_names_waits_too(doors: House) -> None:
    doors.taken("ana")
    browser = doors.browser()

    for number in range(20):
        browser.sign_in(f"name {number}", "not it at all")
    assert "Too many tries" in browser.sign_in("ana").text


def test_many_guesses_at_once_are_no_more_than_one_after_another(doors: House) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from troth.app.people.signing_in import NotLetIn, sign_in

    doors.taken("ana")
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: sign_in(doors.access, "ana", "not it at all", f"10.0.0.{n}"), range(24)))

    assert sum(isinstance(one, NotLetIn) and not one.wait for one in done) == 5


def test_a_hash_of_former_parameters_is_made_anew_at_sign_in(doors: House) -> None:
    id = doors.taken("ana")
    before = doors.access.accounts.password(id)
    doors.access = replace(doors.access, passwords=Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)))

    doors.signed_in("ana")
    after = doors.access.accounts.password(id)
    assert before != after
    assert CHEAP.check_needs_rehash(str(after))


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/account/password", "/account/tokens", "/access"])
def test_a_form_without_the_key_of_its_session_is_not_taken(doors: House, path: str) -> None:
    doors.taken("ana", Role.admin)
    browser, other = doors.signed_in("ana"), doors.signed_in("ana")

    for key in ("", "guess", other.key("/account")):
        assert browser.client.post(path, data={"csrf": key}).status_code == 403
    assert browser.client.post(path).status_code == 403
    assert browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
    ],
)
def test_what_a_page_of_somebody_else_sends_is_not_taken(doors: House, said: dict[str, str]) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")

    assert browser.post("/sign-out", on="/account", headers=said).status_code == 403
    assert browser.post("/sign-out", on="/account", headers={"origin": "https://troth.example"}).status_code == 303


def test_a_script_of_ours_may_send_the_key_in_a_header(doors: House) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")

    assert browser.client.post("/sign-out", headers={"x-csrf-token": browser.key("/account")}).status_code == 303


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)", "/\t/x"]
)
def test_nobody_is_led_elsewhere(doors: House, elsewhere: str) -> None:
    doors.taken("ana")
    browser = doors.browser()

    assert browser.sign_in("ana", to=elsewhere).headers["location"] == "/"
    assert browser.get("/sign-in", params={"to": elsewhere}).headers["location"] == "/"
    assert browser.get("/language/pt", params={"to": elsewhere}).headers["location"] == "/"


def test_behind_tls_cookies_are_sent_by_nothing_else(doors: House) -> None:
    doors.tls = True
    doors.taken("ana")
    browser = doors.browser()
    done = browser.sign_in("ana")
    cookie = done.headers["set-cookie"]

    assert cookie.startswith("__Host-troth-session=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert done.headers["strict-transport-security"].startswith("max-age=")


def test_without_tls_no_script_and_no_other_site_has_the_cookie(doors: House) -> None:
    doors.taken("ana")
    cookie = doors.browser().sign_in("ana").headers["set-cookie"]

    assert {"HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))


def test_what_is_too_long_is_not_read(doors: House) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")

    assert browser.post("/account/tokens", {"label": "x" * (3 << 20)}, on="/account").status_code == 413


def test_what_asks_by_itself_is_told_that_the_session_is_over(doors: House) -> None:
    """Not by the page to sign in, which it would take for what it asked for."""
    assert doors.browser().get("/fresh", headers={"sec-fetch-mode": "cors"}).status_code == 401


def test_every_sign_in_refusal_and_change_is_written_down_without_a_name(doors: House) -> None:
    doors.taken("ana@example.org", Role.admin)
    browser = doors.browser()
    browser.sign_in("ana@example.org", "not it at all")
    browser.sign_in("nobody@example.org", "not it at all")
    browser.sign_in("ana@example.org")
    browser.post("/account/tokens", {"label": "the wall"}, on="/account")
    browser.post("/sign-out", on="/account")

    assert doors.journal.actions == [
        "account.made", "account.link_given", "account.password_set", "account.signed_in", "account.refused", "account.refused",
        "account.signed_in", "token.given", "account.signed_out",
    ]  # fmt: skip
    assert "example.org" not in str(doors.journal.said)


def test_the_language_of_a_browser_is_chosen_without_an_account(doors: House) -> None:
    browser = doors.browser()

    done = browser.get("/language/pt", params={"to": "/sign-in"})
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in")
    assert '<html lang="pt">' in browser.get("/sign-in").text
    assert browser.get("/language/xx").status_code == 404


def test_the_language_of_an_account_comes_first(doors: House) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")

    browser.post("/account/language", {"code": "pt"}, on="/account")
    assert '<html lang="pt">' in browser.get("/account").text
    browser.post("/account/language", {"code": ""}, on="/account")
    assert '<html lang="en">' in browser.get("/account").text


def test_every_answer_says_how_a_browser_is_to_treat_it(doors: House) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")

    for answer in (browser.get("/account"), browser.get("/nothing"), browser.get("/api/v1/promises"), browser.client.post("/sign-out")):
        said = answer.headers
        policy = said["content-security-policy"]
        assert {"default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
        assert "unsafe" not in policy
        assert (said["x-content-type-options"], said["referrer-policy"]) == ("nosniff", "same-origin")
        assert said["cache-control"] == "private, no-store"
        assert "access-control-allow-origin" not in said


def test_asking_changes_nothing(doors: House) -> None:
    id = doors.taken("ana", Role.admin)
    browser = doors.signed_in("ana")
    browser.post("/account/tokens", {"label": "the wall"}, on="/account")
    token = doors.access.tokens.all()[0]
    before = doors.access.accounts.all(), doors.access.tokens.all(), list(doors.journal.said)

    assert browser.get("/sign-out", params={"csrf": browser.key("/account")}).status_code == 200  # it asks whether one means it
    for path in (
        "/account/sessions",
        "/account/mail",
        "/account/mail/stop",
        f"/account/tokens/{token.id}/revoke",
        f"/access/{id}/disable",
        f"/access/{id}/remove",
    ):
        assert browser.get(path, params={"csrf": browser.key("/account")}).status_code in (404, 405), path
    assert (doors.access.accounts.all(), doors.access.tokens.all(), doors.journal.said) == before
    assert browser.get("/account").status_code == 200

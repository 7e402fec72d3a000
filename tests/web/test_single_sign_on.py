"""Signing in by an identity provider: there and back, and what a false one, or a page of somebody else, cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

from tests.web.conftest import text_of
from tests.web.doors import Browser, House
from tests.web.provider import CLIENT, SECRET, provider
from tests.web.provider import House as Provider
from troth.access import Role
from troth.access.viewer import scope_of
from troth.app.people.access import HERE, disable, link
from troth.faces.web import web_app
from troth.faces.web.gate import AccountGate
from troth.kernel.errors import BadValue
from troth.stores.sso.provider import OidcProvider
from troth.stores.sso.settings import read_settings

SETTINGS = f"""
issuer: ISSUER
client_id: {CLIENT}
secret: env:TROTH_OIDC_SECRET
grants:
  - {{group: directors, role: admin}}
  - {{group: de-team, role: analyst, scope: {{country: [DE]}}}}
"""


@pytest.fixture
def there() -> Iterator[Provider]:
    with provider() as house:
        yield house


@pytest.fixture
def browser(doors: House, there: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    return _browser(doors, there, tmp_path, monkeypatch)


def test_somebody_signs_in_and_sees_what_their_group_sees(doors: House, there: Provider, browser: Browser) -> None:
    done = _signed_in(browser, there, to="/promises")

    assert (done.status_code, done.headers["location"]) == (303, "/promises")
    (account,) = doors.access.accounts.all()
    assert (account.role, account.scope) == (Role.analyst, scope_of(["country=DE"]))
    assert "You see country=DE." in text_of(browser.get("/account").text)
    assert [said["known_by"] for _, said in doors.journal.recorded("account.signed_in")] == ["sso"]
    assert "example.org" not in str(doors.journal.said)
    assert SECRET not in str(doors.journal.said)


def test_whom_the_provider_vouches_for_was_asked_there_and_is_asked_for_no_second_factor_here(
    doors: House, there: Provider, browser: Browser
) -> None:
    doors.required.update(Role)
    _signed_in(browser, there)
    (account,) = doors.access.accounts.all()

    page = browser.get("/account")
    assert (page.status_code, account.by_provider) == (200, True)
    assert "which asks for it" in text_of(page.text)
    assert browser.post("/account/factor", {"password": ""}, on="/account").status_code == 401
    assert doors.access.factors.find(account.id) is None
    with pytest.raises(BadValue, match="signs in by the identity provider"):
        link(doors.access, HERE, account.id)


def test_the_same_person_has_the_same_account_with_what_the_groups_are_now(doors: House, there: Provider, browser: Browser) -> None:
    _signed_in(browser, there)
    there.person["groups"] = ["directors", "de-team"]
    there.person["email"] = "ana.silva@example.org"
    _signed_in(browser, there)

    (account,) = doors.access.accounts.all()
    assert (account.role, account.scope.whole) == (Role.admin, True)


def test_who_is_in_no_group_that_may_look_is_not_let_in(doors: House, there: Provider, browser: Browser) -> None:
    there.person["groups"] = ["everybody"]
    done = _signed_in(browser, there)

    assert (done.status_code, "you may not look" in done.text.lower()) == (400, True)
    assert doors.access.accounts.all() == ()


def test_who_is_disabled_here_is_not_let_in_by_the_provider(doors: House, there: Provider, browser: Browser) -> None:
    _signed_in(browser, there)
    disable(doors.access, HERE, doors.access.accounts.all()[0].id)

    assert _signed_in(browser, there).status_code == 400


@pytest.mark.parametrize(
    "says",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": 1_772_452_000},
        {"exp": None},
        {"iat": 1_772_400_000},
        {"iat": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
    ],
    ids=str,
)
def test_what_was_not_said_to_us_now_is_not_believed(doors: House, there: Provider, browser: Browser, says: dict[str, Any]) -> None:
    there.says = says
    done = _signed_in(browser, there)

    assert (done.status_code, "not believed" in done.text) == (400, True)
    assert doors.access.accounts.all() == ()
    assert doors.journal.actions[-1] == "account.refused"


def test_what_somebody_else_signed_is_not_believed(there: Provider, browser: Browser) -> None:
    there.signs_with = RSAKey.generate_key(2048, {"kid": "one"})

    assert _signed_in(browser, there).status_code == 400


def test_what_is_signed_with_the_secret_that_both_know_is_not_believed(there: Provider, browser: Browser) -> None:
    there.algorithm, there.signs_with = "HS256", OctKey.import_key(SECRET.ljust(32))

    assert _signed_in(browser, there).status_code == 400


def test_a_state_that_is_forged_used_or_old_opens_nothing(doors: House, there: Provider, browser: Browser) -> None:
    sent = browser.get("/sign-in/sso").headers["location"]
    back = there.authorize(sent)

    assert browser.get(back.replace("state=", "state=x")).status_code == 400
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 400
    late = there.authorize(browser.get("/sign-in/sso").headers["location"])
    doors.pass_(minutes=11)
    assert browser.get(late).status_code == 400


def test_whoever_is_given_the_way_back_of_somebody_else_does_not_become_them(
    doors: House, there: Provider, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = there.authorize(browser.get("/sign-in/sso").headers["location"])

    assert _browser(doors, there, tmp_path, monkeypatch).get(back).status_code == 400


def test_what_the_provider_refuses_is_a_page_that_says_so(browser: Browser) -> None:
    refused = browser.get("/sign-in/sso/back", params={"error": "access_denied", "state": "x"})

    assert (refused.status_code, "did not let you in" in refused.text) == (400, True)


def test_nobody_is_led_elsewhere_on_the_way_back(there: Provider, browser: Browser) -> None:
    assert _signed_in(browser, there, to="//elsewhere.example/").headers["location"] == "/"


def test_a_provider_that_says_it_is_another_is_not_believed(there: Provider, browser: Browser) -> None:
    there.issuer += "/other"

    assert browser.get("/sign-in/sso").status_code == 400


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("issuer: ISSUER", "issuer: http://login.example.com"),
        ("role: admin", "role: root"),
        ("secret: env:TROTH_OIDC_SECRET", "secret: written here"),
        ("grants:", "grants: []\nothers:"),
    ],
)
def test_settings_that_are_wrong_are_refused_without_being_repeated(tmp_path: Path, was: str, now: str) -> None:
    (tmp_path / "oidc.yaml").write_text(SETTINGS.replace(was, now).replace("ISSUER", "https://login.example.com"), encoding="utf-8")

    with pytest.raises(BadValue) as refusal:
        _read(tmp_path)
    assert "written here" not in str(refusal.value)


def test_without_settings_nobody_signs_in_so(doors: House) -> None:
    browser = doors.browser()

    assert browser.get("/sign-in/sso").status_code == 404
    assert "/sign-in/sso" not in browser.get("/sign-in").text


def _read(folder: Path) -> OidcProvider:
    settings = read_settings(folder)
    assert settings is not None
    settings.granting()
    settings.proof()
    return OidcProvider(settings)


def _signed_in(browser: Browser, there: Provider, to: str = "/") -> Any:
    return browser.get(there.authorize(browser.get("/sign-in/sso", params={"to": to}).headers["location"]))


def _browser(doors: House, there: Provider, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setenv("TROTH_OIDC_SECRET", SECRET)
    (folder / "oidc.yaml").write_text(SETTINGS.replace("ISSUER", there.issuer), encoding="utf-8")
    app = web_app(doors.served, AccountGate(doors.access, provider=_read(folder)))
    return Browser(TestClient(app, "https://troth.example", follow_redirects=False, raise_server_exceptions=False))

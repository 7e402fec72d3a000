"""The second factor by the pages: set up, asked for, used once, required, lost, and taken away."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import text_of
from tests.web.doors import PASSWORD, Browser, House
from troth.access import Role
from troth.access.factor import code_at, step_at, written
from troth.access.viewer import Viewer
from troth.app.bootstrap import open_access
from troth.app.people.access import HERE, link
from troth.app.people.factors import take_away
from troth.app.people.requirement import Requirement
from troth.faces.language import CATALOGUES
from troth.kernel.errors import BadValue, BookError, StoreError

CODES = re.compile(r"\b\d-[0-9a-z]{5}-[0-9a-z]{5}\b")
OPENS_NOTHING = ("/", "/account", "/access", "/me", "/promises", "/sign-out", "/api/v1/promises", "/account/factor")


def code(doors: House, id: str, by: int = 0) -> str:
    """What the owner's authenticator shows, `by` steps from now."""
    factor = doors.access.factors.find(id)
    assert factor is not None
    return code_at(factor.secret, step_at(doors.at) + by)


def set_up(doors: House, browser: Browser, id: str) -> list[str]:
    """The recovery codes of a second factor that is in force from then on; a minute later."""
    assert browser.post("/account/factor", {"password": PASSWORD}, on="/account").headers["location"] == "/account/factor"
    done = browser.post("/account/factor/confirm", {"code": code(doors, id)}, on="/account/factor")
    assert done.status_code == 200
    doors.pass_(minutes=1)
    return CODES.findall(done.text)


def half_in(doors: House, name: str) -> Browser:
    browser = doors.browser()
    assert browser.sign_in(name).headers["location"].startswith("/sign-in/code")
    return browser


def enter(browser: Browser, said: str) -> Any:
    return browser.post("/sign-in/code", {"code": said})


def test_it_is_set_up_after_the_password_and_in_force_with_the_first_right_code(doors: House) -> None:
    id = doors.taken("ana")
    browser, elsewhere = doors.signed_in("ana"), doors.signed_in("ana")

    assert browser.post("/account/factor", {"password": "a guess of it"}, on="/account").status_code == 401
    assert doors.access.factors.find(id) is None
    browser.post("/account/factor", {"password": PASSWORD}, on="/account")
    shown = browser.get("/account/factor")
    factor = doors.access.factors.find(id)
    assert factor is not None
    assert written(factor.secret) in shown.text
    assert "<svg" in shown.text
    assert "no-store" in shown.headers["cache-control"]
    assert elsewhere.get("/account/factor").status_code == 303, "another session of the account is not shown the secret"
    assert browser.post("/account/factor/confirm", {"code": "000000"}, on="/account/factor").status_code == 401
    assert doors.browser().sign_in("ana").headers["location"] == "/"

    done = browser.post("/account/factor/confirm", {"code": code(doors, id)}, on="/account/factor")
    assert len(set(CODES.findall(done.text))) == 10
    assert browser.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303, "every other session ends"
    assert not CODES.search(browser.get("/account").text)
    half_in(doors, "ana")


def test_the_secret_waits_ten_minutes_for_its_first_code(doors: House) -> None:
    id = doors.taken("ana")
    browser = doors.signed_in("ana")
    browser.post("/account/factor", {"password": PASSWORD}, on="/account")
    doors.pass_(minutes=10)

    assert browser.get("/account/factor").status_code == 303
    assert browser.post("/account/factor/confirm", {"code": code(doors, id)}, on="/account").status_code == 303
    assert not doors.access.accounts.all()[0].second_factor


def test_between_password_and_code_nothing_opens(doors: House) -> None:
    id = doors.taken("ana", Role.admin)
    owner = doors.signed_in("ana")
    set_up(doors, owner, id)
    browser = half_in(doors, "ana")
    key = browser.client.cookies["troth-session"]

    for path in OPENS_NOTHING:
        assert browser.get(path).status_code in (303, 401), path
    for path in ("/account/tokens", "/access", "/account/factor", "/account/factor/remove", "/sign-in/factor", "/sign-in/factor/confirm"):
        done = browser.post(path, {"label": "x", "password": PASSWORD, "code": code(doors, id)}, on="/sign-in/code")
        assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, "/sign-in"), path
    assert doors.access.tokens.all() == ()
    assert "You are signed in here" in owner.get("/account").text, "and not where a code is still missing"
    assert browser.get("/sign-in?to=/promises").headers["location"] == "/sign-in/code?to=%2Fpromises"
    assert enter(browser, code(doors, id)).headers["location"] == "/"
    assert browser.client.cookies["troth-session"] != key
    assert browser.get("/account").status_code == 200


def test_a_session_waits_ten_minutes_for_its_code(doors: House) -> None:
    id = doors.taken("ana")
    set_up(doors, doors.signed_in("ana"), id)
    browser = half_in(doors, "ana")
    before = browser.key("/sign-in/code")
    doors.pass_(minutes=10)

    assert (
        browser.post("/sign-in/code", {"code": code(doors, id), "csrf": before}, on="/sign-in").headers["location"].startswith("/sign-in?")
    )
    assert browser.get("/account").status_code == 303


def test_a_code_opens_once_and_none_before_it_opens_after(doors: House) -> None:
    id = doors.taken("ana")
    set_up(doors, doors.signed_in("ana"), id)
    used = code(doors, id)

    assert enter(half_in(doors, "ana"), used).status_code == 303
    again = half_in(doors, "ana")
    assert "used before" in text_of(enter(again, used).text)
    assert enter(again, code(doors, id, -1)).status_code == 401
    assert enter(again, code(doors, id, 2)).status_code == 401
    assert enter(again, code(doors, id, 1)).status_code == 303


def test_the_code_that_set_it_up_signs_nobody_in(doors: House) -> None:
    id = doors.taken("ana")
    browser = doors.signed_in("ana")
    browser.post("/account/factor", {"password": PASSWORD}, on="/account")
    used = code(doors, id)
    browser.post("/account/factor/confirm", {"code": used}, on="/account/factor")

    assert enter(half_in(doors, "ana"), used).status_code == 401


def test_a_code_is_used_once_by_two_processes(doors: House) -> None:
    id = doors.taken("ana")
    set_up(doors, doors.signed_in("ana"), id)
    script = (
        "import sys; from pathlib import Path; from troth.stores.accounts.database import Database;"
        "from troth.stores.accounts.factors import SqliteFactors; one = SqliteFactors(Database(Path(sys.argv[1])));"
        "first = int(sys.argv[3]); print(*[step for step in range(first, first + 40) if one.use(sys.argv[2], step)])"
    )
    words = [sys.executable, "-c", script, str(doors.folder / "access.db"), id, str(step_at(doors.at))]
    running = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    used = [set(one.communicate(timeout=60)[0].split()) for one in running]

    assert used[0] | used[1]
    assert used[0].isdisjoint(used[1])


def test_five_codes_may_fail_and_then_each_waits_whatever_the_password(doors: House) -> None:
    id = doors.taken("ana")
    set_up(doors, doors.signed_in("ana"), id)
    browser = half_in(doors, "ana")

    for turn in range(5):
        assert "not right" in text_of(enter(browser, "000000").text), turn
        browser = half_in(doors, "ana")  # the right password forgives no code
    assert "Too many tries" in text_of(enter(browser, code(doors, id)).text)
    doors.pass_(seconds=31)
    assert enter(browser, code(doors, id)).status_code == 303


def test_a_recovery_code_opens_once_and_others_still_do(doors: House) -> None:
    id = doors.taken("ana")
    codes = set_up(doors, doors.signed_in("ana"), id)

    browser = half_in(doors, "ana")
    assert enter(browser, codes[4].upper().replace("-", " ")).status_code == 303
    assert "9 recovery codes are left" in text_of(browser.get("/account").text)
    again = half_in(doors, "ana")
    assert enter(again, codes[4]).status_code == 401
    assert enter(again, codes[5]).status_code == 303


def test_new_recovery_codes_end_those_before(doors: House) -> None:
    id = doors.taken("ana")
    browser = doors.signed_in("ana")
    before = set_up(doors, browser, id)

    for password, said in (("a guess of it", code(doors, id)), (PASSWORD, "000000")):
        assert browser.post("/account/factor/codes", {"password": password, "code": said}, on="/account").status_code == 401
    done = browser.post("/account/factor/codes", {"password": PASSWORD, "code": code(doors, id)}, on="/account")
    codes = CODES.findall(done.text)
    again = half_in(doors, "ana")
    assert enter(again, before[0]).status_code == 401
    assert enter(again, codes[0]).status_code == 303


def test_its_owner_takes_it_away_by_password_and_code(doors: House) -> None:
    id = doors.taken("ana")
    browser = doors.signed_in("ana")
    set_up(doors, browser, id)

    for password, said in (("a guess of it", code(doors, id)), (PASSWORD, "000000"), (PASSWORD, "")):
        assert browser.post("/account/factor/remove", {"password": password, "code": said}, on="/account").status_code == 401
    assert browser.post("/account/factor/remove", {"password": PASSWORD, "code": code(doors, id)}, on="/account").status_code == 303
    assert browser.get("/account").status_code == 200
    assert doors.browser().sign_in("ana").headers["location"] == "/"
    assert doors.access.factors.codes(id) == {}


def test_an_admin_takes_it_away_from_another_who_is_told_and_is_out(doors: House) -> None:
    id, root = doors.taken("ana"), doors.taken("root", Role.admin)
    owner = doors.signed_in("ana")
    set_up(doors, owner, id)
    admin = doors.signed_in("root")

    assert admin.post(f"/access/{id}/factor", on="/access").status_code == 303
    assert owner.get("/account").status_code == 303
    assert (root, "account.factor_removed", id, {}) in doors.journal.said
    back = doors.browser()
    assert back.sign_in("ana").headers["location"] == "/account#others"
    assert "the second factor was taken away" in text_of(back.get("/account").text)
    assert doors.browser().sign_in("ana").headers["location"] == "/", "once it was shown"
    with pytest.raises(BadValue, match="no second factor"):
        take_away(doors.access, HERE, id)


def test_nobody_takes_their_own_away_without_password_and_code(doors: House) -> None:
    id = doors.taken("root", Role.admin)
    browser = doors.signed_in("root")
    set_up(doors, browser, id)

    assert browser.post(f"/access/{id}/factor", on="/access").status_code == 400
    assert doors.access.accounts.all()[0].second_factor


def test_whose_role_asks_for_it_sets_it_up_before_anything_else(doors: House) -> None:
    id = doors.taken("root", Role.admin)
    doors.taken("ana")
    before = doors.signed_in("root")
    doors.pass_(minutes=11)
    doors.required.add(Role.admin)

    assert doors.browser().sign_in("ana").headers["location"] == "/", "another role is not asked"
    assert before.get("/account").status_code == 303, "a session of before opens nothing either"
    browser = doors.browser()
    assert browser.sign_in("root", to="/access").headers["location"] == "/sign-in/code?to=%2Faccess"
    for path in OPENS_NOTHING:
        assert browser.get(path).status_code in (303, 401), path
    assert browser.post("/account/tokens", {"label": "x"}, on="/sign-in/code").status_code == 303
    assert doors.access.tokens.all() == ()
    assert browser.post("/sign-in/factor", {"to": "/access"}, on="/sign-in/code").status_code == 303
    done = browser.post("/sign-in/factor/confirm", {"code": code(doors, id), "to": "/access"}, on="/sign-in/code")
    assert len(CODES.findall(done.text)) == 10
    assert 'href="/access"' in done.text
    assert browser.get("/access").status_code == 200


def test_whose_role_asks_for_it_and_takes_it_away_sets_up_another(doors: House) -> None:
    id = doors.taken("root", Role.admin)
    browser = doors.signed_in("root")
    set_up(doors, browser, id)
    doors.required.add(Role.admin)

    done = browser.post("/account/factor/remove", {"password": PASSWORD, "code": code(doors, id)}, on="/account")
    assert done.headers["location"].startswith("/sign-in/code")
    assert browser.get("/account").status_code == 303


def test_a_token_goes_on_and_is_made_by_nobody_who_lacks_the_factor(doors: House) -> None:
    doors.taken("root", Role.admin)
    browser = doors.signed_in("root")
    browser.post("/account/tokens", {"label": "the wall"}, on="/account")
    key = re.search(r"troth_[\w-]+", browser.post("/account/tokens", {"label": "another"}, on="/account").text)
    assert key is not None
    doors.required.add(Role.admin)

    bearer = {"authorization": f"Bearer {key[0]}"}
    assert doors.browser().get("/api/v1/snapshot", headers=bearer).status_code == 200
    half = doors.browser()
    half.sign_in("root")
    assert half.post("/account/tokens", {"label": "a third"}, on="/sign-in/code").status_code == 303
    assert len(doors.access.tokens.all()) == 2


def test_a_new_link_does_not_go_round_it(doors: House) -> None:
    id = doors.taken("ana")
    set_up(doors, doors.signed_in("ana"), id)
    again = link(doors.access, HERE, id)
    browser = doors.browser()

    done = browser.post("/welcome", {"key": again.key, "password": "four calm otters"})
    assert done.headers["location"].startswith("/sign-in/code")
    assert browser.get("/account").status_code == 303
    assert enter(browser, code(doors, id)).status_code == 303


def test_changing_the_password_keeps_the_session_that_gave_a_code(doors: House) -> None:
    id = doors.taken("ana")
    browser = doors.signed_in("ana")
    set_up(doors, browser, id)

    browser.post("/account/password", {"old": PASSWORD, "new": "four calm otters"}, on="/account")
    assert browser.get("/account").status_code == 200


def test_what_is_kept_tells_neither_secret_nor_codes(doors: House) -> None:
    id = doors.taken("ana")
    codes = set_up(doors, doors.signed_in("ana"), id)
    enter(half_in(doors, "ana"), codes[0])
    factor = doors.access.factors.find(id)
    assert factor is not None
    files = {file.name: file.read_bytes() for file in doors.folder.iterdir()}
    kept = b"".join(files.values()) + str(doors.journal.said).encode()

    for told in (factor.secret, written(factor.secret).replace(" ", "").encode(), factor.secret.hex().encode()):
        assert told not in kept
    for one in codes:
        assert one.encode() not in kept
        assert one.replace("-", "").encode() not in kept
    assert all(one.startswith("$argon2id$") for one in doors.access.factors.codes(id).values())
    assert (doors.folder / "access.key").stat().st_mode & 0o777 == 0o600


def test_without_its_key_a_secret_opens_nothing_and_a_recovery_code_still_does(doors: House) -> None:
    id = doors.taken("ana")
    codes = set_up(doors, doors.signed_in("ana"), id)
    said = code(doors, id)
    key = doors.folder / "access.key"
    kept = key.read_bytes()

    key.chmod(0o640)
    with pytest.raises(StoreError, match=r"read by others; got mode 0o640; allowed: 0o600. Run: chmod 600"):
        doors.access.factors.find(id)
    key.chmod(0o600)
    for other, message in ((kept[:31], "damaged; got 31 bytes"), (bytes(32), "does not open")):
        key.write_bytes(other)
        with pytest.raises(StoreError, match=message):
            doors.access.factors.find(id)
    browser = half_in(doors, "ana")
    assert enter(browser, said).status_code == 500
    assert enter(browser, codes[0]).status_code == 303


def test_every_act_is_written_down(doors: House) -> None:
    id = doors.taken("ana")
    browser = doors.signed_in("ana")
    codes = set_up(doors, browser, id)
    begun = len(doors.journal.said)
    browser = half_in(doors, "ana")
    enter(browser, "000000")
    enter(browser, codes[0])
    browser.post("/account/factor/remove", {"password": PASSWORD, "code": code(doors, id)}, on="/account")

    assert "account.factor_added" in doors.journal.actions[:begun]
    assert [(action, payload.get("known_by")) for _, action, _, payload in doors.journal.said[begun:]] == [
        ("account.asked_for_factor", "password"), ("account.refused", "code"), ("account.code_used", None),
        ("account.signed_in", "password, code"), ("account.factor_removed", None), ("account.signed_in", "password"),
    ]  # fmt: skip


def test_the_roles_are_those_of_the_book_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "troth.yaml"
    file.write_text("name: shop\nfolder: .\nsecond_factor: [admin, manager]\n", encoding="utf-8")
    required = Requirement(tmp_path)

    assert required() == {Role.admin, Role.manager}
    file.write_text("name: shop\nfolder: .\n", encoding="utf-8")
    assert required() == frozenset()
    file.write_text("name: shop\nfolder: .\nsecond_factor: [admin, manager, analyst, viewer]\n", encoding="utf-8")
    assert required() == frozenset(Role)
    file.write_text("name: shop\nfolder: .\nsecond_factor: [root]\n", encoding="utf-8")
    assert required() == frozenset(Role), "what cannot be read changes nothing"
    with pytest.raises(BookError, match="cannot be read"):
        Requirement(tmp_path)()


def test_whoever_opens_a_workspace_is_asked_what_its_book_asks(doors: House) -> None:
    assert open_access(doors.served.workspace).required() == frozenset()


def test_its_pages_are_in_the_readers_language(doors: House) -> None:
    assert "pt" in CATALOGUES
    id = doors.taken("ana")
    browser = doors.signed_in("ana")
    set_up(doors, browser, id)
    browser.post("/account/language", {"code": "pt"}, on="/account")

    assert "Restam 10 códigos de recuperação" in browser.get("/account").text
    half = doors.browser()
    half.get("/language/pt")
    half.sign_in("ana")
    wrong = enter(half, "000000")
    assert '<html lang="pt">' in wrong.text
    assert "The code" not in text_of(wrong.text)


def test_another_viewer_of_narrower_sight_takes_nothing_away(doors: House) -> None:
    from troth.access.viewer import scope_of
    from troth.kernel.errors import NotFound

    id = doors.taken("ana")
    set_up(doors, doors.signed_in("ana"), id)
    with pytest.raises(NotFound):
        take_away(doors.access, Viewer("other", Role.admin, scope_of(["country=DE"])), id)

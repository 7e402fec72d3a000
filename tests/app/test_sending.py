"""Letters: each once for each day that it is due, whatever stands still, dies or refuses in between."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.app.mailed import ADDED, DUE, Shop, open_shop, orders
from tests.post import Office, post_office
from troth.access import EVERYTHING, Scope
from troth.app.letters.digest import digest_of
from troth.app.letters.links import viewer_of
from troth.app.letters.sending import Paper, remove
from troth.app.reading import open_reading
from troth.faces.outgoing import write
from troth.kernel.errors import BadValue, Busy, NotFound
from troth.sources.personal.vault import Word
from troth.stores.mail.smtp import VARIABLE

WEEK, HOUR, MINUTE = timedelta(days=7), timedelta(hours=1), timedelta(minutes=1)
PT = Scope({"country": frozenset({"PT"})})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return open_shop(tmp_path_factory.mktemp("mailed")).root.parent


@pytest.fixture
def shop(built: Path, tmp_path: Path) -> Shop:
    shutil.copytree(built, tmp_path / "shop")
    return Shop(tmp_path / "shop" / "book")


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with post_office() as office:
        monkeypatch.setenv(VARIABLE, office.url)
        yield office


def _subjects(office: Office) -> list[str]:
    return [str(mail["subject"]) for mail in office.mails]


def _text(office: Office, at: int = -1) -> str:
    body = office.mails[at].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_nothing_is_sent_before_it_is_due_and_then_it_is_sent_once(shop: Shop, office: Office) -> None:
    shop.add()

    assert shop.run(DUE - MINUTE).sent == ()
    assert len(shop.run(DUE).sent) == 1
    assert shop.run(DUE + MINUTE).sent == ()
    assert shop.run(DUE + WEEK - MINUTE).sent == ()
    assert len(shop.run(DUE + WEEK).sent) == 1
    assert office.to == ["ana@shop.example"] * 2
    assert len({mail["message-id"] for mail in office.mails}) == 2


def test_of_mondays_that_were_missed_the_newest_alone_is_made_up_for(shop: Shop, office: Office) -> None:
    made = shop.add()

    shop.run(DUE + 5 * WEEK + HOUR)

    assert [letter.day for letter in shop.sending.outbox.letters(made.id)] == [(DUE + 5 * WEEK).date()]
    assert len(office.mails) == 1


def test_what_was_due_before_somebody_asked_for_it_is_not_sent(shop: Shop, office: Office) -> None:
    shop.now = DUE + HOUR
    shop.add()

    assert shop.run().sent == ()


def test_what_changed_is_built_before_it_is_told(shop: Shop, office: Office) -> None:
    shop.add()
    before = shop.workspace.lake.current()
    shop.changed(orders(29))

    assert shop.run(DUE).built == "built"
    after = shop.workspace.lake.current()
    assert before is not None
    assert after is not None
    assert after.id != before.id
    assert after.id[:12] in _text(office)
    assert shop.run(DUE + WEEK).built == "unchanged"


def test_a_file_that_cannot_be_read_keeps_no_letter_back_and_is_told(shop: Shop, office: Office) -> None:
    shop.add()
    shop.changed("this,is,no,order\n1,2,3,4\n")

    assert shop.run(DUE).built == "failed"
    assert "The newest files could not be read" in " ".join(_text(office).split())


def test_data_that_reach_the_end_of_last_week_are_not_old(shop: Shop, office: Office) -> None:
    shop.add()
    shop.run(DUE)

    assert _subjects(office) == ["Small: 86 of every 100 promises due last week were kept."]


def test_a_feed_that_stopped_is_called_old_first_of_all(shop: Shop, office: Office) -> None:
    shop.add()
    shop.run(DUE + WEEK)

    assert _subjects(office)[0].startswith("Old data: ")
    # The last order came on Monday 9 February at 9:00, Berlin's clock reads 9:00 as the file has it.
    assert _text(office).splitlines()[0].startswith("These data are old: the newest is of Mon 9 Feb 2026 09:00")


def test_what_a_reader_sees_may_be_old_where_the_whole_is_not(tmp_path: Path, office: Office) -> None:
    #  From 26 January on only DE has orders: nothing of PT happened in the week of 2 February.
    rows = orders().splitlines()
    kept = [rows[0], *(row for n, row in enumerate(rows[1:]) if n < 14 or row.startswith("DE"))]
    shop = open_shop(tmp_path, "\n".join(kept) + "\n")
    shop.add("pt@shop.example", PT)
    shop.add("all@shop.example")
    shop.run(DUE)

    subjects = dict(zip(office.to, _subjects(office), strict=True))
    assert subjects["pt@shop.example"].startswith("Old data: ")
    assert not subjects["all@shop.example"].startswith("Old data")


def test_a_source_that_is_later_than_its_contract_says_is_old(shop: Shop, office: Office) -> None:
    source = shop.root / "sources" / "orders.yaml"
    source.write_text(
        source.read_text(encoding="utf-8") + "  owner: it\n  steward: it\n  contract: {fresh_within: 12h}\n", encoding="utf-8"
    )
    shop.add(on="tuesday")
    shop.run(DUE + timedelta(days=1))

    assert _subjects(office)[0].startswith("Old data: ")
    assert "“orders”" in _text(office).splitlines()[0]


def test_a_letter_that_was_refused_for_now_is_sent_later_with_the_same_words(shop: Shop, office: Office) -> None:
    made = shop.add()
    office.refusals["TAKEN"] = ["451 later", "451 later"]

    assert [letter.state for letter in shop.run(DUE).failed] == ["waiting"]
    assert shop.run(DUE + MINUTE / 2).failed == ()  # not yet
    assert [letter.state for letter in shop.run(DUE + MINUTE).failed] == ["waiting"]
    assert [letter.tries for letter in shop.run(DUE + 3 * MINUTE).sent] == [3]
    assert len(office.mails) == 1
    assert [(one.state, one.tries) for one in shop.sending.outbox.letters(made.id)] == [("sent", 3)]


def test_a_letter_that_may_have_been_taken_is_sent_again_as_the_same(shop: Shop, office: Office) -> None:
    """The server took it and hung up before it said so: nobody can know, and who receives it twice knows it by its id."""
    shop.add()
    office.refusals["TAKEN"] = [""]
    shop.run(DUE)
    shop.run(DUE + MINUTE)

    assert len(office.raw) == 2
    assert office.raw[0] == office.raw[1]
    assert office.mails[0]["message-id"] == office.mails[1]["message-id"]


def test_an_address_that_there_is_not_is_not_tried_again(shop: Shop, office: Office) -> None:
    made = shop.add("gone@shop.example")
    office.refusals["RCPT"] = ["550 5.1.1 <gone@shop.example> unknown here"]

    assert [(one.state, one.reason) for one in shop.run(DUE).failed] == [("failed", "the server refused the address (550)")]
    assert shop.run(DUE + HOUR).failed == ()
    assert "gone" not in shop.sending.outbox.letters(made.id)[0].reason


def test_a_letter_that_waited_a_day_is_given_up(shop: Shop, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shop.add()
    monkeypatch.delenv(VARIABLE)
    at = DUE
    for _ in range(34):
        shop.run(at)
        at += HOUR

    (letter,) = shop.sending.outbox.letters(made.id)
    assert (letter.state, letter.reason) == ("failed", "TROTH_SMTP is not set in the environment")
    assert letter.tries == 30


def test_a_letter_that_still_waits_makes_room_for_a_newer_one(shop: Shop, office: Office) -> None:
    made = shop.add(on="monday,tuesday")
    office.refusals["TAKEN"] = ["451 later"]
    shop.run(DUE)
    shop.run(DUE + timedelta(days=1))

    states = [(one.day.day, one.state) for one in shop.sending.outbox.letters(made.id)]
    assert states == [(10, "sent"), (9, "failed")]
    assert len(office.mails) == 1


def test_each_reads_what_is_in_scope_and_nothing_else(shop: Shop, office: Office) -> None:
    shop.add("pt@shop.example", PT)
    shop.add("all@shop.example")
    shop.run(DUE)

    letters = dict(zip(office.to, office.raw, strict=True))
    texts = {to: _text(office, at) for at, to in enumerate(office.to)}
    # Due from 2 to 8 February: n = 20 … 26, of which 20, 22, 24 and 26 are of PT; 24 came late, and it alone.
    assert "4 promises to customers fell due" in texts["pt@shop.example"]
    assert "7 promises to customers fell due" in texts["all@shop.example"]
    (mail,) = [mail for to, mail in zip(office.to, office.mails, strict=True) if to == "pt@shop.example"]
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    assert len(parts) == 2
    # The key of a link is drawn by lot, and may spell anything.
    assert not any(re.search(r"\bDE\b", re.sub(r"https://\S+?/link/[\w-]+", "", part).replace("DE-", "")) for part in parts)
    assert not re.search(rb"DE-\d", letters["pt@shop.example"])


def test_the_link_opens_that_scope_for_a_week_until_it_is_sent_no_more(shop: Shop, office: Office) -> None:
    made = shop.add("pt@shop.example", PT)
    shop.run(DUE)
    key = re.search(r"https://troth\.shop\.example/link/(\S+)", _text(office))
    assert key
    links = shop.sending.links

    found = viewer_of(links, key[1], DUE + WEEK - MINUTE)
    assert found is not None
    assert found[0].scope.key == PT.key
    assert viewer_of(links, key[1], DUE + WEEK) is None
    assert viewer_of(links, key[1] + "x", DUE) is None
    remove(shop.workspace, shop.sending, made.id)
    assert viewer_of(links, key[1], DUE) is None


def test_the_address_and_the_key_of_the_link_stand_nowhere_but_in_the_vault_and_the_letter(shop: Shop, office: Office) -> None:
    shop.add("ana.person@shop.example")
    shop.run(DUE)
    key = re.search(r"/link/(\S+)", _text(office))
    assert key

    for path in shop.root.parent.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert b"ana.person" not in content, path
        assert key[1].encode() not in content, path


def test_who_was_erased_gets_no_letter(shop: Shop, office: Office) -> None:
    made = shop.add("ana@shop.example")
    shop.workspace.vault.erase(made.to, Word("dpo", "asked for it", ADDED))

    assert [one.reason for one in shop.run(DUE).failed] == ["nothing is behind the address any more"]
    assert office.raw == []
    with pytest.raises(BadValue, match="erased"):
        shop.add("ana@shop.example")


def test_of_two_processes_one_sends(shop: Shop, office: Office) -> None:
    shop.add()
    shop.now = DUE
    with shop.sending.lease(DUE), pytest.raises(Busy):
        shop.run()

    assert office.raw == []
    assert len(shop.run().sent) == 1


@pytest.mark.parametrize(
    "to",
    ["ana", "ana@", "@shop.example", "a b@shop.example", "a@x.example,b@x.example", "a@x.example\nBcc: b@x.example", "Ana <a@x.example>"],
)
def test_what_is_no_address_is_refused_and_not_repeated(shop: Shop, to: str) -> None:
    with pytest.raises(BadValue) as refused:
        shop.add(to)

    assert to not in str(refused.value)


def test_a_scope_in_which_nothing_is_and_one_of_no_dimension_are_refused(shop: Shop) -> None:
    with pytest.raises(BadValue, match="nothing is in this scope"):
        shop.add(scope=Scope({"country": frozenset({"XX"})}))
    with pytest.raises(BadValue, match="no dimension"):
        shop.add(scope=Scope({"galaxy": frozenset({"PT"})}))


def test_the_same_to_the_same_at_the_same_time_is_refused(shop: Shop) -> None:
    shop.add()
    with pytest.raises(BadValue, match="already"):
        shop.add("Ana@shop.example")
    shop.add(scope=PT)


def test_what_there_is_not_cannot_be_removed(shop: Shop) -> None:
    with pytest.raises(NotFound):
        remove(shop.workspace, shop.sending, "none")


def test_a_scope_that_the_book_no_longer_has_stops_nobody_elses_letter(shop: Shop, office: Office) -> None:
    made = shop.add("pt@shop.example", PT)
    shop.add("all@shop.example")
    company = shop.root / "company.yaml"
    company.write_text(company.read_text(encoding="utf-8").replace("id: country", "id: land"), encoding="utf-8")
    shop.run(DUE)

    assert office.to == ["all@shop.example"]
    (letter,) = shop.sending.outbox.letters(made.id)
    assert letter.state == "failed"
    assert "no dimension" in letter.reason


def test_what_was_sent_is_kept_no_longer(shop: Shop, office: Office) -> None:
    shop.add()
    shop.run(DUE)
    connection = sqlite3.connect(shop.root / ".troth" / "sending" / "sending.db")

    assert connection.execute("SELECT count(*), count(content) FROM letter").fetchone() == (1, 0)
    connection.close()


def test_names_and_numbers_of_people_in_what_is_said_are_taken_out(shop: Shop) -> None:
    """No book and no lake lets them through; a letter does not rely on that."""
    reading = open_reading(shop.workspace)
    planted = "Maria Lopes wrote from maria.lopes@mail.example, +351 912 345 678"
    for promise in reading.context.promises.values():
        object.__setattr__(promise, "words", planted)
    digest = digest_of(reading, EVERYTHING, DUE)
    letter = write(
        Paper(digest, "en", "https://troth.shop.example/link/x", "https://troth.shop.example/link/x/stop", DUE, DUE, built=True)
    ).decode()

    assert "wrote from" in letter
    assert "maria.lopes" not in letter.lower()
    assert "912 345" not in letter  # a boundary between parts is of chance, and may hold three digits


def test_a_letter_holds_no_picture_no_script_and_asks_nobody(shop: Shop, office: Office) -> None:
    shop.add()
    shop.run(DUE)
    (mail,) = office.mails
    body = mail.get_body(("html",))
    assert body is not None
    html = str(body.get_content())

    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert not re.search(r"<(img|script|link|iframe|object|form|video)\b|url\(|@import|\bon\w+=", html)
    assert set(re.findall(r'https?://[^\s"<]+', html)) == set(re.findall(r"https?://\S+", _text(office)))
    assert len({one.removesuffix("/stop") for one in re.findall(r'https?://[^\s"<]+', html)}) == 1
    assert datetime.strptime(str(mail["date"]), "%a, %d %b %Y %H:%M:%S %z").replace(tzinfo=None) == DUE

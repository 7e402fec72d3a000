"""Two systems built into one record: whose everything is, what has no counterpart, and what people decide, by every face."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.app.small_book import lake_files
from tests.app.two_systems import BOOK, FILES, IDENTITY, write_two_systems
from troth.app.answers import parties
from troth.app.answers.customer import story
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.past.known import as_known_at
from troth.app.reading import open_reading, read_page
from troth.app.workspace import Workspace
from troth.faces.cli import app
from troth.faces.page import render
from troth.kernel.errors import BookError, NotFound
from troth.record import Snapshot
from troth.sources.personal.vault import Word

CUSTOMERS = {"account:a1", "account:a2", "account:a3", "account:a4", "account:a5", "debtor:400", "debtor:500"}
PLAIN = ("Lovelace", "ada@one", "two.example", "111222333", "Young", "info@five")


def _built(root: Path) -> Workspace:
    workspace = open_workspace(root)
    build(workspace)
    return workspace


def _snapshot(workspace: Workspace) -> Snapshot:
    snapshot = workspace.lake.current()
    assert snapshot is not None
    return snapshot


def _tables(workspace: Workspace) -> list[tuple[str, str, str]]:
    """Every file of the snapshot in force, by the digest of its bytes."""
    return [(file.table, file.partition, file.sha256) for file in _snapshot(workspace).files]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Built, and not to be decided in."""
    return _built(write_two_systems(tmp_path_factory.mktemp("two-systems")))


@pytest.fixture
def desk(tmp_path: Path) -> Workspace:
    """Built, to be decided in."""
    return _built(write_two_systems(tmp_path))


def test_every_object_has_its_party_and_keeps_its_own_id(shop: Workspace) -> None:
    engine = open_reading(shop).context.engine
    assert engine.rows("SELECT id, party FROM object_debtor ORDER BY id") == [
        ("100", "account:a1"), ("200", "account:a2"), ("300", "account:a3"), ("400", "debtor:400"), ("500", "debtor:500"),
    ]  # fmt: skip
    told = "SELECT source, id, party, method, evidence FROM identity WHERE id IN ('a1', '100', '500') ORDER BY id"
    assert engine.rows(told) == [
        ("erp", "100", "account:a1", "rule", "email"),
        ("erp", "500", "debtor:500", None, None),
        ("crm", "a1", "account:a1", "rule", "email"),
    ]
    assert {party for (party,) in engine.rows("SELECT DISTINCT party FROM identity")} == CUSTOMERS


def test_the_order_of_an_erp_and_the_ticket_of_a_crm_meet_in_one_customer(shop: Workspace) -> None:
    rows = open_reading(shop).context.engine.rows(
        "SELECT o.party, count(*) FILTER (r.from_type = 'order'), count(*) FILTER (r.from_type = 'ticket') FROM relation r JOIN"
        " (SELECT 'debtor' AS type, code, party FROM object_debtor UNION ALL SELECT 'account', code, party FROM object_account) o"
        " ON o.type = r.to_type AND o.code = r.to_code GROUP BY 1 ORDER BY 1"
    )
    assert rows == [("account:a1", 1, 1), ("account:a2", 1, 0), ("account:a3", 1, 0), ("account:a4", 0, 1), ("debtor:500", 1, 0)]


def test_what_has_no_counterpart_is_told_in_rows_and_in_money(shop: Workspace) -> None:
    """a4 and a5 have no debtor; 400 and 500 no account, and 500 paid 400 of 1,000."""
    (said,) = parties.status(shop)
    assert (said.objects, said.parties, said.joined, said.refused, said.review) == (10, 7, 3, 1, 1)
    assert said.unmatched == (
        "2 of 5 crm customers (40.0 %) have no counterpart in erp.",
        "2 of 5 erp customers (40.0 %), 40.0 % of their payment in EUR, have no counterpart in crm.",
    )
    alone, whole = open_reading(shop).context.engine.rows(
        "SELECT sum(m.amount) FILTER (d.id IN ('400', '500')), sum(m.amount) FROM money m JOIN relation r ON r.from_type = 'order'"
        " AND r.from_code = m.about JOIN object_debtor d ON d.code = r.to_code WHERE m.about_type = 'order'"
    )[0]
    assert alone / whole == Decimal("0.4")


def test_the_page_the_terminal_and_json_say_the_same(shop: Workspace) -> None:
    page = read_page(shop)
    (told,) = page["parties"]
    assert told["sentences"][0] == "10 records of crm and erp are 7 customers; 1 pair waits for somebody to decide."
    assert told["sentences"][1:] == list(parties.status(shop)[0].unmatched)
    html = render(page)
    for sentence in told["sentences"]:
        assert sentence in html
    out = CliRunner().invoke(app, ["monday", "--book", str(shop.root)]).stdout
    assert told["sentences"][0] in " ".join(out.split())
    (said,) = json.loads(CliRunner().invoke(app, ["identity", "status", "--book", str(shop.root), "--json"]).stdout)
    assert said["unmatched"] == told["sentences"][1:]


def test_no_value_that_was_compared_is_kept_or_shown(shop: Workspace) -> None:
    page = render(read_page(shop))
    engine = open_reading(shop).context.engine
    shown = [page, *(str(engine.rows(f"FROM {table}")) for table in _snapshot(shop).schemas)]
    shown += [
        CliRunner().invoke(app, ["identity", *words, "--book", str(shop.root)]).stdout
        for words in (["status"], ["review"], ["why", "a2", "200"])
    ]
    kept = b"".join(path.read_bytes() for path in sorted((shop.root / ".troth").rglob("*")) if path.is_file())
    for value in PLAIN:
        assert all(value not in text for text in shown)
        assert value.encode() not in kept


def test_a_link_is_explained_and_a_refused_one_too(shop: Workspace) -> None:
    why = parties.why(shop, "a2", "200")
    assert (why.same, [(pair.verdict, pair.by) for pair in why.chain]) == (True, [("joined", "tax_id")])
    refused = parties.why(shop, "account:a5", "debtor:400")
    assert not refused.same
    assert [(pair.verdict, pair.why) for pair in refused.chain] == [("refused", "a shared mailbox alone says nothing about who it is")]
    assert parties.why(shop, "a4", "500").chain == ()
    assert [(pair.a, pair.b) for pair in parties.review(shop)] == [("account:a5", "debtor:400")]


def test_a_merge_counts_from_the_next_build_and_says_who_and_since_when(desk: Workspace) -> None:
    made = parties.merge(desk, "a4", "500", reason="same tax office letter", actor="ann")
    assert parties.status(desk)[0].waiting == (made.number,)
    build(desk)
    (said,) = parties.status(desk)
    assert (said.parties, said.waiting) == (6, ())
    assert [(one.actor, one.act, one.reason, one.stands) for one in said.decisions] == [("ann", "merge", "same tax office letter", True)]
    rows = open_reading(desk).context.engine.rows(
        "SELECT id, party, method, known_from FROM identity WHERE id IN ('a4', '500') ORDER BY id DESC"
    )
    assert rows == [("a4", "account:a4", "decision", made.known_from), ("500", "account:a4", "decision", made.known_from)]
    assert [pair.by for pair in parties.why(desk, "a4", "500").chain] == [f"decision {made.number}"]


def test_a_review_that_was_decided_is_asked_no_more(desk: Workspace) -> None:
    parties.split(desk, "a5", from_="400", reason="another firm in the house")
    assert parties.review(desk) == ()
    build(desk)
    assert parties.review(desk) == ()
    assert _snapshot(desk).facts["identity"]["customer"]["review"] == 0


def test_a_split_parts_what_a_rule_joined_and_an_undo_joins_it_again(desk: Workspace) -> None:
    before = _tables(desk)
    parties.split(desk, "300", reason="father and son")
    build(desk)
    assert parties.status(desk)[0].parties == 8
    assert _tables(desk) != before
    parties.undo(desk)
    build(desk)
    assert _tables(desk) == before


def test_decisions_are_read_as_they_stood_then(desk: Workspace) -> None:
    first = parties.merge(desk, "a4", "500", reason="x")
    parties.undo(desk)
    (now,), (then,) = parties.status(desk), parties.status(desk, as_known_at=first.known_from)
    assert [(one.act, one.stands) for one in now.decisions] == [("merge", False), ("undo", False)]
    assert [(one.act, one.stands) for one in then.decisions] == [("merge", True)]
    assert parties.status(desk, as_known_at=first.known_from - timedelta(seconds=1))[0].decisions == ()


def test_the_same_decisions_give_the_same_snapshot(desk: Workspace) -> None:
    parties.merge(desk, "a4", "500", reason="x")
    first = build(desk)
    assert first.fresh
    assert not build(desk).fresh


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.sampled_from("uvwx"), st.sampled_from(["", "", "DE4711", "DE4712"])), min_size=4, max_size=7),
    two=st.lists(st.integers(0, 3), min_size=2, max_size=2, unique=True),
    before=st.sampled_from([(), ("split a0 from 300", "merge a0 500")]),
)
def test_merge_then_split_leaves_every_table_equal_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], two: list[int], before: tuple[str, ...]
) -> None:
    """Two that are one already are first taken apart, so that every world is a case."""
    accounts = "account,full_name,mail,vat,zip\n" + "".join(f"a{n},,{mail}@x.example,{tax},\n" for n, (mail, tax) in enumerate(rows))
    desk = _built(write_two_systems(tmp_path_factory.mktemp("world"), files={"accounts.csv": accounts}))
    a, b = (f"account:a{n}" for n in two)
    if before:
        parties.split(desk, "a0", from_="300", reason="before")
        parties.merge(desk, "a0", "500", reason="before")
    if parties.why(desk, a, b).same:
        parties.split(desk, a, from_=b, reason="before")
    build(desk)
    tables, files = _tables(desk), lake_files(desk.root)
    parties.merge(desk, a, b, reason="wrong")
    build(desk)
    assert _tables(desk) != tables
    parties.split(desk, b, reason="it was wrong")
    build(desk)
    assert _tables(desk) == tables
    assert files.items() <= lake_files(desk.root).items()


def test_who_comes_back_is_counted_by_party(tmp_path: Path) -> None:
    """Twelve customers with two debtors each: by debtor nobody comes back, by party all of them do, six late and six kept."""
    debtors = "debtor,name1,smtp,stceg,pstlz\n" + "".join(f"{n}{side},n,c{n}@x.example,,\n" for n in range(24) for side in "ab")
    orders = "id,debtor,placed,due,delivered,amount\n" + "".join(
        f"o{n}{side},{n}{side},2026-01-0{day} 10:00,2026-01-0{day},2026-01-0{day + n % 2} 11:00,1\n"
        for n in range(24)
        for day, side in ((2, "a"), (4, "b"))
    )
    book = {"identity/customer.yaml": IDENTITY.replace("guards: {once: [crm, erp]}", "guards: {once: [crm]}")}
    page = read_page(_built(write_two_systems(tmp_path, files={"debtors.csv": debtors, "orders.csv": orders}, book=book)))
    found = [one for one in (*page["statements"], *page["cannot_say"]) if one["finder"] == "coming_back"]
    assert [tuple(row[:3]) for one in found for row in one["table"]["rows"]] == [("late", 24, 12), ("kept", 24, 12)]


def test_terms_for_one_id_of_a_customer_are_for_all_its_ids(tmp_path: Path) -> None:
    """Debtor 300 delivers a day late by the standard; the overlay is for the CRM's id of the same customer."""
    book = {
        "company.yaml": "dimensions: [{id: customer, read: order.debtor}]\n",
        "changes/CHG-0001.yaml": "kind: exception\ntitle: One day\nowner: sales\nreason: agreed\nsince: 2025-01-01\nexpires: 2030-01-01\n"
        "overlays: ['overlays/customer=a3']\n",
        "overlays/customer=a3/promises/deliver.yaml": "change: CHG-0001\ndeliver: {due: placed + 1h}\n",
    }
    engine = open_reading(_built(write_two_systems(tmp_path, book=book))).context.engine
    assert engine.rows(
        "SELECT d.id, o.layer FROM outcome_deliver o JOIN relation r ON r.from_type = 'order' AND r.from_code = o.subject"
        " JOIN object_debtor d ON d.code = r.to_code AND r.to_type = 'debtor' ORDER BY d.id"
    ) == [("100", "standard"), ("200", "standard"), ("300", "customer=a3"), ("500", "standard")]


def test_the_story_of_a_customer_goes_across_systems(shop: Workspace) -> None:
    reading = open_reading(shop)
    told = story(reading, "100")
    assert (told.party, [(one.source, one.type, one.id) for one in told.members]) == (
        "account:a1", [("crm", "account", "a1"), ("erp", "debtor", "100")],
    )  # fmt: skip
    assert [(line.at, line.system, line.id, line.what) for line in told.lines] == [
        ("2026-01-05 10:00:00", "orders", "o1", "placed"),
        ("2026-01-08 09:00:00", "orders", "o1", "delivered"),
        ("2026-01-08 12:00:00", "tickets", "t1", "opened"),
        ("2026-01-08 13:00:00", "tickets", "t1", "answered"),
        ("2026-01-09 23:59:59", "promise", "o1", "due: delivered by the day given (kept)"),
    ]
    assert story(reading, "account:a1") == told
    with pytest.raises(NotFound, match="did you mean '100'"):
        story(reading, "1000")


def test_without_an_identity_a_customer_is_its_one_object(tmp_path: Path) -> None:
    book = {name: text for name, text in BOOK.items() if not name.startswith("identity")}
    from tests.app.small_book import write_book

    workspace = _built(write_book(tmp_path, files=FILES, book=book))
    assert "identity" not in _snapshot(workspace).facts
    assert "party" not in {column.name for column in _snapshot(workspace).schemas["object_debtor"]}
    assert [line.id for line in story(open_reading(workspace), "100").lines] == ["o1", "o1", "o1"]
    with pytest.raises(NotFound, match="knows of no identity"):
        parties.status(workspace)


def test_free_text_is_refused_since_it_is_kept_without_what_names_anybody(tmp_path: Path) -> None:
    book = {"sources/erp.yaml": BOOK["sources/erp.yaml"].replace("name1: name", "name1: free_text")}
    with pytest.raises(BookError, match=r"customer.fields.erp.name: 'name1' is free text"):
        build(open_workspace(write_two_systems(tmp_path, book=book)))


def test_an_erased_mail_still_joins_whom_it_joined(desk: Workspace) -> None:
    """The files still hold it; both systems get the same mark in its place."""
    before = open_reading(desk).context.engine.rows("SELECT id, party FROM identity ORDER BY id")
    token = desk.vault.find("email", "ada@one.example")
    assert token is not None
    desk.vault.erase(token, Word("ann", "asked for it", desk.now()))
    build(desk, full=True)
    assert desk.vault.find("email", "ada@one.example") != token
    assert open_reading(desk).context.engine.rows("SELECT id, party FROM identity ORDER BY id") == before


def test_the_past_is_built_with_what_was_decided_then(desk: Workspace) -> None:
    before = _tables(desk)
    made = parties.merge(desk, "a4", "500", reason="x")
    build(desk)
    then = as_known_at(desk, made.known_from - timedelta(microseconds=1)).snapshot
    assert [(file.table, file.partition, file.sha256) for file in then.files] == before
    assert as_known_at(desk, made.known_from).snapshot == _snapshot(desk)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (("erp: {name: name1", "erq: {name: name1"), "no source 'erq'; did you mean 'erp'?"),
        (("match: [[tax_id]", "match: [[tax]"), "'match' names 'tax', which no source has among its fields"),
        (("once: [crm, erp]", "once: [crm, orers]"), "no source 'orers'; did you mean 'orders'?"),
        (("email: smtp", "email: smpt"), "has no column 'smpt'; allowed: did you mean 'smtp'?"),
    ],
)
def test_a_mistake_is_told_with_what_was_meant(tmp_path: Path, edit: tuple[str, str], told: str) -> None:
    root = write_two_systems(tmp_path, book={"identity/customer.yaml": IDENTITY.replace(*edit)})
    with pytest.raises((BookError, ValueError)) as caught:
        build(open_workspace(root))
    assert told in str(caught.value)


def test_rules_that_can_match_nobody_are_told(tmp_path: Path) -> None:
    text = (
        IDENTITY.replace(", tax_id: stceg, postcode: pstlz", "")
        .replace("email: smtp", "phone: smtp")
        .replace("match: [[tax_id], [email]", "match: [[email], [tax_id]")
    )
    (said,) = parties.status(_built(write_two_systems(tmp_path, book={"identity/customer.yaml": text})))
    assert said.parties == 10
    assert said.warnings == ("identity 'customer': crm and erp have no fields in common by which a rule could match them.",)


def test_too_few_records_to_weigh_are_told_and_rules_count_alone(tmp_path: Path) -> None:
    text = IDENTITY + "  weigh: {compare: [name, email], block: [[postcode]]}\n"
    page = read_page(_built(write_two_systems(tmp_path, book={"identity/customer.yaml": text})))
    (told,) = page["parties"]
    assert told["parties"] == 7
    assert told["warnings"] == [
        "identity 'customer': nothing was weighed: 10 records with 2 usable fields, and at least 50 records with two fields are needed."
    ]
    assert told["warnings"][0] in unescape(render(page))


def test_weights_without_their_package_are_refused_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = IDENTITY + "  weigh: {compare: [name, email], block: [[postcode]]}\n"
    monkeypatch.setattr("troth.stores.matching.weights.find_spec", lambda name: None)
    workspace = open_workspace(write_two_systems(tmp_path, book={"identity/customer.yaml": text}))
    with pytest.raises(NotFound, match=r"needs splink.*pip install 'troth\[identity\]'"):
        build(workspace)
    assert workspace.lake.current() is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["merge", "a1", "100", "--reason", "x"], "there is nothing to merge: account:a1 and debtor:100 are one party already"),
        (["merge", "a1", "a1", "--reason", "x"], "the same object twice"),
        (["merge", "a4", "500", "--reason", " "], "no reason is given"),
        (["merge", "a4", "5000", "--reason", "x"], "no object '5000' in any identity; allowed: did you mean '500'?"),
        (["split", "500", "--reason", "x"], "there is nothing to split: debtor:500 is a party of its own"),
        (["undo"], "there is no decision to undo"),
        (["undo", "9"], "no decision 9 that counts"),
        (["review", "--identity", "custmer"], "did you mean 'customer'?"),
    ],
)
def test_what_cannot_be_decided_is_said(shop: Workspace, words: list[str], told: str) -> None:
    result = CliRunner().invoke(app, ["identity", *words, "--book", str(shop.root)])
    assert isinstance(result.exception, NotFound)
    assert told in str(result.exception)
    assert shop.decisions.all() == ()


def test_the_terminal_decides_and_takes_back(desk: Workspace) -> None:
    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["identity", *words, "--book", str(desk.root)])
        assert result.exit_code == 0, result.exception
        return result.stdout

    merged = run("merge", "a4", "500", "--reason", "same house", "--by", "ann")
    assert merged.startswith("Decision 2 by ann: account:a4 and debtor:500 are one. It counts from the next build")
    assert "Decisions 2 were made since: run troth build." in run("status")
    taken = json.loads(run("undo", "--json"))
    assert (taken["number"], taken["draft"]["undoes"]) == (3, 2)
    assert "(no longer) 2" in run("status")
    assert datetime.fromisoformat(taken["known_from"].rstrip("Z")) <= desk.now()

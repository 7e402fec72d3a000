"""A folder with the exports of five systems: the joins that are true are proposed, and no other."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from troth.app.operation import open_operation
from troth.app.starting.guesses import read_guesses
from troth.app.starting.start import Said, Started, start

pytestmark = pytest.mark.slow

EXPORTS = Path(__file__).with_name("exports")
# Column, what is named, by which name, what is left aside; as the people who planted them know them.
TRUE = {
    ("zendesk_tickets", "Organization", "account", "name", ()),
    ("zendesk_tickets", "Requester email", "contact", "email", ("case",)),
    ("shopify_orders", "Email", "contact", "email", ("case",)),
    ("qualtrics_responses", "ExternalReference", "account", None, ("salesforce_suffix",)),
    ("qualtrics_responses", "RecipientEmail", "contact", "email", ("case",)),
    ("salesforce_accounts", "SAP_Number__c", "customer", None, ("leading_zeros",)),
    ("claims", "delivery_no", "delivery", None, ("leading_zeros",)),
}
OWN = {("salesforce_contacts", "AccountId", "account"), ("sap_deliveries", "KUNNR", "customer"),
       ("zendesk_tickets", "Requester id", "requester"), ("zendesk_tickets", "Organization", "organization")}  # fmt: skip


def mixed(folder: Path) -> Path:
    shutil.copytree(EXPORTS / "mixed", folder)
    for other in ("zendesk-csv", "shopify", "sap-tables"):
        for path in (EXPORTS / other).iterdir():
            if path.name != "customers_export.csv":
                shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Started:
    folder = tmp_path_factory.mktemp("mixed")
    return start(mixed(folder / "all"), into=folder / "book", said=Said("Europe/Berlin"))


def relations(book: Path) -> set[tuple[str, str, str, str | None, tuple[str, ...]]]:
    found = set()
    for path in (book / "sources").glob("*.yaml"):
        for name, source in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for r in source.get("relations", ()):
                found.add((name, r["id"][0], r["to"], r.get("by"), tuple(r.get("ignoring", ()))))
    return found


def table(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_five_systems_are_known_at_once_and_the_rest_is_guessed(started: Started) -> None:
    assert started.recognised == "Zendesk and Salesforce and SAP and Shopify and Qualtrics"
    assert "claims" in {s["source"] for s in started.page["sources"]}


def test_the_true_joins_are_proposed_and_no_other(started: Started) -> None:
    found = relations(started.book)

    assert {r for r in found if r[:3] not in OWN} == TRUE
    assert {r[:3] for r in found if r[:3] in OWN} == OWN


def test_each_join_tells_its_rates_in_both_directions_and_waits_to_be_confirmed(started: Started) -> None:
    guesses = {g["what"]: g for g in read_guesses(started.book)}

    said = guesses["`SAP_Number__c` holds values of `KUNNR` in KNA1.txt: so its row belongs to a customer"]
    assert said["evidence"] == (
        "11 of 11 rows and 11 of 11 different values are found there; 11 of 11 there are named; zeros in front left aside"
    )
    assert said["confirmed"] is False
    said = guesses["`Requester email` holds values of `Email` in Contact.csv: so its row belongs to a contact"]
    assert said["evidence"].startswith("40 of 40 rows and 12 of 12 different values are found there; 12 of 20 there are named")
    assert any("SAP_Number__c" in one["what"] for one in started.page["guesses"])


def test_the_relations_are_those_of_the_values_in_the_files(started: Started) -> None:
    folder = started.book.parent / "all"
    sql = open_operation(started.book).sql
    contacts = {row["Email"].lower(): row["Id"] for row in table(folder / "Contact.csv")}
    accounts = {row["Name"]: row["Id"] for row in table(folder / "Account.csv")}
    orders = {row["Name"]: contacts[mail] for row in table(folder / "orders_export_1.csv") if (mail := row["Email"].lower()) in contacts}
    tickets = table(folder / "export-2026-02-14-0900-tickets.csv")
    named = (
        "SELECT f.id, t.id FROM relation JOIN object_{0} f ON f.code = from_code JOIN object_{1} t ON t.code = to_code"
        " WHERE from_type = '{0}' AND to_type = '{1}'"
    )

    assert dict(sql(named.format("order", "contact"))) == orders
    assert dict(sql(named.format("ticket", "account"))) == {row["Id"]: accounts[row["Organization"]] for row in tickets}
    assert dict(sql(named.format("account", "customer"))) == {
        row["Id"]: row["SAP_Number__c"].zfill(10) for row in table(folder / "Account.csv") if row["SAP_Number__c"]
    }
    survey = [row for row in table(folder / "survey.csv") if row["ResponseId"].startswith("R_")]
    assert dict(sql(named.format("response", "account"))) == {
        row["ResponseId"]: next(a for a in accounts.values() if a[:15] == row["ExternalReference"]) for row in survey
    }


def _salesforce(folder: Path, numbers: list[str]) -> None:
    """Accounts with a number of another system."""
    rows = [f"0015g00000KA{n:02d}x,Firm {chr(65 + n)},Industry,{number}" for n, number in enumerate(numbers)]
    (folder / "Account.csv").write_text("Id,Name,Industry,Legacy__c\n" + "\n".join(rows) + "\n", encoding="utf-8")


def _other(folder: Path, ids: list[str], header: str = "machine_id") -> None:
    rows = [f"{id},2026-03-{n % 27 + 1:02d} 10:00:0{n % 10},{n % 3}" for n, id in enumerate(ids)]
    (folder / "machines.csv").write_text(f"{header},installed_at,shift\n" + "\n".join(rows) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("numbers", "ids", "joined"),
    [
        ([str(n) for n in range(1, 21)], [str(n) for n in range(1, 31)], False),
        ([f"C{n:03d}" for n in range(1, 21)], [f"C{n:03d}" for n in range(1, 31)], False),
        ([str(70001 + 977 * n) for n in range(20)], [str(70001 + 977 * n) for n in range(30)], True),
        ([f"{70001 + 977 * n:010d}" for n in range(20)], [str(70001 + 977 * n) for n in range(30)], True),
        ([f"kx-{n * 7919 % 9973:04x}q" for n in range(20)], [f"KX-{n * 7919 % 9973:04X}Q" for n in range(30)], True),
        (["10", "20", "30"] * 7, [str(10 * n) for n in range(1, 31)], False),
        (["70001", "70978", "71955", "72932"] * 5, [str(70001 + 977 * n) for n in range(30)], False),
    ],
    ids=["running numbers", "running codes", "wide numbers", "zeros in front", "capitals", "few small numbers", "four values only"],
)
def test_what_agrees_by_chance_is_refused(tmp_path: Path, numbers: list[str], ids: list[str], joined: bool) -> None:  # noqa: FBT001
    folder = tmp_path / "in"
    folder.mkdir()
    _salesforce(folder, numbers)
    _other(folder, ids)

    book = start(folder, into=tmp_path / "book", said=Said("UTC")).book

    assert ("salesforce_accounts", "Legacy__c", "machine") in {r[:3] for r in relations(book)} or not joined
    assert joined or not any(r[1] == "Legacy__c" for r in relations(book))


def test_a_refused_join_is_told_with_its_reason(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    _salesforce(folder, [str(n) for n in range(1, 21)])
    _other(folder, [str(n) for n in range(1, 31)])

    book = start(folder, into=tmp_path / "book", said=Said("UTC")).book

    said = [g for g in read_guesses(book) if "no relation is made" in g["what"]]
    assert [g["what"] for g in said] == ["`Legacy__c` holds values of `machine_id` in machines.csv: no relation is made of it"]
    assert said[0]["evidence"].endswith("numbers that lie as close as these agree by chance")


def test_a_name_that_says_what_it_points_to_is_believed_of_running_numbers_too(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    _salesforce(folder, [str(n) for n in range(1, 21)])
    account = folder / "Account.csv"
    account.write_text(account.read_text(encoding="utf-8").replace("Legacy__c", "Machine_Id__c"), encoding="utf-8")
    _other(folder, [str(n) for n in range(1, 31)])

    book = start(folder, into=tmp_path / "book", said=Said("UTC")).book

    assert ("salesforce_accounts", "Machine_Id__c", "machine", None, ()) in relations(book)

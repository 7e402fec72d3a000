"""What a contract may say: the rest is refused where it stands, with the way out."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.sources.judged import ORDERS, written_source
from troth.sources.contracts.contract import ColumnRules, Contract, microseconds


def test_a_contract_reads_as_the_book_writes_it() -> None:
    source = written_source(
        ORDERS
        + "contract: {columns: {amount: {type: money, required: true, between: [0, 99.5], in: [1, 2.50]}}, rows: {at_least: 1, at_most: 9},"
        " fresh_within: 2d, schema: freeze, full_extract: true, lateness: 36h}"
    )

    contract = source.contract
    assert contract is not None
    assert contract.columns["amount"].between == ("0", "99.5")
    assert contract.columns["amount"].in_ == ("1", "2.5")
    assert (contract.schema_, contract.full_extract, contract.lateness) == ("freeze", True, "36h")
    assert microseconds("36h") == 36 * 3_600_000_000
    assert microseconds("2d") == 2 * 86_400_000_000


def test_what_is_held_is_told_and_what_is_not_stops_the_build() -> None:
    assert ColumnRules().weight == "error"
    assert ColumnRules(hold=True).weight == "warn"
    assert ColumnRules(severity="warn").weight == "warn"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("between: [0, 1]", "'between' is for number, money, day or instant, and the type is 'text'"),
        ("type: money, between: [5, 1]", "'between' is empty: 5 is greater than 1"),
        ("type: money, between: [null, null]", "bounds nothing"),
        ("type: money, between: [0, many]", "'many' is no number"),
        ("type: money, between: [0, 100000000000000]", "14 digits"),
        ("type: money, between: [0, 0.00000000001]", "10 digits behind"),
        ("type: day, between: ['2026-02-30', null]", "no day or instant"),
        ("type: instant, between: ['2026-02-03 10:00+02:00', null]", "bears an offset"),
        ("type: money, matches: '[0-9]+'", "'matches' is for text"),
        ("type: day, in: ['2026-01-01']", "'in' is for text, number or money"),
        ("matches: '(?=x)'", "'(?=': what looks around"),
        ("matches: '(a)\\1'", "'\\1': what looks around"),
        ("matches: '['", "no regular expression"),
        ("after: {column: placed}", "'after' is for day or instant"),
        ("type: day, after: {column: placed, at_most: 3mo}", "got '3mo'; write a number with s, min, h, d or w"),
        ("hold: true, severity: error", "either held"),
    ],
)
def test_rules_that_cannot_be_are_refused(rules: str, said: str) -> None:
    with pytest.raises(ValidationError) as error:
        written_source(ORDERS + f"contract: {{columns: {{amount: {{{rules}}}}}}}")

    assert said in str(error.value)


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        ("{fresh_within: 2wd}", "got '2wd'"),
        ("{fresh_within: soon}", "got 'soon'"),
        ("{rows: {at_least: 9, at_most: 1}}", "no number is at least 9 and at most 1"),
        ("{columns: {amuont: {hold: true}}}", "'amuont' is held but not mapped, so nothing waits for it; did you mean 'amount'?"),
        ("{columns: {due: {type: day, after: {column: due}}}}", "'due' cannot be after itself"),
        ("{schema: strict}", "'evolve', 'freeze' or 'quarantine'"),
    ],
)
def test_a_contract_that_cannot_be_kept_is_refused(contract: str, said: str) -> None:
    with pytest.raises(ValidationError) as error:
        written_source(ORDERS + f"contract: {contract}")

    assert said in str(error.value)


def test_a_personal_column_is_checked_for_what_a_token_says_alone() -> None:
    written_source(ORDERS + "personal: {mail: email}\ncontract: {columns: {mail: {required: true, unique: true}}}")
    with pytest.raises(ValidationError, match="'mail' is free text of which nothing is kept"):
        written_source(ORDERS + "personal: {mail: free_text}\ncontract: {columns: {mail: {required: true}}}")
    with pytest.raises(
        ValidationError, match="'mail' is personal and kept as a token: it can be checked for 'required' and 'unique' alone"
    ):
        written_source(ORDERS + "personal: {mail: email}\ncontract: {columns: {mail: {matches: '.+@.+'}}}")
    with pytest.raises(ValidationError, match="'amount' is personal: it is kept as a token, which cannot be read as money"):
        written_source(ORDERS + "personal: {amount: tax_id}\ncontract: {columns: {amount: {type: money}}}")


def test_freshness_needs_something_that_happened() -> None:
    mapping = ORDERS.replace("events: [{type: placed, at: placed}]", "")
    with pytest.raises(ValidationError, match="'fresh_within' needs something that happened"):
        written_source(mapping + "contract: {fresh_within: 2d}")


def test_without_rules_a_contract_lets_columns_grow() -> None:
    assert Contract().schema_ == "evolve"
    assert not Contract().holds


def test_what_only_says_how_files_are_taken_asks_nothing_of_the_data() -> None:
    assert not written_source(ORDERS + "contract: {full_extract: true, lateness: 7d}").promised
    assert written_source(ORDERS + "contract: {full_extract: true, rows: {at_least: 1}}").promised
    assert written_source(ORDERS + "contract: {schema: freeze}").promised
    assert not written_source(ORDERS).promised

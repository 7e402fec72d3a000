"""What every vault does: one token a value, the value again, and nothing at all once it was erased."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from troth.kernel.errors import Held, NotFound
from troth.sources.personal.vault import SIGNS, TOKEN_KINDS, Vault, Word, is_erased
from troth.stores.memory import MemoryVault
from troth.stores.vault.vault import SqliteVault

NOW = datetime(2026, 3, 2, 9, 14)
ASKED = Word("Ines", "asked on the phone", NOW)


@pytest.fixture(params=["memory", "sqlite"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    return MemoryVault() if request.param == "memory" else SqliteVault(tmp_path, lambda: NOW)


def test_the_same_value_has_the_same_token_and_another_value_another(vault: Vault) -> None:
    first = vault.tokens("email", ["anna@example.org", "bert@example.org", "Anna@Example.org"])
    again = vault.tokens("email", ["bert@example.org", "anna@example.org"])

    assert first[0] == first[2] != first[1]
    assert again == [first[1], first[0]]


def test_the_same_text_of_two_kinds_has_two_tokens(vault: Vault) -> None:
    assert vault.tokens("name", ["12345"]) != vault.tokens("phone", ["12345"])


def test_a_token_is_its_kind_and_twenty_signs_of_chance(vault: Vault) -> None:
    for kind in TOKEN_KINDS:
        token = vault.tokens(kind, ["12345 anna@example.org"])[0]
        assert token.startswith(f"{kind}-")
        assert len(token) == len(kind) + 21
        assert set(token.removeprefix(f"{kind}-")) <= set(SIGNS)


def test_a_value_comes_back_as_it_was_first_written(vault: Vault) -> None:
    token = vault.tokens("name", ["Zoë  Ångström 🦉", "zoë ångström 🦉"])[0]

    assert vault.values([token, "name-22222222222222222222", "nonsense"]) == {token: "Zoë  Ångström 🦉"}


def test_nothing_in_gives_nothing_out(vault: Vault) -> None:
    assert (vault.tokens("name", []), vault.values([])) == ([], {})


def test_looking_for_a_value_makes_no_token(vault: Vault) -> None:
    assert vault.find("email", "anna@example.org") is None
    assert vault.status().kept["email"] == 0

    token = vault.tokens("email", ["anna@example.org"])[0]

    assert vault.find("email", " ANNA@example.org") == token
    assert vault.status().kept["email"] == 1


def test_what_was_erased_is_found_neither_way(vault: Vault) -> None:
    anna, bert = vault.tokens("email", ["anna@example.org", "bert@example.org"])

    erasure = vault.erase(anna, ASKED)

    assert (erasure.token, erasure.word) == (anna, ASKED)
    assert vault.values([anna, bert]) == {bert: "bert@example.org"}
    assert vault.status().kept["email"] == 1
    assert vault.status().erased == 1


def test_an_erased_value_that_comes_again_leads_to_nothing_and_not_to_its_former_token(vault: Vault) -> None:
    anna = vault.tokens("email", ["anna@example.org"])[0]
    vault.erase(anna, ASKED)

    again = vault.tokens("email", ["anna@example.org", "Anna@Example.org", "bert@example.org"])

    assert is_erased(again[0])
    assert again[0] == again[1] != anna
    assert anna.removeprefix("email-") not in again[0]
    assert vault.values(again[:1]) == {}
    assert not is_erased(again[2])
    assert vault.tokens("email", ["anna@example.org"]) == again[:1]


def test_what_is_on_hold_is_not_erased_and_the_refusal_says_who_holds_it(vault: Vault) -> None:
    anna = vault.tokens("email", ["anna@example.org"])[0]
    vault.hold(anna, Word("Legal", "claim 17 is open", NOW))

    with pytest.raises(Held, match=f"'{anna}' is on hold; got a hold since 2026-03-02 by Legal: claim 17 is open"):
        vault.erase(anna, ASKED)
    assert vault.values([anna]) == {anna: "anna@example.org"}
    assert [hold.token for hold in vault.status().holds] == [anna]

    vault.release(anna)
    vault.erase(anna, ASKED)
    assert vault.values([anna]) == {}


def test_a_token_of_nothing_can_neither_be_erased_nor_held_nor_released(vault: Vault) -> None:
    token = vault.tokens("name", ["Anna"])[0]
    vault.erase(token, ASKED)

    for never in (token, "name-22222222222222222222", vault.tokens("name", ["Anna"])[0]):
        with pytest.raises(NotFound, match="no value behind"):
            vault.erase(never, ASKED)
        with pytest.raises(NotFound, match="no value behind"):
            vault.hold(never, ASKED)
        with pytest.raises(NotFound, match="nothing holds"):
            vault.release(never)


def test_an_erasure_is_untold_until_the_journal_was_told(vault: Vault) -> None:
    anna, bert = vault.tokens("name", ["Anna", "Bert"])
    erasures = (vault.erase(anna, ASKED), vault.erase(bert, ASKED))

    assert vault.untold() == erasures

    vault.told(erasures[0])
    assert vault.untold() == erasures[1:]


def test_no_two_commitments_are_alike_though_the_value_is(vault: Vault) -> None:
    anna, other = vault.tokens("name", ["12345"])[0], vault.tokens("phone", ["12345"])[0]

    assert vault.erase(anna, ASKED).commitment != vault.erase(other, ASKED).commitment


def test_the_state_changes_with_an_erasure_only(vault: Vault) -> None:
    anna = vault.tokens("name", ["Anna"])[0]
    before = vault.state()
    vault.tokens("name", ["Bert"])
    vault.rotate(NOW)

    assert vault.state() == before

    vault.erase(anna, ASKED)
    assert vault.state() != before


def test_a_new_key_leaves_tokens_values_holds_and_erasures_as_they_were(vault: Vault) -> None:
    anna, bert, cleo = vault.tokens("name", ["Anna", "Bert", "Cleo"])
    vault.erase(anna, ASKED)
    erased = vault.tokens("name", ["Anna"])
    vault.hold(bert, ASKED)
    before = vault.status()

    after = vault.rotate(NOW)

    assert vault.tokens("name", ["Anna", "Bert", "Cleo"]) == [*erased, bert, cleo]
    assert vault.values([bert, cleo]) == {bert: "Bert", cleo: "Cleo"}
    assert (after.kept, after.erased, after.holds) == (before.kept, before.erased, before.holds)
    assert (after.key != before.key, after.key_since) == (True, NOW)

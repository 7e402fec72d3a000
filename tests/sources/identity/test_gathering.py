"""Texts to values as they are compared, also where a text is the token of a personal value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.sources.identity.worlds import identity, roll
from troth.sources.identity.gathering import folded, require_keys

KEPT = {"email-1": "Ada@One.example", "email-2": " ada@one.example"}


def _reveal(tokens: Sequence[str]) -> Mapping[str, str]:
    return {token: KEPT[token] for token in tokens if token in KEPT}


def test_texts_are_compared_in_one_spelling_and_blanks_not_at_all() -> None:
    assert folded(["A@x.example", None, "", "nobody"], "email", None) == ["a@x.example", "", "", ""]


def test_tokens_are_compared_by_what_they_stand_for() -> None:
    assert folded(["email-1", "email-2", None], "email", _reveal) == ["ada@one.example", "ada@one.example", ""]


def test_the_token_of_what_was_erased_is_compared_as_it_stands() -> None:
    assert folded(["erased-9", "email-1", "erased-9"], "email", _reveal) == ["erased-9", "ada@one.example", "erased-9"]


def test_a_rule_that_no_record_can_answer_is_told() -> None:
    told = require_keys(roll("crm a email=x", "erp b email=x"), "customer", identity(match=[["email"], ["tax_id"]]))
    assert told == ["identity 'customer': no record has tax_id: the rule [tax_id] can match nobody."]


def test_two_sources_without_a_common_key_are_told() -> None:
    told = require_keys(roll("crm a email=x", "erp b tax_id=1"), "customer", identity(match=[["email"], ["tax_id"]]))
    assert told == ["identity 'customer': crm and erp have no fields in common by which a rule could match them."]


def test_where_every_rule_can_match_nothing_is_told() -> None:
    assert require_keys(roll("crm a email=x", "erp b email=x"), "customer", identity()) == []

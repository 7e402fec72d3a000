"""Two spellings of one value are one text; two values are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.sources.personal.normalising import email, name, normalised, phone, tax_id
from troth.sources.personal.vault import TOKEN_KINDS, TokenKind


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", "Anna.Lang@Example.org", " anna.lang@example.ORG "),
        ("email", "mailto:anna@example.org", "Anna Lang <anna@example.org>"),
        ("email", "ａnna@example.org", "anna@example.org"),
        ("phone", "+49 (0)30 1234-567", "0049301234567"),
        ("phone", "030/123 45 67", "0301234567"),
        ("phone", "(11) 98765-4321 ramal 12", "11987654321"),
        ("phone", "tel:+1-202-555-0143", "+12025550143"),
        ("tax_id", "529.982.247-25", "52998224725"),
        ("tax_id", "DE 811 907 980", "de811907980"),
        ("name", "Anna  Lang", "anna lang "),
        ("name", "STRASSE", "straße"),
        ("address", "Main St. 5, Leeds", "main st 5 leeds"),
    ],
)
def test_two_spellings_of_one_value_are_one(kind: TokenKind, one: str, other: str) -> None:
    assert normalised(kind, one) == normalised(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", "anna@example.org", "anna+shop@example.org"),
        ("email", "anna@example.org", "anna@example.com"),
        ("phone", "+49 30 1234567", "+44 30 1234567"),
        ("phone", "030 1234567", "030 1234568"),
        ("phone", "n/a", "on request"),
        ("tax_id", "DE811907980", "AT811907980"),
        ("name", "Müller", "Muller"),
        ("address", "Main St. 5", "Main St. 55"),
    ],
)
def test_two_values_are_two(kind: TokenKind, one: str, other: str) -> None:
    assert normalised(kind, one) != normalised(kind, other)


def test_what_is_not_of_its_kind_is_said_to_be_none() -> None:
    assert (email("no mail"), email("a@b"), phone("12-34"), phone("none"), tax_id("unknown")) == (None,) * 5


def test_a_number_without_a_country_takes_that_of_the_caller() -> None:
    assert phone("030 1234567", "49") == phone("+49 30 1234567", "49") == phone("+49 30 1234567") == "+49301234567"
    assert phone("11 98765-4321", "55") == "+5511987654321"


@given(st.sampled_from(TOKEN_KINDS), st.text(min_size=1).filter(str.strip))
def test_what_is_normal_stays_as_it_is(kind: TokenKind, value: str) -> None:
    once = normalised(kind, value)

    assert normalised(kind, once) == once
    assert name(value) == " ".join(name(value).split())

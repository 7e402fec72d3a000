"""Two spellings of one value are one text; two values are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.sources.personal.normalising import email, name, normalised, normalised_all, phone, tax_id
from troth.sources.personal.packed import packed
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


SIGNS = st.text(st.sampled_from("aZ9.@-+_ '<\0\t,é"), max_size=14)
PLAIN = st.from_regex(r"[a-zA-Z0-9._%+-]{0,66}@[a-zA-Z0-9.-]{0,8}\.[a-zA-Z]{0,4}", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z]{0,4}( {0,2}[A-Za-z]{1,3}){0,2} ?", fullmatch=True)


@given(st.sampled_from(TOKEN_KINDS), st.lists(SIGNS | PLAIN | NAMES | st.text(max_size=6), min_size=1, max_size=10))
def test_many_at_once_are_as_each_alone(kind: TokenKind, values: list[str]) -> None:
    many = normalised_all(kind, packed(values))

    assert [many.text(number) for number in range(len(values))] == [normalised(kind, value) for value in values]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *[("name", value) for value in ("Anna Lang", "Anna  Lang", " Anna", "Anna ", "Anna\tLang", "Zoë", "")],
        *[
            ("email", value)
            for value in ("Anna@Example.org", "a@b.c", "a@b.de", ".a@b.de", "a@.b.de", "a@b..de", "a@@b.de", "a.b@de", "@b.de")
        ],
        *[("email", value) for value in ("a@b.de.", "a@b.de c@d.de", "x" * 64 + "@b.de", "x" * 65 + "@b.de", "a@" + "b" * 191 + ".de")],
        *[("email", value) for value in ("a@b." + "c" * 63, "a@b." + "c" * 64, "", "a'b@c.de")],
    ],
)
def test_what_is_nearly_plain_is_read_as_if_alone(kind: TokenKind, value: str) -> None:
    many = normalised_all(kind, packed(["anna@example.org", value, "Anna Lang", value]))

    assert many.text(1) == many.text(3) == normalised(kind, value)

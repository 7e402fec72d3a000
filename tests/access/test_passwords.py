"""What a password must be, and how it is kept."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from troth.access.passwords import Passwords, plain_name, refuse_name, refuse_weak
from troth.kernel.errors import BadValue

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.mark.parametrize(
    "password",
    [
        "too-few",
        "elevenchars",
        "x" * 257,
        "aaaaaaaaaaaa",
        "123456789012",
        "qwertyuiop123",
        "password2026!",
        "PASSWORD-2026",
        "dragondragon",
        "ana.silva@example.org",
    ],
)
def test_a_password_that_is_easily_guessed_is_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(BadValue) as refusal:
        refuse_weak(password, name="Ana.Silva@example.org")

    assert password not in str(refusal.value)


@pytest.mark.parametrize("password", ["three calm otters", "treze lontras!", "rxkq vbnt wplm", "12 apples and", "пароль из слов"])
def test_which_signs_it_is_made_of_is_nobodys_business(password: str) -> None:
    refuse_weak(password, name="ana@example.org")


def test_it_fits_itself_and_no_other() -> None:
    passwords = Passwords(CHEAP)
    kept = passwords.hash("three calm otters")

    assert kept.startswith("$argon2id$")
    assert "otters" not in kept
    assert passwords.fits("three calm otters", kept)
    assert not passwords.fits("three calm otter", kept)
    assert not passwords.fits("nobody's password", None)


def test_letters_that_a_keyboard_composes_are_the_same_letters() -> None:
    passwords = Passwords(CHEAP)

    assert passwords.fits("cafe\N{COMBINING ACUTE ACCENT} at three", passwords.hash("caf\N{LATIN SMALL LETTER E WITH ACUTE} at three"))


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert Passwords().outdated(Passwords(CHEAP).hash("three calm otters"))
    assert not Passwords().outdated(Passwords().hash("three calm otters"))


def test_what_is_used_by_default_is_not_weaker_than_rfc_9106_asks_for() -> None:
    """Its second recommended option: Argon2id with 3 passes, 4 lanes and 64 MiB."""
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in Passwords().hash("three calm otters")


def test_names_are_compared_however_they_are_typed() -> None:
    assert plain_name(" Ana@Example.ORG") == plain_name("ana@example.org")
    assert plain_name("\N{FULLWIDTH LATIN SMALL LETTER A}na") == "ana"


@pytest.mark.parametrize("name", ["", " a ", "a\nb", "x" * 201])
def test_what_nobody_can_sign_in_with_is_refused(name: str) -> None:
    with pytest.raises(BadValue):
        refuse_name(name)

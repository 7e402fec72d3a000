"""Codes of the second factor, against the values that RFC 6238 publishes; recovery codes; and that a secret is told by nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from troth.access.factor import ALPHABET, Factor, address, code_at, new_codes, new_secret, place_of, plain_code, step_at, step_of, written

EPOCH = datetime(1970, 1, 1)
PUBLISHED = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"), (2000000000, "69279037"),
     (20000000000, "65353130")],
)  # fmt: skip
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B has eight digits; six are the last of them, as RFC 4226 cuts them."""
    at = EPOCH + timedelta(seconds=seconds)

    assert code_at(PUBLISHED, step_at(at)) == code[2:]
    assert step_of(PUBLISHED, code[2:], at) == seconds // 30


def test_codes_are_those_of_rfc_4226() -> None:
    """Appendix D."""
    published = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]

    assert [code_at(PUBLISHED, step) for step in range(10)] == published


def test_a_code_is_taken_one_step_before_and_after_and_not_two() -> None:
    now = datetime(2026, 3, 2, 12)
    steps = [step_at(now) + by for by in (-2, -1, 0, 1, 2)]

    assert [step_of(PUBLISHED, code_at(PUBLISHED, step), now) for step in steps] == [None, *steps[1:4], None]
    assert step_of(PUBLISHED, f" {code_at(PUBLISHED, steps[2])[:3]} {code_at(PUBLISHED, steps[2])[3:]} ", now) == steps[2]
    for wrong in ("", "000000", code_at(PUBLISHED, steps[2])[:5], "\N{ARABIC-INDIC DIGIT ONE}" * 6):
        assert step_of(PUBLISHED, wrong, now) is None


def test_a_code_that_is_not_later_than_the_last_one_is_none() -> None:
    now = datetime(2026, 3, 2, 12)
    step = step_at(now)
    code = code_at(PUBLISHED, step)

    assert step_of(PUBLISHED, code, now, after=step - 1) == step
    assert step_of(PUBLISHED, code, now, after=step) is None
    assert step_of(PUBLISHED, code_at(PUBLISHED, step - 1), now, after=step) is None


def test_an_authenticator_is_told_what_it_needs() -> None:
    told = address(PUBLISHED, "ana@example.org")

    assert told.startswith("otpauth://totp/Troth:ana%40example.org?")
    assert {"secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "issuer=Troth", "digits=6", "period=30"} <= set(told.partition("?")[2].split("&"))
    assert written(PUBLISHED).replace(" ", "") == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_a_secret_is_told_by_no_text_that_is_made_of_it() -> None:
    secret = new_secret()
    factor = Factor("a", secret, EPOCH, "session")

    assert len(secret) == 20
    assert repr(secret) not in repr(factor)
    assert "secret" not in repr(factor)


def test_recovery_codes_begin_with_their_place_and_are_of_chance() -> None:
    codes = new_codes()

    assert [place_of(code) for code in codes] == list(range(10))
    assert len({code[2:] for code in codes}) == 10
    assert all(len(plain_code(code)) == 11 and set(plain_code(code)) <= set(ALPHABET) for code in codes)
    assert place_of(f" {codes[3].upper().replace('-', ' ')} ") == 3
    assert plain_code(codes[3].upper()) == plain_code(codes[3])
    for none in ("", "123456", "x-aaaaa-aaaaa", "\N{ARABIC-INDIC DIGIT ONE}-aaaaa-aaaaa"):
        assert place_of(none) is None

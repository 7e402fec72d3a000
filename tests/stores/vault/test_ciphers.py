"""Modes over many texts at once, against the standard's own examples and the library's mode for one message."""

from __future__ import annotations

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.sources.personal.packed import packed
from troth.sources.personal.vault import SIGNS, SIGNS_OF_TOKEN
from troth.stores.vault import ciphers
from troth.stores.vault.ciphers import Block, Mark, portions, streams
from troth.stores.vault.sealing import _nonces

# NIST SP 800-38B, appendix D.3: AES-256.
KEY = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
EXAMPLES = {
    0: "028962f61b7bf89efc6b551f4667d983",
    16: "28a7023f452e8f82bd4bf28d8c37c35c",
    40: "aaf3d8f1de5640c232f5b169b9c911e6",
    64: "e1992190549f6ed5696a2c056c315410",
}


@pytest.mark.parametrize("length", EXAMPLES)
def test_marks_are_those_of_the_standard(length: int) -> None:
    rows = np.frombuffer(MESSAGE[:length], dtype=np.uint8).reshape(1, length)

    assert Mark(KEY).of_rows(rows)[0].tobytes().hex() == EXAMPLES[length]


@given(st.binary(max_size=40), st.lists(st.text(max_size=70), min_size=1, max_size=12))
def test_marks_of_many_texts_are_those_of_each(before: bytes, texts: list[str]) -> None:
    marks = Mark(KEY).of_texts(before, packed(texts))

    for mark, text in zip(marks, texts, strict=True):
        alone = CMAC(algorithms.AES(KEY))
        alone.update(before + text.encode("utf-8", "surrogatepass"))
        assert mark.tobytes() == alone.finalize()


@given(st.lists(st.binary(min_size=13, max_size=13), min_size=1, max_size=8), st.integers(1, 5))
def test_the_streams_of_many_nonces_are_counter_mode_of_each(nonces: list[bytes], count: int) -> None:
    made = streams(Block(KEY), np.frombuffer(b"".join(nonces), dtype=np.uint8).reshape(-1, 13), count)

    for stream, nonce in zip(made, nonces, strict=True):
        alone = Cipher(algorithms.AES(KEY), modes.CTR(nonce + bytes(3))).encryptor()
        assert stream.tobytes() == alone.update(bytes(16 * count))


def test_more_texts_than_are_taken_in_one_step_are_marked_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = packed([f"text {n}" * (n % 9) for n in range(200)])
    at_once = Mark(KEY).of_texts(b"name", texts)
    monkeypatch.setattr(ciphers, "AT_ONCE", 100)

    assert (Mark(KEY).of_texts(b"name", texts) == at_once).all()
    assert [len(some) for some in portions(np.arange(7), 32)] == [3, 3, 1]


@settings(max_examples=50)
@given(st.lists(st.text(SIGNS, min_size=SIGNS_OF_TOKEN, max_size=SIGNS_OF_TOKEN), min_size=1, max_size=8))
def test_the_nonce_of_a_token_says_which_token_it_is(tokens: list[str]) -> None:
    nonces = _nonces(np.frombuffer("".join(tokens).encode(), dtype=np.uint8).reshape(-1, SIGNS_OF_TOKEN))

    for nonce, token in zip(nonces, tokens, strict=True):
        numbers = int.from_bytes(nonce[:8].tobytes(), "little"), int.from_bytes(nonce[8:].tobytes(), "little")
        read = [SIGNS[number // 32**place % 32] for number, places in zip(numbers, (12, 8), strict=True) for place in range(places)]
        assert "".join(read) == token

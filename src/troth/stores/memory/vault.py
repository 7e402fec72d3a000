"""A vault in memory, without any cipher."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from troth.kernel import digest
from troth.sources.personal.normalising import normalised
from troth.sources.personal.vault import ERASED, TOKEN_KINDS, Erasure, Hold, Status, TokenKind, Word, held, not_held, random_signs, unknown


class MemoryVault:
    """Implements `sources.vault.Vault`, without any cipher. chance: gives the random part of a token."""

    def __init__(self, chance: Callable[[], str] = random_signs) -> None:
        self._chance = chance
        self._tokens: dict[tuple[TokenKind, str], str] = {}
        self._values: dict[str, str] = {}
        self._erasures: list[Erasure] = []
        self._untold: list[Erasure] = []
        self._holds: dict[str, Hold] = {}
        self._key = (chance(), datetime(1970, 1, 1))

    def tokens(self, kind: TokenKind, values: Sequence[str]) -> list[str]:
        given = []
        for value in values:
            known = (kind, normalised(kind, value))
            if known not in self._tokens:
                self._tokens[known] = f"{kind}-{self._chance()}"
                self._values[self._tokens[known]] = value
            given.append(self._tokens[known])
        return given

    def values(self, tokens: Sequence[str]) -> dict[str, str]:
        return {token: self._values[token] for token in tokens if token in self._values}

    def find(self, kind: TokenKind, value: str) -> str | None:
        return self._tokens.get((kind, normalised(kind, value)))

    def erase(self, token: str, word: Word) -> Erasure:
        if token in self._holds:
            raise held(self._holds[token])
        self._refuse_unknown(token)
        del self._values[token]
        known = next(known for known, given in self._tokens.items() if given == token)
        self._tokens[known] = f"{ERASED}-{self._chance()}"
        erasure = Erasure(token, digest.of_text(f"{self._chance()}{known}"), word)
        self._erasures.append(erasure)
        self._untold.append(erasure)
        return erasure

    def untold(self) -> tuple[Erasure, ...]:
        return tuple(self._untold)

    def told(self, erasure: Erasure) -> None:
        self._untold.remove(erasure)

    def hold(self, token: str, word: Word) -> Hold:
        self._refuse_unknown(token)
        self._holds[token] = Hold(token, word)
        return self._holds[token]

    def release(self, token: str) -> None:
        if self._holds.pop(token, None) is None:
            raise not_held(token)

    def state(self) -> str:
        return f"memory {len(self._erasures)}"

    def status(self) -> Status:
        kept = {kind: sum(token.startswith(f"{kind}-") for token in self._values) for kind in TOKEN_KINDS}
        return Status(kept, len(self._erasures), tuple(self._holds.values()), *self._key)

    def rotate(self, at: datetime) -> Status:
        self._key = (self._chance(), at)
        return self.status()

    def _refuse_unknown(self, token: str) -> None:
        if token not in self._values:
            raise unknown(token)

"""Several templates' documents and what was guessed of the rest, as one book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from troth.sources.guess import Guess
from troth.sources.guess.naming import unique


class Documents(Protocol):
    @property
    def sources(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def promises(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def guesses(self) -> Sequence[Guess]: ...


@dataclass(frozen=True, slots=True)
class Together:
    sources: Mapping[str, Mapping[str, Any]]
    promises: Mapping[str, Mapping[str, Any]]
    guesses: tuple[Guess, ...]


def together(parts: Sequence[Documents]) -> Together:
    """One set of documents. Of two promises with one name the later gets another; names of sources differ by their files."""
    sources: dict[str, Mapping[str, Any]] = {}
    promises: dict[str, Mapping[str, Any]] = {}
    for part in parts:
        for name, source in part.sources.items():
            sources[unique(name, sources)] = source
        for name, promise in part.promises.items():
            promises[unique(name, promises)] = promise
    return Together(sources, promises, tuple(guess for part in parts for guess in part.guesses))

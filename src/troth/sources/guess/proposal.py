"""What a guess hands over: plain data for a book, and the evidence beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guess:
    """One thing that was concluded from the files, and what it was concluded from, both as people say it."""

    what: str
    evidence: str
    file: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A promised column beside an actual one; candidates that lost are kept with `asserted` False.

    promised, actual: columns as the files name them; an activity of an event log is written `column = 'value'`.
    file, actual_file: where each stands. score: 0 to 100.
    """

    file: str
    promised: str
    actual: str
    actual_file: str
    score: int
    asserted: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """sources, promises: definitions by name, as they would stand in sources/*.yaml and promises/*.yaml."""

    sources: dict[str, dict[str, object]]
    promises: dict[str, dict[str, object]]
    guesses: tuple[Guess, ...]
    pairs: tuple[Pair, ...]
    warnings: tuple[str, ...]

"""Matching by weights as the room asks for it: a port, and weighed pairs to links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from troth.sources.identity.definition import Identity
from troth.sources.identity.nouns import Link, Roll

FEWEST_CARDS = 50


class Weigher(Protocol):
    """Weighs pairs of cards by how alike their fields are."""

    @property
    def version(self) -> str:
        """Of what weighs: another one may give other weights."""
        ...

    def weigh(self, roll: Roll, identity: Identity) -> tuple[Sequence[Link], Sequence[str]]:
        """Links of pairs of different members from the lower bound of `review` on, each pair once, with the weight of each field;
        and in words why nothing, or less, was weighed.

        The same cards give the same links. Raises NotFound where the extra `identity` is not installed.
        """
        ...

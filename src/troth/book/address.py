"""Which subjects a layer is for: a set of dimension=value pairs, written as the name of a folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

GLOBAL = "global"
ARM = "arm"
TREATED = "treated"
PAIR = re.compile(r"([a-z][a-z0-9_]*)=([^=,/]+)")


@dataclass(frozen=True, slots=True)
class Address:
    """pairs: dimension -> value, in the order of the dimensions' names. An arm's dimension is `arm@CHG-0057`."""

    pairs: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return ",".join(_written(dimension, value) for dimension, value in self.pairs) or GLOBAL

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(dimension for dimension, _ in self.pairs)

    def holds(self, keys: Mapping[str, str]) -> bool:
        return all(keys.get(dimension) == value for dimension, value in self.pairs)

    def together(self, other: Address) -> Address:
        return Address(tuple(sorted({**dict(self.pairs), **dict(other.pairs)}.items())))


@lru_cache(maxsize=16_384)
def address(text: str) -> Address:
    """The address of a folder's name. Raises ValueError, in words.

    >>> str(address("segment=strategic,region=JP")), address("arm=CHG-0057").pairs
    ('region=JP,segment=strategic', (('arm@CHG-0057', 'treated'),))
    """
    if text == GLOBAL:
        return Address(())
    pairs: dict[str, str] = {}
    for part in text.split(","):
        match = PAIR.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"'{part}' is no dimension=value; a layer's folder is called like region=JP,segment=strategic, or {GLOBAL}")
        dimension, value = match.group(1), unquote(match.group(2))
        if dimension == ARM:
            change, _, arm = value.partition(".")
            dimension, value = f"{ARM}@{change}", arm or TREATED
        if dimension in pairs:
            raise ValueError(f"'{dimension}' stands twice in '{text}'")
        pairs[dimension] = value
    return Address(tuple(sorted(pairs.items())))


def keys_of(text: str) -> dict[str, str]:
    """`customer=acme,region=JP` as keys. Raises ValueError, in words."""
    return dict(address(text).pairs) if text else {}


def _written(dimension: str, value: str) -> str:
    if dimension.startswith(f"{ARM}@"):
        change = dimension.partition("@")[2]
        return f"{ARM}={change}" if value == TREATED else f"{ARM}={change}.{value}"
    return f"{dimension}={value if value.isascii() and value.isalnum() else quote(value, safe=' ')}"

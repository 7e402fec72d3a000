"""Overlays as layers: for whom, by which Change, from when to when, and which of two wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

from troth.book.address import ARM, Address, address
from troth.book.change import Change
from troth.book.company import Company
from troth.book.document import Document
from troth.book.versions import BEGINNING, UNSAVED, Said, moment

CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one overlay says of one definition. since, until: naive UTC, until not included. name: of the definition."""

    address: Address
    change: str
    document: Document
    name: str
    content: Mapping[str, Any]
    since: datetime
    until: datetime
    rank: tuple[int, int]

    def in_force(self, at: datetime) -> bool:
        return self.since <= at < self.until


@dataclass(frozen=True)
class Standing:
    """What the ranks and dates of layers follow from."""

    company: Company
    changes: Mapping[str, Change]
    saved: Mapping[str, datetime]
    zone: str

    @cached_property
    def times(self) -> Mapping[str, tuple[datetime, datetime]]:
        """When the overlays of each Change begin and end to hold."""
        begins = {id: moment(change.since, self.zone) or self.saved.get(id, BEGINNING) for id, change in self.changes.items()}
        return {id: (begins[id], moment(change.expires, self.zone) or UNSAVED) for id, change in self.changes.items()}


def layers_of(file: Sequence[Said], standing: Standing) -> Iterator[tuple[str, str, Layer]]:
    """Kind, definition and layer of an overlay file, for each time in which it said something. file: its revisions, oldest first.

    A file whose Change or address is not known gives none: that it is wrong is for the lint to say.
    """
    for place, said in enumerate(file):
        if said.content is None or said.document.address is None:
            continue
        id = str(said.content.get(CHANGE))
        change = standing.changes.get(id)
        try:
            where = address(said.document.address)
        except ValueError:
            continue
        if change is None:
            continue
        begins, ends = standing.times[id]
        since = begins if place == 0 else UNSAVED if said.at == UNSAVED else max(begins, said.at)
        until = min(ends, file[place + 1].at) if place + 1 < len(file) else ends
        rank = (int(change.kind == "crisis"), rank_of(where, standing.company))
        for name, content in said.content.items():
            if name != CHANGE and isinstance(content, Mapping):
                yield said.document.kind, name, Layer(where, id, said.document, name, content, since, until, rank)


def rank_of(where: Address, company: Company) -> int:
    """The sum of the ranks of its dimensions; an arm is more specific than any dimension of the company."""
    most = len(company.dimensions)
    return sum(most + 1 if dimension.startswith(f"{ARM}@") else company.rank(dimension) for dimension in where.dimensions)


@dataclass(frozen=True)
class Layers:
    """The layers of one definition, found by the dimensions that they go by."""

    all: tuple[Layer, ...]
    by_dimensions: Mapping[tuple[str, ...], Mapping[tuple[str, ...], tuple[Layer, ...]]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[tuple[str, ...], dict[tuple[str, ...], tuple[Layer, ...]]] = {}
        for layer in self.all:
            under = found.setdefault(layer.address.dimensions, {})
            values = tuple(value for _, value in layer.address.pairs)
            under[values] = (*under.get(values, ()), layer)
        object.__setattr__(self, "by_dimensions", found)

    def for_keys(self, keys: Mapping[str, str]) -> list[Layer]:
        """Those whose address holds for a subject, the least specific first."""
        found: list[Layer] = []
        for dimensions, under in self.by_dimensions.items():
            if all(dimension in keys for dimension in dimensions):
                found += under.get(tuple(keys[dimension] for dimension in dimensions), ())
        if len(found) < 2:
            return found
        return sorted(found, key=lambda layer: (layer.rank, str(layer.address), str(layer.document.file), layer.since))

    def dimensions(self) -> frozenset[str]:
        return frozenset(dimension for dimensions in self.by_dimensions for dimension in dimensions)

    def values(self, dimension: str) -> frozenset[str]:
        """The values of a dimension that any layer is for."""
        return frozenset(value for layer in self.all for d, value in layer.address.pairs if d == dimension)


def spans(layers: Iterable[Layer], since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The times between the beginnings and ends of layers inside a time."""
    cuts = sorted({since, until, *(cut for layer in layers for cut in (layer.since, layer.until) if since < cut < until)})
    yield from pairwise(cuts)

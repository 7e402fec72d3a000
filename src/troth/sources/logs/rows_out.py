"""A log's columns back to rows, for formats that are written row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from troth.record.log import Codes, Links, Log, Value, Values
from troth.sources.logs.instants import all_written

MANY = 1 << 16


@dataclass(frozen=True, slots=True)
class Attribute:
    """text: the value as text; at: when an object took it, ISO 8601."""

    name: str
    value: Value
    text: str
    at: str


@dataclass(frozen=True, slots=True)
class RowOut:
    """related: object and qualifier. time: of an event, else empty."""

    id: str
    type: str
    time: str
    values: list[Attribute]
    related: list[tuple[str, str]]


def event_rows(log: Log) -> Iterator[RowOut]:
    values, links = _Grouped(log.event_values, len(log.events)), _Related(log.event_objects, len(log.events), log.objects.ids)
    for begin in range(0, len(log.events), MANY):
        times = all_written(log.time[begin : begin + MANY])
        for row, time in enumerate(times, start=begin):
            yield RowOut(log.events.ids[row], log.events.types[log.events.type[row]].name, time, values.of(row), links.of(row))


def object_rows(log: Log) -> Iterator[RowOut]:
    values, links = _Grouped(log.object_values, len(log.objects)), _Related(log.object_objects, len(log.objects), log.objects.ids)
    for row in range(len(log.objects)):
        yield RowOut(log.objects.ids[row], log.objects.types[log.objects.type[row]].name, "", values.of(row), links.of(row))


def as_text(value: Value) -> str:
    """
    >>> as_text(True), as_text(0.1), as_text(datetime(2022, 1, 9, 15))
    ('true', '0.1', '2022-01-09T15:00:00.000000Z')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds") + "Z"
    return value if isinstance(value, str) else repr(value)


class _Grouped:
    def __init__(self, values: Values, rows: int) -> None:
        self.values = values
        self.order, self.ends = _by_row(values.of, rows)
        self.texts = [as_text(value) for value in values.pool]
        self.times = all_written(values.at)

    def of(self, row: int) -> list[Attribute]:
        values = self.values
        return [
            Attribute(values.names[values.name[i]], values.pool[values.value[i]], self.texts[values.value[i]], self.times[i])
            for i in self.order[self.ends[row] : self.ends[row + 1]].tolist()
        ]


class _Related:
    def __init__(self, links: Links, rows: int, ids: Sequence[str]) -> None:
        self.links = links
        self.order, self.ends = _by_row(links.source, rows)
        self.ids = ids

    def of(self, row: int) -> list[tuple[str, str]]:
        links = self.links
        chosen = self.order[self.ends[row] : self.ends[row + 1]]
        return [
            (self.ids[t], links.qualifiers[q]) for t, q in zip(links.target[chosen].tolist(), links.qualifier[chosen].tolist(), strict=True)
        ]


def _by_row(of: Codes, rows: int) -> tuple[Codes, Codes]:
    """Places sorted by the row that they belong to, and where each row's begin."""
    order = np.argsort(of, kind="stable").astype(np.int32)
    ends = np.searchsorted(of[order], np.arange(rows + 1)).astype(np.int32)
    return order, ends

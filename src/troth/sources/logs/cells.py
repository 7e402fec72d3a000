"""Attribute values as they come in, and how they settle into columns once every type is known."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np

from troth.kernel.errors import nearest
from troth.kernel.instant import from_us
from troth.record.log import Codes, Instants, LogType, Rows, Value, Values, ValueType
from troth.sources.logs.instants import Moment, to_zone
from troth.sources.logs.typed import Blank, OfAnotherType, Raw, typed

Refuse = Callable[..., NoReturn]


@dataclass(slots=True)
class Times:
    """Times in the order in which they came; those without an offset wait for a zone."""

    us: array[int] = field(default_factory=lambda: array("q"))
    naive: bytearray = field(default_factory=bytearray)
    finer: int = 0

    def add(self, moment: Moment) -> None:
        self.us.append(moment.us)
        self.naive.append(moment.naive)
        self.finer += moment.finer

    def settled(self, zone: str) -> Instants:
        us = np.array(self.us, dtype=np.int64)
        naive = np.frombuffer(bytes(self.naive), dtype=np.bool_)
        us[naive] = to_zone(us[naive], zone)
        return us


@dataclass(slots=True)
class Cells:
    """Values not yet of a type, one a row; equal texts are kept once."""

    of: array[int] = field(default_factory=lambda: array("i"))
    name: array[int] = field(default_factory=lambda: array("i"))
    raw: array[int] = field(default_factory=lambda: array("i"))
    at: Times = field(default_factory=Times)
    names: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    others: dict[tuple[str, Raw], int] = field(default_factory=dict)
    raws: list[Raw] = field(default_factory=list)

    def add(self, of: int, name: str, raw: Raw, at: Moment | None = None) -> None:
        self.of.append(of)
        self.name.append(self.names.setdefault(name, len(self.names)))
        self.raw.append(self._code(raw))
        if at is not None:
            self.at.add(at)

    def _code(self, raw: Raw) -> int:
        if isinstance(raw, str):
            code = self.texts.setdefault(raw, len(self.raws))
        else:
            code = self.others.setdefault((type(raw).__name__, raw), len(self.raws))
        if code == len(self.raws):
            self.raws.append(raw)
        return code


@dataclass(frozen=True, slots=True)
class Settled:
    """blank: cells left empty since no number or time stood in them. naive, finer: times among the values, as in Times."""

    values: Values
    blank: int
    naive: int
    finer: int
    repeated: int


def settle(cells: Cells, rows: Rows, zone: str, refuse: Callable[[int, str, object, object, str], NoReturn]) -> Settled:
    """Values of the types that their rows' types declare.

    refuse: raises the error for a row, with what, got, allowed and next step.
    Refuses an attribute that its type does not declare, a value of another type, and two values of one attribute at one time.
    """
    of, name, raw = (_codes(column) for column in (cells.of, cells.name, cells.raw))
    at = cells.at.settled(zone) if cells.at.us else np.zeros(len(of), np.int64)
    names = tuple(cells.names)
    types = _types_of(rows, of, name, names, refuse)
    pool: list[Value] = []
    value, blank, naive, finer = _converted(raw, types, cells.raws, pool, zone, _refuse_cell(rows, of, name, names, cells, refuse))
    kept = np.flatnonzero(value >= 0)
    found = Values(of[kept], name[kept], value[kept], at[kept], names, pool)
    single = once(found, rows.ids, refuse)
    repeated = len(kept) - len(single)
    values = found.at_places(single)
    return Settled(values, blank, naive, finer, repeated)


def _codes(column: array[int]) -> Codes:
    return np.array(column, dtype=np.int32)


def _types_of(
    rows: Rows, of: Codes, name: Codes, names: Sequence[str], refuse: Callable[[int, str, object, object, str], NoReturn]
) -> list[tuple[ValueType, Codes]]:
    """For each type of value the cells that are to be read as it."""
    if not len(of):
        return []
    pairs, first, inverse = np.unique(rows.type[of].astype(np.int64) * len(names) + name, return_index=True, return_inverse=True)
    by_type: dict[ValueType, list[int]] = {}
    for number, (pair, cell) in enumerate(zip(pairs.tolist(), first.tolist(), strict=True)):
        owner: LogType = rows.types[pair // len(names)]
        attribute = names[pair % len(names)]
        if attribute not in owner.attributes:
            refuse(
                int(of[cell]), f"'{owner.name}' declares no attribute '{attribute}'", None, nearest(attribute, owner.attributes),
                "Declare it with its type, or leave the value out.",
            )  # fmt: skip
        by_type.setdefault(owner.attributes[attribute], []).append(number)
    return [(type, np.flatnonzero(np.isin(inverse, numbers)).astype(np.int32)) for type, numbers in by_type.items()]


def _refuse_cell(
    rows: Rows, of: Codes, name: Codes, names: Sequence[str], cells: Cells, refuse: Callable[[int, str, object, object, str], NoReturn]
) -> Callable[[int, ValueType, str], NoReturn]:
    def refused(cell: int, type: ValueType, why: str) -> NoReturn:
        raw = cells.raws[cells.raw[cell]]
        refuse(
            int(of[cell]), f"'{names[name[cell]]}' of '{rows.ids[of[cell]]}' is no {type}", shown(raw), why,
            "Mend the value, or declare another type for the attribute.",
        )  # fmt: skip

    return refused


def shown(raw: object) -> str:
    text = repr(raw)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _converted(
    raw: Codes,
    types: Sequence[tuple[ValueType, Codes]],
    raws: Sequence[Raw],
    pool: list[Value],
    zone: str,
    refused: Callable[[int, ValueType, str], NoReturn],
) -> tuple[Codes, int, int, int]:
    """Each distinct text once for each type: the cells' places in `pool`, -1 where a cell is blank."""
    value = np.full(len(raw), -1, np.int32)
    blank = naive = finer = 0
    for type, chosen in types:
        distinct, first, inverse = np.unique(raw[chosen], return_index=True, return_inverse=True)
        places = np.empty(len(distinct), np.int32)
        moments = Times()
        begin = len(pool)
        for number, code in enumerate(distinct.tolist()):
            try:
                one = typed(raws[code], type)
            except OfAnotherType as error:
                refused(int(chosen[first[number]]), type, str(error))
            if isinstance(one, Blank):
                places[number] = -1
                continue
            places[number] = len(pool)
            if isinstance(one, Moment):
                moments.add(one)
                pool.append(0)
            else:
                pool.append(one)
        if moments.us:
            pool[begin:] = [from_us(us) for us in moments.settled(zone).tolist()]
        value[chosen] = places[inverse]
        blank += int((value[chosen] < 0).sum())
        naive += sum(moments.naive)
        finer += moments.finer
    return value, blank, naive, finer


def once(found: Values, ids: Sequence[str], refuse: Callable[[int, str, object, object, str], NoReturn]) -> Codes:
    """The rows to keep where one attribute has the same value twice at one time; another value at that time is refused.

    ids: of the events or objects that the values belong to.
    """
    key = found.of.astype(np.int64) * max(len(found.names), 1) + found.name
    if not (np.diff(np.sort(key)) == 0).any():
        return np.arange(len(found), dtype=np.int32)
    order = np.lexsort((found.at, key))
    again = (key[order][1:] == key[order][:-1]) & (found.at[order][1:] == found.at[order][:-1])
    earlier, later = order[:-1][again], order[1:][again]
    differ = found.value[earlier] != found.value[later]
    if differ.any():
        cell, other = int(later[differ][0]), int(earlier[differ][0])
        refuse(
            int(found.of[cell]), f"'{found.names[found.name[cell]]}' of '{ids[found.of[cell]]}' has two values at one time",
            " and ".join(sorted(shown(found.pool[found.value[c]]) for c in (cell, other))), "one", "Keep the one that holds.",
        )  # fmt: skip
    keep = np.ones(len(found), np.bool_)
    keep[later] = False
    return np.flatnonzero(keep).astype(np.int32)

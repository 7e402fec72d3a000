"""Attributes of traces and events of an XES document, one a row, and their values with one type for each attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np

from troth.kernel.instant import from_us
from troth.record.log import VALUE_TYPES, Codes, Instants, Value, Values, ValueType
from troth.sources.logs.cells import once
from troth.sources.logs.instants import Moment, to_zone
from troth.sources.logs.rows_out import as_text
from troth.sources.logs.typed import Blank
from troth.sources.logs.xes_pieces import refuse
from troth.sources.logs.xes_tags import HOLDERS, Document, NotXes, value_of
from troth.sources.logs.xes_tree import NUMBER, Booleans, Tree, around

TIME_CODE = VALUE_TYPES.index("time")
WIDEST = 1 << 53


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """tag: where the cell stands in the document. of: number of its event, or of its trace where not `event`.

    name: place in `names`. code: the tag's code, below 0 for a date.
    """

    tag: Codes
    of: Codes
    event: Booleans
    name: Codes
    code: Codes
    names: Sequence[str]

    def key(self, name: str) -> int:
        """The number of an attribute's name, -1 where no tag has it."""
        return self.names.index(name) if name in self.names else -1

    def where(self, chosen: Booleans) -> Cells:
        return Cells(self.tag[chosen], self.of[chosen], self.event[chosen], self.name[chosen], self.code[chosen], self.names)


@dataclass(slots=True)
class Taken:
    """What was taken for granted: counts for the warnings."""

    naive: int = 0
    zoned: int = 0
    finer: int = 0
    blank: int = 0
    repeated: int = 0
    nested: int = 0
    widened: int = 0


def cells_of(document: Document, tree: Tree, taken: Taken) -> Cells:
    """Every attribute of a trace or an event; one inside of another is called by both keys, `parent/child`."""
    names = list(document.keys)
    of_tags = np.array([*(document.keys[tag.key] for tag in document.tags), 0], np.int32)
    name = of_tags[np.maximum(document.codes, -1)]
    dates = document.codes < 0
    name[dates] = document.date_key[-1 - document.codes[dates]]
    holders = np.isin(tree.name, [NUMBER[one] for one in HOLDERS])
    if tree.inner.any():
        name = _paths(tree, name, names)
        taken.nested = int((tree.inner & ~holders).sum())
    tags = np.flatnonzero((tree.own | tree.inner) & ~holders).astype(np.int32)
    event = tree.event[tags] >= 0
    found = Cells(
        tags, np.where(event, tree.event[tags], tree.trace[tags]).astype(np.int32), event, name[tags], document.codes[tags], names
    )
    return _numbered(found, tree.inner[tags], names) if taken.nested else found


def _paths(tree: Tree, name: Codes, names: list[str]) -> Codes:
    """Names of attributes inside of others: the keys on the way, joined by '/'."""
    numbers = {one: number for number, one in enumerate(names)}
    path = name.copy()
    for level in range(2, int(tree.level.max()) + 1):
        inner = np.flatnonzero(tree.inner & (tree.level == level))
        if not inner.size:
            continue
        parents = path[around(tree.level, tree.start, level - 1)[inner]]
        transparent = tree.name[inner] == NUMBER["values"]
        both, inverse = np.unique(np.stack([parents, np.where(transparent, -1, name[inner])]), axis=1, return_inverse=True)
        joined = [names[p] if k < 0 else f"{names[p]}/{names[k]}" for p, k in both.T.tolist()]
        codes = np.empty(len(joined), np.int32)
        for place, one in enumerate(joined):
            codes[place] = numbers.setdefault(one, len(names))
            if codes[place] == len(names):
                names.append(one)
        path[inner] = codes[inverse]
    return path


def _numbered(cells: Cells, inner: Booleans, names: list[str]) -> Cells:
    """Items of a list bear one key: the second is called `list/key#2`."""
    numbers = {one: number for number, one in enumerate(names)}
    seen: dict[tuple[bool, int, int], int] = {}
    name = cells.name.copy()
    for place in np.flatnonzero(inner).tolist():
        row = (bool(cells.event[place]), int(cells.of[place]), int(cells.name[place]))
        seen[row] = seen.get(row, 0) + 1
        if seen[row] > 1:
            called = f"{names[row[2]]}#{seen[row]}"
            name[place] = numbers.setdefault(called, len(names))
            if name[place] == len(names):
                names.append(called)
    return Cells(cells.tag, cells.of, cells.event, name, cells.code, names)


@dataclass(frozen=True, slots=True)
class Typed:
    """The values of some cells. value: place in `pool`, -1 where blank; kind: place in VALUE_TYPES."""

    value: Codes
    kind: Codes
    pool: list[Value]


def typed_cells(path: Path, document: Document, cells: Cells, zone: str, taken: Taken) -> Typed:
    """Each tag that differs is read once. Refuses a value that is none of its tag's type, at its first place."""
    pool: list[Value] = []
    value = np.empty(len(cells.code), np.int32)
    kind = np.empty(len(cells.code), np.int32)
    dates = cells.code < 0
    us, inverse = np.unique(document.date_us[-1 - cells.code[dates]], return_inverse=True)
    pool += [from_us(one) for one in us.tolist()]
    value[dates], kind[dates] = inverse, TIME_CODE
    taken.zoned += int(dates.sum())
    plain = np.flatnonzero(~dates)
    present = np.flatnonzero(np.bincount(cells.code[plain], minlength=1))
    places = np.zeros(len(document.tags) + 1, np.int32)
    kinds = np.zeros(len(document.tags) + 1, np.int32)
    known: dict[tuple[ValueType, str], int] = {}
    for code in present.tolist():
        tag = document.tags[code]
        try:
            one = value_of(tag)
        except NotXes as error:
            refuse(path, int(cells.tag[cells.code == code][0]), error.what, error.got)
        kinds[code] = VALUE_TYPES.index(tag.kind or "string")
        if isinstance(one, Moment):
            count = int((cells.code == code).sum())
            taken.naive, taken.zoned = taken.naive + one.naive * count, taken.zoned + (not one.naive) * count
            taken.finer += one.finer * count
            one = from_us(settled_us(one, zone))
        if isinstance(one, Blank):
            places[code] = -1
            continue
        places[code] = known.setdefault((tag.kind or "string", repr(one)), len(pool))
        if places[code] == len(pool):
            pool.append(one)
    value[plain], kind[plain] = places[cells.code[plain]], kinds[cells.code[plain]]
    return Typed(value, kind, pool)


def settled_us(moment: Moment, zone: str) -> int:
    return int(to_zone(np.array([moment.us], np.int64), zone)[0]) if moment.naive else moment.us


def values_of(
    path: Path, document: Document, cells: Cells, zone: str, owner: tuple[Codes, int, Sequence[str]], taken: Taken
) -> tuple[Values, list[dict[str, ValueType]]]:
    """Values of cells, and for each type of their rows the attributes with their types.

    owner: the type of each row, how many types there are, and the rows' ids.
    Where an attribute's tags are of several types it becomes float if all are numbers, else string.
    """
    types, count, ids = owner
    typed = typed_cells(path, document, cells, zone, taken)
    filled = np.flatnonzero(typed.value >= 0)
    taken.blank += len(cells.code) - len(filled)
    used, places = np.unique(cells.name[filled], return_inverse=True)
    name = places.astype(np.int32)
    of, value, kind = cells.of[filled], typed.value[filled], typed.kind[filled]
    pair = types[of].astype(np.int64) * max(len(used), 1) + name
    declared, value = _one_type_each(pair, kind, value, typed.pool, taken)
    names = tuple(cells.names[one] for one in used.tolist())
    attributes: list[dict[str, ValueType]] = [{} for _ in range(count)]
    for place, type in declared.items():
        attributes[place // len(names)][names[place % len(names)]] = type
    found = Values(of, name, value, np.zeros(len(of), np.int64), names, typed.pool)

    def refused(row: int, what: str, got: object, _: object, next_step: str) -> NoReturn:
        refuse(path, int(cells.tag[filled][of == row][0]), what, got, next_step)

    single = once(found, ids, refused)
    taken.repeated += len(found) - len(single)
    return found.at_places(single), attributes


def _one_type_each(pair: Instants, kind: Codes, value: Codes, pool: list[Value], taken: Taken) -> tuple[Mapping[int, ValueType], Codes]:
    both = np.unique(pair * len(VALUE_TYPES) + kind)
    kinds: dict[int, set[ValueType]] = {}
    for one in both.tolist():
        kinds.setdefault(one // len(VALUE_TYPES), set()).add(VALUE_TYPES[one % len(VALUE_TYPES)])
    declared: dict[int, ValueType] = {}
    for place, found in kinds.items():
        declared[place] = next(iter(found))
        if len(found) > 1:
            taken.widened += 1
            cells = np.flatnonzero(pair == place)
            declared[place], value[cells] = _widened(value[cells], found, pool)
    return declared, value


def _widened(value: Codes, kinds: set[ValueType], pool: list[Value]) -> tuple[ValueType, Codes]:
    distinct, inverse = np.unique(value, return_inverse=True)
    olds = [pool[one] for one in distinct.tolist()]
    numbers = kinds == {"integer", "float"} and all(isinstance(old, int | float) and abs(old) <= WIDEST for old in olds)
    known: dict[str, int] = {}
    places = np.empty(len(olds), np.int32)
    for number, old in enumerate(olds):
        new: Value = float(old) if numbers and isinstance(old, int | float) else as_text(old)
        places[number] = known.setdefault(repr(new), len(pool))
        if places[number] == len(pool):
            pool.append(new)
    return ("float" if numbers else "string"), places[inverse]

"""Logs by Hypothesis, built from columns and not by a reader: any text, any type of value, objects without events and the reverse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from hypothesis import strategies as st

from troth.record import Log
from troth.record.log import VALUE_TYPES, Links, LogType, Rows, Value, Values, ValueType

XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, (*range(9), 11, 12, *range(14, 32))), "\ufffe", "\uffff"]),
    max_size=12,
)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FIRST, LAST = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)
EPOCH = datetime(1970, 1, 1)


def micros(at: datetime) -> int:
    return (at - EPOCH).days * 86_400_000_000 + (at - EPOCH).seconds * 1_000_000 + (at - EPOCH).microseconds


def times() -> st.SearchStrategy[int]:
    return st.one_of(
        st.just(0), st.datetimes(FIRST, LAST).map(micros), st.integers(1_600_000_000, 1_600_000_100).map(lambda s: s * 1_000_000)
    )


def _value(type: ValueType, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Value]:
    match type:
        case "string":
            return texts
        case "time":
            return st.datetimes(FIRST, LAST)
        case "integer":
            return st.integers(-(1 << 63), (1 << 63) - 1)
        case "float":
            return st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0)
        case "boolean":
            return st.booleans()


@st.composite
def _types(draw: st.DrawFn, texts: st.SearchStrategy[str], least: int) -> tuple[LogType, ...]:
    names = draw(st.lists(texts, min_size=least, max_size=3, unique=True))
    attribute = st.text("aB é'\"-:_<&", min_size=1, max_size=6)
    made = []
    for name in names:
        # SQLite has one column for names that differ in the case of A to Z.
        attributes = draw(st.lists(attribute, max_size=3, unique_by=str.lower))
        made.append(LogType(name, {one: draw(st.sampled_from(VALUE_TYPES)) for one in attributes}))
    return tuple(made)


@st.composite
def _rows(draw: st.DrawFn, texts: st.SearchStrategy[str], types: tuple[LogType, ...]) -> Rows:
    ids = draw(st.lists(texts, max_size=5 if types else 0, unique=True))
    return Rows(types, tuple(ids), np.array([draw(st.integers(0, len(types) - 1)) for _ in ids], np.int32))


@st.composite
def _links(draw: st.DrawFn, texts: st.SearchStrategy[str], sources: int, targets: int) -> Links:
    qualifiers = tuple(draw(st.lists(texts, min_size=1, max_size=2, unique=True)))
    one = st.tuples(st.integers(0, max(sources - 1, 0)), st.integers(0, max(targets - 1, 0)), st.integers(0, len(qualifiers) - 1))
    rows = draw(st.lists(one, max_size=8, unique=True)) if sources and targets else []
    return links_of(rows, qualifiers)


def links_of(rows: Sequence[tuple[int, int, int]], qualifiers: tuple[str, ...]) -> Links:
    source, target, qualifier = np.array(rows, np.int32).reshape(-1, 3).T
    return Links(source, target, qualifier, qualifiers)


@st.composite
def _values(draw: st.DrawFn, texts: st.SearchStrategy[str], rows: Rows, *, timed: bool, initial: bool = False) -> Values:
    cells: list[tuple[int, str, int, Value]] = []
    for row in range(len(rows.ids)):
        for name, type in rows.types[rows.type[row]].attributes.items():
            for at in draw(st.lists(times(), max_size=3, unique=True)) if timed and not initial else [0] * draw(st.integers(0, 1)):
                cells.append((row, name, at, draw(_value(type, texts))))
    return values_of(cells)


def values_of(cells: Sequence[tuple[int, str, int, Value]]) -> Values:
    names = sorted({name for _, name, _, _ in cells})
    return Values(
        np.array([row for row, _, _, _ in cells], np.int32), np.array([names.index(name) for _, name, _, _ in cells], np.int32),
        np.arange(len(cells), dtype=np.int32), np.array([at for _, _, at, _ in cells], np.int64), tuple(names), [v for *_, v in cells],
    )  # fmt: skip


@st.composite
def logs(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Log:
    """Any log that OCEL can hold."""
    events = draw(_rows(texts, draw(_types(texts, 0))))
    objects = draw(_rows(texts, draw(_types(texts, 0))))
    return Log(
        events, np.array([draw(times()) for _ in events.ids], np.int64), objects,
        draw(_links(texts, len(events), len(objects))), draw(_links(texts, len(objects), len(objects))),
        draw(_values(texts, events, timed=False)), draw(_values(texts, objects, timed=True)),
    )  # fmt: skip


def used(types: tuple[LogType, ...], rows: Rows, values: Values) -> tuple[LogType, ...]:
    """Types with the attributes that some row has."""
    names: list[set[str]] = [set() for _ in types]
    for of, name in zip(values.of.tolist(), values.name.tolist(), strict=True):
        names[rows.type[of]].add(values.names[name])
    return tuple(LogType(t.name, {n: k for n, k in t.attributes.items() if n in kept}) for t, kept in zip(types, names, strict=True))


@st.composite
def flat_logs(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> Log:
    """A log that XES can hold: one type of objects, each event of one case, values that do not change, no type without a row."""
    objects = draw(_rows(texts, (LogType("case", draw(_types(texts, 1))[0].attributes),)))
    events = draw(_rows(texts, draw(_types(texts, 1)) if len(objects) else ()))
    time = np.array(sorted(draw(times()) for _ in events.ids), np.int64)
    event_values = draw(_values(texts, events, timed=False))
    object_values = draw(_values(texts, objects, timed=True, initial=True))
    kept = sorted(set(events.type.tolist()))
    types = used(events.types, events, event_values)
    events = Rows(tuple(types[k] for k in kept), events.ids, np.array([kept.index(t) for t in events.type.tolist()], np.int32))
    objects = Rows(used(objects.types, objects, object_values), objects.ids, objects.type)
    links = links_of([(e, draw(st.integers(0, len(objects) - 1)), 0) for e in range(len(events))], ("",))
    return Log(events, time, objects, links, links_of([], ("",)), event_values, object_values)

"""The nesting of an XES document: which tag stands in which trace and event, all tags at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from troth.record.log import Codes
from troth.sources.logs.xes_pieces import refuse
from troth.sources.logs.xes_tags import HOLDERS, KINDS, NAMES, Document

DEEPEST = 200
NUMBER = {name: number for number, name in enumerate(NAMES)}
ATTRIBUTES = frozenset(NUMBER[name] for name in (*KINDS, *HOLDERS))
Booleans: TypeAlias = npt.NDArray[np.bool_]
Small: TypeAlias = npt.NDArray[np.int16]
Places: TypeAlias = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Tree:
    """One row a tag, shape (tags,). name: number in NAMES; level: 0 for the log; start: opens an element, or is one.

    trace, event: number of the trace or event around the tag, -1 outside of any. own: an attribute of that trace or event
    itself; inner: one inside of such an attribute. trace_at, event_at: shape (traces,) and (events,), the tags they begin with.
    """

    name: Small
    level: Small
    start: Booleans
    trace: Codes
    event: Codes
    own: Booleans
    inner: Booleans
    trace_at: Places
    event_at: Places


def read_tree(path: Path, document: Document) -> Tree:
    """Refuses what is not well nested, and an element where XES has none."""
    name = _of_tags(document, [NUMBER[tag.name] for tag in document.tags], NUMBER["date"])
    shift = _of_tags(document, [tag.shift for tag in document.tags], 0)
    level = _levels(path, shift)
    start = shift >= 0
    _check_ends(path, document, level, shift)
    top = around(level, start, 1)
    second = around(level, start, 2)
    top_name = np.where(top >= 0, name[top], -1)
    second_name = np.where(second > top, name[second], -1)
    in_trace, free = top_name == NUMBER["trace"], top_name == NUMBER["event"]
    held = in_trace & (second_name == NUMBER["event"])
    trace_start = start & (level == 1) & in_trace
    event_start = start & (name == NUMBER["event"]) & ((held & (level == 2)) | (free & (level == 1)))
    inside = held | free
    depth = level - np.where(held, 3, 2)
    is_attribute = np.isin(name, list(ATTRIBUTES)) & start & ((inside & ~event_start) | (in_trace & ~trace_start & ~event_start))
    _check_places(path, name, level, start, is_attribute | trace_start | event_start, in_trace | free)
    return Tree(
        name, level, start,
        np.where(in_trace, np.cumsum(trace_start, dtype=np.int32) - 1, -1).astype(np.int32),
        np.where(inside, np.cumsum(event_start, dtype=np.int32) - 1, -1).astype(np.int32),
        is_attribute & (depth == 0), is_attribute & (depth > 0),
        np.flatnonzero(trace_start).astype(np.int32), np.flatnonzero(event_start).astype(np.int32),
    )  # fmt: skip


def _of_tags(document: Document, values: list[int], of_date: int) -> Small:
    """A number for each tag of the document. The last place, to which -1 points, is that of dates."""
    table = np.array([*values, of_date], np.int16)
    return table[np.maximum(document.codes, -1)]


def _levels(path: Path, shift: Small) -> Small:
    after = np.cumsum(shift, dtype=np.int32)
    level = after - (shift > 0)
    if len(level) == 0 or after[-1] != 0 or level.min() < 0:
        wrong = np.flatnonzero(level < 0)
        refuse(
            path,
            int(wrong[0]) if wrong.size else max(len(level) - 1, 0),
            "the file is cut off" if not wrong.size else "an end without a start",
        )
    if level.max() > DEEPEST:
        refuse(path, int(np.argmax(level > DEEPEST)), f"elements are nested deeper than {DEEPEST}")
    roots = np.flatnonzero((level == 0) & (shift >= 0))
    if len(roots) > 1:
        refuse(path, int(roots[1]), "a second document behind the first")
    return level.astype(np.int16)


def _check_ends(path: Path, document: Document, level: Small, shift: Small) -> None:
    """Level by level starts and ends take turns, and each end bears the name of the start before it, prefix and all."""
    written = {("date", ""): 0}
    names = [written.setdefault((tag.name, tag.prefix), len(written)) for tag in document.tags]
    written_name = _of_tags(document, names, 0)
    pairs = np.flatnonzero(shift)
    order = pairs[np.argsort(level[pairs], kind="stable")]
    opened, closed = order[::2], order[1::2]
    wrong = (written_name[opened] != written_name[closed]) | (shift[opened] < 0) | (shift[closed] > 0)
    if wrong.any():
        refuse(path, int(closed[wrong].min()), "an end that is not that of the start before it")


def around(level: Small, start: Booleans, at: int) -> Places:
    """The last element of a level that began at or before each tag and still holds it; -1 above the level."""
    places = np.where(start & (level == at), np.arange(len(level), dtype=np.int32), -1)
    found = np.maximum.accumulate(places)
    return np.where(level >= at, found, -1).astype(np.int32)


def _check_places(path: Path, name: Small, level: Small, start: Booleans, placed: Booleans, inside: Booleans) -> None:
    if name[0] != NUMBER["log"]:
        refuse(path, 0, f"the document is no event log but <{NAMES[name[0]]}>")
    below_log = np.isin(name, [NUMBER["log"], NUMBER["trace"]])
    wrong = start & np.where(inside, ~placed, below_log & (level > 0))
    wrong |= start & (level > 1) & ~inside & (name == NUMBER["event"])
    if wrong.any():
        place = int(np.argmax(wrong))
        refuse(path, place, f"<{NAMES[name[place]]}> is not expected here")

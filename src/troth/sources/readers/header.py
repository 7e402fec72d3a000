"""Which row of a page is the header, and what its columns are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from troth.sources.labels import unique_names
from troth.sources.readers.grid import Merges, Row
from troth.sources.readers.opened import Told

LOOKED_AT = 60
BELOW = 12
COVERS = 0.6


@dataclass(frozen=True, slots=True)
class Header:
    """first, last: its rows among those looked at, from 0; last < first where there is none and row `first` is a record.

    names: a column each. unnamed: where the header says nothing.
    """

    first: int
    last: int
    names: tuple[str, ...]
    unnamed: tuple[bool, ...]
    told: tuple[Told, ...]


def find_header(rows: Sequence[Row], merges: Merges, *, given: int | None, where: str, width: int) -> Header | None:
    """The header among the first rows of a page; None where they hold no table.

    It is the first row that is all text, has most of the columns that the rows below have, and stands above numbers or dates;
    where a table is all text, the first with most of the columns. Cells merged across give their text to what stands below.
    width: columns that a row may have. given: the number of its row, as the book says it; 0 for none.
    """
    if not rows:
        return None
    looked = _Looked(rows, merges, width, where)
    if given is not None:
        return _given(looked, given)
    any_typed = any(row.typed for row in rows)
    start: int | None = None
    best: tuple[int, int, list[int]] | None = None
    for place, row in enumerate(rows):
        columns, typed = _below(rows[place + 1 : place + 1 + BELOW])
        texts = set(_spread(row, merges))
        if not columns and start is None and _alone(rows, place):
            return _named(looked, place, ())
        covers = len(texts & columns)
        if not columns or covers < COVERS * len(columns):
            continue
        start = place if start is None else start
        years = _are_years(row)
        contrast = sorted((typed & texts) - (set() if years else set(row.typed)))
        if (row.typed and not years) or row.bad:
            if len(row.typed.keys() & typed) == len(typed):
                break  # a record: the header is above it
        elif (contrast or not any_typed or not typed) and (best is None or covers > best[0]):
            best = (covers, place, contrast)
    if best is not None:
        return _named(looked, best[1], best[2])
    if start is None:
        widest = max(range(len(rows)), key=lambda n: (len(rows[n].filled()), -n))
        return _named(looked, widest, ()) if len(rows[widest].filled()) > 1 and not rows[widest].typed else None
    return _none(looked, start)


@dataclass(frozen=True, slots=True)
class _Looked:
    rows: Sequence[Row]
    merges: Merges
    width: int
    where: str


def _below(rows: Sequence[Row]) -> tuple[set[int], set[int]]:
    """Columns that at least half of the rows have filled, and those of them that mostly hold no text. Notes are left out."""
    widest = max((len(row.filled()) for row in rows), default=0)
    wide = [row for row in rows if len(row.filled()) >= max(1, widest / 2)]
    counts: dict[int, int] = {}
    typed: dict[int, int] = {}
    for row in wide:
        for column in row.filled():
            counts[column] = counts.get(column, 0) + 1
            typed[column] = typed.get(column, 0) + (column in row.typed)
    often = {c for c, n in counts.items() if n * 2 >= len(wide)}
    return often, {c for c in counts if typed[c] * 2 > counts[c]}


def _alone(rows: Sequence[Row], place: int) -> bool:
    """A last row that is a header without records."""
    row = rows[place]
    return place == len(rows) - 1 and len(row.filled()) > 1 and not row.typed and len(row.filled()) >= max(len(r.filled()) for r in rows)


def _are_years(row: Row) -> bool:
    """Whether the numbers of a row are years that follow each other, as they do in a header, and beside them there is text."""
    years = sorted(int(n) for n in row.typed.values() if n is not None and 1900 <= n < 2100 and n == int(n))
    follow = all(after == before + 1 for before, after in pairwise(years))
    return len(row.typed) == len(years) > 1 and follow and len(years) < len(row.filled())


def _spread(row: Row, merges: Merges) -> dict[int, str]:
    """The row's texts by column, those of cells merged across in each of their columns."""
    texts = {c: text for c, text in enumerate(row.cells) if text is not None}
    for merge in merges.wide_in(row.number):
        if merge.top == row.number and merge.left in texts:
            texts |= dict.fromkeys(range(merge.left, merge.right + 1), texts[merge.left])
    return texts


def _named(looked: _Looked, place: int, contrast: Sequence[int]) -> Header:
    rows, merges = looked.rows, looked.merges
    first, last = _extent(rows, merges, place)
    levels = [_spread(row, merges) for row in rows[first : last + 1]]
    names = []
    for column in range(max(looked.width, 1 + max((max(level, default=-1) for level in levels), default=-1))):
        parts: list[str] = []
        for level in levels:
            text = " ".join((level.get(column) or "").split())
            if text and text not in parts:
                parts.append(text)
        names.append(" ".join(parts))
    told = []
    if first > 0 or last > first:
        shown = f"rows {rows[first].number} and {rows[last].number}" if last > first else f"row {rows[first].number}"
        why = [f"above it {_count(first, 'row')} of titles or notes"] if first else []
        if last > first:
            why.append("cells of the upper one are merged over several of the lower")
        if contrast:
            named = ", ".join(f"`{names[c]}`" for c in contrast[:3])
            why.append(f"text above numbers or dates in {named}")
        told.append(Told(f"the header of {looked.where} is {shown}", "; ".join(why) or "the first row as wide as those below"))
    return Header(first, last, unique_names(names), tuple(not name for name in names), tuple(told))


def _extent(rows: Sequence[Row], merges: Merges, place: int) -> tuple[int, int]:
    """The header's rows: one more above where cells are merged across there, more below as far as merges reach."""
    first = last = place
    row = rows[place]
    groups = [m for m in merges.wide_in(row.number) if m.top == row.number and m.right - m.left + 1 < len(row.cells)]
    following = rows[place + 1] if place + 1 < len(rows) else None
    deep = merges.depth(row.number)
    if following is not None and (deep or groups) and following.number == row.number + 1 and not following.typed:
        under = set(following.filled())
        if deep or any(under & set(range(m.left, m.right + 1)) for m in groups):
            last = place + 1
    if last == place and place > 0:
        above = rows[place - 1]
        over = [m for m in merges.wide_in(above.number) if m.top == above.number]
        spans = [m for m in over if m.left > 0 or m.right + 1 < len(row.filled())]
        if above.number == row.number - 1 and spans and not above.typed:
            first = place - 1
    return first, last


def _given(looked: _Looked, number: int) -> Header | None:
    if number == 0:
        return _none(looked, 0)
    place = next((n for n, row in enumerate(looked.rows) if row.number == number), None)
    return None if place is None else _named(looked, place, ())


def _none(looked: _Looked, start: int) -> Header:
    names = tuple(f"c{n}" for n in range(1, looked.width + 1))
    evidence = f"row {looked.rows[start].number} holds numbers or dates as those below do: its columns are called c1, c2, …"
    if start:
        evidence += f"; {_count(start, 'row')} above it left out as titles"
    return Header(start, start - 1, names, (True,) * looked.width, (Told(f"{looked.where} has no header", evidence),))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

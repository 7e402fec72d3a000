"""Two people's edits of one text: what goes together is put together, what excludes each other is shown.

By lines, as git merges: changes of different lines go together, changes of the same or of adjoining lines do not,
unless they are equal. Whether the result still makes sense as a book is the business of whoever loads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from troth.book.history import Edits, Texts
from troth.kernel.errors import Clash, Conflict

Lines = Sequence[bytes]
Whose = Callable[[PurePosixPath], tuple[str, datetime | None]]

NOT_SAVED = "what stands in the folder"


@dataclass(frozen=True, slots=True)
class Change:
    """Base lines [low, high) became this side's lines [start, end)."""

    low: int
    high: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where both sides changed the base differently. line: 1-based, of the base."""

    line: int
    base: tuple[bytes, ...]
    ours: tuple[bytes, ...]
    theirs: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """saved: what the new revision changes of the head. folder: what then is to be written to the folder; None removes."""

    saved: Mapping[PurePosixPath, bytes | None]
    folder: Mapping[PurePosixPath, bytes | None]


def plan_save(*, base: Texts, head: Texts, folder: Texts, edits: Edits | None, whose: Whose) -> Plan:
    """What a save does. base: what the edits were made on; folder: as it stands; whose: who last changed a file in the head.

    A file that is the same in all three may be left out of all three. Raises Conflict.
    """
    if edits is None:
        saved = merge_books(base, folder, head, whose)
        after = {**head, **saved}
        written = {path: after.get(path) for path in {**folder, **after} if after.get(path) != folder.get(path)}
        return Plan(saved, written)
    ours = {path: text for path, text in edits.items() if text is not None}
    saved = merge_books(_only(base, edits), ours, _only(head, edits), whose)
    made = {path: text for path, text in saved.items() if text is not None}
    written = merge_books(_only(head, saved), made, _only(folder, saved), lambda _: (NOT_SAVED, None))
    return Plan(saved, written)


def merge_books(base: Texts, ours: Texts, theirs: Texts, whose: Whose) -> dict[PurePosixPath, bytes | None]:
    """What our edits change in theirs; raises Conflict with every place where the two exclude each other."""
    changes: dict[PurePosixPath, bytes | None] = {}
    clashes: list[Clash] = []
    for path in sorted({**base, **ours, **theirs}):
        was, mine, other = base.get(path), ours.get(path), theirs.get(path)
        if mine in (was, other):
            continue
        if other == was:
            changes[path] = mine
        elif mine is None or other is None:
            clashes.append(Clash(_printable(path), 0, _shown(was), _shown(other), _shown(mine), *whose(path)))
        else:
            merged, places = merge_lines(lines_of(was or b""), lines_of(mine), lines_of(other))
            changes[path] = b"".join(merged)
            clashes += [Clash(_printable(path), p.line, _words(p.base), _words(p.theirs), _words(p.ours), *whose(path)) for p in places]
    if clashes:
        raise Conflict(clashes)
    return {path: text for path, text in changes.items() if text != theirs.get(path)}


def merge_lines(base: Lines, ours: Lines, theirs: Lines) -> tuple[list[bytes], list[Place]]:
    """The merged lines and the places that clash, where the merged lines hold ours.

    Source: Khanna, Kunal, Pierce, A Formal Investigation of Diff3 (FSTTCS 2007), with git's rule for adjoining changes.

    >>> merge_lines([b"a", b"b", b"c"], [b"A", b"b", b"c"], [b"a", b"b", b"C"])
    ([b'A', b'b', b'C'], [])
    >>> merge_lines([b"a", b"b"], [b"A", b"b"], [b"a", b"B"])[1]
    [Place(line=1, base=(b'a', b'b'), ours=(b'A', b'b'), theirs=(b'a', b'B'))]
    """
    merged: list[bytes] = []
    places: list[Place] = []
    done = 0
    for low, high, mine, other in _regions(_changes(base, ours), _changes(base, theirs)):
        merged += base[done:low]
        was = tuple(base[low:high])
        left = _side(ours, mine, low, high) if mine else was
        right = _side(theirs, other, low, high) if other else was
        merged += left if mine else right
        if mine and other and left != right:
            places.append(Place(low + 1, was, left, right))
        done = high
    merged += base[done:]
    return merged, places


def lines_of(text: bytes) -> list[bytes]:
    """Lines with their ends; only a line feed ends a line, so that a lone carriage return stays inside it.

    >>> lines_of(b"a\\r\\nb\\rc\\nd")
    [b'a\\r\\n', b'b\\rc\\n', b'd']
    """
    lines = text.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _changes(base: Lines, side: Lines) -> list[Change]:
    matcher = SequenceMatcher(None, base, side, autojunk=False)
    return [Change(low, high, start, end) for tag, low, high, start, end in matcher.get_opcodes() if tag != "equal"]


def _regions(ours: list[Change], theirs: list[Change]) -> list[tuple[int, int, list[Change], list[Change]]]:
    """Base regions [low, high) with the changes of each side in them; changes of both sides that touch share one."""
    regions: list[tuple[int, int, list[Change], list[Change]]] = []
    marked = [(change, 0) for change in ours] + [(change, 1) for change in theirs]
    for change, side in sorted(marked, key=lambda item: (item[0].low, item[0].high)):
        if regions and change.low <= regions[-1][1]:
            low, high, *sides = regions.pop()
            high = max(high, change.high)
        else:
            low, high, sides = change.low, change.high, [[], []]
        sides[side].append(change)
        regions.append((low, high, sides[0], sides[1]))
    return regions


def _side(lines: Lines, changes: list[Change], low: int, high: int) -> tuple[bytes, ...]:
    first, last = changes[0], changes[-1]
    return tuple(lines[first.start - (first.low - low) : last.end + (high - last.high)])


def _printable(path: PurePosixPath) -> str:
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _only(texts: Texts, paths: Iterable[PurePosixPath]) -> dict[PurePosixPath, bytes]:
    return {path: texts[path] for path in paths if path in texts}


def _shown(text: bytes | None) -> tuple[str, ...] | None:
    return None if text is None else _words(tuple(lines_of(text)))


def _words(lines: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(line.decode("utf-8", "replace").rstrip("\r\n") for line in lines)

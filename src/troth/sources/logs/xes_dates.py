"""Date tags of XES by the thousand: tags written alike are read as one block of digits, the others one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.kernel.instant import EPOCH, MICROSECOND
from troth.record.log import Instants

_USUAL = re.compile(
    rb"""date\ key="(?P<key>[\w:.-]+)"\ value="
    (?P<wall>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?P<offset>Z|[+-]\d\d:\d\d)"\ ?/>\s*""",
    re.VERBOSE,
)
MOST_FORMS = 8
FEWEST = 16
_FIRST_US = (EPOCH.replace(year=1, month=1, day=2) - EPOCH) // MICROSECOND
_LAST_US = (EPOCH.replace(year=9999, month=12, day=30) - EPOCH) // MICROSECOND
_SHAPE = np.frombuffer(bytes.maketrans(b"123456789-", b"000000000+"), np.uint8)  # what tells one form from another
_BARE = np.frombuffer(bytes.maketrans(b"\t\n\r ", b"\0\0\0\0"), np.uint8)  # spaces at the end of a text of fixed length are none
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Dates:
    """Tags that were read as a block. places: where they stand among those given; us: UTC microseconds.

    keys: with the number of tags in a row that have each.
    """

    places: npt.NDArray[np.intp]
    us: Instants
    keys: list[tuple[str, int]]


def read_dates(pieces: Sequence[bytes]) -> Dates:
    """Those of the pieces that are whole date tags in the usual form; the caller reads what is left, with all its checks.

    pieces: what stands behind '<' up to the next '<'; none holds a NUL.
    """
    left = np.arange(len(pieces))
    places: list[npt.NDArray[np.intp]] = []
    us: list[Instants] = []
    keys: list[tuple[str, int]] = []
    padded = np.array(pieces, dtype=bytes)
    table = padded.view(np.uint8).reshape(len(pieces), -1) if len(pieces) else np.empty((0, 0), np.uint8)
    for _ in range(MOST_FORMS):
        if len(left) < FEWEST:
            break
        form = _USUAL.fullmatch(pieces[left[0]])
        alike = _alike(table[left], form) if form else None
        if form is None or alike is None:
            left = left[1:]
            continue
        chosen = left[alike]
        times = _times(table[chosen], form)
        left = left[~alike]
        if times is not None:
            places.append(chosen)
            us.append(times)
            keys.append((form["key"].decode(), len(chosen)))
    if not places:
        return Dates(np.empty(0, np.intp), np.empty(0, np.int64), [])
    return Dates(np.concatenate(places), np.concatenate(us), keys)


def _alike(table: Bytes, form: re.Match[bytes]) -> npt.NDArray[np.bool_]:
    """Which rows equal the form but for its digits, its signs and the spaces behind it."""
    text = form.group(0).rstrip()
    begin, end = form.start("wall"), form.end("offset")
    good = _texts(table[:, :begin]) == text[:begin]
    good &= _texts(_SHAPE[table[:, begin:end]]) == bytes(_SHAPE[np.frombuffer(text[begin:end], np.uint8)])
    good &= _texts(_BARE[table[:, end:]]) == text[end:].replace(b" ", b"\0")
    return np.asarray(good, np.bool_)


def _texts(block: Bytes) -> npt.NDArray[np.bytes_]:
    return np.ascontiguousarray(block).view(f"S{block.shape[1]}")[:, 0]


def _times(table: Bytes, form: re.Match[bytes]) -> Instants | None:
    """UTC of rows that are alike, or None where one of them is no time: then none is read here."""
    begin, end = form.span("wall")
    wall = table[:, begin:end]
    if (wall[:, [4, 7]] != ord("-")).any():
        return None
    try:
        us = _texts(wall).astype("M8[us]").astype(np.int64)
    except ValueError:
        return None
    if form["offset"] != b"Z":
        signs, tens, ones, _, minutes, minute = (table[:, form.start("offset") + n].astype(np.int64) - ord("0") for n in range(6))
        hours, minutes = tens * 10 + ones, minutes * 10 + minute
        if (hours > 23).any() or (minutes > 59).any():
            return None
        us = us - np.where(signs == ord("+") - ord("0"), 1, -1) * (hours * 60 + minutes) * 60_000_000
    return us if us.min() > _FIRST_US and us.max() < _LAST_US else None

"""What a world is made of before it is files: tables in columns, and what is true of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]

NONE = np.iinfo(np.int64).min  # an empty cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column as integers and the way in which a file shows them. Where a value is NONE the cell is empty.

    kind: `whole`, the integer itself; `key`, with `form` a printf pattern such as 'SO-%08d'; `hundredths`, a decimal; `instant`,
    seconds since 1970 on whatever clock the file keeps, with `form` a strftime pattern; `zoned`, the same with `offsets`, minutes that
    this clock is ahead of UTC, shown behind it; `text`, the place of one of `labels`.
    """

    name: str
    values: Ints
    kind: str = "whole"
    form: str = ""
    labels: tuple[str, ...] = ()
    offsets: Ints | None = None

    def chosen(self, which: Flags | Ints) -> Column:
        """The rows that a mask or places name, in that order."""
        offsets = None if self.offsets is None else self.offsets[which]
        return Column(self.name, self.values[which], self.kind, self.form, self.labels, offsets)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of rows. name: with its ending, which is csv or json. comma: decimals as 1234,56. separator: between cells."""

    name: str
    columns: tuple[Column, ...]
    separator: str = ","
    comma: bool = False
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        """Refuse columns of different lengths."""
        lengths = {len(column.values) for column in self.columns}
        if len(lengths) != 1:
            raise ValueError(f"{self.name}: columns of {sorted(lengths)} rows")

    def __len__(self) -> int:
        return len(self.columns[0].values)

    def chosen(self, which: Flags | Ints, name: str | None = None) -> Sheet:
        """The rows that a mask or places name, in that order."""
        columns = tuple(column.chosen(which) for column in self.columns)
        return Sheet(name or self.name, columns, self.separator, self.comma, self.encoding)


@dataclass(frozen=True, slots=True)
class World:
    """sheets: the files that its systems would export. pages: texts by name. truths: by name what was planted, in plain data.

    answers: what is true of each customer, order and so on, too long for `truths`; nobody in the world could export it.
    """

    sheets: Sequence[Sheet]
    pages: Mapping[str, str]
    truths: Mapping[str, Any]
    answers: Sequence[Sheet] = field(default=())


def whole(name: str, values: npt.NDArray[Any]) -> Column:
    """Integers as they are."""
    return Column(name, _ints(values))


def key(name: str, values: npt.NDArray[Any], form: str) -> Column:
    """Numbers inside a pattern: 'SO-%08d'."""
    return Column(name, _ints(values), "key", form)


def hundredths(name: str, values: npt.NDArray[Any]) -> Column:
    """Cents, or hundredths of anything, as a decimal with two places."""
    return Column(name, _ints(values), "hundredths")


def instant(name: str, seconds: npt.NDArray[Any], form: str = "%Y-%m-%dT%H:%M:%SZ") -> Column:
    """Seconds since 1970 on the clock that the file keeps."""
    return Column(name, _ints(seconds), "instant", form)


def zoned(name: str, seconds: npt.NDArray[Any], local: npt.NDArray[Any]) -> Column:
    """Seconds since 1970 UTC, shown as `local` clocks show them, with what these are ahead."""
    offsets = np.where(seconds == NONE, 0, (local - seconds) // 60)
    return Column(name, _ints(np.where(seconds == NONE, NONE, local)), "zoned", "%Y-%m-%dT%H:%M:%S", (), _ints(offsets))


def text(name: str, places: npt.NDArray[Any], labels: Sequence[str]) -> Column:
    """The label at each place."""
    return Column(name, _ints(places), "text", "", tuple(labels))


def _ints(values: npt.NDArray[Any]) -> Ints:
    return np.asarray(values).astype(np.int64, copy=False)

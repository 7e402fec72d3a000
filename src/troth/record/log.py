"""An object-centric event log in columns: what OCEL 2.0 says, apart from how a file writes it.

Events and objects are numbered by the row they stand in; everything else points to those numbers. Texts that repeat are
kept once and pointed to, so that a million events take tens of megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

ValueType = Literal["string", "time", "integer", "float", "boolean"]
VALUE_TYPES: tuple[ValueType, ...] = ("string", "time", "integer", "float", "boolean")
Value: TypeAlias = str | int | float | bool | datetime
Codes: TypeAlias = npt.NDArray[np.int32]
Instants: TypeAlias = npt.NDArray[np.int64]
INITIAL_US = 0


@dataclass(frozen=True, slots=True)
class LogType:
    """A type of events or of objects, with the attributes that it declares, whether or not any row has them."""

    name: str
    attributes: Mapping[str, ValueType]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Events, or objects. ids: one a row, no two alike. type: shape (n,), number of the row's type in `types`."""

    types: tuple[LogType, ...]
    ids: Sequence[str]
    type: Codes

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Relations, one a row, no two alike. source, target, qualifier: shape (n,); qualifier points into `qualifiers`."""

    source: Codes
    target: Codes
    qualifier: Codes
    qualifiers: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.source)


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Attribute values, one a row. of: number of the event or object. name, value: shape (n,), into `names` and `pool`.

    at: UTC microseconds from which an object has the value; 0 is the value it began with; not used for events.
    pool: str, int, float, bool, or a naive datetime in UTC.
    """

    of: Codes
    name: Codes
    value: Codes
    at: Instants
    names: tuple[str, ...]
    pool: Sequence[Value]

    def __len__(self) -> int:
        return len(self.of)

    def at_places(self, places: npt.NDArray[np.integer[Any]]) -> Values:
        return Values(self.of[places], self.name[places], self.value[places], self.at[places], self.names, self.pool)


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """time: shape (events,), UTC microseconds since 1970. Rows stand in the order of the file that they came from."""

    events: Rows
    time: Instants
    objects: Rows
    event_objects: Links
    object_objects: Links
    event_values: Values
    object_values: Values


def changes(log: Log) -> int:
    """How often an attribute of an object took another value after its first."""
    values = log.object_values
    if not len(values):
        return 0
    firsts = np.unique(values.of.astype(np.int64) * len(values.names) + values.name)
    return len(values) - len(firsts)

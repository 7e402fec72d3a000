"""What reading a log gives: the log, and what was taken for granted on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from troth.record import Log


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """warnings: sentences to act on, such as times that bear no zone; what could not be read at all was an error instead.

    naive: shape (events,), whether an event's time bore no zone. relations: as many as the file has, those that stand twice included.
    """

    log: Log
    warnings: tuple[str, ...]
    naive: npt.NDArray[np.bool_]
    relations: int

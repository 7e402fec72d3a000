from __future__ import annotations

from dataclasses import dataclass

from troth.kernel.errors import CannotEstimate


@dataclass(frozen=True, slots=True)
class Refusal:
    """An estimate that was not given, as a value that every page must show.

    got, need: the same quantity, as people say it; settle: which data would settle it.
    """

    reason: str
    got: str
    need: str
    settle: str = ""


def refuse(error: CannotEstimate) -> Refusal:
    return Refusal(reason=error.what, got=str(error.got), need=str(error.need), settle=error.settle)

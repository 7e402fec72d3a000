"""How a metric is asked: by what it is sliced, how time is cut, and what of it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from troth.kernel.errors import BadValue
from troth.metrics.definition import Grain
from troth.metrics.ground import Cut

DAY = timedelta(days=1)
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
MOST_SLICES = 6


@dataclass(frozen=True, slots=True)
class Request:
    """by: dimensions of the company, or expressions as attr(carrier). only: by dimension the one value that counts."""

    by: tuple[str, ...] = ()
    cut: Cut = field(default_factory=Cut)
    only: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.by) + len(self.only) > MOST_SLICES:
            raise BadValue("too many ways to slice at once", got=len(self.by) + len(self.only), allowed=f"at most {MOST_SLICES}")

    def __hash__(self) -> int:
        return hash((self.by, self.cut, frozenset(self.only.items())))

    @classmethod
    def of(
        cls, *, by: Sequence[str] = (), grain: str | None = None, since: str | None = None, until: str | None = None,
        only: Mapping[str, str] | None = None,
    ) -> Request:  # fmt: skip
        """As people write it. grain: day, week, month, quarter or year. since, until: local days, both counted. Raises BadValue."""
        known = next((one for one in GRAINS if one == grain), None)
        if grain is not None and known is None:
            raise BadValue("no grain", got=f"'{grain}'", allowed=", ".join(GRAINS))
        begin, end = day_of(since, "since"), day_of(until, "until")
        if begin is not None and end is not None and end < begin:
            raise BadValue("the window ends before it begins", got=f"{since} to {until}", allowed="since before until")
        return cls(tuple(by), Cut(known, begin, None if end is None else end + DAY), dict(only or {}))

    def by_each(self, *by: str) -> Request:
        """The same sliced by these."""
        return replace(self, by=by)

    def grained(self, grain: Grain) -> Request:
        """The same by periods of a grain."""
        return replace(self, cut=replace(self.cut, grain=grain))


def day_of(text: str | None, what: str) -> datetime | None:
    """A local day of a text. Raises BadValue."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise BadValue(f"'{what}' is no day", got=f"'{text}'", allowed="2026-03-31") from None

"""What became of a promise's subjects, lane by lane, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from troth.findings.context import Context
from troth.findings.weighing import strata
from troth.kernel.instant import to_us
from troth.promises.lanes import Lanes

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[Any]
NEVER = int(np.iinfo(np.int64).max)
NOT_ON_RECORD = "not on record"


@dataclass(frozen=True, slots=True)
class Labels:
    """A text for each place, from few different ones. names: in order. codes: which of them each place has; shape (n,)."""

    names: tuple[str, ...]
    codes: Ints

    @classmethod
    def of(cls, texts: Texts) -> Labels:
        each = [NOT_ON_RECORD if text is None else text for text in texts.tolist()] if np.ma.isMaskedArray(texts) else texts.tolist()
        names = tuple(sorted(set(each)))
        place = {name: code for code, name in enumerate(names)}
        return cls(names, np.fromiter(map(place.__getitem__, each), dtype=np.int64, count=len(each)))

    def __getitem__(self, chosen: Flags) -> Labels:
        return Labels(self.names, self.codes[chosen])

    def among(self, *names: str) -> Flags:
        """Where one of some labels stands."""
        return np.asarray(np.isin(self.codes, [code for code, name in enumerate(self.names) if name in names]))

    def each(self) -> list[tuple[str, Flags]]:
        """Each label that any place has, in their order, with where it stands."""
        return [(self.names[code], np.asarray(self.codes == code)) for code in np.flatnonzero(self._counts()).tolist()]

    def dense(self) -> tuple[tuple[str, ...], Ints]:
        """The labels that any place has, and codes of these alone."""
        have = self._counts() > 0
        return tuple(name for name, here in zip(self.names, have, strict=True) if here), (np.cumsum(have) - 1)[self.codes]

    def _counts(self) -> Ints:
        return np.bincount(self.codes, minlength=len(self.names))


@dataclass(frozen=True, slots=True)
class Promised:
    """What was made and has a due, one place each, in the order in which it was made.

    within: what lanes share with others. month: local, of the due. gone: when void or waived. Instants in microseconds, NEVER for what
    is not on record. weights: how many each stands for, in whole units of 1 / `unit`; None: one each.
    """

    lane: Labels
    within: Labels
    month: Labels
    state: Labels
    made: Ints
    due: Ints
    fulfilled: Ints
    gone: Ints
    weights: Ints | None
    unit: int = 1

    def where(self, chosen: Flags) -> Promised:
        columns: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        rows: dict[str, Any] = {
            name: values[chosen] if isinstance(values, np.ndarray | Labels) else values for name, values in columns.items()
        }
        return Promised(**rows)

    def total(self, chosen: Flags, of: Ints | None = None) -> Fraction:
        """How many the chosen stand for, or the sum of something of each, exactly."""
        each = [1] * int(chosen.sum()) if self.weights is None else self.weights[chosen].tolist()
        return Fraction(
            sum(each) if of is None else sum(weight * value for weight, value in zip(each, of[chosen].tolist(), strict=True)), self.unit
        )

    def fell_due(self, now: int) -> Flags:
        """What rates are of: due by an instant, not void and not waived."""
        return np.asarray((self.due <= now) & self.state.among("kept", "broken", "unknown"))

    @property
    def unknown(self) -> Flags:
        return self.state.among("unknown")

    @property
    def breached(self) -> Flags:
        """In time, and broken all the same: what came was not as promised, or a part of it was broken."""
        return np.asarray(self.state.among("broken") & (self.fulfilled <= self.due))

    @property
    def came(self) -> Flags:
        """Fulfilled as promised, at an instant on record."""
        return np.asarray((self.fulfilled != NEVER) & ~self.unknown & ~self.breached)


def promised_sql(context: Context, name: str, lanes: Lanes) -> str:
    """A row for each that was made and has a due. lanes: what names a lane, last what lanes share with others."""
    *named, shared = lanes.columns
    lane = " || ' · ' || ".join(f"coalesce(CAST({column} AS VARCHAR), '{NOT_ON_RECORD}')" for column in named) or "''"
    voided = f"CASE WHEN r.fulfilled < r.voided THEN {NEVER} ELSE coalesce(epoch_us(r.voided), {NEVER}) END"
    return (
        f"SELECT {lane} AS lane, {shared} AS within, strftime({context.local('r.due')}, '%Y-%m') AS month,\n"
        f"  {context.state('r')} AS state, r.stratum, epoch_us(r.made) AS made, epoch_us(r.due) AS due,\n"
        f"  coalesce(epoch_us(r.fulfilled), {NEVER}) AS fulfilled, least({voided}, coalesce(epoch_us(r.waived), {NEVER})) AS gone\n"
        f"FROM outcome_{name} r JOIN object_{context.promises[name].subject} o ON o.code = r.subject {lanes.joined}\n"
        "WHERE r.due IS NOT NULL ORDER BY r.made, r.subject"
    )


def promised(context: Context, name: str, lanes: Lanes) -> Promised:
    found = context.engine.columns(promised_sql(context, name, lanes))
    known = strata(context, context.promises[name].subject)
    weights, whole = None, 1
    if any(one.weight != 1 for one in known.values()):
        whole = lcm(*(one.weight.denominator for one in known.values()))
        by = {stratum: int(one.weight * whole) for stratum, one in known.items()}
        weights = np.array([by[stratum] for stratum in found["stratum"].tolist()], dtype=np.int64)
    numbers = {column: np.asarray(found[column], dtype=np.int64) for column in ("made", "due", "fulfilled", "gone")}
    lane, within, month, state = (Labels.of(found[column]) for column in ("lane", "within", "month", "state"))
    return Promised(lane, within, month, state, **numbers, weights=weights, unit=whole)


def now_of(context: Context) -> int:
    return to_us(context.as_of)

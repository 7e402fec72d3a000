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
from troth.promises import STATES
from troth.promises.lanes import Lanes
from troth.query import literal_text

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[Any]
Dates = npt.NDArray[np.datetime64]
NEVER = int(np.iinfo(np.int64).max)
NOT_ON_RECORD = "not on record"
NOTHING = "''"
"""SQL of what tells no lane from another."""


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

    @classmethod
    def of_months(cls, days: Dates) -> Labels:
        """As 2026-03, of the first days of months.

        >>> found = Labels.of_months(np.array(["2026-05-01", "2026-03-01"], dtype="datetime64[D]"))
        >>> [(name, here.tolist()) for name, here in found.each()]
        [('2026-03', [False, True]), ('2026-05', [True, False])]
        """
        months = np.asarray(days).astype("datetime64[M]")
        first = months.min() if months.size else np.datetime64("1970-01")
        codes = (months - first).astype(np.int64)
        return cls(tuple(str(first + one) for one in range(int(codes.max(initial=-1)) + 1)), codes)

    def __getitem__(self, chosen: Flags) -> Labels:
        return Labels(self.names, self.codes[chosen])

    def among(self, *names: str) -> Flags:
        """Where one of some labels stands."""
        return np.asarray(np.isin(self.codes, [code for code, name in enumerate(self.names) if name in names]))

    def each(self) -> list[tuple[str, Flags]]:
        """Each label that any place has, in their order, with where it stands."""
        return [(self.names[code], np.asarray(self.codes == code)) for code in np.flatnonzero(self._counts()).tolist()]

    def parts(self) -> list[tuple[str, Ints]]:
        """The same, with the places in their order in place of flags: one pass for however many labels."""
        counts = self._counts()
        order = np.argsort(self.codes.astype(np.int16) if len(counts) < 2**15 else self.codes, kind="stable")
        ends = np.cumsum(counts).tolist()
        return [(self.names[code], order[end - count : end])
                for code, (end, count) in enumerate(zip(ends, counts.tolist(), strict=True)) if count]  # fmt: skip

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
    return _rows(context, name, lanes, f"{context.state('r')} AS state", "r.stratum")


def _rows(context: Context, name: str, lanes: Lanes, state: str, *more: str, ordered: bool = True) -> str:
    *named, shared = lanes.columns
    # A million subjects are not joined to tell nothing of them.
    subject = f" JOIN object_{context.promises[name].subject} o ON o.code = r.subject {lanes.joined}"
    told = subject if lanes.joined or any(column != NOTHING for column in lanes.columns) else ""
    lane = " || ' · ' || ".join(f"coalesce(CAST({column} AS VARCHAR), '{NOT_ON_RECORD}')" for column in named) or NOTHING
    voided = f"CASE WHEN r.fulfilled < r.voided THEN {NEVER} ELSE coalesce(epoch_us(r.voided), {NEVER}) END"
    texts = "".join(f"{sql} AS {column}, " for column, sql in (("lane", lane), ("within", shared)) if sql != NOTHING)
    return (
        f"SELECT {texts}CAST(date_trunc('month', {context.local('r.due')}) AS DATE) AS month,\n"
        f"  {', '.join((state, *more))}, epoch_us(r.made) AS made, epoch_us(r.due) AS due,\n"
        f"  coalesce(epoch_us(r.fulfilled), {NEVER}) AS fulfilled, least({voided}, coalesce(epoch_us(r.waived), {NEVER})) AS gone\n"
        f"FROM outcome_{name} r{told}\n"
        f"WHERE r.due IS NOT NULL{' ORDER BY r.made, r.subject' if ordered else ''}"
    )


def promised(context: Context, name: str, lanes: Lanes, *, ordered: bool = True) -> Promised:
    """ordered: in the order in which it was made, else in any."""
    known = strata(context, context.promises[name].subject)
    weighed = any(one.weight != 1 for one in known.values())
    # A million states as texts take longer to hand over than to find.
    state = f"CAST(enum_code(CAST({context.state('r')} AS ENUM ({', '.join(map(literal_text, STATES))}))) AS INTEGER) AS state"
    found = context.engine.columns(_rows(context, name, lanes, state, *(("r.stratum",) if weighed else ()), ordered=ordered))
    weights, whole = None, 1
    if weighed:
        whole = lcm(*(one.weight.denominator for one in known.values()))
        by = {stratum: int(one.weight * whole) for stratum, one in known.items()}
        weights = np.array([by[stratum] for stratum in found["stratum"].tolist()], dtype=np.int64)
    numbers = {column: np.asarray(found[column], dtype=np.int64) for column in ("made", "due", "fulfilled", "gone")}
    none = Labels(("",), np.zeros(numbers["made"].shape, dtype=np.int64))
    lane, within = (Labels.of(found[column]) if column in found else none for column in ("lane", "within"))
    states = Labels(STATES, np.asarray(found["state"], dtype=np.int64))
    return Promised(lane, within, Labels.of_months(found["month"]), states, **numbers, weights=weights, unit=whole)


def now_of(context: Context) -> int:
    return to_us(context.as_of)

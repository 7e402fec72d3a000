"""What the page says: a sentence that a person could say aloud, and everything that stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from troth.kernel.refusal import Refusal

HowSure = Literal["tested", "strong", "fair", "weak", "opinion", "association", "measured", "certain as a count", "cannot say yet"]
Tone = Literal["missed", "waiting", "accent", "soft"]
ActKind = Literal["orders", "sql", "table", "replay", "none"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The small line, always in this order: n · interval · window · how sure · notes."""

    n: str
    window: str
    how_sure: HowSure
    interval: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    label: str
    kind: ActKind = "none"
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A small drawing. kind: bars, gap, histogram, control or two_lines; spec: what that kind draws, as plain data."""

    kind: Literal["bars", "gap", "histogram", "control", "two_lines"]
    caption: str
    spec: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One ranked statement.

    sql: runs on the lake's views outside Troth; column `value` of its first row is `value`.
    orders_sql: the subjects behind it, one id a row, for the CSV beside the page; None where there is no list.
    weight: how many promises it touches, in estimated totals; the ranking rule uses it.
    estimated: scaled up by sample weights.
    """

    id: str
    finder: str
    headline: str
    paragraph: str
    evidence: Evidence
    value: float
    unit: str
    sql: str
    table: Table
    weight: float
    owner: str | None = None
    acts: tuple[Act, ...] = ()
    estimated: bool = False
    figure: Figure | None = None
    orders_sql: str | None = None
    orders_count: int = 0
    refusal: Refusal | None = None
    leads: bool = False


def bars(caption: str, rows: Sequence[tuple[str, float, str, Tone]]) -> Figure:
    """rows: label, value, value as shown, tone."""
    spec = [{"label": label, "value": value, "shown": shown, "tone": tone} for label, value, shown, tone in rows]
    return Figure("bars", caption, {"rows": spec})

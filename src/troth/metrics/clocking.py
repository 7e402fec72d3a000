"""Working time in metrics: a calendar of the book as stretches with what was worked before each, joined by the instants that it counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from troth.engines.calendars import Calendar, Rule, calendar_by
from troth.kernel import digest
from troth.kernel.errors import ExpressionError
from troth.kernel.instant import DAY_US
from troth.query.scope import Typed
from troth.query.tree import Call, Duration, Node, parts

AROUND_US = 400 * DAY_US
"""How far beyond what is on record working time is known: promised days lie ahead. An instant farther off has none."""


@dataclass(frozen=True, slots=True)
class Clocked:
    """A calendar as a relation of the name `relation`, whose SQL is `stretches`.

    W(t) = worked + min(t, closes) - opens in the one row with opens <= t < following, all UTC microseconds.
    """

    relation: str
    stretches: str


@dataclass(slots=True)
class Counting:
    """What the working time of one expression joins. joins: in their order; filled as the expression is lowered."""

    clock: Clocked
    joins: list[str] = field(default_factory=list)

    def elapsed(self, later: exp.Expression, earlier: exp.Expression) -> exp.Expression:
        """Working microseconds from one instant to another."""
        return _parsed(f"({self._worked(later.sql('duckdb'))} - {self._worked(earlier.sql('duckdb'))})")

    def moved(self, start: exp.Expression, by: Typed, operator: str) -> exp.Expression:
        """The instant so many working hours after ("+") or before ("-") another: at closing, not at the next opening, and the reverse."""
        begin, amount = start.sql("duckdb"), by.node.sql("duckdb")
        target = f"({self._worked(begin)} {operator} {amount})"
        ahead, back = "{0}.worked < {1} AND {1} <= {0}.finished", "{0}.worked <= {1} AND {1} < {0}.finished"
        row = self._joined((ahead if operator == "+" else back).replace("{1}", target))
        return _parsed(f"CASE WHEN {amount} = 0 THEN {begin} ELSE make_timestamp({row}.opens + {target} - {row}.worked) END")

    def counted_from(self, at: exp.Expression, cutoff: exp.Expression) -> exp.Expression:  # noqa: ARG002  as every calendar has it
        raise AssertionError("refused by `refuse_days`")

    def _worked(self, at: str) -> str:
        us = f"epoch_us({at})"
        row = self._joined(f"{us} >= {{0}}.opens AND {us} < {{0}}.following")
        return f"({row}.worked + least({us}, {row}.closes) - {row}.opens)"

    def _joined(self, on: str) -> str:
        """The name of a join, which follows from what it is on: the same is joined once by all metrics of a query."""
        name = f"w_{digest.of_text(self.clock.relation + on)[:10]}"
        joined = f"LEFT JOIN {self.clock.relation} {name} ON " + on.replace("{0}", name)
        if joined not in self.joins:
            self.joins.append(joined)
        return name


def clocked(name: str, rule: Rule, zone: str, since_us: int, until_us: int) -> Clocked:
    """A calendar over what is on record, and so far beyond as AROUND_US says."""
    calendar = calendar_by(rule, since_us - AROUND_US, until_us + AROUND_US, zone)
    rows = ", ".join(f"({', '.join(map(str, row))})" for row in _rows(calendar))
    columns = ("opens", "closes", "following", "worked", "finished")
    # ClickHouse takes the type of a literal from its size and sign, and joins by ranges of one and the same type only.
    whole = ", ".join(f"CAST({column} AS BIGINT) AS {column}" for column in columns)
    sql = f"SELECT {whole} FROM (VALUES {rows}) v({', '.join(columns)})"
    return Clocked(f"clock_{name}_{digest.of_text(sql)[:8]}", sql)


def refuse_days(tree: Node) -> None:
    """Raises ExpressionError for what is counted by working days: these have no fixed length to be measured in."""
    if isinstance(tree, Duration) and tree.unit == "wd":
        got = f"{tree.amount}wd"
        raise ExpressionError("a metric counts working hours, and no working days", column=tree.column, got=got, allowed=HOURS)
    if isinstance(tree, Call) and tree.function == "cutoff":
        raise ExpressionError("a metric knows no cutoff()", column=tree.column, allowed=HOURS)
    for part in parts(tree):
        refuse_days(part)


HOURS = "elapsed(placed, delivered) > 16wh; or a promise with `within: 2wd`, and how much of it was kept"


def _rows(calendar: Calendar) -> list[tuple[int, int, int, int, int]]:
    """Stretches, and before the first of them the time from which the calendar is known."""
    columns = (calendar.opens, calendar.closes, calendar.worked, calendar.finished)
    stretches = list(zip(*(column.tolist() for column in columns), strict=True))
    if not stretches or stretches[0][0] > calendar.first_us:
        stretches.insert(0, (calendar.first_us, calendar.first_us, 0, 0))
    after = [*(opens for opens, *_ in stretches[1:]), calendar.last_us]
    return [
        (opens, closes, following, worked, finished) for (opens, closes, worked, finished), following in zip(stretches, after, strict=True)
    ]


def _parsed(sql: str) -> exp.Expression:
    return exp.Paren(this=sqlglot.parse_one(sql, dialect="duckdb"))

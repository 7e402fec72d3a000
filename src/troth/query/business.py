"""Working time in SQL: a join with the tables of a calendar, by calendar and day or by calendar and bucket; no arithmetic on clocks."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from troth.engines.calendars import BUCKET_US
from troth.query.scope import Typed

TIME, DUE, DAY, WORKING_DAY, CUTOFF = "business_time", "business_due", "business_day", "working_day", "working_cutoff"
TABLES = (TIME, DUE, DAY, WORKING_DAY, CUTOFF)


@dataclass(frozen=True, slots=True)
class CalendarJoins:
    """The calendar of a query's rows. code: SQL of a row's calendar, its place in the tables. joins: what the query's FROM needs in the
    end, in this order; filled as expressions are lowered. prefix: of the names of the joined tables.
    """

    code: str
    prefix: str = "bt"
    joins: list[str] = field(default_factory=list)
    _named: dict[tuple[str, str], str] = field(default_factory=dict)

    def moved(self, start: exp.Expression, by: Typed, operator: str) -> exp.Expression:
        """The instant so much working time, or so many working days, after ("+") or before ("-") another."""
        begin, amount = start.sql("duckdb"), by.node.sql("duckdb")
        if by.unit == "wd":
            return self._days(begin, amount, operator)
        worked = self.time(begin)
        target = f"({worked} {operator} {amount})"
        due = self._due(target, worked, operator if isinstance(by.node, exp.Literal | exp.Column) else "")
        return _parsed(f"CASE WHEN {amount} = 0 THEN {begin} ELSE make_timestamp({due}.opens + {target} - {due}.worked) END")

    def elapsed(self, later: exp.Expression, earlier: exp.Expression) -> exp.Expression:
        """Working microseconds from one instant to another."""
        until, since = self.time(later.sql("duckdb")), self.time(earlier.sql("duckdb"))
        return _parsed(f"({until} - {since})")

    def counted_from(self, at: exp.Expression, cutoff: exp.Expression) -> exp.Expression:
        """The instant itself up to a time of day of a working day, else the opening of the next. cutoff: the time, as written."""
        begin, time = at.sql("duckdb"), cutoff.sql("duckdb")
        day = self._day(begin)
        today = self._joined(WORKING_DAY, f"{{0}}.ordinal = {day}.begun")
        following = self._joined(WORKING_DAY, f"{{0}}.ordinal = {day}.begun + 1")
        last = self._joined(CUTOFF, f"{{0}}.ordinal = {day}.begun AND {{0}}.cutoff = {time}")
        us = f"epoch_us({begin})"
        return _parsed(f"CASE WHEN {us} < {today}.ends AND {us} <= {last}.at THEN {begin} ELSE make_timestamp({following}.opens) END")

    def time(self, at: str) -> str:
        """SQL of W at an instant; nothing where that lies outside the calendar's range."""
        row = self._at(TIME, at)
        return f"({row}.worked + least(epoch_us({at}), {row}.closes) - {row}.opens)"

    def reached(self, target: str) -> str:
        """The joined row in which W reaches a target above nought: the instant is opens + target - worked."""
        return self._due(target, "", "+")

    def _days(self, begin: str, amount: str, operator: str) -> exp.Expression:
        day = self._day(begin)
        moved = f"{day}.begun + {amount}" if operator == "+" else f"{day}.over - {amount}"
        found = self._joined(WORKING_DAY, f"{{0}}.ordinal = CASE WHEN {amount} = 0 THEN {day}.closing ELSE {moved} END")
        return _parsed(f"make_timestamp({found}.closes)")

    def _due(self, target: str, worked: str, operator: str) -> str:
        """The interval in which W reaches a target, or leaves it on the way back. operator: without one, whichever way it lies."""
        ahead = f"{{0}}.worked < {target} AND {target} <= {{0}}.finished"
        back = f"{{0}}.worked <= {target} AND {target} < {{0}}.finished"
        if operator == "+":
            return self._joined(DUE, f"{{0}}.bucket = ({target} - 1) // {BUCKET_US} AND {ahead}")
        if operator == "-":
            return self._joined(DUE, f"{{0}}.bucket = {target} // {BUCKET_US} AND {back}")
        forward = f"{target} > {worked}"
        bucket = f"CASE WHEN {forward} THEN {target} - 1 ELSE {target} END // {BUCKET_US}"
        return self._joined(DUE, f"{{0}}.bucket = {bucket} AND CASE WHEN {forward} THEN {ahead} ELSE {back} END")

    def _day(self, at: str) -> str:
        return self._at(DAY, at)

    def _at(self, table: str, at: str) -> str:
        us = f"epoch_us({at})"
        return self._joined(table, f"{{0}}.day = CAST({at} AS DATE) AND {us} >= {{0}}.since AND {us} < {{0}}.until")

    def _joined(self, table: str, on: str) -> str:
        """The name of a join; one that is asked for twice is made once."""
        key = (table, on)
        if key not in self._named:
            name = f"{self.prefix}{len(self.joins)}"
            self._named[key] = name
            self.joins.append(f"LEFT JOIN {table} {name} ON {name}.calendar = {self.code} AND {on.format(name)}")
        return self._named[key]


def _parsed(sql: str) -> exp.Expression:
    return exp.Paren(this=sqlglot.parse_one(sql, dialect="duckdb"))

"""What finders may look at: the lake's views, the promises, the clock. No finder knows any data set by name."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

from sqlglot import exp

from troth.engines.calendars import Transitions
from troth.kernel.instant import from_us, to_us
from troth.promises import Promise, state_sql
from troth.query import literal_instant, to_local
from troth.record import Engine

Made = TypeVar("Made")

# Of answers that are kept, and of the rows of each.
MOST_COUNTED, MOST_ROWS = 256, 1_000


@dataclass(frozen=True)
class Context:
    """tables: names of the lake's tables with their columns. clock: the operation's zone around the record's instants."""

    engine: Engine
    promises: Mapping[str, Promise]
    tables: Mapping[str, tuple[str, ...]]
    as_of: datetime
    clock: Transitions
    currency: str
    # Not of a copy: one that is cut to a scope has an engine of its own, and counts what that one sees.
    _counted: dict[str, list[tuple[Any, ...]]] = field(init=False, default_factory=dict, compare=False, repr=False)
    _once: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False, repr=False)
    _locks: dict[Hashable, Lock] = field(init=False, default_factory=dict, compare=False, repr=False)

    @cached_property
    def now(self) -> str:
        """SQL of the instant up to which the record speaks."""
        return literal_instant(to_us(self.as_of)).sql("duckdb")

    @cached_property
    def dated(self) -> Mapping[str, Promise]:
        """The promises that an event keeps when it comes; not those that none will, or that others keep."""
        return {name: one for name, one in self.promises.items() if one.fulfil.event is not None and not one.fulfil.absent}

    @property
    def event_types(self) -> list[tuple[Any, ...]]:
        """Object type, event type, how often it is on record and when last; of each object type the latest first."""
        sql = "SELECT object_type, type, count(*), max(occurred) FROM event GROUP BY 1, 2 ORDER BY 1, 4 DESC, 2"
        return self.once("event types", lambda: self.engine.rows(sql))

    def counted(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query over the record, asked once: what a snapshot says stays, and several pages say the same of it."""
        found = self._counted.get(sql)
        if found is None:
            found = self.engine.rows(sql)
            if len(self._counted) < MOST_COUNTED and len(found) <= MOST_ROWS:
                self._counted[sql] = found
        return found

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The same of what is made of such rows: few things, each kept however long. Who asks for it meanwhile waits; `make` may ask for
        others, never for itself.
        """
        with self._locks.setdefault(key, Lock()):
            if key not in self._once:
                self._once[key] = make()
            made: Made = self._once[key]
        return made

    def state(self, alias: str = "o", at: str | None = None) -> str:
        return state_sql(at or self.now, alias)

    def local(self, instant: str) -> str:
        """SQL of the local wall-clock time of a UTC column."""
        return to_local(exp.column(*reversed(instant.split("."))), self.clock).sql("duckdb")

    def local_time(self, instant: datetime) -> datetime:
        cuts = self.clock.utc_cuts()
        us = to_us(instant)
        offset = next(offset for start, offset in reversed(cuts) if us >= start or start == cuts[0][0])
        return from_us(us + offset)

    def has(self, table: str) -> bool:
        return table in self.tables

    def has_parties(self, type: str) -> bool:
        """Whether objects of a type say whose they are: several of them may be one party's."""
        return self.has("identity") and "party" in self.tables.get(f"object_{type}", ())

    def types_of_party(self, called: str) -> frozenset[str]:
        """The object types whose parties are called so: customers are accounts in one system and debtors in another."""
        if not self.has("identity"):
            return frozenset()
        return frozenset(str(row[0]) for row in self.engine.rows("SELECT DISTINCT object_type FROM identity WHERE identity = ?", (called,)))

    def main_promise(self) -> str | None:
        """The customer promise with the most subjects: the one the page leads with."""
        customer = [name for name, promise in self.dated.items() if promise.kind == "customer"]
        sizes = {name: int(self.engine.rows(f"SELECT count(*) FROM outcome_{name}")[0][0]) for name in customer or self.dated}
        return max(sizes, key=lambda name: (sizes[name], name), default=None)


def day(instant: datetime) -> str:
    """A day as people say it: 17 Oct 2018."""
    return f"{instant.day} {instant:%b %Y}"


def window(first: datetime, last: datetime) -> str:
    return f"{day(first)} to {day(last)}"


def before(instant: datetime) -> datetime:
    return instant - timedelta(microseconds=1)

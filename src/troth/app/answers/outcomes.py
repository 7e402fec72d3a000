"""Outcomes of a promise as a table for whoever analyses them: rows, numpy, Arrow, and what reads Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from troth.app.answers.huddle_promises import with_huddles
from troth.app.answers.promises import Whole, list_promises, whole_promise
from troth.app.past.known import Known, instant
from troth.app.reading import Reading, open_reading
from troth.app.workspace import Workspace
from troth.kernel.errors import NotFound, nearest
from troth.kernel.instant import to_us
from troth.promises import Promise, state_sql
from troth.query import literal_instant


@dataclass(frozen=True, slots=True)
class OutcomeTable:
    """One row an outcome: `id`, `state` at the instant that was asked for, then the columns of outcome_<promise>.

    Any library that reads the Arrow C stream takes it as it is: polars.DataFrame(table), pyarrow.table(table). at: naive UTC.
    """

    reading: Reading
    promise: str
    at: datetime

    @property
    def sql(self) -> str:
        """The query, on the lake's views."""
        at = literal_instant(to_us(self.at)).sql("duckdb")
        subject = self.reading.context.promises[self.promise].subject
        return (
            f"SELECT s.id, {state_sql(at, 'o')} AS state, o.* EXCLUDE (promise, subject_type) FROM outcome_{self.promise} o"
            f" JOIN object_{subject} s ON s.code = o.subject WHERE o.made <= {at} ORDER BY o.month, o.subject"
        )

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.reading.context.engine.names(self.sql))

    def rows(self) -> list[tuple[Any, ...]]:
        """Values as Python has them: exact numbers as Decimal, instants in UTC without zone."""
        return self.reading.context.engine.rows(self.sql)

    def numpy(self) -> Mapping[str, Any]:
        """Column -> array; one that holds a gap is masked."""
        return self.reading.context.engine.columns(self.sql)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow C stream of the rows, read as they are asked for; nothing is held as a whole."""
        return self.reading.context.engine.stream(self.sql).__arrow_c_stream__(requested_schema)

    def arrow(self) -> Any:
        """A pyarrow.Table. Raises NotFound where pyarrow is not installed, as `polars` and `pandas` do for theirs."""
        try:
            import pyarrow
        except ImportError as error:
            raise _not_there("pyarrow") from error
        return pyarrow.table(self)

    def polars(self) -> Any:
        """A polars.DataFrame."""
        try:
            import polars
        except ImportError as error:
            raise _not_there("polars") from error
        return polars.DataFrame(self)

    def pandas(self) -> Any:
        """A pandas.DataFrame; its exact numbers are Decimal."""
        try:
            import pandas
        except ImportError as error:
            raise _not_there("pandas") from error
        return pandas.DataFrame.from_records(self.rows(), columns=list(self.columns))


def _not_there(library: str) -> NotFound:
    return NotFound(f"{library} is not installed", next_step=f"pip install {library}; or take rows() or numpy(), which need nothing more.")


@dataclass(frozen=True, slots=True)
class PromiseView:
    """One promise of a snapshot, opened."""

    reading: Reading
    name: str

    @property
    def definition(self) -> Promise:
        """The promise as it stands in the book."""
        return self.reading.context.promises[self.name]

    def whole(self) -> Whole:
        """What `troth promise NAME --json` prints."""
        return whole_promise(self.reading, self.name)

    def outcomes(self, at: datetime | str | None = None) -> OutcomeTable:
        """Its outcomes, with their states at an instant: naive UTC, or a text on the operation's clock; without it where the record ends.

        What is made later is left out. Raises BookError for what is no instant.
        """
        moment = self.reading.context.as_of if at is None else at if isinstance(at, datetime) else instant(at, self.reading.rules)
        return OutcomeTable(self.reading, self.name, moment)


@dataclass(frozen=True, slots=True)
class Promises(Mapping[str, PromiseView]):
    """The promises of the snapshot in force, or of what was known at an instant, by name."""

    reading: Reading

    def __getitem__(self, name: str) -> PromiseView:
        if name not in self.reading.context.promises:
            raise NotFound(f"no promise '{name}' was judged", allowed=nearest(name, self.reading.context.promises))
        return PromiseView(self.reading, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.reading.context.promises)

    def __len__(self) -> int:
        return len(self.reading.context.promises)

    def listed(self) -> list[dict[str, Any]]:
        """What `troth promises --json` prints."""
        return [asdict(one) for one in list_promises(self.reading)]


def promises_of(workspace: Workspace, known: Known | None = None) -> Promises:
    """Raises NotFound where nothing was built yet."""
    return Promises(with_huddles(workspace, open_reading(workspace, known)))

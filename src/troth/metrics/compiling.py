"""From metrics and how they are sliced to SQL: one query for all that count the same rows by the same instant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from troth.kernel.errors import BadValue, ExpressionError, nearest
from troth.metrics.asking import ALL, NONE, Asked, Sum
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.kinds import KINDS
from troth.metrics.request import Request
from troth.metrics.rows import Found, Rows, sliced
from troth.promises.persons import refuse_persons
from troth.query import identifier, literal_text, parse

NO_PERIOD = "CAST(NULL AS DATE)"


@dataclass(frozen=True, slots=True)
class Query:
    """relations: what has to be found first, by name, each after what it reads. select: over them and the lake's views; its columns
    are whether there is an instant, the period, the slices, the stratum, and then the sums. places: of a metric's sums among the sums.
    keys, rest: its parts, for what is ranked. rows: the FROM clause. wanted: by dimension, SQL of what it reads and the one value that
    counts. day: SQL of the local day, None where days do not add up to what is asked. past: SQL of what is not beyond what is on record.
    """

    relations: Mapping[str, Found]
    select: str
    asked: Mapping[str, Asked]
    places: Mapping[str, Mapping[str, int]]
    keys: tuple[str, ...]
    rest: str
    rows: str
    wanted: Mapping[str, tuple[str, str]]
    sums: tuple[Sum, ...]
    day: str | None
    past: str

    @property
    def slices(self) -> tuple[str, ...]:
        """SQL of what is asked by, and then of what one value is wanted of."""
        return (*self.keys[2:-1], *(sql for sql, _ in self.wanted.values()))

    @property
    def daily(self) -> str:
        """The sums by local day and all slices, in columns as those of select; nothing is left out for a window or a wanted value."""
        assert self.day is not None, "days do not add up to it"
        return _select((self.keys[0], self.day, *self.slices, self.keys[-1]), self.sums, f"{self.rows}\nWHERE {self.past}")

    @property
    def sql(self) -> str:
        """The whole as one statement, to be run on the lake's views by whoever likes."""
        named = ",\n".join(f"{identifier(name)} AS ({one if isinstance(one, str) else one.sql})" for name, one in self.relations.items())
        return f"WITH {named}\n{self.select}" if named else self.select


def compiled(metrics: Mapping[str, Metric], request: Request, ground: Ground, dimensions: Mapping[str, Mapping[str, str]]) -> list[Query]:
    """The queries of metrics. dimensions: by id the expression of each, by object type.

    Raises Wrong for a metric that its kind cannot read, BadValue for slices that its rows do not have.
    """
    groups: dict[tuple[str, str, str, str], list[tuple[str, Asked]]] = {}
    for name, metric in metrics.items():
        asked = KINDS[metric.kind].asked(metric, ground, request.cut)
        groups.setdefault((asked.rows.subject, asked.rows.base, asked.when, asked.local), []).append((name, asked))
    recut = {name for name, metric in metrics.items() if KINDS[metric.kind].recut}
    return [_query(members, request, ground, dimensions, recut) for members in groups.values()]


def _query(
    members: Sequence[tuple[str, Asked]],
    request: Request,
    ground: Ground,
    dimensions: Mapping[str, Mapping[str, str]],
    recut: Collection[str],
) -> Query:
    rows = members[0][1].rows
    for _, asked in members[1:]:
        rows = rows.reaching(asked.rows.relations, asked.rows.joins)
    slices = []
    for text in (*request.by, *request.only):
        rows, sql = sliced_by(rows, text, ground, dimensions)
        slices.append(sql)
    when, local = members[0][1].when, members[0][1].local
    sums: dict[Sum, int] = {}
    places = {name: {key: sums.setdefault(one, len(sums)) for key, one in asked.sums.items()} for name, asked in members}
    grain = request.cut.grain
    period = f"CAST(date_trunc('{grain}', {local}) AS DATE)" if grain else NO_PERIOD
    keys = (f"({when}) IS NOT NULL", period, *slices[: len(request.by)], "o.stratum")
    values = zip(slices[len(request.by) :], request.only.values(), strict=True)
    wanted = dict(zip(request.only, values, strict=True))
    base = f"FROM {' '.join((rows.base, *rows.joins))}"
    conditions = [*_window(request.cut, when, local, ground), *(f"{sql} = {literal_text(value)}" for sql, value in wanted.values())]
    rest = f"{base}\nWHERE {' AND '.join(conditions)}"
    (past,) = _window(Cut(), when, local, ground)
    whole = all(at is None or at.time() == time.min for at in (request.cut.since, request.cut.until))
    additive = whole and all(asked.ordered is None and asked.tallied is None and name not in recut for name, asked in members)
    day = f"CAST({local} AS DATE)" if additive else None
    return Query(rows.relations, _select(keys, sums, rest), dict(members), places, keys, rest, base, wanted, tuple(sums), day, past)


def _select(keys: Sequence[str], sums: Iterable[Sum], rest: str) -> str:
    """Sums by keys. Whatever several sums share, a condition or an amount, has a name and is worked out once for each row."""
    cells: dict[str, str] = {}
    shown = [_sum(one, cells) for one in sums]
    names = key_names(len(keys))
    told = {name: sql for name, sql in zip(names, keys, strict=True) if sql != NO_PERIOD}  # what is the same for all is no key
    each = ",\n    ".join(f"{sql} AS {name}" for name, sql in (*told.items(), *((name, sql) for sql, name in cells.items())))
    listed = ", ".join((*(name if name in told else f"{keys[place]} AS {name}" for place, name in enumerate(names)), *shown))
    places = ", ".join(str(place + 1) for place, name in enumerate(names) if name in told)
    return f"SELECT {listed}\nFROM (\n  SELECT\n    {each}\n  {rest}\n) each\nGROUP BY {places}"


def key_names(count: int) -> tuple[str, ...]:
    return ("dated", "period", *(f"slice_{place + 1}" for place in range(count - 3)), "stratum")


def _sum(one: Sum, cells: dict[str, str]) -> str:
    """SQL of a sum over rows whose cells have names. cells: by SQL the name of each; those that it needs are added."""
    if one.when == NONE:
        return one.sql
    factors = [cells.setdefault(sql, f"c{len(cells) + 1}") for sql in one.factors]
    return one.over(one.when if one.when == ALL else cells.setdefault(one.when, f"c{len(cells) + 1}"), factors)


def sliced_by(rows: Rows, text: str, ground: Ground, dimensions: Mapping[str, Mapping[str, str]]) -> tuple[Rows, str]:
    """SQL of what a dimension, or an expression, reads from the objects of rows, as a text."""
    read = dimensions.get(text, {}).get(rows.subject, text)
    try:
        refuse_persons(parse(read), rows.subject, ground.record)
        found = sliced(rows, read, ground)
    except ExpressionError as error:
        known = sorted({*(name for name, by in dimensions.items() if rows.subject in by), *ground.record.attributes.get(rows.subject, {})})
        raise BadValue(f"'{rows.subject}' cannot be sliced by '{text}': {error}", allowed=nearest(text, known)) from error
    return found.rows, f"CAST({found.sql} AS VARCHAR)"


def _window(cut: Cut, when: str, local: str, ground: Ground) -> list[str]:
    """What never came, or lies beyond what is on record, is of no period; without a window the undated are counted apart."""
    if cut.since is None and cut.until is None:
        return [f"coalesce({when} <= {ground.now}, TRUE)"]
    limits = [f"{local} {sign} {_wall(at)}" for sign, at in ((">=", cut.since), ("<", cut.until)) if at is not None]
    return [f"{when} <= {ground.now}", *limits]


def _wall(at: datetime) -> str:
    return f"TIMESTAMP '{at:%Y-%m-%d %H:%M:%S}'"


def ranked_sql(query: Query, ordered: str, wanted: Mapping[int, Sequence[int]]) -> str:
    """The amounts of chosen ranks in each group: its keys, the rank, the amount. wanted: ranks by how many amounts the group has."""
    named = ", ".join(f"{key} AS k{place}" for place, key in enumerate(query.keys))
    keys = ", ".join(f"k{place}" for place in range(len(query.keys)))
    chosen = ", ".join(f"({n}, {rank})" for n, ranks in wanted.items() for rank in sorted(set(ranks)))
    return (
        f"WITH each AS (SELECT {named}, {ordered} AS x {query.rest}),\n"
        f"numbered AS (SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY x) AS rank, count(*) OVER (PARTITION BY {keys}) AS n"
        " FROM each WHERE x IS NOT NULL)\n"
        f"SELECT {keys}, r.rank, r.x FROM numbered r JOIN (VALUES {chosen}) w(n, rank) ON w.n = r.n AND w.rank = r.rank"
    )


def tallied_sql(query: Query, tallied: str) -> str:
    """How many rows of each group have each name: its keys, the name, the count."""
    places = ", ".join(str(place + 1) for place in range(len(query.keys) + 1))
    return f"SELECT {', '.join(query.keys)}, {tallied}, count(*) {query.rest} AND {tallied} IS NOT NULL\nGROUP BY {places}"

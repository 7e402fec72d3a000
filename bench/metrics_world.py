"""A record of orders in Parquet files, with fifty metrics, and the same fifty written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bench.orders import CACHE

if TYPE_CHECKING:
    from troth.metrics import Ground, Metric
    from troth.record import Engine

DIMENSIONS = {"warehouse": 12, "carrier": 8, "channel": 4, "region": 30, "segment": 5}
AS_OF = datetime(2026, 6, 1)
TABLES = ("object_order", "event")
CLOCK = "Europe/Berlin"


def attach(engine: Engine, count: int) -> None:
    """Views over the files of so many orders with three events each, made where they are not there."""
    folder = CACHE / "metrics" / f"orders-{count}"
    if not folder.is_dir():
        draft = folder.with_suffix(".draft")
        draft.mkdir(parents=True, exist_ok=True)
        texts = ", ".join(
            f"'{name}-' || (hash(i * {7 + place}) % {size}) AS {name}" for place, (name, size) in enumerate(DIMENSIONS.items())
        )
        orders = (
            "SELECT CAST(i AS INTEGER) AS code, 'o' || i AS id, 202501 AS month, CAST(NULL AS VARCHAR) AS stratum, "
            f"{texts}, CAST(1 + hash(i * 3) % 90 AS DECIMAL(24,10)) AS units,"
            " CAST((100 + hash(i * 5) % 90000) / 100 AS DECIMAL(24,10)) AS weight,"
            " CASE WHEN i % 20 > 0 THEN CAST(1 + hash(i * 11) % 9 AS DECIMAL(24,10)) END AS lines"
            f" FROM range({count}) r(i)"
        )
        placed = "TIMESTAMP '2025-01-01' + to_seconds(CAST(hash(i) % 40000000 AS BIGINT))"
        events = (
            f"SELECT 202501 AS month, 'order' AS object_type, CAST(i AS INTEGER) AS object, {placed} + to_hours(CAST(n * (1 + hash(i * 13)"
            f" % 96) AS BIGINT)) AS occurred, type, 'orders' AS source, CAST(i AS BIGINT) AS source_row FROM range({count}) r(i),"
            " (VALUES ('placed', 0), ('shipped', 1), ('delivered', 2)) e(type, n)"
        )
        for table, sql in zip(TABLES, (orders, events), strict=True):
            engine.run(f"COPY ({sql}) TO '{draft / table}.parquet' (FORMAT parquet, COMPRESSION zstd)")
        draft.rename(folder)
    for table in TABLES:
        engine.run(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{folder / table}.parquet')")
    engine.run("CREATE TABLE stratum (object_type VARCHAR, stratum VARCHAR, seen BIGINT, population BIGINT)")
    engine.run("CREATE TABLE bad_cell (object_type VARCHAR, object INTEGER, name VARCHAR)")


def ground() -> Ground:
    from troth.engines.calendars import transitions
    from troth.kernel.instant import to_us
    from troth.metrics import Ground
    from troth.promises import Record

    attributes = {"order": {**dict.fromkeys(DIMENSIONS, "text"), **dict.fromkeys(("units", "weight", "lines"), "number")}}
    clock = transitions(CLOCK, to_us(datetime(2024, 12, 1)), to_us(datetime(2026, 8, 1)))
    record = Record(attributes, {"order": frozenset({"placed", "shipped", "delivered"})}, clock, "EUR")
    return Ground(record, {}, {}, AS_OF, datetime(2025, 1, 1))


def metrics() -> dict[str, Metric]:
    from troth.metrics import Metric

    return {
        f"m{number}": Metric.model_validate({"words": "w", "of": "order", "at": "placed", **one}) for number, (one, _) in enumerate(PAIRS)
    }


LEAD = "(epoch_us(d.occurred) - epoch_us(p.occurred))"
FACTOR = "coalesce(TRY_CAST({0} AS DECIMAL(18, 10))::DECIMAL(18, 6), TRY_CAST({0} AS DECIMAL(18, 6)))::DECIMAL(38, 6)"


@dataclass(frozen=True, slots=True)
class Hand:
    """How somebody would write a metric: what is counted and summed, on which rows. square: of what the squares are."""

    value: str | None = None
    square: str = ""
    only: str | None = None

    def by_filter(self) -> tuple[str, ...]:
        condition = f" FILTER ({self.only})" if self.only else ""
        return (f"count(*){condition}", *(f"{fold}({value}){condition}" for fold, value in self._folds()))

    def by_case(self) -> tuple[str, ...]:
        if self.only is None:
            return self.by_filter()
        folds = (("count", "1"), *self._folds())
        return tuple(f"{fold}(CASE WHEN {self.only} THEN {value} END)" for fold, value in folds)

    def _folds(self) -> tuple[tuple[str, str], ...]:
        if self.value is None:
            return ()
        return ("count", self.value), ("sum", self.value), ("sum", f"{self.square or self.value} * {self.square or self.value}")


def _amount(name: str, only: str | None = None) -> Hand:
    return Hand(name, FACTOR.format(name), only)


def _pairs() -> list[tuple[dict[str, str], Hand]]:
    made: list[tuple[dict[str, str], Hand]] = []
    for place in range(5):
        where, only = f"attr(carrier) = 'carrier-{place}'", f"carrier = 'carrier-{place}'"
        other, also = f"attr(channel) = 'channel-{place % 4}'", f"channel = 'channel-{place % 4}'"
        hours, grams, many = 24 * (place + 1), place * 100, place * 10
        made.append(({"kind": "count", "where": where}, Hand(only=only)))
        for name in ("units", "weight", "lines"):
            made.append(({"kind": "mean", "value": f"attr({name})", "where": where}, _amount(name, only)))
        made.append(({"kind": "mean", "value": "delivered - placed", "where": where}, Hand(LEAD, f"{LEAD}::DECIMAL(38, 0)", only)))
        late = f"({LEAD} > {hours * 3_600_000_000})::INTEGER"
        made.append(({"kind": "ratio", "numerator": f"delivered - placed > {hours}h"}, Hand(late)))
        made.append(
            ({"kind": "ratio", "numerator": f"attr(weight) > {grams}", "where": where}, Hand(f"(weight > {grams})::INTEGER", only=only))
        )
        for name in ("units", "weight"):
            made.append(({"kind": "sum", "value": f"attr({name})", "where": other}, _amount(name, also)))
        made.append(({"kind": "ratio", "numerator": f"attr(units) > {many}"}, Hand(f"(units > {many})::INTEGER")))
    return made


PAIRS = _pairs()
READ = {name: {"order": f"attr({name})"} for name in DIMENSIONS}
FOUND = {
    event: f"SELECT object, min(occurred) AS occurred FROM event WHERE object_type = 'order' AND type = '{event}' GROUP BY object"
    for event in ("placed", "delivered")
}


def by_hand(dimension: str, *, case: bool) -> str:
    """What somebody who knows the tables would write for all fifty, with what has no instant told apart.

    case: with CASE in place of FILTER, which is quicker for so many.
    """
    sums = dict.fromkeys(sql for _, hand in PAIRS for sql in (hand.by_case() if case else hand.by_filter()))
    return (
        f"SELECT {dimension}, p.occurred IS NOT NULL, {', '.join(sums)} FROM object_order o LEFT JOIN hand_placed p ON p.object = o.code"
        f" LEFT JOIN hand_delivered d ON d.object = o.code WHERE coalesce(p.occurred <= TIMESTAMP '{AS_OF}', TRUE) GROUP BY ALL"
    )

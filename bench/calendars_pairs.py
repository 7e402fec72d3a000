"""Ten million pairs over a thousand calendars: in numpy, in SQL by equal joins, by as-of joins; and how long the calendars take to make."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from bench.process import cpu_s, peak_mib

PAIRS, CALENDARS = 10_000_000, 1_000
FIRST_YEAR, YEARS = 2024, 3
HOURS = (
    "Mon-Fri 09:00-17:00", "Mon-Fri 08:00-12:00, 13:00-17:00", "Mon-Sat 06:00-22:00", "Sun-Thu 08:00-12:00, 13:00-17:00",
    "daily 22:00-06:00", "Mon-Fri 08:30-12:30, 13:30-18:00; Sat 09:00-13:00", "24/7", "Mon-Fri 07:00-11:00, 12:00-16:00",
)  # fmt: skip
PLACES = (
    ("Europe/Berlin", "DE-BY"), ("America/New_York", "US-NY"), ("America/Sao_Paulo", "BR-SP"), ("Asia/Tokyo", "JP"), ("Asia/Kolkata", "IN"),
    ("Australia/Sydney", "AU-NSW"), ("Asia/Dubai", "AE"), ("Europe/London", "GB-ENG"), ("Asia/Kathmandu", "NP"), ("Africa/Cairo", "EG"),
)  # fmt: skip


def measure_here(way: str) -> dict[str, Any]:
    return _compiled() if way == "compile" else _pairs(way)


def _rules(count: int) -> list[Any]:
    """Hours, places and two closed days of its own for each customer, so that no two calendars are alike."""
    from datetime import date, timedelta

    from troth.engines.calendars import Hours, parse_week

    days = YEARS * 365
    return [
        Hours(
            *(PLACES[n % len(PLACES)][0], parse_week(HOURS[n % len(HOURS)]), (PLACES[n % len(PLACES)][1],)),
            tuple(sorted((date(FIRST_YEAR, 1, 1) + timedelta(days=at % days), ()) for at in {n, n * 31 + 7})),
        )
        for n in range(count)
    ]


def _calendars() -> list[Any]:
    from datetime import datetime

    from troth.engines.calendars import calendar_by
    from troth.kernel.instant import to_us

    first, last = to_us(datetime(FIRST_YEAR, 1, 1)), to_us(datetime(FIRST_YEAR + YEARS, 1, 1))
    return [calendar_by(rule, first, last) for rule in _rules(CALENDARS)]


def _compiled() -> dict[str, Any]:
    from datetime import datetime

    from troth.engines.calendars import calendar_by, due_rows, time_rows
    from troth.kernel.instant import to_us
    from troth.promises.clocks import load_table
    from troth.query.business import DUE, TIME
    from troth.stores.lake.engine import DuckEngine

    begin, end, later = (to_us(datetime(year, 1, 1)) for year in (FIRST_YEAR, FIRST_YEAR + 1, FIRST_YEAR + YEARS))
    rules = _rules(CALENDARS)
    begun = time.perf_counter()
    calendar_by(rules[0], begin, end)
    first = time.perf_counter() - begun
    for rule in rules[: len(PLACES)]:
        calendar_by(rule, begin, end)
    begun = time.perf_counter()
    for rule in rules[:200]:
        calendar_by(rule, begin, end)
    per_year = (time.perf_counter() - begun) / 200
    begun = time.perf_counter()
    calendars = [calendar_by(rule, begin, later) for rule in rules]
    every = time.perf_counter() - begun
    begun = time.perf_counter()
    tables = {TIME: time_rows(calendars), DUE: due_rows(calendars)}
    made = time.perf_counter() - begun
    engine = DuckEngine()
    begun = time.perf_counter()
    for name, rows in tables.items():
        load_table(engine, name, rows)
    loaded = time.perf_counter() - begun
    return {"first_ms": first * 1e3, "per_year_ms": per_year * 1e3, "all_s": every, "tables_s": made, "load_s": loaded}


def _pairs(way: str) -> dict[str, Any]:
    import numpy as np

    from troth.kernel.instant import DAY_US

    calendars = _calendars()
    first = calendars[0].first_us
    chance = np.random.default_rng(5)
    codes = chance.integers(0, CALENDARS, PAIRS).astype(np.int32)
    a = first + chance.integers(10 * DAY_US, 700 * DAY_US, PAIRS)
    b = a + chance.integers(0, 60 * DAY_US, PAIRS)
    x = chance.integers(1, 200 * 3_600_000_000, PAIRS)
    if way == "numpy":
        return _in_numpy(calendars, codes, a, b, x)
    return _in_sql(calendars, codes, a, b, x, as_of=way == "asof")


def _in_numpy(calendars: list[Any], codes: Any, a: Any, b: Any, x: Any) -> dict[str, Any]:
    from troth.engines.calendars import due_each, elapsed_each, pack

    together = pack(calendars)
    spans, said = _timed("elapsed", lambda: elapsed_each(together, codes, a, b))
    dues, more = _timed("due", lambda: due_each(together, codes, a, x))
    _, scan = _timed("scan", lambda: _sum(b - a))
    first = calendars[0].first_us
    return said | more | scan | {"elapsed_sum": _sum(spans), "due_sum": _sum(dues - first), "peak_mib": peak_mib()}


def _in_sql(calendars: list[Any], codes: Any, a: Any, b: Any, x: Any, *, as_of: bool) -> dict[str, Any]:
    import numpy as np
    from sqlglot import exp

    from troth.engines.calendars import due_rows, time_rows
    from troth.promises.clocks import load_table
    from troth.query import CalendarJoins, Typed
    from troth.query.business import DUE, TIME
    from troth.stores.lake.engine import DuckEngine

    engine = DuckEngine()
    engine.run("SET threads = 2")
    engine.load("pair", {"calendar": codes, "a": a.astype("datetime64[us]"), "b": b.astype("datetime64[us]"), "x": x})
    first = calendars[0].first_us
    if as_of:
        columns = {
            "calendar": np.concatenate([np.full(len(one.opens) + 1, n, dtype=np.int32) for n, one in enumerate(calendars)]),
            **{
                name: np.concatenate([np.concatenate([[start], getattr(one, name)]) for one in calendars])
                for name, start in (("opens", first), ("closes", first), ("worked", 0), ("finished", 0))
            },
        }
        engine.load("stretch", columns)
        worked = "({1}.worked + least(epoch_us(p.{0}), {1}.closes) - {1}.opens)".format
        join = "ASOF JOIN stretch {1} ON {1}.calendar = p.calendar AND {1}.opens <= epoch_us(p.{0})".format
        elapsed = f"SELECT sum({worked('b', 'v')} - {worked('a', 'u')}) FROM pair p {join('a', 'u')} {join('b', 'v')}"
        due = (
            f"SELECT sum(s.opens + y - s.worked - {first})"
            f" FROM (SELECT p.calendar, {worked('a', 'u')} + p.x AS y FROM pair p {join('a', 'u')}) p"
            " ASOF JOIN stretch s ON s.calendar = p.calendar AND p.y <= s.finished"
        )
    else:
        load_table(engine, TIME, time_rows(calendars))
        load_table(engine, DUE, due_rows(calendars))
        names = {name: exp.column(name, table="p") for name in ("a", "b", "x")}
        clock = CalendarJoins("p.calendar")
        span = clock.elapsed(names["b"], names["a"]).sql("duckdb")
        elapsed = f"SELECT sum({span}) FROM pair p {' '.join(clock.joins)}"
        clock = CalendarJoins("p.calendar")
        moved = clock.moved(names["a"], Typed(names["x"], "working", unit="wh"), "+").sql("duckdb")
        due = f"SELECT sum(epoch_us({moved}) - {first}) FROM pair p {' '.join(clock.joins)}"
    spans, said = _timed("elapsed", lambda: int(engine.rows(elapsed)[0][0]))
    dues, more = _timed("due", lambda: int(engine.rows(due)[0][0]))
    _, scan = _timed("scan", lambda: engine.rows("SELECT sum(epoch_us(b) - epoch_us(a)) FROM pair"))
    return said | more | scan | {"elapsed_sum": spans, "due_sum": dues, "peak_mib": peak_mib()}


def _sum(values: Any) -> int:
    """The exact sum, which has no room in 64 bits."""
    return (int((values >> 20).sum()) << 20) + int((values & ((1 << 20) - 1)).sum())


def _timed(name: str, compute: Any) -> tuple[Any, dict[str, float]]:
    begun, cpu = time.perf_counter(), cpu_s()
    found = compute()
    return found, {f"{name}_s": time.perf_counter() - begun, f"{name}_cpu_s": cpu_s() - cpu}


if __name__ == "__main__":
    print(json.dumps(measure_here(sys.argv[1])))

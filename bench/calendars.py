"""Working time: ten million pairs over a thousand customers' calendars in numpy and in SQL, and a million events beside PM4Py."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import Any

from bench.orders import CACHE
from bench.process import cpu_s, fresh, peak_mib
from bench.table import Line, shown

PAIRS, CALENDARS, ORDERS, EVENTS, CASES, REPETITIONS = 10_000_000, 1_000, 1_000_000, 1_000_000, 100_000, 3
NUMPY_S, SQL_S, AS_OF, MIB, PEER, COMPILE_MS = 4.0, 10.0, 1.3, 3_072, 20, 5.0
PEER_PACKAGE = "pm4py==2.7.23.11"
FIRST_YEAR, YEARS = 2024, 3
HOURS = (
    "Mon-Fri 09:00-17:00", "Mon-Fri 08:00-12:00, 13:00-17:00", "Mon-Sat 06:00-22:00", "Sun-Thu 08:00-12:00, 13:00-17:00",
    "daily 22:00-06:00", "Mon-Fri 08:30-12:30, 13:30-18:00; Sat 09:00-13:00", "24/7", "Mon-Fri 07:00-11:00, 12:00-16:00",
)  # fmt: skip
PLACES = (
    ("Europe/Berlin", "DE-BY"), ("America/New_York", "US-NY"), ("America/Sao_Paulo", "BR-SP"), ("Asia/Tokyo", "JP"), ("Asia/Kolkata", "IN"),
    ("Australia/Sydney", "AU-NSW"), ("Asia/Dubai", "AE"), ("Europe/London", "GB-ENG"), ("Asia/Kathmandu", "NP"), ("Africa/Cairo", "EG"),
)  # fmt: skip


def measure() -> list[Line]:
    ways = ("numpy", "sql", "asof")
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(REPETITIONS):
        for way in ways:
            runs[way].append(fresh("calendars", way))
    if len({(run["elapsed_sum"], run["due_sum"]) for some in runs.values() for run in some}) != 1:
        raise RuntimeError("the forms of working time differ")

    def middle(way: str, key: str) -> float:
        return statistics.median(run[key] for run in runs[way])

    lines = [
        Line(
            f"{PAIRS:,} pairs over {CALENDARS:,} calendars, {question}, in {word}", shown(middle(way, f"{question}_s")),
            f"≤ {shown(limit)}",
            f"{REPETITIONS} × in turn; {shown(middle(way, f'{question}_cpu_s'))} cpu; peak {middle(way, 'peak_mib'):,.0f} MiB,"
            f" goal {MIB:,}; a plain scan of the same rows {shown(middle(way, 'scan_s'))}:"
            f" {middle(way, f'{question}_s') / middle(way, 'scan_s'):.0f} times that",
            met=middle(way, f"{question}_s") <= limit and middle(way, "peak_mib") <= MIB,
        )
        for way, word, limit in (("numpy", "numpy", NUMPY_S), ("sql", "SQL by equal joins", SQL_S))
        for question in ("elapsed", "due")
    ]  # fmt: skip
    for question in ("elapsed", "due"):
        ours, theirs = middle("sql", f"{question}_s"), middle("asof", f"{question}_s")
        lines.append(
            Line(
                f"… {question} by DuckDB's as-of joins", shown(theirs), f"ours ≤ {AS_OF:g} × that", f"ours {ours / theirs:.2f} × that",
                met=ours <= AS_OF * theirs,
            )
        )  # fmt: skip
    compiled = fresh("calendars", "compile")
    first, per_year = compiled["first_ms"], compiled["per_year_ms"]
    lines.append(
        Line(
            "a calendar of one year with its holidays, compiled", f"{per_year:.2f} ms", f"≤ {COMPILE_MS:g} ms",
            f"{CALENDARS:,} of {YEARS} years in {shown(compiled['all_s'])}, their tables in {shown(compiled['tables_s'])};"
            f" the first of a zone and a country {first:.0f} ms",
            met=per_year <= COMPILE_MS,
        )
    )  # fmt: skip
    return [*lines, *_judging(), *_beside_peer()]


def _judging() -> list[Line]:
    """Judging a million orders by the clock, on one calendar, and on those of a thousand customers."""
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in ("clock", "one", "own")}
    for _ in range(REPETITIONS):
        for way, some in runs.items():
            some.append(fresh("calendars", "judge", way))

    def middle(way: str, key: str) -> float:
        return statistics.median(run[key] for run in runs[way])

    base, cpu = middle("clock", "took_s"), middle("clock", "cpu_s")
    said = {"one": "… within 40 working hours on one calendar", "own": f"… on the calendars of {CALENDARS:,} customers"}
    return [
        Line(f"judging {ORDERS:,} orders within 40 hours by the clock", shown(base), "", f"{REPETITIONS} × in turn; {shown(cpu)} cpu"),
        *(
            Line(
                text, shown(middle(way, "took_s")), "",
                f"ratio {middle(way, 'took_s') / base:.2f}, in processor time {middle(way, 'cpu_s') / cpu:.2f};"
                f" peak {middle(way, 'peak_mib'):,.0f} MiB, by the clock {middle('clock', 'peak_mib'):,.0f}",
            )
            for way, text in said.items()
        ),
    ]  # fmt: skip


def _beside_peer() -> list[Line]:
    ours = fresh("calendars", "events")
    what = f"working time between {EVENTS:,} events of {CASES:,} cases, mean by pair of activities"
    peer = _peer()
    if peer is None:
        return [Line(what, shown(ours["took_s"]), "", f"{PEER_PACKAGE} could not be installed here, so nothing stands beside it")]
    ratio = peer["took_s"] / ours["took_s"]
    return [
        Line(
            what, shown(ours["took_s"]), f"{PEER_PACKAGE} {shown(peer['took_s'])}, goal {PEER} × faster",
            f"{ratio:.0f} × faster; {shown(ours['cpu_s'])} cpu against {shown(peer['cpu_s'])}", met=ratio >= PEER,
        ),
        Line(
            "… from 09:00Z to 19:00+09:00, which is one hour", f"{ours['hour_h']:g} h", f"{PEER_PACKAGE} {peer['hour_h']:g} h",
            "it drops the zone", met=ours["hour_h"] == 1,
        ),
    ]  # fmt: skip


def _peer() -> dict[str, Any] | None:
    """What the peer says, in an environment of its own; None where it cannot be installed."""
    home = CACHE / "pm4py"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    installed = subprocess.run([str(python), "-m", "pip", "install", "--quiet", PEER_PACKAGE], capture_output=True, check=False)
    if installed.returncode != 0:
        return None
    done = subprocess.run([str(python), "-W", "ignore", "-c", PEER_SCRIPT], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2_000:])
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


PEER_SCRIPT = f"""
import json, time
import numpy as np, pandas as pd, pm4py
from pm4py.util.business_hours import soj_time_business_hours_diff
n, cases = {EVENTS}, {CASES}
i = np.arange(n)
start = pd.Timestamp("2025-01-06T00:00:00Z")
seconds = (i % cases) * 300 + (i // cases) * 3 * 3600 + (i * 7919) % 3600
frame = pd.DataFrame({{"case:concept:name": (i % cases).astype(str), "concept:name": (i // cases).astype(str),
                      "time:timestamp": start + pd.to_timedelta(seconds, unit="s")}}).sort_values(["case:concept:name", "time:timestamp"])
slots = [((7 + day * 24) * 3600, (17 + day * 24) * 3600) for day in range(5)]
begun, cpu = time.perf_counter(), time.process_time()
pm4py.discover_performance_dfg(frame, business_hours=True, business_hour_slots=slots)
took, used = time.perf_counter() - begun, time.process_time() - cpu
one = soj_time_business_hours_diff(pd.Timestamp("2026-04-13T09:00:00Z"), pd.Timestamp("2026-04-13T19:00:00+09:00"), slots)
print(json.dumps({{"took_s": took, "cpu_s": used, "hour_h": one / 3600}}))
"""


def measure_here(way: str, what: str = "") -> dict[str, Any]:
    if way == "judge":
        return _judged(what)
    return {"compile": _compiled, "events": _events}[way]() if way in ("compile", "events") else _pairs(way)


def _calendars() -> list[Any]:
    from datetime import datetime

    from troth.engines.calendars import calendar_by
    from troth.kernel.instant import to_us

    first, last = to_us(datetime(FIRST_YEAR, 1, 1)), to_us(datetime(FIRST_YEAR + YEARS, 1, 1))
    return [calendar_by(rule, first, last) for rule in _rules(CALENDARS)]


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


def _compiled() -> dict[str, Any]:
    from datetime import datetime

    from troth.engines.calendars import calendar_by, due_rows, time_rows
    from troth.kernel.instant import to_us

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
    time_rows(calendars)
    due_rows(calendars)
    return {"first_ms": first * 1e3, "per_year_ms": per_year * 1e3, "all_s": every, "tables_s": time.perf_counter() - begun}


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


def _events() -> dict[str, Any]:
    """The same events as the peer's, and the same question: mean working time by pair of activities that follow each other."""
    from datetime import datetime

    from sqlglot import exp

    from troth.engines.calendars import Hours, calendar_by, elapsed_time, parse_week, time_rows
    from troth.kernel.instant import to_us
    from troth.promises.clocks import load_table
    from troth.query import CalendarJoins
    from troth.query.business import TIME
    from troth.stores.lake.engine import DuckEngine

    engine = DuckEngine()
    engine.run("SET threads = 2")
    seconds = f"(i % {CASES}) * 300 + (i // {CASES}) * 3 * 3600 + (i * 7919) % 3600"
    engine.run(
        f"CREATE TABLE happened AS SELECT i % {CASES} AS subject, CAST(i // {CASES} AS VARCHAR) AS activity,"
        f" TIMESTAMP '2025-01-06' + to_seconds({seconds}) AS moment FROM range({EVENTS}) r(i)"
    )
    begun, cpu = time.perf_counter(), cpu_s()
    rule = Hours("UTC", parse_week("Mon-Fri 07:00-17:00"))
    calendar = calendar_by(rule, to_us(datetime(2025, 1, 1)), to_us(datetime(2027, 1, 1)))
    load_table(engine, TIME, time_rows([calendar]))
    clock = CalendarJoins("0")
    span = clock.elapsed(exp.column("moment", table="h"), exp.column("before", table="h")).sql("duckdb")
    rows = engine.rows(
        f"SELECT previous, activity, avg({span})"
        " FROM (SELECT *, lag(moment) OVER w AS before, lag(activity) OVER w AS previous FROM happened"
        f" WINDOW w AS (PARTITION BY subject ORDER BY moment)) h {' '.join(clock.joins)} WHERE previous IS NOT NULL GROUP BY ALL"
    )
    took, used = time.perf_counter() - begun, cpu_s() - cpu
    if not rows:
        raise RuntimeError("no pair of activities")
    ends = (datetime.fromisoformat("2026-04-13T09:00:00+00:00"), datetime.fromisoformat("2026-04-13T19:00:00+09:00"))
    return {"took_s": took, "cpu_s": used, "hour_h": elapsed_time(calendar, *ends).total_seconds() / 3600}


def _sum(values: Any) -> int:
    """The exact sum, which has no room in 64 bits."""
    return (int((values >> 20).sum()) << 20) + int((values & ((1 << 20) - 1)).sum())


def _judged(way: str) -> dict[str, Any]:
    """Seconds of judging, from a book that is open and a record that is in memory."""
    import shutil
    from datetime import datetime

    from troth.app.rules import CHECKS
    from troth.book import open_book
    from troth.engines.calendars import transitions
    from troth.kernel.instant import to_us
    from troth.promises import Record, make_outcomes, terms_of
    from troth.stores.lake.engine import DuckEngine

    root = _book(way)
    book, problems = open_book(root, CHECKS)
    shutil.rmtree(root)
    if any(problem.level == "error" for problem in problems):
        raise RuntimeError(str(problems[0]))
    engine = DuckEngine()
    engine.run(
        "CREATE TABLE object_order AS SELECT CAST(i AS INTEGER) AS code, 'o' || i AS id, 202501 AS month, CAST(NULL AS VARCHAR) AS stratum,"
        f" 'c' || (hash(i) % {CALENDARS}) AS customer FROM range({ORDERS}) r(i)"
    )
    placed = "TIMESTAMP '2025-01-01' + to_seconds(o.code % 30000000)"
    engine.run(
        f"CREATE TABLE event AS SELECT 'order' AS object_type, o.code AS object, {placed} + to_hours(CAST(h AS BIGINT)) AS occurred, type"
        " FROM object_order o, (VALUES ('placed', 0), ('delivered', 1)) e(type, n), LATERAL (SELECT n * (1 + hash(o.code) % 96) AS h)"
    )
    engine.run("CREATE TABLE bad_cell (object_type VARCHAR, object INTEGER, name VARCHAR)")
    span = to_us(datetime(2025, 1, 1)), to_us(datetime(2026, 1, 1))
    zone = transitions("UTC", to_us(datetime(2020, 1, 1)), to_us(datetime(2031, 1, 1)))
    record = Record({"order": {"customer": "text"}}, {"order": frozenset({"placed", "delivered"})}, zone, "EUR", span=span)
    terms = terms_of(book)
    begun, cpu = time.perf_counter(), cpu_s()
    make_outcomes(engine, terms, record, datetime(2026, 6, 1))
    took, used = time.perf_counter() - begun, cpu_s() - cpu
    judged, known = engine.rows("SELECT count(*), count(due) FROM outcome_answer")[0]
    if (judged, known) != (ORDERS, ORDERS):
        raise RuntimeError(f"{judged} judged, {known} with a due")
    return {"took_s": took, "cpu_s": used, "peak_mib": peak_mib()}


def _book(way: str) -> Any:
    """A book on disk, made anew, whose one promise counts by the clock, on one calendar, or on each customer's own."""
    import shutil

    root = CACHE / "book" / f"calendars-{way}"
    shutil.rmtree(root, ignore_errors=True)
    terms = "within: 40h" if way == "clock" else "within: 40wh\n  calendar: desk"
    files = {
        "troth.yaml": "name: Bench\nfolder: data\nzone: UTC\n",
        "company.yaml": "dimensions: [{id: customer, read: attr(customer)}]\nroles: [sales]\n",
        "calendars/desk.yaml": f"desk:\n  hours: '{HOURS[0]}'\n",
        "promises/answer.yaml": (
            f"answer:\n  subject: order\n  words: answered\n  anchor: placed\n  fulfil: {{event: delivered}}\n  {terms}\n"
        ),
        "sources/orders.yaml": (
            "orders:\n  files: [orders.csv]\n  key: [order]\n"
            "  object: {type: order, id: [order], attributes: {customer: {column: customer, as: text}}}\n"
            "  events: [{type: placed, at: placed}, {type: delivered, at: delivered}]\n"
        ),
    }
    if way == "own":
        listed = "".join(f"  - overlays/customer=c{n}\n" for n in range(CALENDARS))
        files["changes/CHG-1.yaml"] = (
            f"kind: exception\ntitle: Hours of their own\nowner: sales\nreason: contracts\nsince: 2020-01-01\nexpires: 2035-01-01\n"
            f"overlays:\n{listed}"
        )
        for n in range(CALENDARS):
            files[f"overlays/customer=c{n}/calendars/own.yaml"] = (
                f"change: CHG-1\ndesk:\n  hours: '{HOURS[n % len(HOURS)]}'\n  closed: [2025-{1 + n % 12:02}-{1 + n % 28:02}]\n"
            )
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def _timed(name: str, compute: Any) -> tuple[Any, dict[str, float]]:
    begun, cpu = time.perf_counter(), cpu_s()
    found = compute()
    return found, {f"{name}_s": time.perf_counter() - begun, f"{name}_cpu_s": cpu_s() - cpu}


if __name__ == "__main__":
    print(json.dumps(measure_here(*sys.argv[1:])))

"""Working time: over a thousand customers' calendars in numpy and in SQL, in judging, and a million events beside PM4Py."""

from __future__ import annotations

import statistics
from typing import Any

from bench.calendars_events import CASES, EVENTS, PEER_PACKAGE, peer
from bench.calendars_judged import ORDERS
from bench.calendars_pairs import CALENDARS, PAIRS, YEARS
from bench.process import fresh
from bench.table import Line, shown

REPETITIONS, SAME_S = 3, 1e-3
NUMPY_S, SQL_S, AS_OF, MIB, PEER, COMPILE_MS = 4.0, 10.0, 1.3, 3_072, 20, 5.0


def measure() -> list[Line]:
    ways = ("numpy", "sql", "asof")
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(REPETITIONS):
        for way in ways:
            runs[way].append(fresh("calendars_pairs", way))
    if len({(run["elapsed_sum"], run["due_sum"]) for some in runs.values() for run in some}) != 1:
        raise RuntimeError("the forms of working time differ")

    def middle(way: str, key: str) -> float:
        return float(statistics.median(run[key] for run in runs[way]))

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
    compiled = fresh("calendars_pairs", "compile")
    first, per_year = compiled["first_ms"], compiled["per_year_ms"]
    lines.append(
        Line(
            "a calendar of one year with its holidays, compiled", f"{per_year:.2f} ms", f"≤ {COMPILE_MS:g} ms",
            f"{CALENDARS:,} of {YEARS} years in {shown(compiled['all_s'])}, their tables in {shown(compiled['tables_s'])},"
            f" loaded in {shown(compiled['load_s'])}; the first of a zone and a country {first:.0f} ms",
            met=per_year <= COMPILE_MS,
        )
    )  # fmt: skip
    return [*lines, *_judging(), *_beside_peer()]


def _judging() -> list[Line]:
    """Judging a million orders by the clock, on one calendar, and on those of a thousand customers."""
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in ("clock", "one", "own")}
    for _ in range(REPETITIONS):
        for way, some in runs.items():
            some.append(fresh("calendars_judged", way))

    def middle(way: str, key: str) -> float:
        return float(statistics.median(run[key] for run in runs[way]))

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
    ours, theirs = [fresh("calendars_events")], [peer()]
    what = f"working time between {EVENTS:,} events of {CASES:,} cases, mean by pair of activities"
    if None in theirs:
        return [Line(what, shown(ours[0]["took_s"]), "", f"{PEER_PACKAGE} could not be installed here, so nothing stands beside it")]
    for _ in range(1, REPETITIONS):
        ours.append(fresh("calendars_events"))
        theirs.append(peer())
    known = [one for one in theirs if one is not None]
    if any(abs(one - other) > SAME_S for one, other in zip(ours[0]["means_s"], known[0]["means_s"], strict=True)):
        raise RuntimeError(f"means of working time differ from those of {PEER_PACKAGE}")
    (took, cpu), (took_there, cpu_there) = (
        [float(statistics.median(run[key] for run in runs)) for key in ("took_s", "cpu_s")] for runs in (ours, known)
    )
    hour, hour_there = ours[0]["hour_h"], known[0]["hour_h"]
    return [
        Line(
            what, shown(took), f"{PEER_PACKAGE} {shown(took_there)}, goal {PEER} × faster",
            f"{REPETITIONS} × in turn; {took_there / took:.0f} × faster, in processor time {cpu_there / cpu:.0f} ×:"
            f" {shown(cpu)} against {shown(cpu_there)}; the means are equal",
            met=took_there >= PEER * took,
        ),
        Line(
            "… from 09:00Z to 19:00+09:00, which is one hour", f"{hour:g} h", f"{PEER_PACKAGE} {hour_there:g} h", "it drops the zone",
            met=hour == 1,
        ),
    ]  # fmt: skip

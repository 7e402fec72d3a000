"""A million points on each control chart with its signals, against the same limits in plain numpy and a loop."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from bench.process import best_of, fresh, peak_mib
from bench.table import Line, shown

POINTS, UNITS, LOOPED = 1_000_000, 1_000, 20_000
GOAL = 0.06


def measure() -> list[Line]:
    said = fresh("charts")
    plain, looped = said["plain"], said["looped"] * POINTS / LOOPED
    lines = [
        Line(f"{name}, {POINTS:,} points", shown(seconds), f"≤ {shown(GOAL)}", met=seconds <= GOAL)
        for name, seconds in said["charts"].items()
    ]
    first = Line(
        f"X chart with Western Electric's rules, {POINTS:,} points",
        shown(said["ruled"]),
        f"≤ {shown(GOAL)}",
        f"the limits alone in plain numpy {shown(plain)}; a loop over points, no rules, {shown(looped)} by {LOOPED:,} of them",
        met=said["ruled"] <= GOAL,
    )
    return [first, *lines, Line("… peak memory", f"{said['peak']:,.0f} MiB")]


def measure_here() -> dict[str, Any]:
    import numpy as np

    from troth.engines import charts, signals

    rng = np.random.default_rng(1)
    values, counts, n = rng.normal(10, 2, POINTS), rng.poisson(16, POINTS), rng.integers(100, 900, POINTS)
    shares, fives, spreads = rng.binomial(n, 0.2) / n, np.full(POINTS, 5), np.abs(rng.normal(1, 0.2, POINTS))
    units = charts.Plan(tuple(range(0, POINTS, POINTS // UNITS)))
    drawn = charts.xmr(values).location
    acts: Mapping[str, Callable[[], Any]] = {
        "X and moving ranges": lambda: charts.xmr(values),
        f"… of {UNITS:,} units, each its own limits": lambda: charts.xmr(values, units),
        "p": lambda: charts.p_chart(shares, n),
        "Laney's p'": lambda: charts.laney_p_chart(shares, n),
        f"… of {UNITS:,} units": lambda: charts.laney_p_chart(shares, n, units),
        "u": lambda: charts.u_chart(counts, n),
        "Laney's u'": lambda: charts.laney_u_chart(counts, n),
        "c": lambda: charts.c_chart(counts),
        "X-bar and R": lambda: charts.xbar_r(fives, values, spreads),
        "X-bar and S": lambda: charts.xbar_s(fives, values, spreads),
        "g": lambda: charts.g_chart(counts),
        "t": lambda: charts.t_chart(spreads),
        "EWMA": lambda: charts.ewma(values),
        "CUSUM": lambda: charts.cusum(values),
        "Western Electric's rules alone": lambda: signals.signals(drawn),
        "Nelson's rules alone": lambda: signals.signals(drawn, signals.NELSON),
    }
    return {
        "charts": {name: best_of(act, 5) for name, act in acts.items()},
        "ruled": best_of(lambda: signals.signals(charts.xmr(values).location), 5),
        "plain": best_of(lambda: _plain(values)),
        "looped": best_of(lambda: _looped(values[:LOOPED].tolist())),
        "peak": peak_mib(),
    }


def _plain(values: Any) -> Any:
    import numpy as np

    half, centre = 2.66 * np.abs(np.diff(values)).mean(), values.mean()
    return np.flatnonzero(np.abs(values - centre) > half)


def _looped(values: list[float]) -> list[int]:
    ranges = [abs(second - first) for first, second in pairwise(values)]
    half, centre = 2.66 * sum(ranges) / len(ranges), sum(values) / len(values)
    return [place for place, value in enumerate(values) if abs(value - centre) > half]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure_here()))

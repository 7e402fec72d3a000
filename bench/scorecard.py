"""One month of a thousand units: four metrics of each with intervals, each unit judged against the others."""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import datetime
from typing import Any

from bench.metrics_world import READ, attach, ground
from bench.process import cpu_s, fresh, peak_mib
from bench.table import Line, shown

ORDERS, UNITS, GOAL = 1_000_000, 1_000, 1.0
MONTH = (datetime(2026, 3, 1), datetime(2026, 4, 1))
UNIT = {"unit": {"order": "attr(unit)"}}
DECLARED: dict[str, dict[str, str]] = {
    "late": {"kind": "ratio", "numerator": "delivered - placed > 96h", "better": "lower"},
    "heavy": {"kind": "ratio", "numerator": "attr(weight) > 500"},
    "wait": {"kind": "mean", "value": "delivered - placed", "better": "lower"},
    "lines": {"kind": "mean", "value": "attr(lines)"},
}


def measure() -> list[Line]:
    said = fresh("scorecard")
    first, again = said["first"], said["again"]
    name = f"a month's scorecard of {UNITS:,} units by {len(DECLARED)} metrics, {ORDERS:,} orders"
    return [
        Line(
            name,
            _both(again),
            f"≤ {shown(GOAL)} cpu",
            f"{said['rows']:,} orders in the month; {said['verdicts']}",
            met=again["cpu"] <= GOAL,
        ),
        Line("… of it comparing the units", _both(said["comparing"]), "", "limits, shrinkage, 4,000 draws for the ranks of two metrics"),
        Line("… the first question on a snapshot, units not compared", _both(first)),
        Line("… peak memory", f"{said['peak']:,.0f} MiB"),
    ]


def _both(took: dict[str, float]) -> str:
    return f"{shown(took['s'])} ({shown(took['cpu'])} cpu)"


def measure_here() -> dict[str, Any]:
    from troth.metrics import Cut, Metric, Request, answer
    from troth.stores.lake.engine import DuckEngine

    engine, stood = DuckEngine(), ground()
    attach(engine, ORDERS)
    engine.run("ALTER VIEW object_order RENAME TO plain_order")
    engine.run(f"CREATE TABLE object_order AS SELECT *, 'unit-' || (hash(code * 17) % {UNITS}) AS unit FROM plain_order")
    stood.record.attributes["order"]["unit"] = "text"  # type: ignore[index]
    metrics = {name: Metric.model_validate({"words": "w", "of": "order", "at": "placed", **one}) for name, one in DECLARED.items()}
    request, read = Request(("unit",), Cut(None, *MONTH)), {**READ, **UNIT}
    said: dict[str, Any] = {}
    answers, said["first"] = _took(lambda: answer(engine, metrics, request, stood, read))
    runs = []
    for _ in range(5):
        answers, asked = _took(lambda: answer(engine, metrics, request, stood, read))
        verdicts, said["comparing"] = _took(lambda: {name: compare(one) for name, one in answers.items()})  # noqa: B023  called at once
        runs.append({key: asked[key] + said["comparing"][key] for key in asked})
    said["again"] = {key: statistics.median(one[key] for one in runs) for key in ("s", "cpu")}
    said["verdicts"] = f"late: {verdicts['late']}"
    said["rows"] = answers["late"].readings[-1].n
    said["peak"] = peak_mib()
    return said


def compare(answer: Any) -> str:
    """Each unit against the others, as `troth units` has it."""
    import numpy as np

    from troth.app.answers.units import _cell, _comparable
    from troth.metrics.units import compared

    basis = _comparable(answer)
    units = {one.slice[0]: {(): _cell(one, basis)} for one in answer.readings if one.slice is not None}
    found = compared(units, better=answer.definition.better, rng=np.random.default_rng(1))
    assert len(found.units) == UNITS
    return found.says


def _took(act: Any) -> tuple[Any, dict[str, float]]:
    begun, cpu = time.perf_counter(), cpu_s()
    found = act()
    return found, {"s": time.perf_counter() - begun, "cpu": cpu_s() - cpu}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure_here()))

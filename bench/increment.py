"""A day's files on a year's record against the first build; a build to which one file of twenty changed, and one to which nothing did."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.build import SMALL
from bench.orders import CACHE, SOURCES, orders
from bench.process import ROOT, fresh, warm
from bench.table import Line, shown
from bench.year import YEAR_ENDS, add_day, year_of
from bench.year_terms import HOURS, TERMS, give_terms

FILES, REPETITIONS = 20, 3
MOST_S, MOST_SHARE = 1.0, 0.1


def measure(sizes: Sequence[int] = (SMALL,)) -> list[Line]:
    days = [line for count in sizes for line in (*_days(count), *_days(count, own=True))]
    return [*days, *_parts(min(sizes))]


def _days(count: int, *, own: bool = False) -> list[Line]:
    """The shop has two years, so twice as many orders are made. own: whether customers have terms and hours of their own."""
    folder, target = orders(2 * count), CACHE / f"year-{count}"
    book = year_of(folder, target)
    if own:
        give_terms(book)
    first = fresh("build", str(book))
    days, came = [], []
    for number in range(REPETITIONS):
        came.append(add_day(folder, target, YEAR_ENDS + timedelta(days=number)))
        days.append(fresh("build", str(book)))
    shutil.rmtree(target)
    wall, cpu = (statistics.median(float(day[name]) for day in days) / float(first[name]) for name in ("wall_s", "cpu_s"))
    phases = ", ".join(f"{name} {shown(statistics.median(day['phases'][name] for day in days))}" for name in days[0]["phases"])
    return [
        Line(
            f"first build of a year of {count:,} orders",
            _both([first]),
            "",
            f"{TERMS:,} customers with terms of their own, {HOURS:,} with their own hours" if own else "",
        ),
        Line(f"… of a day's files on it, {round(statistics.median(came)):,} orders", _both(days), "", f"{len(days)} × in turn; {phases}"),
        Line("… share of the first build", f"{wall:.3f} ({cpu:.3f} cpu)", f"≤ {MOST_SHARE:g}", "start-up included", met=wall <= MOST_SHARE),
        *_found(first, days),
    ]


def _found(first: Mapping[str, Any], days: Sequence[Mapping[str, Any]]) -> list[Line]:
    """With what is found after each is published, which does not follow from what changed alone."""
    found = statistics.median(float(day["found_s"]) for day in days)
    if not found:
        return []
    whole = [float(one["wall_s"]) + float(one["found_s"]) for one in (*days, first)]
    share = statistics.median(whole[:-1]) / whole[-1]
    return [Line("… with what it says found after it is published", f"{share:.3f}", "", f"{shown(found)} a day, found anew each time")]


def _parts(count: int) -> list[Line]:
    folder = _in_parts(orders(count), CACHE / f"parts-{count}")
    book, part = folder / "book", folder / "data" / "orders_07.csv"
    shutil.rmtree(book / ".troth", ignore_errors=True)
    first = fresh("build", str(book))
    again = []
    for number in range(REPETITIONS):
        lines = part.read_text(encoding="utf-8").splitlines()
        lines[1 + number] = lines[1 + number].replace(",delivered,", ",shipped,")
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
        again.append(fresh("build", str(book)))
    same = [_nothing_changed(book) for _ in range(REPETITIONS + 1)][1:]
    return [
        Line(f"first build of {count:,} orders, theirs in {FILES} files", _both([first]), "", f"of which reading {_reading([first])}"),
        Line(
            f"… one row in one of the {FILES} changed",
            _both(again),
            "",
            f"{len(again)} ×; of which reading {_reading(again)}",
        ),
        Line(
            "`troth build --if-changed`, nothing changed, from the shell",
            shown(statistics.median(same)),
            f"< {shown(MOST_S)}",
            f"{len(same)} ×, start of Python included",
            met=statistics.median(same) < MOST_S,
        ),
    ]


def _in_parts(folder: Path, target: Path) -> Path:
    """The same shop, its orders in files of a twentieth each."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "data").mkdir(parents=True)
    for file in (folder / "data").iterdir():
        if file.name != "orders.csv":
            (target / "data" / file.name).hardlink_to(file)
    head, *rows = (folder / "data" / "orders.csv").read_text(encoding="utf-8").splitlines()
    for number in range(FILES):
        part = "\n".join([head, *rows[number * len(rows) // FILES : (number + 1) * len(rows) // FILES]])
        (target / "data" / f"orders_{number:02}.csv").write_text(part + "\n", encoding="utf-8")
    shutil.copytree(folder / "book", target / "book", ignore=shutil.ignore_patterns(".troth", "pages"))
    parts = SOURCES["orders"].replace("files: [orders.csv]", "files: ['orders_*.csv']")
    (target / "book" / "sources" / "orders.yaml").write_text(parts, encoding="utf-8")
    settings = (target / "book" / "troth.yaml").read_text(encoding="utf-8")
    (target / "book" / "troth.yaml").write_text(settings.replace(str(folder), str(target)), encoding="utf-8")
    return target


def _nothing_changed(book: Path) -> float:
    command = [str(Path(sys.executable).with_name("troth")), "build", "--if-changed", "--quiet", "--book", str(book)]
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=warm(), check=True)
    return time.perf_counter() - begun


def _both(runs: Sequence[dict[str, Any]]) -> str:
    wall, cpu = (statistics.median(float(run[name]) for run in runs) for name in ("wall_s", "cpu_s"))
    return f"{shown(wall)} ({shown(cpu)} cpu)"


def _reading(runs: Sequence[dict[str, Any]]) -> str:
    return shown(statistics.median(run["phases"]["reading"] for run in runs))

"""./x bench [NAME…] [--orders N]… [--keep]: all benches, or those named; --keep puts their tables into bench/README.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from bench import (
    book,
    build,
    calendars,
    charts,
    databases,
    explained,
    identity,
    increment,
    logs,
    metrics,
    pages,
    promises,
    record,
    risk,
    scorecard,
    start,
    table,
    timeline,
    variants,
    workbook,
    worlds,
)
from bench.table import Line

BENCHES: Mapping[str, Callable[[Sequence[int]], list[Line]]] = {
    "build": build.measure,
    "record": lambda _: record.measure(),
    "increment": increment.measure,
    "timeline": lambda sizes: timeline.measure(max(sizes)),
    "start": lambda _: start.measure(),
    "book": lambda _: book.measure(),
    "variants": lambda _: variants.measure(),
    "logs": lambda _: logs.measure(),
    "workbook": lambda _: workbook.measure(),
    "databases": lambda _: databases.measure(),
    "identity": lambda _: identity.measure(),
    "calendars": lambda _: calendars.measure(),
    "worlds": lambda _: worlds.measure(),
    "risk": lambda _: risk.measure(),
    "promises": lambda _: promises.measure(),
    "explained": lambda _: explained.measure(),
    "charts": lambda _: charts.measure(),
    "metrics": lambda _: metrics.measure(),
    "scorecard": lambda _: scorecard.measure(),
    "pages": lambda sizes: pages.measure(max(sizes)),
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./x bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--orders", type=int, action="append", help=f"number of orders (default: {build.SMALL} and {build.LARGE})")
    parser.add_argument("--keep", action="store_true", help="put the tables into bench/README.md")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench '{unknown[0]}'; there are: {', '.join(BENCHES)}")
    missed = False
    for name in asked.names or BENCHES:
        lines = BENCHES[name](asked.orders or [build.SMALL, build.LARGE])
        print(f"\n{name}: {table.shape()}\n\n{table.markdown(lines)}", flush=True)
        missed |= any(line.met is False for line in lines)
        if asked.keep:
            table.keep(name, lines)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Meridian at the size of its tests and at a hundred thousand customers, beside DuckDB that writes as many bytes of chance, and Faker."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from typing import Any

from bench.orders import CACHE
from bench.process import cpu_s, fresh, peak_mib
from bench.table import Line, shown

SMALL, LARGE = 2_000, 100_000
SMALL_S, LARGE_S, MIB = 5.0, 180.0, 4_096
FAKER, PEOPLE = "faker==37.8.0", 20_000


def measure() -> list[Line]:
    small, large = fresh("worlds", "ours", str(SMALL)), fresh("worlds", "ours", str(LARGE))
    plain = fresh("worlds", "plain", str(large["rows"]), str(large["bytes"]))
    lines = [
        Line(
            f"Meridian, {customers:,} customers, 24 months, to files: {run['instants']:,} instants in {run['rows']:,} rows,"
            f" {run['bytes'] / 2**20:,.0f} MiB",
            f"{shown(run['seconds'])} ({shown(run['cpu_s'])} cpu)", f"≤ {shown(goal)}",
            f"1 run; the company alone {shown(run['company_s'])}; peak {run['peak_mib']:,.0f} MiB, goal {MIB:,}",
            met=run["seconds"] <= goal and run["peak_mib"] <= MIB,
        )
        for customers, run, goal in ((SMALL, small, SMALL_S), (LARGE, large, LARGE_S))
    ]  # fmt: skip
    lines.append(
        Line(
            "… DuckDB: as many rows of random instants and numbers, as many bytes of CSV", shown(plain["seconds"]), "",
            f"{shown(plain['cpu_s'])} cpu; ours {large['seconds'] / plain['seconds']:.2f} × that, in processor time"
            f" {large['cpu_s'] / plain['cpu_s']:.2f} ×; it knows no company",
        )
    )  # fmt: skip
    faker = _faker()
    per_row = large["cpu_s"] / large["rows"]
    lines.append(
        Line(
            f"… Faker, {PEOPLE:,} rows of a name, a mail, an instant and an amount", f"{faker['cpu_s']:.2f} s cpu", "",
            f"{faker['cpu_s'] / PEOPLE * 1e6:,.0f} µs a row, ours {per_row * 1e6:.1f} µs: {faker['cpu_s'] / PEOPLE / per_row:,.0f} times;"
            " its rows have nothing to do with one another",
        )
    )  # fmt: skip
    return lines


def _faker() -> dict[str, Any]:
    """Faker in an environment of its own, since nothing else here needs it."""
    there = CACHE / "faker"
    python = there / "bin" / "python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", there], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", FAKER], check=True)
    code = (
        "import json, time\nfrom faker import Faker\nfake = Faker()\nFaker.seed(1)\nbegun = time.process_time()\n"
        f"rows = [(fake.name(), fake.email(), fake.date_time_this_decade(), fake.random_int(100, 100000)) for _ in range({PEOPLE})]\n"
        "print(json.dumps({'cpu_s': time.process_time() - begun}))"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _ours(customers: int) -> dict[str, Any]:
    from troth.app.starting.examples import make_meridian
    from troth.worlds import Plan, company
    from troth.worlds.sheets import NONE

    to = CACHE / f"meridian-{customers}"
    shutil.rmtree(to, ignore_errors=True)
    begun = time.perf_counter()
    made = make_meridian(to, customers=customers)
    seconds, cpu, peak = time.perf_counter() - begun, cpu_s(), peak_mib()
    size = sum(path.stat().st_size for path in (to / "data").iterdir())
    shutil.rmtree(to)
    begun = time.perf_counter()
    world = company(Plan(customers=customers))
    alone = time.perf_counter() - begun
    columns = [column for sheet in world.sheets for column in sheet.columns if column.kind in ("instant", "zoned")]
    instants = sum(int((column.values != NONE).sum()) for column in columns)
    return {
        "seconds": seconds, "cpu_s": cpu, "peak_mib": peak, "company_s": alone, "rows": made.rows, "bytes": size, "instants": instants
    }  # fmt: skip


def _plain(rows: int, size: int) -> dict[str, Any]:
    import duckdb

    path = CACHE / "plain.csv"
    begun = time.perf_counter()
    width = max(size // rows - 42, 1)  # what the instant, the two numbers and the signs between take
    duckdb.execute(
        f"COPY (SELECT strftime(make_timestamp((1704067200 + (random() * 63072000)::BIGINT) * 1000000), '%Y-%m-%dT%H:%M:%SZ') AS at,"
        f" (random() * 100000000)::BIGINT AS id, (random() * 1000000)::BIGINT AS amount, repeat('x', {width}) AS rest FROM range({rows}))"
        f" TO '{path}' (FORMAT csv, HEADER true)"
    )
    seconds, cpu = time.perf_counter() - begun, cpu_s()
    written = path.stat().st_size
    path.unlink()
    return {"seconds": seconds, "cpu_s": cpu, "bytes": written}


def main(arguments: list[str]) -> None:
    way, *numbers = arguments
    CACHE.mkdir(parents=True, exist_ok=True)
    print(json.dumps(_ours(int(numbers[0])) if way == "ours" else _plain(int(numbers[0]), int(numbers[1]))))


if __name__ == "__main__":
    main(sys.argv[1:])

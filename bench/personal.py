"""A file with two personal columns, each of as many people as rows, to texts in the engine: new, known, and with nothing personal."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from random import Random

from bench.orders import CACHE
from bench.process import cpu_s, fresh, peak_mib
from bench.table import Line, shown

ROWS = 1_000_000
FIRST_CPU_S, AGAIN_CPU_S, MOST_MIB = 4.0, 1.5, 1536
MAPPING = {"key": ["id"], "object": {"type": "person", "id": ["id"]}}
PERSONAL = {"who": "name", "mail": "email"}


def measure(count: int = ROWS) -> list[Line]:
    path = _made(count)
    with tempfile.TemporaryDirectory() as vault:
        plain, first, again = (fresh("personal", way, str(path), vault) for way in ("plain", "vault", "vault"))
    most = max(first["peak_mib"], again["peak_mib"])
    both = f"{count:,} names and as many mails, to tokens"
    return [
        Line(both, _told(first), f"≤ {FIRST_CPU_S} s cpu", "1 run; all new to the vault", _within(first, FIRST_CPU_S)),
        Line("… the same file again", _told(again), f"≤ {AGAIN_CPU_S} s cpu", "another process; all known", _within(again, AGAIN_CPU_S)),
        Line("… the same file, nothing in it personal", _told(plain), "", "the rest of reading it"),
        Line("… peak memory", f"{most:,.0f} MiB", f"≤ {MOST_MIB:,} MiB", "of the larger of both", most <= MOST_MIB),
    ]  # fmt: skip


def _told(run: Mapping[str, float]) -> str:
    return f"{shown(run['seconds'])} ({shown(run['cpu_s'])} cpu)"


def _within(run: Mapping[str, float], goal: float) -> bool:
    return run["cpu_s"] <= goal


def _made(count: int) -> Path:
    path = CACHE / f"personal-{count}.csv"
    if path.is_file():
        return path
    CACHE.mkdir(parents=True, exist_ok=True)
    chance, draft = Random(1), path.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write("id,who,mail,city\n")
        for row in range(count):
            some = chance.getrandbits(28)
            file.write(f"{row},Anna{some:x} Lang{row},Anna{some:x}.L{row}@Example.org,Ulm\n")
    draft.replace(path)
    return path


def measure_reading(path: Path, vault: Path | None) -> dict[str, float]:
    from troth.sources import Source
    from troth.sources.address import Address
    from troth.sources.intake.texts import read_texts
    from troth.stores.lake.engine import DuckEngine
    from troth.stores.vault.vault import SqliteVault

    source = Source.model_validate({"files": [path.name], **MAPPING, "personal": PERSONAL if vault else {}})
    kept = SqliteVault(vault, datetime.now) if vault else None
    with DuckEngine() as engine:
        begun, cpu = time.perf_counter(), cpu_s()
        texts = read_texts(engine, "rows", source, Address(path), kept)
        seconds, spent = time.perf_counter() - begun, cpu_s() - cpu
        people = engine.rows(f"SELECT count(DISTINCT mail) FROM {texts.rows}")[0][0]
    if people != texts.counted:
        raise RuntimeError(f"{people} people of {texts.counted}")
    return {"seconds": seconds, "cpu_s": spent, "peak_mib": peak_mib()}


if __name__ == "__main__":
    way, read, folder = sys.argv[1:]
    print(json.dumps(measure_reading(Path(read), Path(folder) if way == "vault" else None)))

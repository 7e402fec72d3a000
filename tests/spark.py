"""A Spark of the tests' own: in one process, or a master with two workers on this machine, started and stopped with its session."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"
WORKERS = 2
STARTED_S = 120.0


@contextmanager
def session(folder: Path, master: str, settings: Mapping[str, str]) -> Iterator[Any]:
    """A session whose tables lie in a folder. settings: what our SQL asks of it."""
    from pyspark.sql import SparkSession

    ours = {
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.host": LOOPBACK,
        "spark.local.dir": str(folder / "scratch"),
        "spark.sql.warehouse.dir": str(folder / "tables"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.default.parallelism": "2",
        "spark.sql.shuffle.partitions": "2",
        "spark.executor.memory": "512m",
    }
    builder = SparkSession.builder.master(master).appName("troth")
    for name, value in {**ours, **settings}.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    try:
        made.sparkContext.setLogLevel("ERROR")
        yield made
    finally:
        made.stop()


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """A master with two workers of one core each, on loopback only; gives its URL."""
    with ExitStack() as stopping:
        said = stopping.enter_context(_running(folder, "master", MASTER, "--host", LOOPBACK, "--port", "0"))
        url = _awaited(said, r"Starting Spark master at (spark://\S+)")[0]
        for number in range(WORKERS):
            stopping.enter_context(
                _running(
                    folder, f"worker-{number}", WORKER, url, "--host", LOOPBACK, "--cores", "1", "--memory", "600m",
                    "--work-dir", str(folder / "work"),
                )
            )  # fmt: skip
        _awaited(said, r"Registering worker", times=WORKERS)
        yield url


@contextmanager
def _running(folder: Path, name: str, what: str, *arguments: str) -> Iterator[Path]:
    """One Java process of Spark; gives the file of what it says. The wheel has no sbin/start-master.sh."""
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": LOOPBACK, "SPARK_DAEMON_MEMORY": "256m"}
    said = folder / f"{name}.log"
    command = [str(home / "bin" / "spark-class"), what, *arguments, "--webui-port", "0"]
    with said.open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        try:
            yield said
        finally:
            process.terminate()
            process.wait(30)


def _awaited(said: Path, pattern: str, times: int = 1) -> list[str]:
    """What a process says, once it has said it so often."""
    until = time.monotonic() + STARTED_S
    while time.monotonic() < until:
        found = re.findall(pattern, said.read_text(encoding="utf-8", errors="replace"))
        if len(found) >= times:
            return found
        time.sleep(0.2)
    raise TimeoutError(f"{pattern} was not said:\n{said.read_text(encoding='utf-8', errors='replace')}")

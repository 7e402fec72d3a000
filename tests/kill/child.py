"""Builds in processes of its own and kills them: `python -m tests.kill.child MODULE:SUBJECT`, orders as JSON lines.

It imports what the build needs once and forks for each order, so that a kill costs a build and not a start of Python.

    {"do": "prepare", "root": R}                  -> {"ended": "done"}
    {"do": "build", "root": R}                    -> {"ended": "done", "hits": [...], "marks": {...}, "seconds": ...}
    {"do": "build", "root": R, "at_hit": N}       kills itself at its N-th failpoint, counted from 0
    {"do": "build", "root": R, "phase": P, "after": S}      is killed S seconds after the phase began

Marks are the seconds from the fork to the beginning of each phase that was reached.
"""

from __future__ import annotations

import json
import os
import pkgutil
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PHASES = {"compute": None, "write": "file.write.before", "publish": "publish.before"}


@dataclass(frozen=True, slots=True)
class Subject:
    """prepare: leaves a snapshot in force and inputs that changed since. build: publishes the next one, or nothing."""

    prepare: Callable[[Path], None]
    build: Callable[[Path], None]


def _work(subject: Subject, order: dict[str, Any], report: int) -> None:
    from troth.stores import failpoints

    hits: list[str] = []
    begun: set[str] = set()

    def say(line: dict[str, Any]) -> None:
        os.write(report, json.dumps(line).encode() + b"\n")

    def hook(name: str) -> None:
        if order.get("at_hit") == len(hits):
            os.kill(os.getpid(), signal.SIGKILL)
        hits.append(name)
        for phase, first in PHASES.items():
            if first == name and phase not in begun:
                begun.add(phase)
                say({"mark": phase})

    say({"mark": "compute"})
    with failpoints.install(hook):
        getattr(subject, order["do"])(Path(order["root"]))
    say({"hits": hits})


def _watch(process: int, report: int, order: dict[str, Any], began: float) -> dict[str, Any]:
    """Read the builder's lines until it ends; kill it when the order's moment comes."""
    marks: dict[str, float] = {}
    said: dict[str, Any] = {"hits": []}
    deadline: float | None = None
    text = b""
    while True:
        wait = None if deadline is None else max(deadline - time.monotonic(), 0)
        if not select.select([report], [], [], wait)[0]:
            os.kill(process, signal.SIGKILL)
            deadline = None
            continue
        chunk = os.read(report, 65_536)
        now = time.monotonic()
        if not chunk:
            break
        *lines, text = (text + chunk).split(b"\n")
        for line in map(json.loads, lines):
            said |= {name: value for name, value in line.items() if name != "mark"}
            if "mark" in line:
                marks[line["mark"]] = now - began
                if line["mark"] == order.get("phase"):
                    deadline = now + order["after"]
    _, status = os.waitpid(process, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    ended = "killed" if killed else "done" if status == 0 else "failed"
    return {"ended": ended, "hits": said["hits"], "marks": marks, "seconds": time.monotonic() - began}


def _carry_out(subject: Subject, order: dict[str, Any]) -> dict[str, Any]:
    read, write = os.pipe()
    began = time.monotonic()
    process = os.fork()
    if process == 0:
        os.close(read)
        try:
            _work(subject, order, write)
        except BaseException:  # noqa: BLE001 (a fork must not return into the loop of its parent)
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    os.close(write)
    try:
        return _watch(process, read, order, began)
    finally:
        os.close(read)


def main(name: str) -> None:
    subject = pkgutil.resolve_name(name)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_carry_out(subject, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])

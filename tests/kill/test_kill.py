"""kill -9 at every failpoint and at moments spread over a build; afterwards others read the lake, and the next build runs.

Kills, and how they are spread, follow the two rules: each occurrence of each failpoint, and at least 100 moments of a
measured build with at least 10 in each phase.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.kill import auditor
from tests.kill.child import PHASES
from tests.needs import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL, which this platform has not"),
]

SUBJECTS = ["tests.kill.real_build:SUBJECT"]
MOMENTS, IN_EACH_PHASE = 100, 10
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Bench:
    """child: forks and kills builds. reader: audits folders in a process of its own, which never writes.

    before: a folder as it is before the build. measured: an undisturbed build. earlier, later: the audits before and
    after it.
    """

    child: subprocess.Popen[str]
    reader: subprocess.Popen[str]
    folder: Path
    before: Path
    measured: dict[str, Any]
    earlier: dict[str, Any]
    later: dict[str, Any]

    def order(self, **words: Any) -> dict[str, Any]:
        return _ask(self.child, json.dumps(words))

    def audit(self, folder: Path) -> dict[str, Any]:
        return _ask(self.reader, str(folder))

    def phase_seconds(self, phase: str) -> float:
        marks = self.measured["marks"]
        following = [*marks.values(), self.measured["seconds"]]
        return float(following[list(marks).index(phase) + 1] - marks[phase])


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _ask(process: subprocess.Popen[str], line: str) -> dict[str, Any]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(line + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    assert isinstance(answer, dict)
    return answer


@pytest.fixture(scope="module", params=SUBJECTS)
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("kill")
    child = _start("-m", "tests.kill.child", request.param)
    reader = _start("-S", "-E", auditor.__file__)
    before, after = folder / "before", folder / "after"
    before.mkdir()
    assert _ask(child, json.dumps({"do": "prepare", "root": str(before)}))["ended"] == "done"
    earlier = _ask(reader, str(before))
    builds = []
    for _ in range(5):
        shutil.rmtree(after, ignore_errors=True)
        shutil.copytree(before, after)
        builds.append(_ask(child, json.dumps({"do": "build", "root": str(after)})))
        assert builds[-1]["ended"] == "done"
    measured = min(builds, key=lambda build: float(build["seconds"]))  # moments after the end of a build kill nothing
    yield Bench(child, reader, folder, before, measured, earlier, _ask(reader, str(after)))
    child.communicate()
    reader.communicate()


def _killed(bench: Bench, **words: Any) -> tuple[str | None, str | None]:
    """Kill one build. Gives the phase it died in, None if it had ended; and what went wrong afterwards, None if nothing."""
    root = bench.folder / "tried"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(bench.before, root)
    answer = bench.order(do="build", root=str(root), **words)
    if answer["ended"] == "failed":
        return None, f"{words}: the build failed"
    phase = list(answer["marks"])[-1] if answer["ended"] == "killed" else None
    return phase, _wrong_after(bench, root, words)


def _wrong_after(bench: Bench, root: Path, words: dict[str, Any]) -> str | None:
    report = bench.audit(root)
    if report["id"] not in (bench.earlier["id"], bench.later["id"]):
        return f"{words}: in force is {report['id']}"
    if report["wrong"] or report["integrity"] != "ok":
        return f"{words}: {report['id']} is damaged: {report['wrong']} {report['integrity']}"
    known = bench.earlier if report["id"] == bench.earlier["id"] else bench.later
    if report["tables"] != known["tables"]:
        return f"{words}: the journal is neither the earlier nor the later one"
    again = bench.order(do="build", root=str(root))
    if again["ended"] != "done":
        return f"{words}: the next build ended as {again['ended']}"
    if again["seconds"] > PATIENCE_SECONDS:
        return f"{words}: the next build waited {again['seconds']:.0f} s"
    if bench.audit(root) != bench.later:
        return f"{words}: the next build differs from an undisturbed one"
    return None


def test_the_undisturbed_build_publishes_another_snapshot(bench: Bench) -> None:
    assert bench.earlier["id"] != bench.later["id"]
    assert (bench.earlier["wrong"], bench.later["wrong"]) == ([], [])
    assert list(bench.measured["marks"]) == list(PHASES)


def test_a_kill_at_every_failpoint_leaves_a_whole_snapshot(bench: Bench) -> None:
    hits = bench.measured["hits"]

    tried = [_killed(bench, at_hit=number) for number in range(len(hits))]

    assert [wrong for _, wrong in tried if wrong] == []
    assert [phase for phase, _ in tried if phase is None] == []
    print(f"{len(tried)} kills at {len(set(hits))} failpoints")  # noqa: T201


def test_a_kill_at_any_moment_leaves_a_whole_snapshot(bench: Bench) -> None:
    #  A kill that comes too late, because this build was quicker than the measured one, is not counted.
    died: Counter[str] = Counter()
    wrongs = []
    for number in count():
        moment = (number % MOMENTS + 0.5) / MOMENTS * bench.measured["seconds"]
        phase, wrong = _killed(bench, phase="compute", after=moment)
        died.update([phase] if phase else [])
        wrongs += [wrong] if wrong else []
        if died.total() >= MOMENTS or number > 2 * MOMENTS:
            break
    for phase in PHASES:
        for number in count():
            if died[phase] >= IN_EACH_PHASE or number > 5 * IN_EACH_PHASE:
                break
            moment = (number % IN_EACH_PHASE + 0.5) / IN_EACH_PHASE * bench.phase_seconds(phase)
            at, wrong = _killed(bench, phase=phase, after=moment)
            died.update([at] if at else [])
            wrongs += [wrong] if wrong else []

    print(f"kills by phase: {dict(died)}")  # noqa: T201
    assert wrongs == []
    assert died.total() >= MOMENTS
    assert {phase: died[phase] >= IN_EACH_PHASE for phase in PHASES} == dict.fromkeys(PHASES, True)

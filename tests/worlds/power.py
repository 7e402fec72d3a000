"""How often each truth of Meridian is found: the tests of recovery on many seeds, `python -m tests.worlds.power FIRST LAST [CORES]`.

A table of all seeds: of how many a truth was found, as its test asks; the mean of what was planted and of what the script says; and in how
many of them the script's interval of 95 % holds what was planted. Minutes a seed, so no part of the ordinary tests. The truths that were
missed follow, each with its seeds, and the command ends with 1 where one was missed on more than a twentieth of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

TESTS = tuple(f"tests/worlds/test_{name}.py" for name in ("recovered_parcels", "recovered_service", "who_comes_back"))
ROOT = Path(__file__).resolve().parents[2]
NORMAL_95 = 1.959964


@dataclass(slots=True)
class Looks:
    """At one truth: the seeds on which its test passed and failed, and what was planted, said and how surely, of each that has a figure."""

    found: list[int] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    figures: list[tuple[float, float, float]] = field(default_factory=list)

    def row(self, name: str) -> str:
        """Its row of the table."""
        held = sum(abs(said - planted) <= NORMAL_95 * error for planted, said, error in self.figures)
        planted, said = (_mean([one[place] for one in self.figures]) for place in (0, 1))
        coverage = f"{held} of {len(self.figures)}" if self.figures else ""
        return f"| {name} | {len(self.found)} of {len(self.found) + len(self.missed)} | {planted} | {said} | {coverage} |"


def looked(seed: int) -> Mapping[str, tuple[bool, Sequence[float] | None]]:
    """Of one seed, by what its tests noted: whether the test passed, and what was planted, what was said, and the error.

    A test that noted nothing goes by its own name.
    """
    with TemporaryDirectory(prefix="troth-power-") as folder:
        command = [sys.executable, "-m", "pytest", *TESTS, "-q", "-p", "no:cacheprovider", f"--junitxml={folder}/said.xml"]
        command += [f"--basetemp={folder}/made", "-o", "junit_family=xunit1"]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "TROTH_WORLD_SEED": str(seed)}, capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 1):
            raise SystemExit(f"seed {seed}: pytest could not run\n{done.stdout[-2_000:]}{done.stderr[-2_000:]}")
        cases = list(ElementTree.parse(f"{folder}/said.xml").getroot().iter("testcase"))
    found: dict[str, tuple[bool, Sequence[float] | None]] = {}
    for case in cases:
        wrong = next((one for kind in ("failure", "error") for one in case.iter(kind)), None)
        if wrong is not None:
            sys.stderr.write(f"seed {seed}, {case.get('name')}: {wrong.get('message', '').splitlines()[:2]}\n")
        noted = {one.get("name", ""): json.loads(one.get("value", "null")) for one in case.iter("property")}
        for name, figures in (noted or {case.get("name", ""): None}).items():
            found[name] = wrong is None, figures
    return found


def main(first: int, last: int, cores: int = 1) -> int:
    """Seeds first to last, as many at once as there are cores for it."""
    truths: dict[str, Looks] = {}
    seeds, pool = range(first, last + 1), ThreadPoolExecutor(cores)
    for seed, one in zip(seeds, pool.map(looked, seeds), strict=True):
        for name, (passed, figures) in one.items():
            looks = truths.setdefault(name, Looks())
            (looks.found if passed else looks.missed).append(seed)
            if figures:
                looks.figures.append((figures[0], figures[1], figures[2]))
        sys.stderr.write(f"seed {seed}: {[name for name, (passed, _) in one.items() if not passed] or 'all found'}\n")
    table = ["| truth | found | planted | mean found | 95 % intervals that hold it |", "|---|---|---|---|---|"]
    table += [truths[name].row(name) for name in sorted(truths)]
    missed = {name: looks.missed for name, looks in sorted(truths.items()) if looks.missed}
    sys.stdout.write("\n".join([*table, "", *(f"{name}: missed on {', '.join(map(str, where))}" for name, where in missed.items()), ""]))
    return int(any(20 * len(where) > len(seeds) for where in missed.values()))


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.3g}" if values else ""


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:])))

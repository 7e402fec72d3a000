"""Every parser on mutations of valid files: no exception but SourceError, no row lost, the same twice; what once failed, again."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.harness import TARGETS, found, said_of, seed
from tests.needs import ROOT
from troth.stores.lake.engine import DuckEngine

#  op         what it does at a place, as a share of the content
#  insert     a sign of the format, or any byte
#  replace    so many bytes by a sign
#  delete     so many bytes
#  repeat     so many bytes, up to 40 times
#  move       so many bytes to another place
#  cut        all behind
Change = tuple[str, float, float, int, bytes]


def _changes(name: str) -> st.SearchStrategy[list[Change]]:
    signs = st.sampled_from(TARGETS[name].signs) | st.binary(min_size=1, max_size=3)
    share = st.floats(0, 1)
    ops = st.sampled_from(("insert", "insert", "replace", "replace", "delete", "repeat", "move", "cut"))
    return st.lists(st.tuples(ops, share, share, st.integers(1, 40), signs), min_size=1, max_size=4)


def _changed(content: bytes, changes: list[Change]) -> bytes:
    for op, share, other, count, sign in changes:
        place, to = int(share * len(content)), int(other * len(content))
        here, behind = content[place : place + count], content[place + count :]
        match op:
            case "insert":
                content = content[:place] + sign + content[place:]
            case "replace":
                content = content[:place] + sign + behind
            case "delete":
                content = content[:place] + behind
            case "repeat":
                content = content[:place] + here * count + behind
            case "move":
                rest = content[:place] + behind
                content = rest[:to] + here + rest[to:]
            case _:
                content = content[:place]
    return content


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def engine() -> DuckEngine:
    return DuckEngine(threads=1)


#: An .xls starts a process for each try.
EXAMPLES = {"xls": 3}


@pytest.mark.parametrize("name", TARGETS)
def test_a_mutated_file_is_read_or_refused_and_loses_no_row(name: str, folder: Path, engine: DuckEngine) -> None:
    @settings(max_examples=EXAMPLES.get(name, 12), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(_changes(name))
    def holds(changes: list[Change]) -> None:
        content = _changed(seed(name), changes)
        assert said_of(name, content, folder, engine) == said_of(name, content, folder, engine)

    holds()


@pytest.mark.parametrize("name", TARGETS)
def test_the_seed_is_read_whole(name: str, folder: Path, engine: DuckEngine) -> None:
    said = said_of(name, seed(name), folder, engine)

    assert len(said) == 1
    assert isinstance(said[0], tuple)
    assert said[0][1] in (4, 8)


@pytest.mark.parametrize(("name", "content"), [(name, content) for name in TARGETS for content in found(name)])
def test_what_was_found_once_is_read_or_refused(name: str, content: bytes, folder: Path, engine: DuckEngine) -> None:
    said_of(name, content, folder, engine)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["json", "xes", "ocel-json"])
def test_the_fuzzer_finds_nothing_in_a_few_runs(name: str, tmp_path: Path) -> None:
    if find_spec("atheris") is None:
        pytest.skip("atheris has no wheel for this Python or platform; the mutations above run everywhere")
    command = [sys.executable, "-m", "tests.fuzz", name, "--runs", "300", "--keep", str(tmp_path)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
    assert "Done 300 runs" in done.stderr
    assert list(tmp_path.iterdir()) == []

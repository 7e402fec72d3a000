"""What a user installs is the wheel: a template that is only in the checkout is a page that only we can draw."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.needs import ROOT


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def _files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".pyc", ".pyo"})
    return {path.relative_to(folder).as_posix() for path in found}


def test_the_wheel_holds_the_whole_package(shipped: set[str]) -> None:
    assert {f"troth/{file}" for file in _files(ROOT / "src" / "troth")} - shipped == set()


def test_the_wheel_holds_the_example(shipped: set[str]) -> None:
    example = ROOT / "examples" / "corner-shop"

    assert {f"troth/examples/corner-shop/{file}" for file in _files(example)} - shipped == set()


def test_the_wheel_holds_its_licence_and_no_tests(shipped: set[str]) -> None:
    assert any(name.endswith("/licenses/LICENSE") for name in shipped)
    assert not any(name.startswith(("tests/", "tools/")) for name in shipped)

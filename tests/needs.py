"""What a test needs from the machine, and what happens where it is absent: a skip with a reason, in CI a failure."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _on_path(*names: str) -> Path | None:
    return next((Path(found) for name in names if (found := shutil.which(name))), None)


_SYSTEM: dict[str, Callable[[], Path | None]] = {
    "chromium": lambda: _on_path(*_BROWSERS),
    "cc": lambda: _on_path("cc", "gcc", "clang"),
    "node": lambda: _on_path("node"),
    "git": lambda: _on_path("git"),
    "pango": lambda: Path(found) if (found := find_library("pango-1.0")) else None,
}


def _system_is_required() -> bool:
    return os.environ.get("REQUIRE_SYSTEM") == "1" or os.environ.get("CI") == "true"


def _absent(reason: str) -> NoReturn:
    if _system_is_required():
        pytest.fail(f"{reason}, and CI may not skip for that")
    pytest.skip(reason)


def require_system(name: str) -> Path:
    """Path of the program, for example `require_system("chromium")` as Playwright's `executable_path`."""
    found = _SYSTEM[name]()
    if found is None:
        _absent(f"{name} is not installed; bash tools/system.sh installs it")
    return found


def require_data(name: str) -> Path:
    """Folder of a public data set that this repository may not contain.

    Looked up in $TROTH_DATA, else in `../shared/data` beside the repository. Its absence is always a skip: a clean
    checkout has no way to get it.
    """
    folder = Path(os.environ.get("TROTH_DATA") or ROOT.parent / "shared" / "data") / name
    if not folder.is_dir():
        pytest.skip(f"data set '{name}' is not on this machine; set TROTH_DATA to the folder that holds it")
    return folder

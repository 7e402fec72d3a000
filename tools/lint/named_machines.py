"""The repository names no machine: no absolute path of somebody's disk, no package registry, no folder beside itself.

A path that exists on one machine only makes a test or a page that works on one machine only; a registry host in a
lock file sends a company's builds around its own mirror.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_OURS_THOUGH_HIDDEN = {".ci", ".github", ".gitignore"}
_NOT_OURS = {"__pycache__", "site", "build", "dist", "htmlcov", "node_modules", "troth-demo"}  # the last: what `./x demo` writes
_EXEMPT = {"LICENSE"}
_BESIDE_US = "../" + "shared"
_MAY_LOOK_BESIDE = {"tests/needs.py"}  # skips with a reason where there is nothing
_HOSTS = ("pypi" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org")
_MACHINE = re.compile("|".join([r"(?<![\w.~-])/(?:work|tmp|home|root)(?![\w-])", *map(re.escape, _HOSTS)]))


def found(root: Path) -> list[str]:
    """`file:line: what` for each line of a text file that names a machine."""
    problems = []
    for file in _files(root):
        place = file.relative_to(root).as_posix()
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            named = in_line(line) or (_BESIDE_US if _BESIDE_US in line and place not in _MAY_LOOK_BESIDE else "")
            if named:
                problems.append(f"{place}:{number}: names {named}")
    return problems


def in_line(line: str) -> str:
    """The machine that this line names, or nothing."""
    match = _MACHINE.search(line)
    return match.group() if match else ""


def _files(root: Path) -> Iterator[Path]:
    for entry in sorted(root.iterdir()):
        hidden = entry.name.startswith(".") and entry.name not in _OURS_THOUGH_HIDDEN
        if hidden or entry.name in _NOT_OURS or entry.name in _EXEMPT or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _files(entry)
        elif entry.is_file():
            yield entry

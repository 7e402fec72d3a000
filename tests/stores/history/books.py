"""A small book to keep the history of, in a folder or in memory."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Protocol

from tests.needs import require_system
from troth.book.history import Author, History
from troth.stores.history.git import GitHistory
from troth.stores.memory import MemoryHistory

NOW = datetime(2026, 3, 2, 9, 14, 5)
ANA, BO = Author("Ana Lima", "ana@example.org"), Author("Bo Søe", "bo@example.org")

ROOT, ORDER, LANES = PurePosixPath("troth.yaml"), PurePosixPath("promises/order.yaml"), PurePosixPath("calendars/lanes.yml")

#  a promise in five lines
DELIVER = b"deliver:\n  anchor: placed\n  due: placed + 2d\n  owners: [sales]\n  words: delivered in time\n"
BOOK = {ROOT: b"name: small\n", ORDER: DELIVER}


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


class Bench(Protocol):
    @property
    def history(self) -> History: ...

    def write(self, path: PurePosixPath, text: bytes | None) -> None: ...

    def files(self) -> Mapping[PurePosixPath, bytes]:
        """Every file of the folder that is the author's, in the book or not."""


@dataclass(frozen=True, slots=True)
class InMemory:
    history: MemoryHistory

    def write(self, path: PurePosixPath, text: bytes | None) -> None:
        if text is None:
            del self.history.folder[path]
        else:
            self.history.folder[path] = text

    def files(self) -> Mapping[PurePosixPath, bytes]:
        return self.history.folder


@dataclass(frozen=True, slots=True)
class OnDisk:
    history: GitHistory
    root: Path

    def write(self, path: PurePosixPath, text: bytes | None) -> None:
        place = self.root / path
        if text is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text)

    def files(self) -> Mapping[PurePosixPath, bytes]:
        found = {PurePosixPath(p.relative_to(self.root).as_posix()): p for p in self.root.rglob("*") if p.is_file()}
        return {path: place.read_bytes() for path, place in found.items() if path.parts[0] not in (".git", ".gitignore")}


def on_disk(root: Path) -> OnDisk:
    root.mkdir(parents=True, exist_ok=True)
    return OnDisk(GitHistory(root), root)


def filled(bench: Bench, book: Mapping[PurePosixPath, bytes] = BOOK) -> Bench:
    for path, text in book.items():
        bench.write(path, text)
    return bench


def git(folder: Path, *words: str, check: bool = True) -> str:
    """What a git binary says; its settings are those of the repository alone."""
    require_system("git")
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False, env=alone())
    if check and done.returncode:
        raise AssertionError(f"git {' '.join(words)}: {done.stderr.decode('utf-8', 'replace')}")
    return done.stdout.decode("utf-8", "replace")


def alone() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}


def made_by_git(folder: Path) -> Path:
    """An empty repository of an author named Git."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=trunk")
    git(folder, "config", "user.name", "Git")
    git(folder, "config", "user.email", "git@example.org")
    return folder


def committed(folder: Path, message: str = "by git") -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", f"--message={message}")
    return git(folder, "rev-parse", "HEAD").strip()


def is_whole(folder: Path) -> bool:
    """Whether git finds nothing wrong in any object, reference or log."""
    return git(folder, "fsck", "--full", "--strict", "--no-dangling").strip() == ""

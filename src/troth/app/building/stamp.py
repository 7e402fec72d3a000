"""Whether nothing can have changed since a build said so: told from what the system says of files, before anything heavy is loaded."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troth import __version__
from troth.kernel.installed import release

FILE = ".troth/cache/unchanged.json"
JOURNAL = ".troth/journal.db"
PAGES = "pages"
SIGN = "#"

Seen = list[int]


@dataclass(frozen=True, slots=True)
class Still:
    """The snapshot in force, of which nothing has changed. as_of: UTC, ISO 8601."""

    id: str
    as_of: str


def begun(root: Path, folder: Path | None = None) -> dict[str, Any]:
    """How the book's files and its history look now; taken before they are read. folder: of the sources, where it lies in the book."""
    found: dict[str, Seen | None] = {}
    inside = folder or root / PAGES
    for at, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") and Path(at, name) not in (root / PAGES, inside)]
        found[at] = None
        found |= {path: _seen(path) for name in files if (path := os.path.join(at, name)).endswith((".yaml", ".yml"))}  # noqa: PTH118
    return {"book": found, "history": _history(root)}


def keep(root: Path, before: dict[str, Any], *, folder: Path, patterns: Iterable[str], files: dict[str, Seen], snapshot: Still) -> None:
    """Say that of all this `snapshot` is what a build gives. before: as `begun` gave it; files: as they looked before they were read.

    Nothing is said where the history is kept in a way whose changes cannot be seen from outside.
    """
    if before["history"] is None:
        return
    said = {
        **before, "made_by": _made_by(), "folder": str(folder), "patterns": sorted(set(patterns)), "files": files,
        "journal": _seen(root / JOURNAL), "snapshot": [snapshot.id, snapshot.as_of],
    }  # fmt: skip
    with suppress(OSError):
        file = root / FILE
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(".new")
        aside.write_text(json.dumps(said), encoding="utf-8")
        aside.replace(file)


def still(root: Path) -> Still | None:
    """What is in force, if nothing has changed since `keep`; None where that cannot be told from outside.

    What was written as late as the note itself is not believed: its times cannot tell.
    """
    root = root.resolve()
    with suppress(OSError, ValueError, KeyError, TypeError, NotImplementedError):
        file = root / FILE
        said = json.loads(file.read_bytes())
        limit = file.stat().st_mtime_ns
        folder = Path(said["folder"])
        inside = folder if folder.is_relative_to(root) and folder != root else None
        now = begun(root, inside)
        wal = Path(f"{root / JOURNAL}-wal")
        same = (
            said["made_by"] == _made_by()
            and said["journal"] == _seen(root / JOURNAL)
            and not (wal.exists() and wal.stat().st_size)
            and (said["book"], said["history"]) == (now["book"], now["history"])
            and sorted(said["files"]) == sorted({str(path) for pattern in said["patterns"] for path in _found(folder, pattern)})
            and all(seen == _seen(path) for path, seen in said["files"].items())
        )
        watched = [seen for seen in (*said["files"].values(), *said["book"].values(), *said["history"].values()) if seen]
        if same and all(max(seen[1], seen[2]) < limit for seen in watched):
            return Still(*said["snapshot"])
    return None


def _made_by() -> list[str]:
    return [__version__, release("duckdb"), release("tzdata"), release("holidays")]


def _seen(path: str | Path) -> Seen | None:
    try:
        seen = os.stat(path)  # noqa: PTH116  one call a file, of which a book may have thousands
    except FileNotFoundError:
        return None
    return [seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino]


def _history(root: Path) -> dict[str, Seen | None] | None:
    """What changes with every revision: where the head points and what it points to. None where that cannot be found."""
    home = next((folder / ".git" for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    if home is None:
        return {}
    try:
        if home.is_file():  # of a work tree beside its repository
            home = (home.parent / home.read_text(encoding="utf-8").strip().removeprefix("gitdir: ")).resolve()
        beside = home / "commondir"
        common = (home / beside.read_text(encoding="utf-8").strip()).resolve() if beside.is_file() else home
        head = home / "HEAD"
        said = head.read_text(encoding="utf-8").strip().removeprefix("ref: ")
    except (OSError, ValueError):
        return None
    if (common / "reftable").exists():
        return None
    return {str(path): _seen(path) for path in (head, home / said, common / said, common / "packed-refs", common / "shallow")}


def _found(folder: Path, pattern: str) -> list[Path]:
    """The files of a name or pattern, as `sources.places` finds them."""
    signs = [place for place, sign in enumerate(pattern) if sign == SIGN and place]
    for name in (pattern, *(pattern[:place] for place in signs)):
        named = folder / name
        files = [named] if named.is_file() else [path for path in folder.glob(name) if path.is_file()]
        if files:
            return files
    return []

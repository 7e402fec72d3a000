"""Files that nothing names any more, and how they go."""

from __future__ import annotations

from pathlib import Path

from troth.kernel.errors import StoreError
from troth.stores import failpoints


def present(root: Path) -> dict[str, int]:
    """Bytes of every Parquet file below a folder, by its path from there."""
    return {path.relative_to(root).as_posix(): path.stat().st_size for path in root.rglob("*.parquet")}


def remove(root: Path, name: str) -> None:
    """Remove a file below a folder, and the folders that are empty then. Raises StoreError where the system refuses."""
    path = root / name
    try:
        with failpoints.around("gc.remove"):
            path.unlink(missing_ok=True)
    except OSError as error:
        what = f"the lake's file {name} cannot be removed"
        raise StoreError(what, got=error, next_step="Close what reads it, then collect again.") from error
    for folder in path.parents:
        if folder == root or any(folder.iterdir()):
            break
        folder.rmdir()

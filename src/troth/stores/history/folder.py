"""The book's files as they stand in its folder, and how they are replaced: each whole, all or none."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from troth.book.history import PAGES, in_book
from troth.kernel.errors import BookError, Busy, StoreError
from troth.stores import failpoints
from troth.stores.history.repository import DOT_GIT, SPARE_MARK
from troth.stores.lake.parquet import fsync_folder

EXECUTE = 0o111


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    stat: os.stat_result

    @property
    def executable(self) -> bool:
        return bool(self.stat.st_mode & stat.S_IXUSR)


@dataclass(frozen=True, slots=True)
class Wanted:
    """executable: None leaves it as the file in the folder has it."""

    content: bytes
    executable: bool | None = None


def read(root: Path) -> dict[PurePosixPath, File]:
    """The book's files; links, hidden folders and repositories inside the folder are left alone."""
    found: dict[PurePosixPath, File] = {}
    for folder, names, files in os.walk(root, onerror=_fail):
        at = PurePosixPath(Path(folder).relative_to(root).as_posix())
        names[:] = [name for name in names if _is_entered(Path(folder, name), at)]
        for name in files:
            if in_book(at / name) and (file := read_one(Path(folder, name))):
                found[at / name] = file
    return found


def read_one(path: Path) -> File | None:
    """None where there is no plain file; raises StoreError where there is one that cannot be read."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with path.open("rb") as file:
            return File(file.read(), os.fstat(file.fileno()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(
            f"the book's file '{path}' cannot be read", got=error.strerror, next_step="Give yourself the right to read it."
        ) from error


def sweep(root: Path) -> None:
    """Remove what a killed save left beside the book's files. Only under the lease."""
    for folder, names, files in os.walk(root):
        at = PurePosixPath(Path(folder).relative_to(root).as_posix())
        for name in [name for name in names if name.startswith(f"{DOT_GIT}.") and name.endswith(SPARE_MARK)]:
            shutil.rmtree(Path(folder, name), ignore_errors=True)
        names[:] = [name for name in names if _is_entered(Path(folder, name), at)]
        for name in files:
            if name.startswith(".") and name.endswith(SPARE_MARK):
                with suppress(OSError):
                    Path(folder, name).unlink()


@contextmanager
def replaced(root: Path, wanted: Mapping[PurePosixPath, Wanted | None], seen: Mapping[PurePosixPath, bytes]) -> Iterator[None]:
    """Have these files in the folder, None removes; if what follows fails, or one cannot be written, all are as before.

    seen: the files' contents as the caller knows them; raises Busy where one changed since, so that no edit is lost.
    """
    places = {path: _place(root, path) for path in wanted}
    asides: dict[PurePosixPath, Path] = {}
    done: list[PurePosixPath] = []
    try:
        for path, file in wanted.items():
            if file is not None:
                with failpoints.around("history.aside"):
                    asides[path] = _aside(places[path], file)
        for path, place in places.items():
            now = read_one(place)
            if (now.content if now else None) != seen.get(path):
                raise Busy(f"'{path}' was changed while it was being saved", next_step="Nothing was saved; save again.")
        with failpoints.around("history.folder"):
            # what goes, goes first: where names differ by case alone, a disk may take them for one file
            for path in sorted(places, key=lambda path: wanted[path] is not None):
                done.append(path)
                _move(asides.pop(path, None), places[path])
        yield
    except BaseException:
        for path in done:
            with suppress(OSError):
                before = seen.get(path)
                _move(_aside(places[path], Wanted(before)) if before is not None else None, places[path])
        raise
    finally:
        for aside in asides.values():
            aside.unlink(missing_ok=True)
    for path, place in places.items():
        if wanted[path] is None:
            _remove_empty(place.parent, root)


def _is_entered(folder: Path, at: PurePosixPath) -> bool:
    hidden = folder.name.startswith(".") or (folder.name == PAGES and not at.parts)
    return not hidden and not folder.is_symlink() and not (folder / DOT_GIT).exists()


def _place(root: Path, path: PurePosixPath) -> Path:
    place = root / path
    if not place.parent.resolve().is_relative_to(root) or place.is_symlink():
        raise BookError(f"'{path}' is a link, or lies behind one", next_step="Edit the file that it leads to.")
    return place


def _aside(place: Path, file: Wanted) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_name(f".{secrets.token_hex(8)}{SPARE_MARK}")
    try:
        with aside.open("xb") as stream:
            stream.write(file.content)
            stream.flush()
            os.fsync(stream.fileno())
        now = place.stat().st_mode if place.exists() else aside.stat().st_mode
        if file.executable is not None:
            now = now | ((now & 0o444) >> 2) if file.executable else now & ~EXECUTE
        aside.chmod(stat.S_IMODE(now))
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return aside


def _move(aside: Path | None, place: Path) -> None:
    if aside is None:
        place.unlink(missing_ok=True)
    else:
        aside.replace(place)
    if place.parent.is_dir():
        fsync_folder(place.parent)


def _remove_empty(folder: Path, root: Path) -> None:
    with suppress(OSError):
        while folder != root:
            folder.rmdir()
            folder = folder.parent


def _fail(error: OSError) -> None:
    raise StoreError("a folder of the book cannot be read", got=f"{error.strerror}: {error.filename}") from error

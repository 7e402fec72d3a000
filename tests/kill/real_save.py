"""What the kill suite does to a book's history: a first save, one of the folder, one of edits that are given, an undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from tests.kill.child import Subject
from tests.stores.history.books import ANA, BO, BOOK, DELIVER, ORDER, ROOT, minutes
from troth.stores.history.git import GitHistory

NEW = PurePosixPath("calendars/lanes.yml")
EDITED: Mapping[PurePosixPath, bytes] = {ROOT: b"name: other\n", ORDER: DELIVER.replace(b"2d", b"1d"), NEW: b"lanes: {}\n"}
EDITS: Mapping[PurePosixPath, bytes | None] = {ORDER: DELIVER.replace(b"2d", b"3d"), ROOT: None, NEW: b"lanes: 1\n"}


def _write(root: Path, book: Mapping[PurePosixPath, bytes]) -> None:
    for path, text in book.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text)


def _unsaved(root: Path) -> None:
    _write(root, BOOK)


def _saved(root: Path) -> None:
    _unsaved(root)
    GitHistory(root).save("first", ANA, minutes(0))


def _edited(root: Path) -> None:
    _saved(root)
    _write(root, EDITED)


def _twice(root: Path) -> None:
    _edited(root)
    GitHistory(root).save("second", ANA, minutes(1))


def _save(root: Path) -> None:
    GitHistory(root).save("killed", BO, minutes(2))


def _save_edits(root: Path) -> None:
    GitHistory(root).save("killed", BO, minutes(2), edits=EDITS)


def _undo(root: Path) -> None:
    GitHistory(root).undo(BO, minutes(2))


def _subject(prepare: Callable[[Path], None], act: Callable[[Path], None]) -> Subject:
    return Subject(prepare, act)


def _many(root: Path) -> None:
    _saved(root)
    _write(root, {PurePosixPath(f"overlays/customer={n}/x.yaml"): b"change: CHG-%d\n" % n for n in range(100)})


FIRST = _subject(_unsaved, _save)
FOLDER = _subject(_edited, _save)
MANY = _subject(_many, _save)
GIVEN = _subject(_saved, _save_edits)
UNDO = _subject(_twice, _undo)
UNDO_UNSAVED = _subject(_edited, _undo)

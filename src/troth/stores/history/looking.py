"""The book as it is saved and as it stands in its folder, at one look."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dulwich.ignore import IgnoreFilterManager
from dulwich.objects import ObjectID
from dulwich.refs import Ref

from troth.stores.history import folder, staging
from troth.stores.history.endings import Endings
from troth.stores.history.folder import File
from troth.stores.history.objects import Entry, Objects
from troth.stores.history.repository import Home

Entries = Mapping[PurePosixPath, Entry]


@dataclass(frozen=True, slots=True)
class Now:
    """commit: the head, on the branch `ref`. saved: its files of the book. files: those of the folder.

    texts: of the folder, as the repository would keep them, and of what a sparse checkout leaves out of the folder.
    ids: the names that git has for these texts. modes: whether it matters that a file is executable.
    """

    home: Home
    objects: Objects
    staged: staging.Staged
    endings: Endings
    ref: Ref
    commit: ObjectID | None
    saved: Entries
    files: Mapping[PurePosixPath, File]
    texts: Mapping[PurePosixPath, bytes]
    ids: Mapping[PurePosixPath, ObjectID]
    modes: bool

    def differing(self, *others: Entries) -> list[PurePosixPath]:
        """Files whose contents are not the same in folder, head and the others, ordered."""
        known = [self.saved, *others]
        paths = {*self.ids, *(path for entries in known for path in entries)}
        return sorted(path for path in paths if any(self.ids.get(path) != id_in(entries, path) for entries in known))

    def saved_text(self, path: PurePosixPath) -> bytes | None:
        return self.objects.text(self.saved[path]) if path in self.saved else None


def look(home: Home, edited: Collection[PurePosixPath] = ()) -> Now:
    """edited: files that count even where git is told to ignore them."""
    objects = Objects(home)
    staged = staging.read(Path(home.repo.controldir()))
    endings = Endings(home)
    ref, commit = home.branch()
    saved = objects.book(commit)
    files = folder.read(home.root)
    new = [path for path in files if path not in saved and path not in edited and home.name(path) not in staged.entries]
    for path in _ignored(home, new):
        del files[path]
    texts = {path: endings.saved(path, file.content, _text(objects, saved, path)) for path, file in files.items()}
    ids = {path: blob_id(text) for path, text in texts.items()}
    for path, entry in saved.items():
        if path not in files and staged.absent_on_purpose(home.name(path)):
            texts[path], ids[path] = objects.text(entry), entry.id
    modes = home.flag("core", "filemode", default=os.name != "nt")
    return Now(home, objects, staged, endings, ref, commit, saved, files, texts, ids, modes)


def id_in(entries: Entries, path: PurePosixPath) -> ObjectID | None:
    entry = entries.get(path)
    return entry.id if entry else None


def blob_id(text: bytes) -> ObjectID:
    """
    >>> blob_id(b"")
    b'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    return ObjectID(hashlib.sha1(b"blob %d\0" % len(text) + text, usedforsecurity=False).hexdigest().encode())


def _text(objects: Objects, saved: Entries, path: PurePosixPath) -> Callable[[], bytes | None]:
    return lambda: objects.text(saved[path]) if path in saved else None


def _ignored(home: Home, paths: list[PurePosixPath]) -> list[PurePosixPath]:
    """Those that git is told to ignore; only asked of files that it does not keep already."""
    if not paths:
        return []
    rules = IgnoreFilterManager.from_repo(home.repo)
    return [path for path in paths if rules.is_ignored(os.fsdecode(home.name(path)))]

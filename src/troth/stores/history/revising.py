"""One revision, made in an order that a kill cannot turn into a loss: objects, folder, index, and the branch last.

Killed before the branch moved, the edits stand in the folder, not saved. Nothing that only the folder holds is ever
taken out of it: what an undo takes out stands in an earlier revision.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from stat import S_ISREG

from dulwich.objects import Blob, ObjectID
from dulwich.reflog import format_reflog_line

from troth.book.history import Author, Revision, in_book
from troth.kernel.instant import EPOCH
from troth.stores import failpoints
from troth.stores.history import objects, staging
from troth.stores.history.folder import Wanted, replaced
from troth.stores.history.locks import put
from troth.stores.history.looking import Now, blob_id
from troth.stores.history.objects import FILE, PROGRAM, Entry
from troth.stores.history.repository import ignoring
from troth.stores.history.writing import write

IGNORE = PurePosixPath(".gitignore")
Texts = Mapping[PurePosixPath, bytes | None]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a revision does: `entries` of the head's tree are set, or removed where None, and `blobs` are new.

    folder: what is to be written there, as the repository keeps it. whole: whether git's index is to follow in every
    file of the book, or in these alone.
    """

    entries: Mapping[PurePosixPath, Entry | None]
    blobs: tuple[Blob, ...]
    folder: Texts
    whole: bool


def of_texts(now: Now, texts: Texts, written: Texts, *, whole: bool) -> Draft:
    entries: dict[PurePosixPath, Entry | None] = {}
    blobs = []
    for path, text in texts.items():
        entries[path] = None
        if text is not None:
            blobs.append(Blob.from_string(text))
            entries[path] = Entry(_mode(now, path, blobs[-1].id), blobs[-1].id)
    return Draft(entries, tuple(blobs), written, whole)


def of_entries(now: Now, entries: Mapping[PurePosixPath, Entry | None]) -> Draft:
    """Of what the repository holds already; the folder follows."""
    return Draft(entries, (), {path: now.objects.text(entry) if entry else None for path, entry in entries.items()}, whole=True)


def revise(now: Now, draft: Draft, author: Author, at: datetime, message: str) -> Revision:
    """Make the revision. The caller holds the lease and git's locks of index and branch. If it raises, all is as before."""
    home = now.home
    changed = tuple(sorted(draft.entries))
    seen = {path: file.content for path, file in now.files.items()}
    if now.commit is None and home.root == home.top:
        draft = _with_ignored(now, draft, seen)
    tree, trees = objects.new_tree(
        now.objects,
        now.objects.commit(now.commit).tree if now.commit else None,
        {home.in_tree(path): entry for path, entry in draft.entries.items()},
    )
    commit = objects.new_commit(tree, [now.commit] if now.commit else [], author, at, message)
    write(home, [*draft.blobs, *trees, commit])
    with replaced(home.root, _wanted(now, draft), seen), _index_replaced(now, _index_after(now, draft)):
        failpoints.hit("history.ref.before")
        _move(now, commit.id)
    failpoints.hit("history.ref.after")
    _log(now, commit.id, author, at, message)
    return Revision(commit.id.decode(), at, author.name, message, changed)


def _with_ignored(now: Now, draft: Draft, seen: dict[PurePosixPath, bytes]) -> Draft:
    """The first revision of a repository of the book's own says in `.gitignore` what is not the book."""
    before, kept = ignoring(now.home.root)
    if before is not None:
        seen[IGNORE] = before
    blob = Blob.from_string(kept)
    entries, written = {**draft.entries, IGNORE: Entry(FILE, blob.id)}, dict(draft.folder)
    if kept != before:
        written[IGNORE] = kept
    return Draft(entries, (*draft.blobs, blob), written, draft.whole)


def _mode(now: Now, path: PurePosixPath, id: ObjectID) -> int:
    """The mode of the file in the folder if it is that text, else the one it has in the head."""
    file, old = now.files.get(path), now.saved.get(path)
    if file and now.ids.get(path) == id and now.modes:
        return PROGRAM if file.executable else FILE
    return old.mode if old else FILE


def _wanted(now: Now, draft: Draft) -> dict[PurePosixPath, Wanted | None]:
    wanted: dict[PurePosixPath, Wanted | None] = {}
    for path, text in draft.folder.items():
        wanted[path] = None
        if text is not None:
            entry = draft.entries.get(path)
            executable = objects.is_program(entry.mode) if entry and now.modes else None
            wanted[path] = Wanted(now.endings.in_folder(path, text), executable)
    return wanted


def _index_after(now: Now, draft: Draft) -> bytes:
    home, staged = now.home, now.staged.entries
    after = {path: entry for path, entry in {**now.saved, **draft.entries}.items() if entry is not None}
    ids = {**now.ids, **{path: blob_id(text) if text is not None else None for path, text in draft.folder.items()}}
    paths = {*draft.entries}
    if draft.whole:
        paths |= {*after, *_staged_of_the_book(now)}
    changes: dict[bytes, tuple[Entry, os.stat_result | None] | None] = {}
    for path in paths:
        name, entry = home.name(path), after.get(path)
        if entry is None:
            changes[name] = None
        elif path in draft.entries or not staging.holds(staged.get(name), entry):
            place = home.root / path
            changes[name] = (entry, place.lstat() if ids.get(path) in (entry.id, None) and place.is_file() else None)
    return staging.followed(now.staged, changes)


def _staged_of_the_book(now: Now) -> Iterator[PurePosixPath]:
    before = b"".join(part + b"/" for part in now.home.prefix)
    for name, entry in now.staged.entries.items():
        if name.startswith(before) and S_ISREG(staging.mode_of(entry)):
            path = PurePosixPath(os.fsdecode(name[len(before) :]))
            if in_book(path):
                yield path


@contextmanager
def _index_replaced(now: Now, content: bytes) -> Iterator[None]:
    """Before the branch moves, so that a kill in between leaves edits that are staged, not a staged reversal of them."""
    index = Path(now.home.repo.controldir()) / staging.NAME
    before = index.read_bytes() if index.is_file() else None
    try:
        with failpoints.around("history.index"):
            put(index, content, now.home.own, now.home.shared)
        yield
    except BaseException:
        with suppress(OSError):
            if before is None:
                index.unlink(missing_ok=True)
            else:
                put(index, before, now.home.own, now.home.shared)
        raise


def _move(now: Now, commit: ObjectID) -> None:
    """Nobody else moves the branch while its lock is held. An error after the move itself is none of the revision."""
    try:
        put(now.home.ref_file(now.ref), commit + b"\n", now.home.own, now.home.shared)
    except OSError:
        if now.home.branch()[1] != commit:
            raise


def _log(now: Now, commit: ObjectID, author: Author, at: datetime, message: str) -> None:
    """Git's own log of where the branch was; a revision does not fail for want of it."""
    if not now.home.flag("core", "logallrefupdates", default=True):
        return
    first = message.splitlines()[0].encode()
    said = b"commit (initial): " + first if now.commit is None else b"commit: " + first
    line = format_reflog_line(now.commit, commit, objects.identity(author), int((at - EPOCH).total_seconds()), 0, said)
    repo = now.home.repo
    for place in (Path(repo.controldir(), "logs", "HEAD"), Path(repo.commondir(), "logs", os.fsdecode(now.ref))):
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("ab") as file:
                file.write(line + b"\n")

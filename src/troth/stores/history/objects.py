"""Commits, trees and contents of a repository, as far as they are the book's, and new ones."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from stat import S_ISDIR, S_ISREG, S_IXUSR
from typing import NamedTuple

from dulwich.errors import ChecksumMismatch, NotBlobError, NotCommitError, NotTreeError
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree, object_header, parse_tree, valid_hexsha

from troth.book.history import PAGES, Author, Revision, in_book
from troth.kernel.errors import NotFound
from troth.kernel.instant import EPOCH, from_us
from troth.stores.history.repository import Home

KINDS = {kind.type_name: kind.type_num for kind in (Blob, Tree, Commit)}
FOLDER, FILE, PROGRAM = 0o040000, 0o100644, 0o100755
ID_BYTES = 20
LAST_SECOND = 253_402_300_799  # the end of the year 9999; git allows later ones, datetime does not


class Entry(NamedTuple):
    mode: int
    id: ObjectID


Entries = dict[bytes, tuple[int, ObjectID]]  # plain tuples: a long history holds a hundred thousand of them
NOTHING: Entries = {}
ABSENT = Entry(0, ObjectID(b""))


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of the first-parent line. parent: None at its beginning; cut: because a shallow clone has no more."""

    id: ObjectID
    commit: Commit
    parent: ObjectID | None
    cut: bool


class Objects:
    """Reads one repository; a tree that many commits share is parsed once."""

    def __init__(self, home: Home) -> None:
        self._prefix = home.prefix
        self._store = home.repo.object_store
        self._loose = os.fspath(self._store.path)
        self._shallow = home.shallow()
        self._trees: dict[ObjectID, Entries] = {}

    def commit(self, id: ObjectID) -> Commit:
        kind, data = self._raw(id)
        if kind != Commit.type_num:
            raise NotCommitError(id)
        found = Commit()
        found.set_raw_string(data, id)
        return found

    def known(self, id: str) -> ObjectID:
        """The commit of that name; raises NotFound."""
        name = ObjectID(id.encode("ascii", "replace"))
        if not valid_hexsha(name) or name not in self._store or not isinstance(self._store[name], Commit):
            raise NotFound(f"no revision '{id}'", next_step="`troth book log` lists them.")
        return name

    def entries(self, tree: ObjectID | None) -> Entries:
        if tree is None:
            return NOTHING
        if tree not in self._trees:
            kind, data = self._raw(tree)
            if kind != Tree.type_num:
                raise NotTreeError(tree)
            self._trees[tree] = {name: (mode, ObjectID(id)) for name, mode, id in parse_tree(data, ID_BYTES)}
        return self._trees[tree]

    def book(self, commit: ObjectID | None) -> dict[PurePosixPath, Entry]:
        """The book's files in a commit; links and what is no file are none."""
        found: dict[PurePosixPath, Entry] = {}
        self._compare(None, self._root(commit), PurePosixPath(), found)
        return found

    def texts(self, entries: Mapping[PurePosixPath, Entry]) -> dict[PurePosixPath, bytes]:
        return {path: self.text(entry) for path, entry in entries.items()}

    def text(self, entry: Entry) -> bytes:
        kind, data = self._raw(entry.id)
        if kind != Blob.type_num:
            raise NotBlobError(entry.id)
        return data

    def line(self, head: ObjectID | None) -> Iterator[Step]:
        """Newest first, along first parents."""
        while head is not None:
            commit = self.commit(head)
            cut = head in self._shallow and bool(commit.parents)
            parent = None if cut or not commit.parents else commit.parents[0]
            yield Step(head, commit, parent, cut)
            head = parent

    def touching(self, head: ObjectID | None, known: ObjectID | None = None) -> Iterator[tuple[Step, tuple[PurePosixPath, ...]]]:
        """The steps that changed the book's files, newest first, with these files ordered; of those after `known` alone, if it is given."""
        later: Step | None = None
        root: ObjectID | None = None
        for step in self.line(head):
            before = self._below(step.commit.tree)
            if later and (changed := self._changed(before, root)):
                yield later, changed
            if step.id == known:
                return
            later, root = step, before
        if later and (changed := self._changed(None, root)):
            yield later, changed

    def _changed(self, before: ObjectID | None, after: ObjectID | None) -> tuple[PurePosixPath, ...]:
        if before == after:
            return ()
        found: dict[PurePosixPath, Entry] = {}
        self._compare(before, after, PurePosixPath(), found)
        return tuple(sorted(found))

    def _raw(self, id: ObjectID) -> tuple[int, bytes]:
        """Kind and content, of which the id is the name.

        The loose ones are read here: of a book that only Troth writes all are, and the library reads each of them twice.
        """
        name = id.decode("ascii")
        with suppress(OSError, ValueError, zlib.error, KeyError):
            with open(f"{self._loose}/{name[:2]}/{name[2:]}", "rb") as file:  # noqa: PTH123 (pathlib takes as long as reading does)
                whole = zlib.decompress(file.read())
            header, _, data = whole.partition(b"\0")
            if _named(whole) == name:
                return KINDS[header.partition(b" ")[0]], data
        kind, data = self._store.get_raw(id)
        if (found := _named(object_header(kind, len(data)) + data)) != name:
            raise ChecksumMismatch(name, found)
        return kind, data

    def _root(self, commit: ObjectID | None) -> ObjectID | None:
        return None if commit is None else self._below(self.commit(commit).tree)

    def _below(self, tree: ObjectID) -> ObjectID | None:
        """The tree of the book's folder in the tree of a whole repository."""
        for part in self._prefix:
            mode, below = self.entries(tree).get(part, ABSENT)
            if not S_ISDIR(mode):
                return None
            tree = below
        return tree

    def _compare(self, before: ObjectID | None, after: ObjectID | None, at: PurePosixPath, found: dict[PurePosixPath, Entry]) -> None:
        """Into `found`: the book's files whose contents differ, with the later entry, or the earlier of what is gone."""
        olds, news = self.entries(before), self.entries(after)
        for name in {name for name, _ in olds.items() ^ news.items()}:
            if name.startswith(b".") or (name == PAGES.encode() and not at.parts):
                continue
            old, new = olds.get(name, ABSENT), news.get(name, ABSENT)
            path = at / os.fsdecode(name)
            folders = [id if S_ISDIR(mode) else None for mode, id in (old, new)]
            if any(folders):
                self._compare(folders[0], folders[1], path, found)
            files = [id if S_ISREG(mode) else None for mode, id in (old, new)]
            if files[0] != files[1] and in_book(path):
                found[path] = Entry(*(new if files[1] else old))


def _named(whole: bytes) -> str:
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest()


def revision_of(step: Step, changed: tuple[PurePosixPath, ...]) -> Revision:
    second = step.commit.commit_time
    at = from_us(second * 1_000_000) if 0 <= second <= LAST_SECOND else EPOCH
    message = _text(step.commit.message, step.commit.encoding).strip()
    return Revision(step.id.decode(), at, _name(_text(step.commit.author, step.commit.encoding)), message, changed)


def new_commit(tree: ObjectID, parents: list[ObjectID], author: Author, at: datetime, message: str) -> Commit:
    commit = Commit()
    commit.tree = tree
    commit.parents = parents
    commit.author = commit.committer = identity(author)
    commit.author_time = commit.commit_time = int((at - EPOCH).total_seconds())
    commit.author_timezone = commit.commit_timezone = 0
    commit.message = message.encode() + b"\n"
    return commit


def is_program(mode: int) -> bool:
    return bool(mode & S_IXUSR)


def identity(author: Author) -> bytes:
    return f"{author.name} <{author.mail}>".encode()


def new_tree(objects: Objects, tree: ObjectID | None, changes: Mapping[tuple[bytes, ...], Entry | None]) -> tuple[ObjectID, list[ShaFile]]:
    """The tree with entries replaced, or removed where None, and the trees that are new; a folder left empty goes."""
    made: list[ShaFile] = []

    def rebuilt(tree: ObjectID | None, changes: Mapping[tuple[bytes, ...], Entry | None]) -> ObjectID | None:
        entries = dict(objects.entries(tree))
        below: dict[bytes, dict[tuple[bytes, ...], Entry | None]] = {}
        for path, entry in changes.items():
            if len(path) > 1:
                below.setdefault(path[0], {})[path[1:]] = entry
            elif entry is not None:
                entries[path[0]] = entry
            else:
                entries.pop(path[0], None)
        for name, inner in below.items():
            mode, id = entries.get(name, ABSENT)
            folder = id if S_ISDIR(mode) else None
            if folder is None and not any(inner.values()):
                continue
            new = rebuilt(folder, inner)
            if new is None:
                entries.pop(name, None)
            else:
                entries[name] = (FOLDER, new)
        if not entries:
            return None
        result = Tree()
        for name, (mode, id) in entries.items():
            result.add(name, mode, id)
        made.append(result)
        return result.id

    id = rebuilt(tree, changes)
    if id is None:
        made.append(empty := Tree())
        id = empty.id
    return id, made


def _text(raw: bytes, encoding: bytes | None) -> str:
    try:
        return raw.decode((encoding or b"utf-8").decode("ascii", "replace"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _name(identity: str) -> str:
    name, _, rest = identity.partition("<")
    return name.strip() or rest.partition(">")[0].strip()

"""The repository's index: the book's entries follow a new revision, every other entry stays as it was staged."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from dulwich.index import (
    ConflictedIndexEntry,
    IndexChecksumReader,
    IndexChecksumWriter,
    IndexEntry,
    index_entry_from_stat,
    index_entry_from_tree_entry,
    read_index_dict_with_version,
    write_index_dict,
)

from troth.kernel.errors import BookError
from troth.stores.history.objects import ID_BYTES, Entry

VERSION = 2
NAME = "index"


@dataclass(frozen=True, slots=True)
class Staged:
    """version: of the format, kept, since git may be told to read no other. foreign: the name of a part not understood."""

    entries: Mapping[bytes, IndexEntry | ConflictedIndexEntry]
    version: int
    foreign: str = ""

    def absent_on_purpose(self, path: bytes) -> bool:
        """Whether a sparse checkout leaves the file out of the folder: it is not removed, only not there."""
        entry = self.entries.get(path)
        return isinstance(entry, IndexEntry) and entry.skip_worktree


def read(git: Path) -> Staged:
    file = git / NAME
    if not file.is_file():
        return Staged({}, VERSION)
    content = file.read_bytes()
    stream = BytesIO(content)
    reader = IndexChecksumReader(stream)
    entries, version, _ = read_index_dict_with_version(reader)
    if len(content) - stream.tell() != ID_BYTES:
        return Staged(entries, version, content[stream.tell() :][:4].decode("ascii", "replace"))
    reader.check_checksum(allow_empty=True)
    return Staged(entries, version)


def mode_of(entry: IndexEntry | ConflictedIndexEntry) -> int:
    return entry.mode if isinstance(entry, IndexEntry) else 0


def holds(staged: IndexEntry | ConflictedIndexEntry | None, entry: Entry) -> bool:
    return isinstance(staged, IndexEntry) and (staged.mode, staged.sha) == (entry.mode, entry.id)


def refuse_unless_kept(staged: Staged) -> None:
    """Raises BookError where writing the index would lose what is in it."""
    if staged.foreign:
        raise BookError(
            "the repository's index has a part that Troth cannot keep",
            got=staged.foreign,
            next_step="Turn off what made it: git update-index --no-split-index, or git sparse-checkout init --no-sparse-index.",
        )
    clashing = [name for name, entry in sorted(staged.entries.items()) if isinstance(entry, ConflictedIndexEntry)]
    if clashing:
        raise BookError(
            "the repository holds a merge that is not resolved",
            got=", ".join(os.fsdecode(name) for name in clashing[:5]),
            next_step="Resolve it with git add, then save again. The book's files are as they were.",
        )


def followed(staged: Staged, changes: Mapping[bytes, tuple[Entry, os.stat_result | None] | None]) -> bytes:
    """The bytes of the index with these paths as committed; None removes.

    stat: of the file in the folder if it holds the committed text; without one git looks at the file again. What git
    keeps beside the entries to be quicker (trees, untracked files) is left out, since it would no longer be true.
    """
    entries = dict(staged.entries)
    folders = {above for path in entries for above in _above(path)}
    for path, change in changes.items():
        if change is None:
            entries.pop(path, None)
            continue
        entry, stat = change
        # a file cannot stand where a folder is, nor a folder where a file is
        inside = [name for name in entries if name.startswith(path + b"/")] if path in folders else []
        for other in (*_above(path), *inside):
            entries.pop(other, None)
        if stat is None:
            entries[path] = index_entry_from_tree_entry(entry.mode, entry.id)
        else:
            entries[path] = index_entry_from_stat(stat, entry.id, mode=entry.mode)
    stream = BytesIO()
    writer = IndexChecksumWriter(stream)
    write_index_dict(writer, entries, version=staged.version, extensions=None)
    writer.write_checksum()
    return stream.getvalue()


def _above(path: bytes) -> list[bytes]:
    """
    >>> _above(b"overlays/customer=acme/x.yaml")
    [b'overlays', b'overlays/customer=acme']
    """
    parts = path.split(b"/")
    return [b"/".join(parts[:count]) for count in range(1, len(parts))]

"""What was said when: the revisions of a book and its folder as one line of edits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from pydantic import ValidationError

from troth.book.change import Change
from troth.book.document import Document, Tree
from troth.book.kinds import Kind
from troth.book.versions import BEGINNING, UNSAVED, Said


@dataclass(frozen=True, slots=True)
class Past:
    """A revision of the book: the documents that it changed; None for one that it removed."""

    id: str
    at: datetime
    author: str
    documents: Mapping[PurePosixPath, Document | None]


@dataclass(frozen=True)
class Chronicle:
    """tree: as the folder stands; past: the revisions before, oldest first."""

    tree: Tree
    kinds: Mapping[str, Kind]
    past: tuple[Past, ...]

    def said(self, documents: Mapping[str, Mapping[str, Document]]) -> Mapping[tuple[str, str], Sequence[Said]]:
        """What was said of every name, oldest first. documents: where each name stands now."""
        found: dict[tuple[str, str], list[tuple[int, Said]]] = {}
        for revision, at_, before, after in self._edits():
            document = after or before
            assert document is not None
            kind = document.kind
            if document.address is not None or kind not in self.kinds or self.kinds[kind].whole:
                continue
            mine, theirs = (after.data if after else {}), (before.data if before else {})
            for name in dict.fromkeys([*theirs, *mine]):
                content = mine.get(name)
                if content != theirs.get(name) and (content is None or isinstance(content, Mapping)):
                    found.setdefault((kind, name), []).append((revision, Said(at_, content, document)))
        for (kind, name), said in found.items():
            document = documents.get(kind, {}).get(name)
            revision, last = said[-1]
            if document is not None and document.data[name] == last.content:
                said[-1] = revision, replace(last, document=document)  # what was said then stands there now
        return {key: _moved_between_files(said) for key, said in found.items()}

    def overlays(self) -> Iterator[Sequence[Said]]:
        """What each overlay file said, oldest first."""
        files: dict[PurePosixPath, list[Said]] = {}
        for _, at_, before, after in self._edits():
            document = after or before
            assert document is not None
            if document.address is not None:
                files.setdefault(document.file, []).append(Said(at_, after.data if after else None, document))
        yield from files.values()

    def changes(self) -> Mapping[str, Change]:
        """Every Change that ever was saved, in its last words: what was given under one that is gone stays given."""
        found: dict[str, Change] = {}
        for past in self.past:
            for document in past.documents.values():
                if document is not None and document.kind == "changes":
                    with suppress(ValidationError):
                        found[document.file.stem] = Change.model_validate(document.data)
        return found

    def saved(self) -> Mapping[str, datetime]:
        """When each Change was first saved."""
        found: dict[str, datetime] = {}
        for _, at_, _, after in self._edits():
            if after is not None and after.kind == "changes":
                found.setdefault(after.file.stem, at_)
        return found

    def _edits(self) -> Iterator[tuple[int, datetime, Document | None, Document | None]]:
        """Every change of a document, oldest first: in which revision, when, what it was, what it became.

        A document that says what the folder says is the folder's, so that places are told where they now are.
        """
        now = {document.file: document for document in self.tree.documents}
        standing: dict[PurePosixPath, Document] = {}
        for place, past in enumerate(self.past):
            at_ = BEGINNING if place == 0 else past.at
            for file, was in past.documents.items():
                current = now.get(file)
                document = current if was is not None and current is not None and current.digest == was.digest else was
                yield place, at_, standing.get(file), document
                standing.pop(file, None)
                if document is not None:
                    standing[file] = document
        last = UNSAVED if self.past else BEGINNING
        for file, document in now.items():
            before = standing.get(file)
            if before is None or before.digest != document.digest:
                yield len(self.past), last, before, document
        for file in standing.keys() - now.keys():
            yield len(self.past), last, standing[file], None


def _moved_between_files(said: list[tuple[int, Said]]) -> list[Said]:
    """A definition that goes from one file to another in one revision is removed and said again: that is no change of terms.

    Two revisions of one second are two, since a history knows no finer time.
    """
    kept: list[tuple[int, Said]] = []
    for revision, one in said:
        if kept and kept[-1][0] == revision:
            if kept[-1][1].content is None or one.content is not None:
                kept[-1] = revision, one
            continue
        kept.append((revision, one))
    return [one for _, one in kept]

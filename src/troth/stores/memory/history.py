"""The revisions of a book in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath

from troth.book.history import (
    KEPT,
    UNKNOWN,
    Author,
    Check,
    Edits,
    Revision,
    Texts,
    Walk,
    in_book,
    refuse_foreign,
    refuse_nothing,
    revised,
    unchecked,
    undo_message,
    whole_second,
)
from troth.book.threeway import plan_save
from troth.kernel import digest
from troth.kernel.errors import NotFound


class MemoryHistory:
    """Implements `book.history.History`. folder: the working files, for the test to edit."""

    def __init__(self, author: Author | None = None) -> None:
        self.folder: dict[PurePosixPath, bytes] = {}
        self._author = author or Author(UNKNOWN, "")
        self._made: list[tuple[Revision, Texts]] = []

    def author(self) -> Author:
        return self._author

    def head(self) -> str | None:
        return self._made[-1][0].id if self._made else None

    def revisions(self) -> tuple[Revision, ...]:
        return tuple(revision for revision, _ in self._made)

    def walk(self, after: str | None = None) -> Walk:
        steps = tuple((revision, {path: texts.get(path) for path in revision.changed}) for revision, texts in self._made)
        known = next((place for place, (revision, _) in enumerate(self._made, 1) if revision.id == after), 0)
        return Walk(self.head(), steps[known:], known > 0)

    def texts(self, id: str) -> Texts:
        for revision, texts in self._made:
            if revision.id == id:
                return texts
        raise NotFound(f"no revision '{id}'")

    def unsaved(self) -> Mapping[PurePosixPath, tuple[bytes | None, bytes | None]]:
        saved, folder = self._saved(), self._book()
        return {p: (saved.get(p), folder.get(p)) for p in sorted({**saved, **folder}) if saved.get(p) != folder.get(p)}

    def save(
        self,
        message: str,
        author: Author,
        at: datetime,
        *,
        based_on: str | None = None,
        edits: Edits | None = None,
        check: Check = unchecked,
    ) -> Revision:
        message, at = refuse_nothing(message), whole_second(at)
        refuse_foreign(edits or {})
        base = self._saved() if based_on is None else self.texts(based_on)
        plan = plan_save(base=base, head=self._saved(), folder=self._book(), edits=edits, whose=self._whose)
        if not plan.saved:
            raise NotFound("there is nothing to save", got="contents that are saved already")
        check(revised(self._saved(), plan.saved))
        self.folder = revised(self.folder, plan.folder)
        return self._revise(plan.saved, author, at, message)

    def undo(self, author: Author, at: datetime) -> Revision:
        at = whole_second(at)
        if unsaved := self.unsaved():
            if not self._saved():
                raise NotFound("there is nothing to undo", got="a book of which nothing was saved before")
            self._revise({path: text for path, (_, text) in unsaved.items()}, author, at, KEPT)
        if len(self._made) < 2 or not (before := self._made[-2][1]):
            raise NotFound("there is nothing to undo", got="no revision before")
        last = self._made[-1][0]
        changes = {path: before.get(path) for path in last.changed}
        self.folder = revised(self.folder, changes)
        return self._revise(changes, author, at, undo_message(last.message))

    def _saved(self) -> Texts:
        return self._made[-1][1] if self._made else {}

    def _book(self) -> dict[PurePosixPath, bytes]:
        return {path: text for path, text in self.folder.items() if in_book(path)}

    def _whose(self, path: PurePosixPath) -> tuple[str, datetime | None]:
        return next(((r.author, r.at) for r, _ in reversed(self._made) if path in r.changed), (UNKNOWN, None))

    def _revise(self, changes: Edits, author: Author, at: datetime, message: str) -> Revision:
        texts = revised(self._saved(), changes)
        contents = [[str(path), text.hex()] for path, text in sorted(texts.items())]
        id = digest.of_value([self.head(), at.isoformat(), author.name, author.mail, message, contents])
        revision = Revision(id, at, author.name, message, tuple(sorted(changes)))
        self._made.append((revision, texts))
        return revision

"""The history of one book in the git repository that holds its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath

from dulwich.objects import ObjectID

from troth.book.history import (
    KEPT,
    UNKNOWN,
    Author,
    Check,
    Edits,
    Revision,
    Texts,
    Walk,
    refuse_foreign,
    refuse_nothing,
    revised,
    unchecked,
    undo_message,
    whole_second,
)
from troth.book.threeway import plan_save
from troth.kernel import digest
from troth.kernel.errors import Busy, NotFound, TrothError
from troth.stores.history import folder
from troth.stores.history.identity import author_of
from troth.stores.history.locks import locked
from troth.stores.history.looking import Now, look
from troth.stores.history.objects import Entry, Objects, revision_of
from troth.stores.history.repository import Home, make, opened, refuse_unless_writable, share, told
from troth.stores.history.revising import of_entries, of_texts, revise
from troth.stores.history.staging import NAME as INDEX
from troth.stores.history.staging import refuse_unless_kept
from troth.stores.lake.lease import Words, lease

WORDS = Words("the book's history", "Wait a moment, then save again.")
READING, SAVING = "the book's history cannot be read", "the book cannot be saved"


class GitHistory:
    """Implements `book.history.History`. root: the book's folder; the repository is looked up anew at each call.

    A repository that encloses the folder is used as it is; where there is none, the first save makes one.
    Hooks are not run and commits are not signed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def author(self) -> Author:
        try:
            with opened(self.root) as home:
                return author_of(home)
        except TrothError:
            return author_of(None)

    def head(self) -> str | None:
        with opened(self.root) as home, told(READING):
            _, commit = home.branch() if home else (None, None)
            return commit.decode() if commit else None

    def revisions(self) -> tuple[Revision, ...]:
        with opened(self.root) as home, told(READING):
            if home is None:
                return ()
            _, head = home.branch()
            return tuple(revision_of(step, changed) for step, changed in Objects(home).touching(head))[::-1]

    def walk(self, after: str | None = None) -> Walk:
        with opened(self.root) as home, told(READING):
            if home is None:
                return Walk(None, (), goes_on=False)
            objects, head = Objects(home), home.branch()[1]
            if head is None or not objects.book(head):
                return Walk(None, (), goes_on=False)  # a folder that a large repository does not know yet: its commits need no look
            found: list[tuple[Revision, Edits]] = []
            known = _known(home, objects, head, after)
            for step, changed in objects.touching(head, known):
                texts = objects.texts(_some(objects.book(step.id), list(changed)))
                found.append((revision_of(step, changed), {path: texts.get(path) for path in changed}))
            return Walk(_mark(home, head), tuple(reversed(found)), goes_on=known is not None)

    def texts(self, id: str) -> Texts:
        with opened(self.root) as home, told(READING):
            if home is None:
                raise NotFound(f"no revision '{id}'", got="a book that was never saved")
            objects = Objects(home)
            return objects.texts(objects.book(objects.known(id)))

    def unsaved(self) -> Mapping[PurePosixPath, tuple[bytes | None, bytes | None]]:
        with opened(self.root) as home, told(READING):
            if home is None:
                return {path: (None, file.content) for path, file in sorted(folder.read(self.root.resolve()).items())}
            now = look(home)
            return {path: (now.saved_text(path), now.texts.get(path)) for path in now.differing()}

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
        if edits is not None:
            refuse_foreign(edits)
        self._make_if_there_is_none(based_on, edits)
        with self._writing(at, edits) as now:
            base = now.saved if based_on is None else now.objects.book(now.objects.known(based_on))
            paths = list(edits) if edits is not None else now.differing(base)
            plan = plan_save(
                base=now.objects.texts(_some(base, paths)),
                head=now.objects.texts(_some(now.saved, paths)),
                folder={path: now.texts[path] for path in paths if path in now.texts},
                edits=edits,
                whose=lambda path: _last_to_change(now, path),
            )
            if not plan.saved:
                raise NotFound("there is nothing to save", got="contents that are saved already")
            if check is not unchecked:
                check(revised(now.objects.texts(now.saved), plan.saved))
            return revise(now, of_texts(now, plan.saved, plan.folder, whole=edits is None), author, at, message)

    def undo(self, author: Author, at: datetime) -> Revision:
        at = whole_second(at)
        with self._writing(at) as found:
            now = found
            if paths := now.differing():
                if not now.saved:
                    raise NotFound("there is nothing to undo", got="a book of which nothing was saved before")
                kept = of_texts(now, {path: now.texts.get(path) for path in paths}, {}, whole=True)
                revise(now, kept, author, at, KEPT)
                now = look(now.home)
            step, changed = next(now.objects.touching(now.commit), (None, ()))
            before = now.objects.book(step.parent) if step and step.parent else {}
            if step is None or not before:
                raise NotFound(
                    "there is nothing to undo",
                    got="a shallow clone that holds nothing earlier" if step and step.cut else "no revision before",
                    next_step="git fetch --unshallow brings it." if step and step.cut else "",
                )
            entries: dict[PurePosixPath, Entry | None] = {path: before.get(path) for path in changed}
            message = undo_message(revision_of(step, changed).message)
            return revise(now, of_entries(now, entries), author, at, message)

    @contextmanager
    def _writing(self, at: datetime, edits: Edits | None = None) -> Iterator[Now]:
        """Hold the repository for one revision: against us by the lease, against git by its own locks."""
        with told(SAVING), opened(self.root) as home:
            if home is None:
                raise NotFound("there is nothing to undo", got="a book that was never saved")
            refuse_unless_writable(home)
            ref, _ = home.branch()
            git = Path(home.repo.controldir())
            share(home)
            with (
                lease(home.own, at, WORDS),
                locked(git / INDEX, home.own),
                locked(home.ref_file(ref), home.own),
            ):
                folder.sweep(home.root)
                refuse_unless_writable(home)
                if home.branch()[0] != ref:
                    raise Busy("the repository of the book went to another branch", next_step="Save again.")
                now = look(home, edits or {})
                refuse_unless_kept(now.staged)
                yield now

    def _make_if_there_is_none(self, based_on: str | None, edits: Edits | None) -> None:
        with told(SAVING), opened(self.root) as home:
            if home is not None:
                return
            if based_on is not None:
                raise NotFound(f"no revision '{based_on}'", got="a book that was never saved")
            texts = folder.read(self.root.resolve()) if edits is None else [text for text in edits.values() if text is not None]
            if not texts:
                raise NotFound("there is nothing to save", got=f"no file of a book in '{self.root}'")
            make(self.root)


def _mark(home: Home, head: ObjectID) -> str:
    """The head; where the book lies in the repository, and where a shallow clone ends, which a fetch can move without the head."""
    around = [[part.hex() for part in home.prefix], sorted(id.decode() for id in home.shallow())]
    return f"{head.decode()} {digest.of_value(around)}"


def _known(home: Home, objects: Objects, head: ObjectID, mark: str | None) -> ObjectID | None:
    """The commit of an earlier mark, where a walk from the head comes by it and all around it is as it was."""
    commit = ObjectID((mark or "").partition(" ")[0].encode())
    if not commit or mark != _mark(home, commit):
        return None
    return commit if any(step.id == commit for step in objects.line(head)) else None


def _some(entries: Mapping[PurePosixPath, Entry], paths: list[PurePosixPath]) -> dict[PurePosixPath, Entry]:
    return {path: entries[path] for path in paths if path in entries}


def _last_to_change(now: Now, path: PurePosixPath) -> tuple[str, datetime | None]:
    for step, changed in now.objects.touching(now.commit):
        if path in changed:
            revision = revision_of(step, changed)
            return revision.author, revision.at
    return UNKNOWN, None

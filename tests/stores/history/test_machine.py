"""Any edits, saves and undos, in any order, against a list of books: what the history tells is what was done."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.needs import require_system
from tests.stores.history.books import ANA, BO, Bench, InMemory, git, is_whole, minutes, on_disk
from troth.book.history import Author
from troth.kernel.errors import NotFound
from troth.stores.memory import MemoryHistory

Book = dict[PurePosixPath, bytes]

PATHS = [PurePosixPath(name) for name in ("troth.yaml", "promises/a.yaml", "promises/b.yml", "overlays/x/y/z.yaml")]
paths = st.sampled_from(PATHS)
texts = st.sampled_from([b"", b"a: 1\n", b"a: 2\n", b"a: 1\r\n", b"\xff", b"a: 1\nb: 2\n"])
authors = st.sampled_from([ANA, BO])


class _Machine(RuleBasedStateMachine):
    """saved: the books of all revisions, oldest first. folder: what stands there."""

    where: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp()) / "book"
        self.bench: Bench = InMemory(MemoryHistory()) if self.where == "memory" else on_disk(self.root)
        self.saved: list[Book] = []
        self.folder: Book = {}
        self.clock = 0

    def teardown(self) -> None:
        if self.where == "git" and self.saved:
            assert is_whole(self.root)
            assert git(self.root, "rev-list", "--count", "HEAD").strip() == str(len(self.saved))
        shutil.rmtree(self.root.parent)

    def _head(self) -> Book:
        return self.saved[-1] if self.saved else {}

    def _now(self) -> int:
        self.clock += 1
        return self.clock

    @rule(path=paths, text=texts)
    def write(self, path: PurePosixPath, text: bytes) -> None:
        self.bench.write(path, text)
        self.folder[path] = text

    @precondition(lambda self: self.folder)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.folder)))
        self.bench.write(path, None)
        del self.folder[path]

    @rule(author=authors)
    def save(self, author: Author) -> None:
        if self.folder == self._head():
            with pytest.raises(NotFound):
                self.bench.history.save("nothing", author, minutes(self._now()))
            return
        revision = self.bench.history.save(f"revision {len(self.saved)}", author, minutes(self._now()))
        assert (revision.author, revision.at) == (author.name, minutes(self.clock))
        assert set(revision.changed) == {p for p in PATHS if self.folder.get(p) != self._head().get(p)}
        self.saved.append(dict(self.folder))

    @precondition(lambda self: self.folder == self._head())
    @rule(path=paths, text=st.one_of(st.none(), texts), author=authors)
    def edit(self, path: PurePosixPath, text: bytes | None, author: Author) -> None:
        after = {p: t for p, t in {**self._head(), path: text}.items() if t is not None}
        if after == self._head():
            return
        self.bench.history.save("edited", author, minutes(self._now()), based_on=self.bench.history.head(), edits={path: text})
        self.saved.append(after)
        self.folder = dict(after)

    @rule(author=authors)
    def undo(self, author: Author) -> None:
        unsaved = self.folder != self._head()
        can = bool(self.saved) and bool(self._head()) if unsaved else len(self.saved) > 1 and bool(self.saved[-2])
        if not can:
            before = list(self.saved)
            with pytest.raises(NotFound):
                self.bench.history.undo(author, minutes(self._now()))
            assert len(self.bench.history.revisions()) == len(before)
            return
        if unsaved:
            self.saved.append(dict(self.folder))
        self.bench.history.undo(author, minutes(self._now()))
        self.saved.append(dict(self.saved[-2]))
        self.folder = dict(self.saved[-1])

    @invariant()
    def the_folder_is_what_was_written(self) -> None:
        assert self.bench.files() == self.folder

    @invariant()
    def unsaved_is_the_difference(self) -> None:
        head = self._head()
        assert self.bench.history.unsaved() == {p: (head.get(p), self.folder.get(p)) for p in PATHS if head.get(p) != self.folder.get(p)}

    @invariant()
    def each_revision_holds_its_book(self) -> None:
        revisions = self.bench.history.revisions()
        assert [self.bench.history.texts(revision.id) for revision in revisions] == self.saved
        assert self.bench.history.head() == (revisions[-1].id if revisions else None)


@pytest.mark.slow
@pytest.mark.system
@pytest.mark.parametrize("kind", ["git", "memory"])
def test_any_order_of_edits_saves_and_undos(kind: str) -> None:
    require_system("git")

    class Machine(_Machine):
        where = kind

    run_state_machine_as_test(Machine, settings=settings(max_examples=15, stateful_step_count=20))

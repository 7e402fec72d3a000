"""A book that is a folder of a larger repository: the rest of it is none of our business."""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath

import pytest

from tests.needs import require_system
from tests.stores.history.books import (
    ANA,
    BOOK,
    DELIVER,
    NOW,
    ORDER,
    ROOT,
    OnDisk,
    committed,
    filled,
    git,
    is_whole,
    made_by_git,
    minutes,
    on_disk,
)
from troth.kernel.errors import BookError

pytestmark = pytest.mark.system
SOONER = DELIVER.replace(b"2d", b"1d")


@pytest.fixture
def shop(tmp_path: Path) -> OnDisk:
    """`shop` holds code and, in `ops/book`, a book; both committed."""
    require_system("git")
    shop = made_by_git(tmp_path / "shop")
    (shop / "code.py").write_text("one\n")
    (shop / "other.yaml").write_text("other: 1\n")
    (shop / "gone.py").write_text("gone\n")
    disk = on_disk(shop / "ops" / "book")
    filled(disk)
    committed(shop, "all")
    return disk


def _unsettled(top: Path) -> None:
    """Files of every state: staged, staged and edited again, edited, removed, removed from the index, new, new and staged."""
    (top / "code.py").write_text("two\n")
    git(top, "add", "code.py")
    (top / "code.py").write_text("three\n")
    (top / "other.yaml").write_text("other: 2\n")
    git(top, "rm", "--quiet", "--cached", "gone.py")
    (top / "new.py").write_text("new\n")
    (top / "meant.py").write_text("meant\n")
    (top / "staged.py").write_text("staged\n")
    git(top, "add", "staged.py")
    git(top, "add", "--intent-to-add", "meant.py")


def _rest(top: Path) -> tuple[str, ...]:
    """What git says of everything but the book."""
    outside = ("--", ".", ":!ops/book")
    return (
        git(top, "status", "--porcelain", *outside),
        git(top, "diff", *outside),
        git(top, "diff", "--cached", *outside),
        git(top, "ls-files", "--stage", "-v", *outside),
    )


def test_what_else_is_in_the_repository_is_left_as_it_is(shop: OnDisk) -> None:
    top = shop.root.parent.parent
    _unsettled(top)
    before = _rest(top)
    shop.write(ORDER, SOONER)
    shop.history.save("second", ANA, NOW)
    shop.history.save("third", ANA, minutes(1), edits={ROOT: b"name: other\n"})
    shop.history.undo(ANA, minutes(2))

    assert _rest(top) == before
    assert git(top, "status", "--porcelain", "ops") == ""
    assert git(top, "diff", "--name-only", "HEAD~3", "HEAD") == "ops/book/promises/order.yaml\n"
    assert is_whole(top)
    assert not (shop.root / ".gitignore").exists()


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_the_index_keeps_its_format_and_its_marks(shop: OnDisk, version: str) -> None:
    top = shop.root.parent.parent
    (top / "code.py").unlink()
    git(top, "update-index", "--skip-worktree", "code.py")
    git(top, "update-index", "--assume-unchanged", "gone.py")
    git(top, "update-index", "--index-version", version)
    _ = (top / "staged.py").write_text("staged\n"), git(top, "add", "staged.py")
    before, kept = _rest(top), (top / ".git/index").read_bytes()[:8]
    shop.write(ORDER, SOONER)
    shop.history.save("second", ANA, NOW)

    assert _rest(top) == before
    assert git(top, "ls-files", "-v", "code.py", "gone.py") == "S code.py\nh gone.py\n"
    assert (top / ".git/index").read_bytes()[:8] == kept
    assert git(top, "status", "--porcelain") == "A  staged.py\n"


@pytest.mark.parametrize("setting", ["core.untrackedCache", "core.fsmonitor", "feature.manyFiles", "index.skipHash"])
def test_what_git_keeps_to_be_quicker_does_not_mislead_it(shop: OnDisk, setting: str) -> None:
    top = shop.root.parent.parent
    git(top, "config", setting, "true" if setting != "core.fsmonitor" else ".git/hooks/monitor")
    (top / "new.py").write_text("new\n")
    assert git(top, "status", "--porcelain") == "?? new.py\n"
    shop.write(PurePosixPath("promises/other.yaml"), b"other: {}\n")
    assert git(top, "status", "--porcelain") == "?? new.py\n?? ops/book/promises/other.yaml\n"
    shop.history.save("second", ANA, NOW)
    assert git(top, "status", "--porcelain") == "?? new.py\n"
    shop.write(ORDER, SOONER)

    assert git(top, "status", "--porcelain") == " M ops/book/promises/order.yaml\n?? new.py\n"
    assert is_whole(top)


@pytest.mark.parametrize("how", [("update-index", "--split-index"), ("sparse-checkout", "set", "--cone", "--sparse-index", "ops")])
def test_an_index_that_could_not_be_kept_is_refused(shop: OnDisk, how: tuple[str, ...]) -> None:
    top = shop.root.parent.parent
    (top / "far" / "away").mkdir(parents=True)
    (top / "far" / "away" / "x.py").write_text("x\n")
    head = committed(top, "far away")
    git(top, *how)
    before = (top / ".git/index").read_bytes()
    shop.write(ORDER, SOONER)

    with pytest.raises(BookError, match=r"cannot keep.*--no-split-index"):
        shop.history.save("second", ANA, NOW)

    assert (top / ".git/index").read_bytes() == before
    assert shop.history.unsaved() == {ORDER: (DELIVER, SOONER)}
    assert (shop.history.head(), shop.files()[ORDER]) == (head, SOONER)


def test_only_revisions_of_the_book_are_told(shop: OnDisk) -> None:
    top = shop.root.parent.parent
    (top / "code.py").write_text("two\n")
    committed(top, "code")
    shop.write(ORDER, SOONER)
    third = committed(top, "book")
    (top / "other.yaml").write_text("other: 2\n")
    head = committed(top, "other")

    assert [revision.message for revision in shop.history.revisions()] == ["all", "book"]
    assert shop.history.revisions()[1].id == third
    assert shop.history.head() == head
    assert shop.history.texts(head) == {**BOOK, ORDER: SOONER}


def test_two_books_of_one_repository_have_each_their_history(shop: OnDisk) -> None:
    other = on_disk(shop.root.parent / "other")
    filled(other, {ROOT: b"name: other\n"}).history.save("other", ANA, NOW)
    shop.write(ORDER, SOONER)
    shop.history.save("book", ANA, minutes(1))
    other.write(ROOT, b"name: another\n")
    other.history.undo(ANA, minutes(2))

    assert [revision.message for revision in shop.history.revisions()] == ["all", "book"]
    assert [revision.changed for revision in other.history.revisions()] == [(ROOT,)] * 3
    assert (shop.files(), other.files()) == ({**BOOK, ORDER: SOONER}, {ROOT: b"name: other\n"})


def test_a_book_that_moved_within_the_repository_begins_anew(shop: OnDisk) -> None:
    top = shop.root.parent.parent
    git(top, "mv", "ops/book", "book")
    moved = committed(top, "moved")

    assert [(r.id, r.changed) for r in on_disk(top / "book").history.revisions()] == [(moved, (ORDER, ROOT))]


def test_a_repository_above_the_ceiling_is_not_looked_for(shop: OnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(shop.root.parent.parent))

    assert shop.history.revisions() == ()
    shop.history.save("first", ANA, NOW)
    assert (shop.root / ".git").is_dir()


def test_a_repository_that_ignores_the_book_is_not_the_books(shop: OnDisk) -> None:
    #  as where somebody keeps the settings of the whole home in git and ignores everything else
    top = shop.root.parent.parent
    (top / ".gitignore").write_text("/mine/\n")
    head = committed(top, "ignoring")
    mine = on_disk(top / "mine" / "book")
    first = filled(mine).history.save("first", ANA, NOW)

    assert git(mine.root, "rev-parse", "--show-toplevel").strip() == str(mine.root.resolve())
    assert mine.history.revisions() == (first,)
    assert git(top, "rev-parse", "HEAD").strip() == head
    assert git(top, "status", "--porcelain") == ""


def test_a_book_that_was_committed_before_it_was_ignored_stays_where_it_is(shop: OnDisk) -> None:
    top = shop.root.parent.parent
    (top / ".gitignore").write_text("ops/\n")
    committed(top, "ignoring")
    shop.write(ORDER, SOONER)
    shop.history.save("second", ANA, NOW)

    assert not (shop.root / ".git").exists()
    assert git(top, "log", "-1", "--format=%s") == "second\n"


def test_what_was_staged_of_the_book_gives_way_to_what_is_saved(shop: OnDisk) -> None:
    #  as `git commit -- ops/book` does: what stands in the folder is what is meant
    top = shop.root.parent.parent
    shop.write(ORDER, b"staged: {}\n")
    shop.write(PurePosixPath("promises/draft.yaml"), b"draft: {}\n")
    git(top, "add", "ops")
    shop.write(ORDER, SOONER)
    shop.write(PurePosixPath("promises/draft.yaml"), None)
    shop.history.save("second", ANA, NOW)

    assert git(top, "status", "--porcelain") == ""
    assert shop.history.texts(shop.history.head() or "") == {**BOOK, ORDER: SOONER}


def test_git_sees_what_is_not_saved_in_a_file_that_was_not_touched(shop: OnDisk) -> None:
    #  the folder holds both edits since long; one of them is saved
    later, both = DELIVER.replace(b"2d", b"3d"), DELIVER.replace(b"2d", b"3d").replace(b"in time", b"on time")
    shop.write(ORDER, both)
    os.utime(shop.root / ORDER, (1_700_000_000, 1_700_000_000))
    shop.history.save("second", ANA, NOW, edits={ORDER: later})

    assert (shop.root / ORDER).stat().st_mtime == 1_700_000_000
    assert git(shop.root.parent.parent, "status", "--porcelain") == " M ops/book/promises/order.yaml\n"


def test_an_enclosing_repository_without_a_commit_gets_no_rules_of_what_to_ignore(tmp_path: Path) -> None:
    require_system("git")
    disk = on_disk(made_by_git(tmp_path / "empty") / "book")
    filled(disk).history.save("first", ANA, NOW)

    assert not (disk.root / ".gitignore").exists()
    assert git(tmp_path / "empty", "ls-files") == "book/promises/order.yaml\nbook/troth.yaml\n"


@pytest.mark.parametrize(("before", "after"), [("calendars", "calendars/lanes.yml"), ("x.yaml/notes.md", "x.yaml")])
def test_what_is_not_the_books_gives_way_where_both_cannot_stand(shop: OnDisk, before: str, after: str) -> None:
    top = shop.root.parent.parent
    shop.write(PurePosixPath(before), b"no part of the book\n")
    committed(top, "before")
    shutil.rmtree(shop.root / "x.yaml", ignore_errors=True)
    (shop.root / before).unlink(missing_ok=True)
    shop.write(PurePosixPath(after), b"lanes: {}\n")
    shop.history.save("after", ANA, NOW)

    assert git(top, "status", "--porcelain") == ""
    assert is_whole(top)


def test_edits_that_are_given_leave_alone_what_else_of_the_book_is_staged(shop: OnDisk) -> None:
    top = shop.root.parent.parent
    shop.write(ORDER, SOONER)
    git(top, "add", "ops")
    shop.write(ORDER, b"edited: {again: true}\n")
    staged = git(top, "diff", "--cached")
    shop.history.save("second", ANA, NOW, edits={ROOT: b"name: other\n"})

    assert git(top, "diff", "--cached") == staged
    assert git(top, "status", "--porcelain") == "MM ops/book/promises/order.yaml\n"


def test_what_a_sparse_checkout_leaves_out_is_not_removed(shop: OnDisk) -> None:
    top = shop.root.parent.parent
    git(top, "sparse-checkout", "set", "--no-cone", "/*", "!/ops/book/promises/")
    assert not (shop.root / ORDER).exists()
    assert shop.history.unsaved() == {}
    shop.write(ROOT, b"name: other\n")
    second = shop.history.save("second", ANA, NOW)

    assert second.changed == (ROOT,)
    assert shop.history.texts(second.id) == {ORDER: DELIVER, ROOT: b"name: other\n"}
    assert git(top, "status", "--porcelain") == ""


def test_a_file_where_a_folder_was_is_saved(shop: OnDisk) -> None:
    top = shop.root.parent.parent
    (shop.root / "a.yaml").mkdir()
    (shop.root / "a.yaml" / "b.yaml").write_text("b: 1\n")
    shop.history.save("folder", ANA, NOW)
    (shop.root / "a.yaml" / "b.yaml").unlink()
    (shop.root / "a.yaml").rmdir()
    (shop.root / "a.yaml").write_text("a: 1\n")
    shop.history.save("file", ANA, minutes(1))
    (shop.root / "a.yaml").unlink()
    (shop.root / "a.yaml").mkdir()
    (shop.root / "a.yaml" / "b.yaml").write_text("b: 1\n")
    shop.history.save("folder again", ANA, minutes(2))

    assert git(top, "status", "--porcelain") == ""
    assert is_whole(top)
    assert [len(r.changed) for r in shop.history.revisions()][1:] == [1, 2, 2]

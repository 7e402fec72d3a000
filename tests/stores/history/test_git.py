"""A git binary finds in order what was saved without one."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

import pytest

from tests.needs import require_system
from tests.stores.history.books import (
    ANA,
    BO,
    BOOK,
    DELIVER,
    LANES,
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
from troth.book.history import Author
from troth.kernel.errors import BookError, NotFound

pytestmark = pytest.mark.system


@pytest.fixture(autouse=True)
def with_git() -> None:
    require_system("git")


def test_git_reads_a_repository_that_was_made_without_it(disk: OnDisk) -> None:
    first = filled(disk).history.save("first", ANA, NOW)
    disk.write(ORDER, b"deliver: {}\n")
    second = disk.history.save("second\n\nbecause", Author("Bö \U0001f980", "bo@example.org"), minutes(1))

    assert is_whole(disk.root)
    assert git(disk.root, "status", "--porcelain") == ""
    assert git(disk.root, "log", "--format=%H|%an|%ae|%cn|%at|%ct|%B|", "--encoding=UTF-8") == (
        f"{second.id}|Bö \U0001f980|bo@example.org|Bö \U0001f980|1772442905|1772442905|second\n\nbecause\n|\n"
        f"{first.id}|Ana Lima|ana@example.org|Ana Lima|1772442845|1772442845|first\n|\n"
    )
    assert git(disk.root, "branch", "--show-current").strip() == "main"
    assert git(disk.root, "ls-files") == ".gitignore\npromises/order.yaml\ntroth.yaml\n"
    assert git(disk.root, "reflog", "--format=%gs", "main") == "commit: second\ncommit (initial): first\n"
    assert git(disk.root, "reflog", "--format=%gs", "HEAD") == "commit: second\ncommit (initial): first\n"


@pytest.mark.parametrize(("setting", "logged"), [("always", 1), ("true", 1), ("false", 0)])
def test_the_reflog_is_kept_as_git_is_told(disk: OnDisk, setting: str, logged: int) -> None:
    git(made_by_git(disk.root), "config", "core.logAllRefUpdates", setting)
    filled(disk).history.save("first", ANA, NOW)

    assert len(git(disk.root, "reflog", "show", "trunk").splitlines()) == logged


def test_state_and_pages_are_ignored_in_a_new_repository(disk: OnDisk) -> None:
    filled(disk).history.save("first", ANA, NOW)
    for name in (".troth/lake/x", "pages/index.html"):
        disk.write(PurePosixPath(name), b"x")

    assert (disk.root / ".gitignore").read_text() == "/.troth/\n/pages/\n"
    assert git(disk.root, "status", "--porcelain") == ""


def test_an_undo_of_what_was_never_saved_makes_no_repository(disk: OnDisk) -> None:
    filled(disk)
    with pytest.raises(NotFound, match="nothing to undo"):
        disk.history.undo(ANA, NOW)

    assert not (disk.root / ".git").exists()


def test_an_ignore_file_that_is_there_already_is_added_to(disk: OnDisk) -> None:
    (disk.root / ".gitignore").write_bytes(b"*.csv\npages")
    filled(disk).history.save("first", ANA, NOW)

    assert (disk.root / ".gitignore").read_bytes() == b"*.csv\npages\n/.troth/\n"
    assert git(disk.root, "show", "HEAD:.gitignore") == "*.csv\npages\n/.troth/\n"


def test_an_empty_repository_of_the_author_gets_its_first_revision_on_its_branch(tmp_path: Path) -> None:
    disk = on_disk(made_by_git(tmp_path / "book"))
    assert (disk.history.head(), disk.history.revisions(), disk.history.author().name) == (None, (), "Git")
    first = filled(disk).history.save("first", ANA, NOW)

    assert git(disk.root, "rev-parse", "refs/heads/trunk").strip() == first.id
    assert git(disk.root, "status", "--porcelain") == ""
    assert is_whole(disk.root)


def test_revisions_made_by_git_are_told_like_our_own(disk: OnDisk) -> None:
    made_by_git(disk.root)
    filled(disk)
    one = committed(disk.root, "one")
    (disk.root / "notes.md").write_text("no part of the book")
    committed(disk.root, "not the book's")
    disk.write(ORDER, b"deliver: {}\n")
    two = committed(disk.root, "two\n\n  and why  \n\n")

    told = [(r.id, r.author, r.message, r.changed) for r in disk.history.revisions()]
    assert told == [(one, "Git", "one", (ORDER, ROOT)), (two, "Git", "two\n\n  and why", (ORDER,))]
    assert disk.history.head() == two


def test_the_line_of_first_parents_is_told(disk: OnDisk) -> None:
    #  trunk  first ---- third ---- merge     told: first, third, merge (of what it brought)
    #              \\              /
    #  side         ---- second --
    made_by_git(disk.root)
    filled(disk)
    first = committed(disk.root, "first")
    git(disk.root, "switch", "--quiet", "--create", "side")
    disk.write(ORDER, b"deliver: {}\n")
    committed(disk.root, "second")
    git(disk.root, "switch", "--quiet", "trunk")
    disk.write(LANES, b"lanes: {}\n")
    third = committed(disk.root, "third")
    git(disk.root, "merge", "--quiet", "--no-edit", "--no-ff", "side")
    merge = git(disk.root, "rev-parse", "HEAD").strip()

    assert [(r.id, r.changed) for r in disk.history.revisions()] == [(first, (ORDER, ROOT)), (third, (LANES,)), (merge, (ORDER,))]
    disk.history.undo(ANA, minutes(1))
    assert disk.files() == {**BOOK, LANES: b"lanes: {}\n"}


def test_undo_reaches_behind_commits_that_are_not_the_books(disk: OnDisk) -> None:
    filled(disk).history.save("first", ANA, NOW)
    disk.write(ORDER, b"deliver: {}\n")
    disk.history.save("second", ANA, minutes(1))
    git(made_by_git(disk.root), "commit", "--quiet", "--allow-empty", "--message=nothing")
    (disk.root / "notes.md").write_text("kept")
    committed(disk.root, "notes")
    third = disk.history.undo(ANA, minutes(2))

    assert third.message == "Undo: second"
    assert disk.files() == {**BOOK, PurePosixPath("notes.md"): b"kept"}
    assert git(disk.root, "status", "--porcelain") == ""


@pytest.mark.parametrize("how", [("gc", "--quiet"), ("repack", "-adq", "--write-midx"), ("commit-graph", "write"), ("pack-refs", "--all")])
def test_a_repository_that_git_packed_is_read_and_written(disk: OnDisk, how: tuple[str, ...]) -> None:
    filled(disk).history.save("first", ANA, NOW)
    disk.write(ORDER, b"deliver: {}\n")
    second = disk.history.save("second", ANA, minutes(1))
    git(disk.root, *how)

    assert disk.history.head() == second.id
    disk.write(ORDER, DELIVER)
    third = disk.history.save("third", ANA, minutes(2))
    assert disk.history.revisions()[1:] == (second, third)
    assert is_whole(disk.root)
    assert git(disk.root, "status", "--porcelain") == ""


def test_objects_of_another_store_are_read_where_they_are(tmp_path: Path) -> None:
    elsewhere = on_disk(made_by_git(tmp_path / "elsewhere"))
    filled(elsewhere)
    committed(elsewhere.root)
    git(tmp_path, "clone", "--quiet", "--shared", "elsewhere", "book")
    disk = on_disk(tmp_path / "book")
    disk.write(ORDER, b"deliver: {}\n")
    disk.history.save("second", ANA, minutes(1))

    assert len(disk.history.revisions()) == 2
    assert is_whole(disk.root)


def test_an_executable_file_stays_one(disk: OnDisk) -> None:
    #  promises/order.yaml is executable all the time; what changes is its text
    filled(disk)
    (disk.root / ORDER).chmod(0o755)
    disk.history.save("first", ANA, NOW)
    disk.history.save("second", ANA, minutes(1), edits={ORDER: b"deliver: {}\n"})
    disk.write(ORDER, b"deliver: {due: never}\n")
    disk.history.save("third", ANA, minutes(2))
    disk.history.undo(ANA, minutes(3))
    modes = [git(disk.root, "ls-tree", r.id, str(ORDER))[:6] for r in disk.history.revisions()]

    assert modes == ["100755"] * 4
    assert stat.S_IMODE((disk.root / ORDER).stat().st_mode) == 0o755
    assert git(disk.root, "status", "--porcelain") == ""


def test_undo_brings_a_file_back_as_executable_as_it_was(disk: OnDisk) -> None:
    filled(disk)
    (disk.root / ORDER).chmod(0o750)
    disk.history.save("first", ANA, NOW)
    disk.write(ORDER, None)
    disk.history.save("second", ANA, minutes(1))
    disk.history.undo(ANA, minutes(2))

    assert os.access(disk.root / ORDER, os.X_OK)
    assert git(disk.root, "status", "--porcelain") == ""


def test_modes_do_not_count_where_git_is_told_so(disk: OnDisk) -> None:
    made_by_git(disk.root)
    git(disk.root, "config", "core.filemode", "false")
    filled(disk)
    (disk.root / ORDER).chmod(0o755)
    first = disk.history.save("first", ANA, NOW)

    assert git(disk.root, "ls-tree", first.id, str(ORDER))[:6] == "100644"
    assert git(disk.root, "status", "--porcelain") == ""


def test_a_change_of_mode_alone_is_no_edit_of_the_book(disk: OnDisk) -> None:
    filled(disk).history.save("first", ANA, NOW)
    (disk.root / ORDER).chmod(0o755)

    assert disk.history.unsaved() == {}
    with pytest.raises(NotFound, match="nothing to save"):
        disk.history.save("second", ANA, minutes(1))


def test_the_rights_of_a_file_are_kept_when_it_is_replaced(disk: OnDisk) -> None:
    filled(disk).history.save("first", ANA, NOW)
    (disk.root / ORDER).chmod(0o640)
    disk.history.save("second", ANA, minutes(1), edits={ORDER: b"deliver: {}\n"})

    assert stat.S_IMODE((disk.root / ORDER).stat().st_mode) == 0o640


def test_links_are_no_files_of_the_book(disk: OnDisk) -> None:
    made_by_git(disk.root)
    filled(disk)
    (disk.root / "same.yaml").symlink_to(ROOT)
    (disk.root / "elsewhere").symlink_to(disk.root.parent)
    (disk.root.parent / "outside.yaml").write_text("x: 1\n")
    committed(disk.root)
    disk.write(ORDER, b"deliver: {}\n")
    disk.history.save("second", ANA, NOW)

    assert set(disk.history.texts(disk.history.head() or "")) == set(BOOK)
    assert git(disk.root, "status", "--porcelain") == ""
    assert (disk.root / "same.yaml").readlink() == Path("troth.yaml")


@pytest.mark.parametrize("name", ["same.yaml", "elsewhere/outside.yaml"])
def test_an_edit_does_not_go_through_a_link(disk: OnDisk, name: str) -> None:
    filled(disk).history.save("first", ANA, NOW)
    (disk.root / "same.yaml").symlink_to(ROOT)
    (disk.root / "elsewhere").symlink_to(disk.root.parent)

    with pytest.raises(BookError, match="link"):
        disk.history.save("second", ANA, minutes(1), edits={PurePosixPath(name): b"x: 1\n"})

    assert disk.files()[ROOT] == BOOK[ROOT]
    assert not (disk.root.parent / "outside.yaml").exists()


def test_what_git_is_told_to_ignore_is_not_saved_unless_it_was(disk: OnDisk) -> None:
    made_by_git(disk.root)
    filled(disk)
    committed(disk.root)
    (disk.root / ".gitignore").write_text("drafts/\npromises/*\n")
    disk.write(PurePosixPath("drafts/x.yaml"), b"x: 1\n")
    disk.write(PurePosixPath("promises/other.yaml"), b"x: 1\n")
    disk.write(ORDER, b"deliver: {}\n")

    assert disk.history.unsaved() == {ORDER: (DELIVER, b"deliver: {}\n")}
    disk.history.save("second", ANA, NOW)
    assert git(disk.root, "ls-files", "*.yaml") == "promises/order.yaml\ntroth.yaml\n"
    assert disk.history.save("third", ANA, minutes(1), edits={PurePosixPath("drafts/x.yaml"): b"x: 1\n"}).changed == (
        PurePosixPath("drafts/x.yaml"),
    )


def test_a_repository_inside_of_the_book_is_not_the_books(disk: OnDisk) -> None:
    made_by_git(disk.root / "vendor")
    (disk.root / "vendor" / "x.yaml").write_text("x: 1\n")
    first = filled(disk).history.save("first", ANA, NOW)

    assert first.changed == (ORDER, ROOT)
    assert git(disk.root, "status", "--porcelain") == "?? vendor/\n"


@pytest.mark.parametrize("name", ["a b.yaml", "é.yaml", "café/ß.yaml", "-n.yaml", "x\ny.yaml", "a;b'c\".yml", "x.yaml.yaml"])
def test_names_of_files_are_kept(disk: OnDisk, name: str) -> None:
    path = PurePosixPath(name)
    first = filled(disk, {**BOOK, path: b"x: 1\n"}).history.save("first", ANA, NOW)

    assert path in first.changed
    assert disk.history.texts(first.id)[path] == b"x: 1\n"
    assert git(disk.root, "status", "--porcelain") == ""
    assert git(disk.root, "ls-files", "-z").split("\0").count(name) == 1


def test_a_name_that_is_not_utf_8_is_kept(disk: OnDisk) -> None:
    path = PurePosixPath(os.fsdecode(b"caf\xe9.yaml"))
    try:
        (disk.root / path).write_bytes(b"x: 1\n")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    filled(disk).history.save("first", ANA, NOW)
    disk.write(path, b"x: 2\n")
    disk.history.undo(ANA, minutes(1))

    assert disk.files()[path] == b"x: 1\n"
    assert git(disk.root, "status", "--porcelain") == ""


def test_folders_that_undo_leaves_empty_are_removed(disk: OnDisk) -> None:
    filled(disk).history.save("first", ANA, NOW)
    disk.write(PurePosixPath("overlays/region=JP/promises/x.yaml"), b"x: 1\n")
    (disk.root / "overlays/notes.md").write_text("kept")
    disk.history.undo(ANA, minutes(1))

    assert sorted(path.name for path in (disk.root / "overlays").iterdir()) == ["notes.md"]


def test_hooks_and_signing_do_not_stand_in_the_way(disk: OnDisk) -> None:
    made_by_git(disk.root)
    git(disk.root, "config", "commit.gpgsign", "true")
    hook = disk.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)

    assert filled(disk).history.save("first", ANA, NOW).id == disk.history.head()


def test_a_repository_that_a_group_shares_stays_writable_for_the_group(disk: OnDisk) -> None:
    git(made_by_git(disk.root), "config", "core.sharedRepository", "group")
    before = os.umask(0o077)
    try:
        filled(disk).history.save("first", BO, NOW)
    finally:
        os.umask(before)
    made = [*(disk.root / ".git/objects").rglob("*"), *(disk.root / ".git/refs/heads").iterdir(), *(disk.root / ".git/troth").iterdir()]

    assert [path for path in made if not path.stat().st_mode & stat.S_IRGRP] == []
    for name in ("index", "troth", "troth/.build.lock.db", "refs/heads/trunk"):
        assert (disk.root / ".git" / name).stat().st_mode & stat.S_IWGRP, name

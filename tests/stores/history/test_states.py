"""A repository in a state in which a revision would get lost, and one that is damaged: said clearly, nothing touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

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
from troth.kernel.errors import BookError, NotFound, StoreError, TrothError

pytestmark = pytest.mark.system
SOONER = DELIVER.replace(b"2d", b"1d")


@pytest.fixture
def saved(disk: OnDisk) -> OnDisk:
    """Two revisions by git, and an edit that is not saved."""
    require_system("git")
    made_by_git(disk.root)
    filled(disk)
    committed(disk.root, "first")
    disk.write(ORDER, SOONER)
    committed(disk.root, "second")
    disk.write(ROOT, b"name: not saved\n")
    return disk


def _refused(disk: OnDisk, error: type[TrothError], words: str) -> None:
    """Whatever would write is refused with the next step, and files, head and index are as they were."""
    before = (disk.files(), git(disk.root, "rev-parse", "HEAD", check=False), (disk.root / ".git/index").read_bytes())
    acts: list[Callable[[], object]] = [
        lambda: disk.history.save("third", ANA, NOW),
        lambda: disk.history.save("third", ANA, NOW, edits={ORDER: b"deliver: {}\n"}),
        lambda: disk.history.undo(ANA, NOW),
    ]
    for act in acts:
        with pytest.raises(error, match=words) as said:
            act()
        assert said.value.next_step
    assert (disk.files(), git(disk.root, "rev-parse", "HEAD", check=False), (disk.root / ".git/index").read_bytes()) == before
    assert not list((disk.root / ".git").rglob("*.lock"))


def _readable(disk: OnDisk) -> None:
    assert [revision.message for revision in disk.history.revisions()] == ["first", "second"]
    assert disk.history.unsaved() == {ROOT: (BOOK[ROOT], b"name: not saved\n")}


def test_a_detached_head_is_read_and_not_written(saved: OnDisk) -> None:
    git(saved.root, "checkout", "--quiet", "--detach")

    _refused(saved, BookError, "detached")
    _readable(saved)


@pytest.mark.parametrize("how", ["merge", "cherry-pick", "rebase", "revert"])
def test_a_repository_in_the_middle_of_something_is_read_and_not_written(saved: OnDisk, how: str) -> None:
    saved.write(ROOT, BOOK[ROOT])
    git(saved.root, "switch", "--quiet", "--create", "side", "HEAD~1")
    saved.write(ORDER, b"side: {}\n")
    committed(saved.root, "side")
    git(saved.root, "switch", "--quiet", "trunk")
    git(saved.root, how, "HEAD~1" if how == "revert" else "side", check=False)
    saved.write(ROOT, b"name: not saved\n")

    _refused(saved, BookError, f"in the middle of a {how}")
    assert saved.history.unsaved()[ROOT] == (BOOK[ROOT], b"name: not saved\n")


def test_a_merge_that_is_left_in_the_index_is_refused(saved: OnDisk) -> None:
    saved.write(ROOT, BOOK[ROOT])
    git(saved.root, "switch", "--quiet", "--create", "side", "HEAD~1")
    saved.write(ORDER, b"side: {}\n")
    committed(saved.root, "side")
    git(saved.root, "switch", "--quiet", "trunk")
    git(saved.root, "merge", "side", check=False)
    (saved.root / ".git/MERGE_HEAD").unlink()

    _refused(saved, BookError, "not resolved")


def test_a_bare_repository_holds_no_book(tmp_path: Path) -> None:
    require_system("git")
    git(tmp_path, "init", "--quiet", "--bare", "bare")
    disk = on_disk(tmp_path / "bare" / "book")
    filled(disk)

    with pytest.raises(BookError, match="bare"):
        disk.history.save("first", ANA, NOW)
    with pytest.raises(BookError, match="bare"):
        disk.history.revisions()
    assert disk.files() == BOOK


def test_a_repository_that_calls_itself_bare_is_refused(saved: OnDisk) -> None:
    git(saved.root, "config", "core.bare", "true")

    with pytest.raises(BookError, match="working folder"):
        saved.history.save("third", ANA, NOW)


def test_a_working_folder_that_is_elsewhere_is_refused(saved: OnDisk) -> None:
    (saved.root.parent / "elsewhere").mkdir()
    git(saved.root, "config", "core.worktree", "../../elsewhere")

    with pytest.raises(BookError, match="working folder"):
        saved.history.save("third", ANA, NOW)


def test_objects_named_by_sha256_are_refused(tmp_path: Path) -> None:
    require_system("git")
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "book")
    disk = on_disk(tmp_path / "book")
    filled(disk)

    with pytest.raises(BookError, match="sha256"):
        disk.history.save("first", ANA, NOW)
    assert disk.files() == BOOK


def test_a_shallow_clone_is_read_and_written_as_far_as_it_goes(saved: OnDisk, tmp_path: Path) -> None:
    #  all of it       first, second
    #  the clone       second, which there seems to make everything
    git(tmp_path, "clone", "--quiet", "--depth=1", saved.root.as_uri(), "clone")
    clone = on_disk(tmp_path / "clone")

    assert [(r.message, r.changed) for r in clone.history.revisions()] == [("second", (ORDER, ROOT))]
    with pytest.raises(NotFound, match=r"shallow.*--unshallow"):
        clone.history.undo(ANA, NOW)
    assert clone.files() == {**BOOK, ORDER: SOONER}
    clone.write(ROOT, b"name: third\n")
    clone.history.save("third", ANA, NOW)
    clone.history.undo(ANA, minutes(1))
    assert clone.files() == {**BOOK, ORDER: SOONER}
    assert git(clone.root, "status", "--porcelain") == ""


def test_a_worktree_of_a_shallow_clone_is_as_shallow(saved: OnDisk, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", saved.root.as_uri(), "clone")
    git(tmp_path / "clone", "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))

    assert [r.message for r in on_disk(tmp_path / "side").history.revisions()] == ["second"]


def test_a_worktree_has_its_own_branch_and_index(saved: OnDisk, tmp_path: Path) -> None:
    git(saved.root, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = on_disk(tmp_path / "side")
    side.write(ORDER, b"side: {}\n")
    third = side.history.save("third", ANA, NOW)

    assert git(saved.root, "rev-parse", "side").strip() == third.id
    assert (git(side.root, "status", "--porcelain"), git(saved.root, "status", "--porcelain")) == ("", " M troth.yaml\n")
    assert git(side.root, "reflog", "--format=%gs", "HEAD").splitlines()[0] == "commit: third"
    assert is_whole(saved.root)
    _readable(saved)


def test_a_worktree_of_a_bare_repository_has_a_working_folder(saved: OnDisk, tmp_path: Path) -> None:
    git(saved.root, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    git(saved.root, "config", "core.bare", "true")
    side = on_disk(tmp_path / "side")
    side.write(ORDER, b"side: {}\n")

    assert side.history.save("third", ANA, NOW).changed == (ORDER,)
    assert git(side.root, "status", "--porcelain") == ""


def test_a_worktree_that_was_moved_away_from_its_repository_is_named(saved: OnDisk, tmp_path: Path) -> None:
    git(saved.root, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = on_disk(tmp_path / "side")
    shutil.move(saved.root, tmp_path / "moved")

    with pytest.raises(StoreError, match=r"names no git repository.*worktree repair"):
        side.history.save("third", ANA, NOW)


def test_a_submodule_is_a_repository_of_its_own(saved: OnDisk, tmp_path: Path) -> None:
    git(saved.root, "checkout", "--quiet", "--", ".")
    top = made_by_git(tmp_path / "top")
    git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", saved.root.as_uri(), "book")
    committed(top, "with a book")
    book = on_disk(top / "book")
    book.write(ROOT, b"name: third\n")
    third = book.history.save("third", BO, NOW)

    assert git(book.root, "rev-parse", "HEAD").strip() == third.id
    assert git(top, "log", "--format=%s") == "with a book\n"
    assert git(top, "status", "--porcelain") == " M book\n"


def test_a_submodule_inside_of_the_book_is_left_alone(saved: OnDisk, tmp_path: Path) -> None:
    other = made_by_git(tmp_path / "other")
    (other / "x.yaml").write_text("x: 1\n")
    committed(other)
    git(saved.root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.as_uri(), "parts.yaml")
    saved.history.save("third", ANA, NOW)

    assert saved.history.revisions()[-1].changed == (ROOT,)
    assert git(saved.root, "status", "--porcelain") == "A  .gitmodules\nA  parts.yaml\n"


def _first_object(kind: str) -> Callable[[Path], Path]:
    def find(root: Path) -> Path:
        id = git(root, "rev-parse", {"commit": "HEAD", "tree": "HEAD^{tree}", "file": f"HEAD:{ORDER}"}[kind]).strip()
        return root / ".git/objects" / id[:2] / id[2:]

    return find


@pytest.mark.parametrize("kind", ["commit", "tree", "file"])
@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "garbage", "other"])
def test_an_object_that_cannot_be_read_is_said_and_no_edit_is_lost(saved: OnDisk, kind: str, damage: str) -> None:
    place = _first_object(kind)(saved.root)
    content = place.read_bytes()
    other = (saved.root / ".git/objects" / (id := git(saved.root, "rev-parse", "HEAD~1").strip())[:2] / id[2:]).read_bytes()
    place.unlink()
    if damage != "gone":
        place.write_bytes({"empty": b"", "cut": content[:10], "garbage": b"no object", "other": other}[damage])

    said = []
    ways: list[Callable[[], object]] = [
        saved.history.revisions,
        lambda: saved.history.texts(saved.history.head() or ""),
        lambda: saved.history.save("third", ANA, NOW, edits={ORDER: b"third: {}\n"}),
        lambda: saved.history.save("third", ANA, NOW),
        lambda: saved.history.undo(ANA, NOW),
    ]
    for way in ways:
        try:
            way()
        except NotFound:
            continue  # an id whose object is gone is not known any more
        except StoreError as error:
            said.append(error.next_step)

    assert said
    assert [step for step in said if "git fsck" not in step] == []
    assert b"name: not saved\n" in saved.files()[ROOT] + _kept_in_a_revision(saved)
    assert not list((saved.root / ".git").rglob("*.lock"))


def _kept_in_a_revision(disk: OnDisk) -> bytes:
    ids = git(disk.root, "log", "--format=%H", check=False).split()
    return "".join(git(disk.root, "show", f"{id}:{ROOT}", check=False) for id in ids).encode()


@pytest.mark.parametrize("kind", ["commit", "tree"])
def test_an_object_that_is_not_what_its_name_says_is_not_believed(saved: OnDisk, kind: str) -> None:
    id = git(saved.root, "rev-parse", {"commit": "HEAD~1", "tree": "HEAD~1^{tree}"}[kind]).strip()
    place = _first_object(kind)(saved.root)
    place.unlink()
    place.write_bytes((saved.root / ".git/objects" / id[:2] / id[2:]).read_bytes())

    with pytest.raises(StoreError, match="ChecksumMismatch"):
        saved.history.revisions()


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(saved: OnDisk) -> None:
    (saved.root / ROOT).chmod(0)

    with pytest.raises(StoreError, match=r"troth\.yaml' cannot be read"):
        saved.history.unsaved()


@pytest.mark.parametrize("damage", [b"", b"garbage"])
def test_an_object_that_a_crash_left_empty_is_written_again(saved: OnDisk, damage: bytes) -> None:
    place = _first_object("file")(saved.root)
    place.chmod(0o644)
    place.write_bytes(damage)
    saved.history.save("third", ANA, NOW, edits={LANES: SOONER})

    assert is_whole(saved.root)
    assert saved.history.texts(saved.history.head() or "") == {**BOOK, ORDER: SOONER, LANES: SOONER}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("HEAD", b""),
        ("HEAD", b"garbage"),
        ("HEAD", b"ref: refs/heads/../../x\n"),
        ("HEAD", b"ref: HEAD\n"),
        ("refs/heads/trunk", b"garbage\n"),
        ("refs/heads/trunk", b"1" * 40 + b"\n"),
        ("config", b"[core\n"),
        ("config", b"[core]\nrepositoryformatversion = 7\n"),
        ("config", b"[core]\nrepositoryformatversion = 1\n[extensions]\nnewThing = true\n"),
        ("config", b"\xff\xfe\x00"),
        ("index", b""),
        ("index", b"garbage"),
        ("index", b"DIRC\0\0\0\x09\0\0\0\0" + b"\0" * 20),
        ("index", b"DIRC\0\0\0\x02\0\0\0\x01" + b"\0" * 20),
        ("packed-refs", b"garbage"),
        ("shallow", b"garbage"),
        ("objects/info/alternates", b"/nowhere\n../../../nowhere\n"),
        ("info/grafts", b"garbage\n"),
        ("info/attributes", b"\xff[ text\n"),
        ("info/exclude", b"\xff[\n"),
        ("objects/pack/pack-1.idx", b"garbage"),
        ("objects/info/commit-graph", b"garbage"),
    ],
)
def test_a_damaged_file_of_the_repository_is_no_traceback(saved: OnDisk, name: str, content: bytes) -> None:
    place = saved.root / ".git" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    before = saved.files()
    ways: list[Callable[[], object]] = [
        saved.history.author,
        saved.history.head,
        saved.history.revisions,
        saved.history.unsaved,
        lambda: saved.history.save("third", ANA, NOW),
        lambda: saved.history.undo(ANA, NOW),
    ]
    said = []
    for way in ways:
        try:
            way()
        except TrothError as error:
            said.append(error)

    assert all(error.next_step or error.got for error in said)
    assert saved.files().keys() == before.keys()
    assert not list((saved.root / ".git").rglob("*.lock"))


@pytest.mark.parametrize("content", [b"", b"garbage", b"gitdir: ../nowhere\n", b"gitdir: .\n", b"\xff"])
def test_a_git_file_that_leads_nowhere_is_named(disk: OnDisk, content: bytes) -> None:
    filled(disk)
    (disk.root / ".git").write_bytes(content)

    with pytest.raises(StoreError, match="names no git repository"):
        disk.history.save("first", ANA, NOW)
    assert (disk.root / ".git").read_bytes() == content


def test_a_git_folder_that_is_no_repository_is_named_and_not_passed_by(tmp_path: Path) -> None:
    require_system("git")
    disk = on_disk(made_by_git(tmp_path / "outer") / "book")
    filled(disk)
    (disk.root / ".git").mkdir()

    with pytest.raises(StoreError, match="no git repository"):
        disk.history.save("first", ANA, NOW)
    assert git(tmp_path / "outer", "log", "--oneline", check=False) == ""


def test_a_folder_with_objects_and_refs_is_not_yet_a_bare_repository(disk: OnDisk) -> None:
    filled(disk)
    for name in ("objects", "refs"):
        (disk.root / name).mkdir()

    assert disk.history.save("first", ANA, NOW).changed == (ORDER, ROOT)


def test_a_time_that_no_calendar_has_is_told_as_the_epoch(saved: OnDisk) -> None:
    text = git(saved.root, "cat-file", "commit", "HEAD").replace("git@example.org> ", "git@example.org> 99999999999999")
    (saved.root / "commit").write_text(text)
    id = git(saved.root, "hash-object", "-t", "commit", "-w", "--literally", "commit").strip()
    git(saved.root, "update-ref", "refs/heads/trunk", id)

    assert saved.history.revisions()[-1].at.year == 1970


def test_a_message_in_another_encoding_is_read(saved: OnDisk) -> None:
    git(saved.root, "-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--quiet", "--all", "--message=caf\udce9")

    assert saved.history.revisions()[-1].message == "café"

"""Line ends are kept byte for byte, but where git itself is told to convert them we see what git sees."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.needs import require_system
from tests.stores.history.books import ANA, DELIVER, LANES, NOW, ORDER, ROOT, OnDisk, committed, filled, git, made_by_git, minutes

pytestmark = pytest.mark.system

SOONER = DELIVER.replace(b"2d", b"1d")


def _crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


@pytest.fixture
def windows(disk: OnDisk) -> OnDisk:
    """As git for Windows clones by default: LF in the repository, CRLF in the folder."""
    require_system("git")
    made_by_git(disk.root)
    git(disk.root, "config", "core.autocrlf", "true")
    filled(disk, {ORDER: _crlf(DELIVER), ROOT: b"name: small\r\n"})
    committed(disk.root)
    assert git(disk.root, "show", f"HEAD:{ORDER}").encode() == DELIVER
    return disk


def test_a_clone_on_windows_has_nothing_unsaved(windows: OnDisk) -> None:
    assert windows.history.unsaved() == {}


def test_an_edit_on_windows_is_the_edit_alone(windows: OnDisk) -> None:
    windows.write(ORDER, _crlf(SOONER))
    windows.write(LANES, b"lanes: {}\r\n")

    assert windows.history.unsaved() == {LANES: (None, b"lanes: {}\n"), ORDER: (DELIVER, SOONER)}
    second = windows.history.save("second", ANA, NOW)
    assert windows.history.texts(second.id)[ORDER] == SOONER
    assert windows.files()[ORDER] == _crlf(SOONER)
    assert git(windows.root, "status", "--porcelain") == ""


def test_undo_and_edits_on_windows_write_what_a_checkout_would(windows: OnDisk) -> None:
    windows.history.save("second", ANA, NOW, edits={ORDER: SOONER})
    assert windows.files()[ORDER] == _crlf(SOONER)
    windows.history.undo(ANA, minutes(1))

    assert windows.files()[ORDER] == _crlf(DELIVER)
    assert git(windows.root, "status", "--porcelain") == ""


def test_a_file_that_was_saved_with_carriage_returns_keeps_them(windows: OnDisk) -> None:
    git(windows.root, "config", "core.autocrlf", "false")
    windows.write(LANES, b"lanes: 1\r\n")
    committed(windows.root)
    git(windows.root, "config", "core.autocrlf", "true")
    windows.write(LANES, b"lanes: 2\r\n")
    second = windows.history.save("second", ANA, NOW)

    assert windows.history.texts(second.id)[LANES] == b"lanes: 2\r\n"
    assert git(windows.root, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("attributes", "saved"),
    [("*.yaml text", SOONER), ("*.yaml text=auto eol=lf", SOONER), ("*.yaml -text", _crlf(SOONER)), ("*.yaml binary", _crlf(SOONER))],
)
def test_attributes_are_followed_as_git_follows_them(disk: OnDisk, attributes: str, saved: bytes) -> None:
    made_by_git(disk.root)
    filled(disk)
    (disk.root / "promises" / ".gitattributes").write_text(f"{attributes}\n")
    committed(disk.root)
    disk.write(ORDER, _crlf(SOONER))
    second = disk.history.save("second", ANA, NOW)

    assert disk.history.texts(second.id)[ORDER] == saved
    assert git(disk.root, "status", "--porcelain") == ""


def test_a_filter_that_runs_a_program_is_not_run(disk: OnDisk) -> None:
    made_by_git(disk.root)
    filled(disk)
    (disk.root / ".gitattributes").write_text("*.yaml filter=loud\n")
    git(disk.root, "config", "filter.loud.clean", "touch ran")
    disk.history.save("first", ANA, NOW)

    assert not (disk.root / "ran").exists()
    assert disk.history.texts(disk.history.head() or "")[PurePosixPath("troth.yaml")] == b"name: small\n"

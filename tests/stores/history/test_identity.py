"""Whose name stands on a revision when nobody is named: never a question, never a failure."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from tests.stores.history.books import NOW, OnDisk, filled, made_by_git
from troth.book.history import Author


@pytest.fixture(autouse=True)
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ana")


def _globally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str) -> None:
    (tmp_path / "settings").write_text(settings)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))


def test_the_repository_comes_first(disk: OnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _globally(tmp_path, monkeypatch, "[user]\nname = Everywhere\nemail = all@example.org\n")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Environment")
    (made_by_git(disk.root) / ".git/config").write_text("[user]\n\tname = Here\n")

    assert disk.history.author() == Author("Here", "all@example.org")


def test_before_there_is_a_repository_the_settings_of_the_user_count(disk: OnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _globally(tmp_path, monkeypatch, "[user]\nname = Ana Lima\nemail = ana@example.org\n")

    assert disk.history.author() == Author("Ana Lima", "ana@example.org")


def test_settings_that_are_included_count(disk: OnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "more").write_text("[user]\nname = Included\n")
    _globally(tmp_path, monkeypatch, f"[include]\npath = {tmp_path.as_posix()}/more\n")

    assert disk.history.author() == Author("Included", "ana@localhost")


def test_without_settings_the_environment_counts(disk: OnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Environment")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "env@example.org")

    assert disk.history.author() == Author("Environment", "env@example.org")


def test_without_anything_the_login_counts_and_no_host_is_named(disk: OnDisk) -> None:
    assert disk.history.author() == Author("ana", "ana@localhost")


@pytest.mark.parametrize("error", [KeyError("uid"), OSError("no login"), ImportError("pwd")])
def test_without_even_a_login_the_author_is_unknown(disk: OnDisk, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", fail)

    assert disk.history.author() == Author("unknown", "unknown@localhost")
    assert filled(disk).history.save("first", disk.history.author(), NOW).author == "unknown"


@pytest.mark.parametrize("settings", ["[user\n", "[user]\nname = \n", "\0", "[include]\npath = /nowhere\n"])
def test_broken_settings_keep_nobody_from_saving(disk: OnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str) -> None:
    _globally(tmp_path, monkeypatch, settings)

    assert disk.history.author() == Author("ana", "ana@localhost")


def test_a_broken_repository_names_an_author_all_the_same(disk: OnDisk) -> None:
    (disk.root / ".git").write_text("gitdir: nowhere\n")

    assert disk.history.author() == Author("ana", "ana@localhost")


def test_a_name_that_is_not_utf_8_is_told_as_well_as_it_can_be(disk: OnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings").write_bytes(b"[user]\nname = Ren\xe9e\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "ren\udce9e@example.org")

    assert disk.history.author() == Author("Ren\ufffde", "ren?e@example.org")

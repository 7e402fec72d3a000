from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.book.books import CHECKS
from troth.book import Book, Checks, Problem, loading
from troth.book.loading import Cache, Loaded, load
from troth.book.opening import checked, open_book
from troth.kernel.errors import NotFound

ROOT = "name: Shop\nfolder: data\n"
SOURCE = "orders:\n  files: [orders.csv]\n  key: [id]\n"
DEEP = "orders: " + "[" * 700 + "]" * 700


def _write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, text in {"troth.yaml": ROOT, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def _load(folder: Path, cache: Cache | None = None) -> Loaded:
    return load(folder, CHECKS.known, cache)


def _problems(folder: Path) -> list[str]:
    return [str(problem) for problem in open_book(folder, CHECKS)[1] if problem.level == "error"]


def test_a_folder_without_troth_yaml_is_no_book(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no book in"):
        _load(tmp_path)


def test_every_key_item_and_value_knows_where_it_stands(tmp_path: Path) -> None:
    document = _load(_write(tmp_path, {"sources/orders.yaml": SOURCE + "  owner: 'sales'\n"})).tree.of_kind("sources")[0]

    assert document.position(("orders",)) == (1, 1)
    assert document.position(("orders", "key", 0)) == (3, 9)
    assert document.position(("orders", "key", 0, "deeper")) == (3, 9)
    assert document.position(("elsewhere",)) == (1, 1)
    assert document.value_position(("orders", "key")) == (3, 8)
    assert document.value_position(("orders", "owner"), column=3) == (4, 13)  # the third letter, behind the quote


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("orders:\n\tfiles: [a]\n", "2:1", "-: a tab; indent with blanks"),
        ("orders: {files: [a], key: [b]\n", "1:9", "-: what is opened here is not closed"),
        ("orders: 'a\n", "1:9", "-: what is opened here is not closed"),
        ("orders: a: b\n", "1:10", "-: a ':' that is not expected here"),
        ("orders: @a\n", "1:9", "-: a text cannot begin with '@'; put it in quotes"),
        ("orders:\n  files: [a]\n key: [b]\n", "3:2", "-: did not find expected key"),
        ("orders:\n  key: [a]\n  files: [a]\n  key: [b]\n", "4:3", "orders.key: 'key' stands here twice; remove one"),
        (SOURCE + SOURCE, "4:1", "orders: 'orders' stands here twice; remove one"),
        (SOURCE + "---\n" + SOURCE, "4:1", "-: another document begins here"),
        (SOURCE.replace("[id]", "&k [id]"), "3:8", "orders.key: anchors are not used in a book: write it out instead of '&k'"),
        (SOURCE.replace("[id]", "[*k]"), "3:9", "orders.key.0: aliases are not used in a book: write it out instead of '*k'"),
        (SOURCE.replace("[id]", "!!set [id]"), "3:8", "orders.key: tags are not used in a book: leave out '!!set'"),
        (SOURCE + "  <<: {owner: a}\n", "4:3", "orders.<<: merge keys are not used in a book: write it out"),
        (SOURCE + "  ? [a]\n  : b\n", "4:5", "orders: a name is a plain text"),
        ("- orders\n", "1:1", "-: a file of the book holds names with their definitions"),
        ("just words\n", "1:1", "-: a file of the book holds names with their definitions"),
        (b"orders:\x00\n", "1:8", "-: a character that no text holds: U+0000"),
        (b"orders: \xe4\n", "1:1", "-: not UTF-8 at byte 8"),
        (DEEP, "1:69", "-: nested too deeply"),
        ("orders:\n" + "".join(f"  a{n}: [1, 2, 3]\n" for n in range(30_000)), "25001:15", "-: more than 100,000 entries in one file"),
        (
            "orders:\n<<<<<<< HEAD\n  key: [a]\n=======\n  key: [b]\n>>>>>>> theirs\n",
            "2:1",
            "-: two edits of one place stand here: 'key: [a]' and 'key: [b]'; keep one and remove the marks",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_named_once_with_its_place(tmp_path: Path, text: str | bytes, place: str, said: str) -> None:
    (problem,) = _problems(_write(tmp_path, {"sources/orders.yaml": text}))

    assert problem.startswith(f"sources/orders.yaml:{place}: {said}")


def test_all_unreadable_files_are_named_at_once(tmp_path: Path) -> None:
    problems = _problems(_write(tmp_path, {"sources/a.yaml": "[", "promises/b.yaml": "x: [", "sources/c.yml": SOURCE}))

    assert [line.split(":")[0] for line in problems] == ["promises/b.yaml", "sources/a.yaml", "sources/c.yml"]


def test_a_folder_called_like_a_file_is_named(tmp_path: Path) -> None:
    _write(tmp_path, {})
    (tmp_path / "sources" / "orders.yaml").mkdir(parents=True)

    (problem,) = _problems(tmp_path)
    assert problem.startswith("sources/orders.yaml:1:1: -: cannot be read")


def test_what_a_plain_word_means_does_not_depend_on_a_country(tmp_path: Path) -> None:
    #  YAML 1.1 reads no as false, 14:00 as 840 and a date as one
    text = "a: {b: [no, 14:00, 2026-01-05, 007, 1.50, null, true, '1']}\n"
    document = _load(_write(tmp_path, {"sources/orders.yaml": text})).tree.of_kind("sources")[0]

    assert document.data["a"]["b"] == ["no", "14:00", "2026-01-05", 7, "1.5", None, True, "1"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (SOURCE, True),
        ("# a comment\n" + SOURCE.replace("[id]", "[ id ]"), True),
        ("orders:\n  key: [id]\n  files: [orders.csv]\n", True),
        (SOURCE.replace("[id]", "[ID]"), False),
    ],
)
def test_the_hash_is_of_what_is_said_and_not_of_how(tmp_path: Path, text: str, same: bool) -> None:  # noqa: FBT001
    first = _load(_write(tmp_path / "a", {"sources/orders.yaml": SOURCE}))
    second = _load(_write(tmp_path / "b", {"sources/orders.yaml": text}))

    assert (first.tree.hash == second.tree.hash) is same


def test_what_was_read_once_is_known_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, kept = _write(tmp_path, {"sources/orders.yaml": SOURCE}), tmp_path / "cache.json"
    first, problems = open_book(folder, CHECKS, cache=Cache.of(kept), version="1")
    assert [p for p in problems if p.level == "error"] == []

    def unexpected(text: str) -> None:
        raise AssertionError(text)

    monkeypatch.setattr("troth.book.loading.parsed", unexpected)
    again, _ = open_book(folder, CHECKS, cache=Cache.of(kept), version="1")
    assert again.tree == first.tree

    (folder / "sources" / "orders.yaml").write_text(SOURCE.replace("id", "key"))
    with pytest.raises(AssertionError, match=r"\[key\]"):
        open_book(folder, CHECKS, cache=Cache.of(kept), version="1")


def test_folders_are_listed_again_only_where_something_came_or_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = "overlays/region=JP/promises/order.yaml"
    folder = _write(tmp_path / "book", {"sources/orders.yaml": SOURCE, overlay: "change: CHG-1\n", "promises/deep/one.yaml": ""})
    kept, listed = tmp_path / "cache.json", []

    def listing(path: str) -> tuple[list[str], list[str]]:
        listed.append(Path(path).relative_to(folder).as_posix())
        return real(path)

    real = loading._listed
    monkeypatch.setattr(loading, "_listed", listing)

    def look() -> tuple[list[str], list[str]]:
        time.sleep(0.02)  # longer than a file system's clock ticks
        listed.clear()
        cache = Cache.of(kept)
        files = [document.file.as_posix() for document in _load(folder, cache).tree.documents]
        cache.keep()
        return files, sorted(listed)

    all_folders = ["overlays", "overlays/region=JP", "overlays/region=JP/promises", "promises", "promises/deep", "sources"]
    at_first = [overlay, "promises/deep/one.yaml", "sources/orders.yaml", "troth.yaml"]
    assert look() == (at_first, all_folders)
    assert look() == (at_first, [])

    _write(folder, {"promises/deep/two.yaml": "", "overlays/region=BR/promises/order.yaml": ""})
    added = sorted([*at_first, "promises/deep/two.yaml", "overlays/region=BR/promises/order.yaml"])
    assert look() == (added, ["overlays", "overlays/region=BR", "overlays/region=BR/promises", "promises/deep"])

    (folder / "promises" / "deep" / "two.yaml").rename(folder / "promises" / "three.yaml")
    (folder / overlay).unlink()
    files, again = look()
    assert files == sorted([*(f for f in added if f not in (overlay, "promises/deep/two.yaml")), "promises/three.yaml"])
    assert again == ["overlays/region=JP/promises", "promises", "promises/deep"]
    assert look() == (files, [])


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"reader": 2}', '{"reader": 0, "texts": {}, "sound": []}'])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, damage: str) -> None:
    folder, kept = _write(tmp_path, {"sources/orders.yaml": SOURCE}), tmp_path / "cache.json"
    kept.write_text(damage)

    assert checked(_load(folder, Cache.of(kept)), CHECKS)[0].names("sources") == ("orders",)
    open_book(folder, CHECKS, cache=Cache.of(kept))
    assert Cache.of(kept).known


def test_a_book_found_sound_is_checked_again_by_another_version(tmp_path: Path) -> None:
    folder, kept = _write(tmp_path, {"sources/orders.yaml": SOURCE + "  owner: a\n  steward: b\n"}), tmp_path / "cache.json"
    assert open_book(folder, CHECKS, cache=Cache.of(kept), version="1")[1] == []
    (sound,) = Cache.of(kept).sound
    assert sound.split() == [_load(folder).tree.hash, "1"]

    seen: list[int] = []

    def counting(_: Book) -> list[Problem]:
        seen.append(1)
        return []

    again = Checks(CHECKS.kinds, (counting,))
    open_book(folder, again, cache=Cache.of(kept), version="1")
    assert seen == []
    open_book(folder, again, cache=Cache.of(kept), version="2")
    assert seen == [1]

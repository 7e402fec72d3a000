from __future__ import annotations

from pathlib import Path

import pytest

from troth import book
from troth.kernel.errors import BookError, NotFound

ROOT = "name: Shop\nfolder: data\n"
SOURCE = "orders:\n  files: [orders.csv]\n  key: [id]\n"


def _write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, text in {"troth.yaml": ROOT, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def test_a_folder_without_troth_yaml_is_no_book(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no book in"):
        book.load(tmp_path)


def test_every_key_and_item_knows_where_it_stands(tmp_path: Path) -> None:
    tree = book.load(_write(tmp_path, {"sources/orders.yaml": SOURCE}))
    document = tree.of_kind("sources")[0]

    assert document.position(("orders",)) == (1, 1)
    assert document.position(("orders", "key", 0)) == (3, 9)
    assert document.position(("orders", "key", 0, "deeper")) == (3, 9)
    assert document.position(("elsewhere",)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("orders:\n\tfiles: [a]\n", "2:1", "found character"),
        ("orders:\n  key: [a]\n  key: [b]\n", "3:3", 'found duplicate key "key"'),
        (SOURCE + SOURCE, "4:1", 'found duplicate key "orders"'),
        (SOURCE + "---\n" + SOURCE, "4:1", "another document"),
        ("orders: [a\n", "2:1", "expected"),
        ("- orders\n", "1:1", "holds names with their definitions"),
        ("just words\n", "1:1", "holds names with their definitions"),
        (b"orders:\x00\n", "1:1", "special characters are not allowed"),
        (b"orders: \xe4\n", "1:1", "not UTF-8 at byte 8"),
        ("orders: " + "[" * 700 + "]" * 700, "1:1", "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_place(tmp_path: Path, text: str | bytes, place: str, said: str) -> None:
    with pytest.raises(BookError) as refused:
        book.load(_write(tmp_path, {"sources/orders.yaml": text}))

    assert str(refused.value).startswith(f"sources/orders.yaml:{place}: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_all_unreadable_files_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(BookError) as refused:
        book.load(_write(tmp_path, {"sources/a.yaml": "[", "promises/b.yaml": "x: [", "sources/c.yml": SOURCE}))

    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == ["promises/b.yaml", "sources/a.yaml", "sources/c.yml"]


def test_a_folder_called_like_a_file_is_named(tmp_path: Path) -> None:
    _write(tmp_path, {})
    (tmp_path / "sources" / "orders.yaml").mkdir(parents=True)

    with pytest.raises(BookError, match=r"sources/orders\.yaml:1:1: -: cannot be read"):
        book.load(tmp_path)


def test_what_is_merged_in_stands_where_its_mapping_does(tmp_path: Path) -> None:
    text = "base: &base\n  files: [a.csv]\norders:\n  <<: *base\n  key: [id]\n"
    document = book.load(_write(tmp_path, {"sources/orders.yaml": text})).of_kind("sources")[0]

    assert document.data["orders"]["files"] == ["a.csv"]
    assert document.position(("orders", "key")) == (5, 3)
    assert document.position(("orders", "files"))[0] in (3, 4)


def test_aliases_may_not_multiply(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    with pytest.raises(BookError, match="aliases may not multiply"):
        book.load(_write(tmp_path, {"sources/orders.yaml": "\n".join(levels)}))


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
    first = book.load(_write(tmp_path / "a", {"sources/orders.yaml": SOURCE}))
    second = book.load(_write(tmp_path / "b", {"sources/orders.yaml": text}))

    assert (first.hash == second.hash) is same

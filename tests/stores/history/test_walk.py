"""What the book was is read once: a walk that goes on with an earlier one comes to the same as one from the beginning."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.book.books import CHECKS
from tests.stores.history.books import (
    ANA,
    BOOK,
    DELIVER,
    NOW,
    ORDER,
    Bench,
    InMemory,
    OnDisk,
    committed,
    filled,
    git,
    made_by_git,
    minutes,
    on_disk,
)
from troth.book.past import Past
from troth.book.remembered import past_known
from troth.kernel.errors import NotFound
from troth.stores.history.git import GitHistory
from troth.stores.memory import MemoryHistory

OTHER = PurePosixPath("promises/other.yaml")
LAYER = PurePosixPath("overlays/region=JP/promises/order.yaml")
TEXTS = (None, DELIVER, DELIVER.replace(b"2d", b"1.50d"), b"deliver: [\n", "deliver: {words: täglich, anchor: null}\n".encode(), b"\xff")


def known(bench: Bench, file: Path, version: str = "1") -> tuple[Past, ...]:
    return past_known(bench.history, CHECKS, file, version)


def whole(past: tuple[Past, ...]) -> list[tuple[Past, Mapping[PurePosixPath, str | None]]]:
    """With the texts, by which places are told and which documents are not compared by; and the order of what stands in them."""
    return [
        (one, {file: f"{document.text} {list(document.data.items())}" if document else None for file, document in one.documents.items()})
        for one in past
    ]


def anew(bench: Bench, folder: Path) -> list[tuple[Past, Mapping[PurePosixPath, str | None]]]:
    return whole(known(bench, folder / "nothing" / "kept.json", "never kept"))


ACT = st.one_of(
    st.tuples(st.sampled_from([ORDER, OTHER, LAYER]), st.sampled_from(TEXTS)),
    st.sampled_from(["save", "undo", "look", "damage", "another version"]),
)


@pytest.mark.parametrize("where", ["memory", "git"])
def test_what_is_kept_is_what_a_walk_from_the_beginning_finds(where: str) -> None:
    @settings(max_examples=60 if where == "memory" else 25, deadline=None)
    @given(st.lists(ACT, min_size=4, max_size=14))
    def holds(acts: list[tuple[PurePosixPath, bytes | None] | str]) -> None:
        with tempfile.TemporaryDirectory() as name:
            bench: Bench = InMemory(MemoryHistory()) if where == "memory" else on_disk(Path(name) / "book")
            file, version = Path(name) / "past.json", "1"
            filled(bench).history.save("first", ANA, NOW)
            for number, act in enumerate([*acts, "save", "look"], start=1):
                if isinstance(act, tuple):
                    path, text = act
                    if text is not None or path in bench.files():
                        bench.write(path, text)
                elif act == "another version":
                    version += "+"
                elif act == "damage" and file.is_file():
                    file.write_bytes(file.read_bytes()[:-7])
                elif act in ("save", "undo"):
                    try:
                        _ = bench.history.save("more", ANA, minutes(number)) if act == "save" else bench.history.undo(ANA, minutes(number))
                    except NotFound:
                        continue
                if act in ("look", "damage", "another version"):
                    found = whole(known(bench, file, version))
                    shutil.rmtree(Path(name) / "nothing", ignore_errors=True)
                    assert found == anew(bench, Path(name))

    holds()


def test_only_what_came_since_is_walked(bench: Bench) -> None:
    filled(bench).history.save("first", ANA, NOW)
    first = bench.history.walk()
    assert (len(first.steps), first.goes_on) == (1, False)
    again = bench.history.walk(first.mark)
    assert (again.mark, again.steps, again.goes_on) == (first.mark, (), True)

    bench.write(ORDER, DELIVER.replace(b"2d", b"1d"))
    bench.history.save("sooner", ANA, minutes(1))
    then = bench.history.walk(first.mark)
    assert [(revision.message, list(edits)) for revision, edits in then.steps] == [("sooner", [ORDER])]
    assert then.goes_on
    assert bench.history.walk("0" * 40).steps == bench.history.walk().steps


def test_a_book_that_was_never_saved_keeps_nothing(bench: Bench, tmp_path: Path) -> None:
    filled(bench)
    assert known(bench, tmp_path / "past.json") == ()
    assert not (tmp_path / "past.json").exists()


def test_commits_beside_the_book_move_the_mark_and_add_nothing(tmp_path: Path) -> None:
    bench = OnDisk(GitHistory(made_by_git(tmp_path / "book")), tmp_path / "book")
    filled(bench)
    committed(bench.root)
    first = bench.history.walk()
    (bench.root / "README.md").write_text("of the book", encoding="utf-8")
    committed(bench.root)
    then = bench.history.walk(first.mark)
    assert (then.mark != first.mark, then.steps, then.goes_on) == (True, (), True)


def test_a_history_that_was_written_anew_is_walked_anew(tmp_path: Path) -> None:
    bench = OnDisk(GitHistory(made_by_git(tmp_path / "book")), tmp_path / "book")
    file = tmp_path / "past.json"
    filled(bench)
    committed(bench.root, "first")
    bench.write(ORDER, DELIVER.replace(b"2d", b"1d"))
    committed(bench.root, "sooner")
    assert len(known(bench, file)) == 2
    git(bench.root, "commit", "--quiet", "--amend", "--message=sooner, said better")
    amended = known(bench, file)
    assert whole(amended) == anew(bench, tmp_path)
    git(bench.root, "reset", "--quiet", "--hard", "HEAD~1")
    assert [one.id for one in known(bench, file)] == [amended[0].id]


def test_what_a_shallow_clone_fetches_later_is_found(tmp_path: Path) -> None:
    long = OnDisk(GitHistory(made_by_git(tmp_path / "long")), tmp_path / "long")
    for days in range(1, 4):
        filled(long, BOOK | {ORDER: DELIVER.replace(b"2d", b"%dd" % days)})
        committed(long.root)
    git(tmp_path, "clone", "--quiet", "--depth=1", (tmp_path / "long").as_uri(), "cut")
    cut = OnDisk(GitHistory(tmp_path / "cut"), tmp_path / "cut")
    file = tmp_path / "past.json"
    assert len(known(cut, file)) == 1
    git(cut.root, "fetch", "--quiet", "--unshallow")
    assert whole(known(cut, file)) == anew(cut, tmp_path)
    assert len(known(cut, file)) == 3


def test_a_book_elsewhere_in_its_repository_is_walked_anew(tmp_path: Path) -> None:
    made_by_git(tmp_path / "all")
    file = tmp_path / "past.json"
    for name in ("north", "south"):
        filled(OnDisk(GitHistory(tmp_path / "all" / name), tmp_path / "all" / name), BOOK | {ORDER: DELIVER + name.encode() + b": {}\n"})
        committed(tmp_path / "all", name)
    north, south = (OnDisk(GitHistory(tmp_path / "all" / name), tmp_path / "all" / name) for name in ("north", "south"))
    assert whole(known(north, file)) != whole(known(south, file)) == anew(south, tmp_path)


def test_another_version_reads_all_of_it_again(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "past.json"
    filled(bench).history.save("first", ANA, NOW)
    known(bench, file)
    file.write_text(file.read_text(encoding="utf-8").replace(ANA.name, "whoever it was"), encoding="utf-8")
    assert [one.author for one in known(bench, file)] == ["whoever it was"]
    assert [one.author for one in known(bench, file, "2")] == [ANA.name]

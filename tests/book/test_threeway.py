"""Edits of two people, by lines; git itself is the oracle of what goes together."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.needs import require_system
from troth.book.threeway import lines_of, merge_books, merge_lines
from troth.kernel.errors import Conflict

Lines = list[bytes]


def _lines(words: str) -> Lines:
    return [word.encode() + b"\n" for word in words.split()]


def _merged(base: str, ours: str, theirs: str) -> tuple[str, int]:
    lines, places = merge_lines(_lines(base), _lines(ours), _lines(theirs))
    return b"".join(lines).decode().replace("\n", " ").strip(), len(places)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("a b c", "a b c", "a b c", "a b c"),
        ("a b c", "A b c", "a b C", "A b C"),
        ("a b c", "b c", "a b", "b"),
        ("a b c", "x a b c", "a b c y", "x a b c y"),
        ("a b c", "a X b c", "a X b c", "a X b c"),
        ("a b c d e", "a c d e", "a b c D e", "a c D e"),
        ("", "a", "", "a"),
        ("", "a", "a", "a"),
        ("a", "", "a", ""),
        ("a b c d", "A b c D", "a b c d", "A b c D"),
    ],
)
def test_edits_of_different_lines_go_together(base: str, ours: str, theirs: str, merged: str) -> None:
    assert _merged(base, ours, theirs) == (merged, 0)
    assert _merged(base, theirs, ours) == (merged, 0)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "places"),
    [
        ("a", "x", "y", 1),
        ("a b", "A b", "a B", 1),  # adjoining: whoever wrote b may have looked at a
        ("a b c", "a X b c", "a Y b c", 1),
        ("a b c", "a X c", "a c", 1),
        ("", "x", "y", 1),
        ("a b c d e", "A b c d E", "X b c d Y", 2),
        ("a b c d", "A B c d", "a X Y d", 1),
    ],
)
def test_edits_of_the_same_or_adjoining_lines_exclude_each_other(base: str, ours: str, theirs: str, places: int) -> None:
    assert _merged(base, ours, theirs)[1] == places
    assert _merged(base, theirs, ours)[1] == places


def test_a_place_tells_where_it_is_and_both_sides() -> None:
    _, (place,) = merge_lines(_lines("a b c d e"), _lines("a b C d e"), _lines("a b x y d e"))

    assert (place.line, place.base, place.ours, place.theirs) == (3, (b"c\n",), (b"C\n",), (b"x\n", b"y\n"))


def test_a_place_is_as_large_as_the_larger_edit() -> None:
    _, (place,) = merge_lines(_lines("a b c d e"), _lines("X Y e"), _lines("a B c d e"))

    assert (place.base, place.ours, place.theirs) == tuple(map(tuple, (_lines("a b c d"), _lines("X Y"), _lines("a B c d"))))


def test_lines_that_a_long_text_repeats_are_lines_like_others() -> None:
    base = _lines("x y z") * 100
    ours, theirs = [b"X\n", *base[1:]], [*base[:-1], b"Z\n"]

    assert merge_lines(base, ours, theirs) == ([b"X\n", *base[1:-1], b"Z\n"], [])


def test_only_a_line_feed_ends_a_line() -> None:
    assert lines_of(b"a\x0bb\x0cc\xe2\x80\xa8d\re\r\nf") == [b"a\x0bb\x0cc\xe2\x80\xa8d\re\r\n", b"f"]
    assert lines_of(b"") == []


def test_a_missing_end_of_the_last_line_is_an_edit_like_another() -> None:
    _, places = merge_lines([b"a"], [b"a\n"], [b"a\n", b"b\n"])

    assert len(places) == 1


def test_all_clashes_of_all_files_are_told_at_once() -> None:
    a, b = PurePosixPath("a.yaml"), PurePosixPath("b.yaml")
    base = {a: b"1\n2\n3\n", b: b"x\n"}

    with pytest.raises(Conflict) as refused:
        merge_books(base, {a: b"A\n2\nA\n", b: b"y\n"}, {a: b"B\n2\nB\n"}, lambda path: (f"who wrote {path}", None))

    assert [(c.file, c.line, c.theirs, c.who) for c in refused.value.clashes] == [
        ("a.yaml", 1, ("B",), "who wrote a.yaml"),
        ("a.yaml", 3, ("B",), "who wrote a.yaml"),
        ("b.yaml", 0, None, "who wrote b.yaml"),
    ]
    assert str(refused.value).startswith("edits exclude yours in 3 places\na.yaml:1\n")


def test_a_name_that_is_not_utf_8_can_be_printed() -> None:
    with pytest.raises(Conflict) as refused:
        merge_books({}, {PurePosixPath("caf\udce9.yaml"): b"1\n"}, {PurePosixPath("caf\udce9.yaml"): b"2\n"}, lambda path: ("Ana", None))

    assert "caf\\udce9.yaml:1\n" in str(refused.value)
    assert str(refused.value).encode()


def test_a_long_side_is_shown_in_part() -> None:
    with pytest.raises(Conflict) as refused:
        merge_books({}, {PurePosixPath("a.yaml"): b"x\n" * 30}, {PurePosixPath("a.yaml"): b"y\n"}, lambda path: ("Ana", None))

    assert "    x\n    … and 10 lines more\n" in str(refused.value)
    assert "it was:\n    (nothing)\n  Ana, not saved yet:\n    y\n  you wrote:\n    x\n" in str(refused.value)


few = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n"]), max_size=8)


@given(few, few)
def test_one_side_alone_is_taken_as_it_is(base: Lines, side: Lines) -> None:
    assert merge_lines(base, side, base) == (side, [])
    assert merge_lines(base, base, side) == (side, [])
    assert merge_lines(base, side, side) == (side, [])


@given(few, few, few)
def test_it_is_the_same_from_both_sides(base: Lines, ours: Lines, theirs: Lines) -> None:
    merged, places = merge_lines(base, ours, theirs)
    other, mirrored = merge_lines(base, theirs, ours)

    assert [(p.line, p.base, p.ours, p.theirs) for p in places] == [(p.line, p.base, p.theirs, p.ours) for p in mirrored]
    assert places or merged == other


@given(few, few, few)
def test_a_line_that_only_one_side_added_or_removed_is_added_or_removed(base: Lines, ours: Lines, theirs: Lines) -> None:
    #  counted: of a line there are at most as many as both additions give, and at least as many as both removals leave
    merged, places = merge_lines(base, ours, theirs)
    if places:
        return
    was, mine, other, both = map(Counter, (base, ours, theirs, merged))
    for line in was | mine | other:
        gains = [side[line] - was[line] for side in (mine, other)]
        low = was[line] + sum(min(gain, 0) for gain in gains)
        high = was[line] + sum(max(gain, 0) for gain in gains)
        assert low <= both[line] <= high


def _by_git(folder: Path, base: Lines, ours: Lines, theirs: Lines) -> bytes | None:
    """What `git merge-file` makes of it; None where it sees a conflict."""
    for name, lines in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_bytes(b"".join(lines))
    done = subprocess.run(["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=folder, capture_output=True, check=False)
    assert done.returncode < 128, done.stderr
    return done.stdout if done.returncode == 0 else None


def _edited(lines: Lines, chance: random.Random, fresh: str) -> Lines:
    """A few lines replaced, removed or added; what is added is found nowhere else."""
    edited = list(lines)
    for number in range(chance.randrange(4)):
        at = chance.randrange(len(edited) + 1)
        edited[at : at + chance.randrange(3)] = [f"{fresh}{number}.{n}\n".encode() for n in range(chance.randrange(3))]
    return edited


@pytest.mark.system
def test_git_merges_edits_of_distinct_lines_alike(tmp_path: Path) -> None:
    """reference(git merge-file): 400 pairs of edits of a text of distinct lines."""
    require_system("git")
    chance, outcomes = random.Random(20260302), Counter[bool]()
    for _ in range(400):
        base = [f"line {n}\n".encode() for n in range(chance.randrange(12))]
        ours, theirs = _edited(base, chance, "ours "), _edited(base, chance, chance.choice(["theirs ", "ours "]))
        merged, places = merge_lines(base, ours, theirs)

        assert _by_git(tmp_path, base, ours, theirs) == (None if places else b"".join(merged)), (base, ours, theirs)
        outcomes[bool(places)] += 1

    assert min(outcomes.values()) > 50


@pytest.mark.system
def test_git_merges_edits_of_a_book_alike(tmp_path: Path) -> None:
    """reference(git merge-file): a book repeats its lines, so that the two may see an edit at different places; rarely."""
    require_system("git")
    chance, outcomes = random.Random(20260302), Counter[str]()
    for _ in range(400):
        base = [
            line
            for n in range(8)
            for line in (b"p%d:\n" % n, b"  kind: customer\n", b"  anchor: placed\n", b"  due: placed + %dd\n" % (n % 3), b"\n")
        ]
        merged, places = merge_lines(base, ours := _edited(base, chance, "  ours: "), theirs := _edited(base, chance, "  theirs: "))
        said = _by_git(tmp_path, base, ours, theirs)
        if said is None or places:
            outcomes["both refuse" if said is None and places else "one refuses"] += 1
        else:
            outcomes["same" if said == b"".join(merged) else "different"] += 1

    assert outcomes["different"] == 0
    assert outcomes["one refuses"] <= 4
    assert outcomes["same"] > 200

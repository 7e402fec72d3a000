"""A definition's hash is that of its terms; and what a definition may not say."""

from __future__ import annotations

import pytest

from tests.book.books import opened, promises
from tests.promises.worlds import defined, judge
from troth.kernel.errors import BookError
from troth.promises import Promise

TEXT = """
deliver:
  subject: order
  words: delivered in time
  anchor: placed
  fulfil: {event: delivered}
  due: placed + 3d
  void_when: order.status = 'canceled'
  stages:
    seller: {from: placed, to: handed, budget: placed + 1d}
    carrier: {from: handed, to: delivered}
"""
DRAWING = """
order  status  placed            handed            delivered
A      -       2026-03-01 10:00  2026-03-02 09:00  2026-03-09 09:00
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("placed + 3d", "placed + 4d"),
        ("anchor: placed", "anchor: handed"),
        ("{event: delivered}", "{event: delivered, claimed_by: order.status = 'delivered'}"),
        ("  void_when: order.status = 'canceled'\n", ""),
        ("budget: placed + 1d", "budget: placed + 2d"),
        ("deliver:", "deliver_it:"),
    ],
)
def test_other_terms_have_another_hash(old: str, new: str) -> None:
    assert old in TEXT
    assert defined(TEXT.replace(old, new, 1)).hash != defined(TEXT).hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  anchor: placed", "  # as the lawyers say\n  anchor:   placed  # here"),
        ("  subject: order\n  words: delivered in time\n", "  words: delivered in time\n  subject: order\n"),
        ("{from: handed, to: delivered}", "{to: delivered, from: handed}"),
        ("due: placed + 3d", "due: 'placed + 3d'"),
        ("  anchor: placed", "  kind: customer\n  anchor: placed"),
    ],
    ids=["comments", "order of fields", "order within a stage", "quotes", "a default said aloud"],
)
def test_the_same_terms_written_otherwise_have_the_same_hash(old: str, new: str) -> None:
    assert old in TEXT
    assert defined(TEXT.replace(old, new, 1)).hash == defined(TEXT).hash


def test_the_order_of_stages_is_a_term() -> None:
    lines = TEXT.splitlines()
    assert defined("\n".join([*lines[:-2], lines[-1], lines[-2]])).hash != defined(TEXT).hash


def test_neither_files_nor_their_order_are_terms() -> None:
    other = TEXT.replace("deliver:", "answer:")
    books = [
        {"promises/a.yaml": TEXT, "promises/b.yaml": other},
        {"promises/b.yaml": TEXT, "promises/a.yaml": other},
        {"promises/all.yaml": other + TEXT},
    ]
    hashes = [{name: one.hash for name, one in opened(files)[0].definitions("promises", Promise).items()} for files in books]
    assert hashes[0] == hashes[1] == hashes[2]


def test_an_outcome_bears_the_hash_that_bound_it() -> None:
    assert judge(TEXT, DRAWING, status="text").column("terms") == {"A": defined(TEXT).hash}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("anchor: placed", "anchor: plcd", r"world.yaml:5:11: deliver.anchor: no event 'plcd' of 'order'; did you mean 'placed'\?"),
        ("due: placed + 3d", "due: placd + 3d", r"world.yaml:7:8: deliver.due: column 1: .*no such name; got 'placd'"),
        ("due: placed + 3d", "due: 3d", r"world.yaml:7:8: deliver.due: column 1: .* must be of type instant; got duration"),
        ("'canceled'", "3", r"world.yaml:8:27: deliver.void_when: column 14: both sides"),
        ("budget: placed + 1d", "budget: attr(limit)", r"world.yaml:10:\d+: deliver.stages.seller.budget: column 6: no such attribute"),
        ("to: handed,", "to: handd,", r"world.yaml:10:\d+: deliver.stages.seller.to: no event 'handd'"),
    ],
)
def test_what_the_record_does_not_hold_is_named_by_its_place(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(BookError, match=f"^promises/{says}"):
        judge(TEXT.replace(old, new, 1), DRAWING, status="text")


@pytest.mark.parametrize("name", ["plan", "gap", "cannot_assign", "of", "known"])
def test_a_stage_cannot_take_a_name_that_an_outcome_uses(name: str) -> None:
    _, problems = opened({"promises/a.yaml": TEXT.replace("seller:", f"{name}:")})
    said = f"a stage cannot be called '{name}'; that name is taken by Troth"
    assert problems == [f"promises/a.yaml:10:5: deliver.stages: {said}"]


def test_what_is_told_about_a_promise_is_no_term_of_it() -> None:
    told = "deliver: {subject: order, words: W, owners: [o], anchor: placed, fulfil: {event: delivered}, due: placed + 3d}"
    other = told.replace("words: W", "words: another word").replace("[o]", "[sales, support]").replace("3d}", "3d, guess: none}")
    assert promises(told)["deliver"].hash == promises(other)["deliver"].hash

"""What people decide goes before every rule, and can be taken back to the last bit."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.sources.identity.worlds import START, decide, groups, identity, matched, member, roll, whys
from troth.sources.identity import Decision, links_by_rules, parties_of, standing

WORLD = roll("crm a email=x", "erp b email=x", "crm c email=y tax_id=1", "erp d email=z tax_id=2", "erp e email=z")
IDS = [one.id for one in WORLD.members]


def _groups(*lines: str) -> list[str]:
    return matched(WORLD, identity(), standing(decide(*lines), "customer"))


def test_a_merge_joins_against_every_guard() -> None:
    assert _groups() == ["a+b", "d+e"]
    assert _groups("merge c d") == ["a+b", "c+d+e"]


def test_a_split_takes_back_the_last_merge_and_nothing_else() -> None:
    assert _groups("merge a c", "merge a d", "split a") == ["a+b+c", "d+e"]
    assert _groups("merge a c", "merge a d", "split a", "split a") == ["a+b", "d+e"]


def test_a_split_of_what_nobody_merged_parts_it_from_what_rules_joined() -> None:
    assert _groups("split a") == ["d+e"]
    decisions = standing(decide("split a"), "customer")
    links = parties_of(WORLD, identity(), links_by_rules(WORLD, identity()), decisions).links
    assert whys(links, WORLD) == {"a-b": "people took one of the two out"}


def test_two_that_are_held_apart_stay_so_whatever_links_them() -> None:
    assert _groups("apart a b") == ["d+e"]
    assert _groups("merge a c", "apart b c") == ["a+c", "d+e"]


def test_the_last_word_about_two_counts() -> None:
    assert _groups("apart a b", "merge a b") == ["a+b", "d+e"]
    assert _groups("apart a b", "merge a b", "split b") == ["d+e"]
    assert _groups("merge a c", "apart a c") == ["a+b", "d+e"]


def test_an_undo_takes_away_what_it_names_and_can_be_undone() -> None:
    assert _groups("merge a c", "undo 1") == ["a+b", "d+e"]
    assert _groups("merge a c", "split a", "undo 2") == ["a+b+c", "d+e"]
    assert _groups("merge a c", "undo 1", "undo 2") == ["a+b+c", "d+e"]


def test_the_past_is_read_as_it_was_decided_then() -> None:
    made = decide("merge a c", "split a", "merge c d")
    assert [one.number for one in standing(made, "customer", START + timedelta(hours=1))] == [1]
    assert standing(made, "customer", START + timedelta(hours=2)) == ()
    assert [one.number for one in standing(made, "customer")] == [3]
    assert standing(made, "supplier") == ()


def test_a_merge_that_contradicts_others_is_not_followed_and_told() -> None:
    decisions = standing(decide("merge a c", "apart a d", "merge c d"), "customer")
    parties = parties_of(WORLD, identity(), links_by_rules(WORLD, identity()), decisions)
    assert groups(WORLD, parties) == ["a+b+c", "d+e"]
    assert whys(parties.links, WORLD) == {"c-d": "people hold the two apart"}


def test_a_decision_about_who_is_no_longer_there_waits() -> None:
    decisions = standing(decide("merge a gone"), "customer")
    parties = parties_of(WORLD, identity(), links_by_rules(WORLD, identity()), decisions)
    assert parties.unknown == decisions
    assert groups(WORLD, parties) == ["a+b", "d+e"]


def test_everybody_of_a_decided_party_bears_the_last_decision() -> None:
    decisions = standing(decide("merge a c", "merge d c"), "customer")
    parties = parties_of(WORLD, identity(), links_by_rules(WORLD, identity()), decisions)
    assert {WORLD.members[number].id: one.number for number, one in parties.decided.items()} == dict.fromkeys("abcde", 2)


LINE = st.one_of(
    st.tuples(st.just("merge"), st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda line: line[1] != line[2]).map(" ".join),
    st.tuples(st.just("apart"), st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda line: line[1] != line[2]).map(" ".join),
    st.sampled_from(IDS).map("split {}".format),
    st.integers(1, 6).map("undo {}".format),
)


def _all(decisions: tuple[Decision, ...]) -> object:
    return parties_of(WORLD, identity(), links_by_rules(WORLD, identity()), standing(decisions, "customer"))


@given(st.lists(LINE, max_size=6), st.lists(st.sampled_from(IDS), min_size=2, max_size=2, unique=True))
def test_merge_then_split_leaves_everything_as_it_was(lines: list[str], two: list[str]) -> None:
    a, b = two
    before = _all(decide(*lines))
    assert _all(decide(*lines, f"merge {a} {b}", f"split {a}")) == before
    assert _all(decide(*lines, f"merge {a} {b}", f"split {b}")) == before


@given(st.lists(LINE, max_size=6), LINE)
def test_undoing_the_last_leaves_everything_as_it_was(lines: list[str], last: str) -> None:
    if last.startswith("undo"):
        return
    assert _all(decide(*lines, last, f"undo {len(lines) + 1}")) == _all(decide(*lines))


@given(st.lists(LINE, max_size=6), st.integers(0, 6))
def test_what_was_decided_later_is_not_known_before(lines: list[str], hours: int) -> None:
    made = decide(*lines)
    assert standing(made, "customer", START + timedelta(hours=hours)) == standing(made[:hours], "customer")


def test_the_members_of_a_decision_are_a_set() -> None:
    assert decide("merge a b")[0].pair == decide("merge b a")[0].pair == frozenset({member("a"), member("b")})

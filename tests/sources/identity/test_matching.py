"""Rules and guards, on worlds of a few cards."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.sources.identity.worlds import groups, identity, matched, member, roll, whys
from troth.sources.identity import Identity, Link, Roll, links_by_rules, parties_of, roll_of
from troth.sources.identity.making import match


def test_equal_values_are_one_party_and_the_link_says_by_what() -> None:
    world = roll("crm a email=x", "erp b email=x", "erp c email=y")
    (link,) = links_by_rules(world, identity())
    assert (world.members[link.low].id, world.members[link.high].id, link.by, link.verdict) == ("a", "b", "email", "joined")
    assert matched(world, identity()) == ["a+b"]


def test_all_fields_of_a_rule_must_agree_and_a_blank_agrees_with_nothing() -> None:
    by_both = identity(match=[["name", "postcode"]])
    assert matched(roll("crm a name=x postcode=1", "erp b name=x postcode=2"), by_both) == []
    assert matched(roll("crm a name=x", "erp b name=x"), by_both) == []
    assert matched(roll("crm a name=x postcode=1", "erp b name=x postcode=1"), by_both) == ["a+b"]


def test_a_pair_is_told_once_by_the_surest_rule() -> None:
    world = roll("crm a email=x name=n postcode=1", "erp b email=x name=n postcode=1")
    (link,) = links_by_rules(world, identity(match=[["name", "postcode"], ["email"]]))
    assert link.by == "name + postcode"


def test_two_cards_of_one_object_are_no_pair_and_join_their_values() -> None:
    world = roll("crm a email=x", "erp a email=y", "erp b email=x", "crm c email=y")
    assert matched(world, identity()) == ["a+b+c"]
    assert [link.pair for link in links_by_rules(roll("crm a email=x", "erp a email=x"), identity())] == []


def test_what_within_names_must_be_known_and_agree() -> None:
    by_country = identity(within=["country"])
    assert matched(roll("crm a email=x country=de", "erp b email=x country=de"), by_country) == ["a+b"]
    assert matched(roll("crm a email=x country=de", "erp b email=x country=at"), by_country) == []
    assert matched(roll("crm a email=x country=de", "erp b email=x"), by_country) == []


def test_a_shared_mailbox_alone_is_refused_and_told() -> None:
    world = roll("crm a email=info@x.example name=n", "erp b email=info@x.example name=n", "erp c email=info@x.example name=m")
    assert matched(world, identity()) == []
    assert set(whys(links_by_rules(world, identity()), world)) == {"a-b", "a-c", "b-c"}
    assert matched(world, identity(match=[["email", "name"], ["email"]])) == ["a+b"]


def test_a_value_that_too_many_hold_is_nobodys() -> None:
    world = roll(*(f"crm a{n} email=x" for n in range(4)))
    assert matched(world, identity(guards={"shared": 4})) == ["a0+a1+a2+a3"]
    assert matched(world, identity(guards={"shared": 3})) == []
    assert whys(links_by_rules(world, identity(guards={"shared": 3})), world)["a0-a3"] == "4 hold the same email"


def test_a_surer_rule_joins_what_a_value_of_too_many_does_not() -> None:
    many = identity(match=[["email"], ["tax_id"]], guards={"shared": 2})
    assert matched(roll("crm a email=x tax_id=1", "erp b email=x tax_id=1", "erp c email=x"), many) == ["a+b"]


def test_two_tax_ids_are_two_parties_however_alike() -> None:
    world = roll("crm a email=x tax_id=1", "erp b email=x tax_id=2")
    parties = parties_of(world, identity(), links_by_rules(world, identity()), ())
    assert groups(world, parties) == []
    assert whys(parties.links, world) == {"a-b": "tax_id differs"}


def test_two_tax_ids_are_not_joined_through_somebody_without_one() -> None:
    """The surer rule keeps b, the other is refused: a-b by tax id is not there, so mail (a-b) goes before name (b-c)."""
    by = identity(match=[["email"], ["name"]])
    world = roll("crm a email=x tax_id=1", "erp b email=x name=n", "erp c name=n tax_id=2")
    parties = parties_of(world, by, links_by_rules(world, by), ())
    assert groups(world, parties) == ["a+b"]
    assert whys(parties.links, world) == {"b-c": "tax_id differs"}


def test_a_source_in_which_nobody_stands_twice_gives_each_party_one() -> None:
    once = identity(guards={"once": ["erp"]})
    assert matched(roll("crm a email=x", "erp b email=x", "erp c email=x"), once) == ["a+b"]
    assert matched(roll("crm a email=x", "crm b email=x", "erp c email=x"), once) == ["a+b+c"]


def test_the_party_is_named_by_the_first_source_then_by_id() -> None:
    world = roll("erp 1 email=x", "crm 9 email=x", "crm 8 email=x", also=("0",))
    parties = parties_of(world, identity(), links_by_rules(world, identity()), ())
    assert {world.members[party].id for party in parties.of} == {"8", "0"}


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.sampled_from("xyz"), st.sampled_from("12-")), max_size=14), st.randoms()
)
def test_any_order_of_cards_and_links_gives_the_same_parties(cards: list[tuple[str, int, str, str]], chance: random.Random) -> None:
    by = identity(match=[["email"], ["name"]], guards={"once": ["erp"]})

    def world(order: list[tuple[str, int, str, str]]) -> Roll:
        said = [
            (
                member(f"{n}"),
                {"a": "crm", "b": "erp"}[source],
                {"email": mail, "name": mail + "n"} | ({"tax_id": tax} if tax != "-" else {}),
            )
            for source, n, mail, tax in order
        ]
        return roll_of([], said, ("crm", "erp"))

    first, shuffled = world(cards), world(chance.sample(cards, len(cards)))
    links = links_by_rules(shuffled, by)
    chance.shuffle(links)
    one, other = parties_of(first, by, links_by_rules(first, by), ()), parties_of(shuffled, by, links, ())
    assert one == other
    for party in set(one.of):
        held = [{c.values["tax_id"] for c in first.cards if c.member == m and "tax_id" in c.values} for m in one.members(party)]
        joined = [values for values in held if values]
        assert not joined or set.intersection(*joined) or len(joined) == 1 or _overlap(joined)


def _overlap(held: list[set[str]]) -> bool:
    """Whether each joins the others by a value that it shares: an object may itself have two tax ids."""
    left, reached = held[1:], set(held[0])
    while left:
        near = [values for values in left if values & reached]
        if not near:
            return False
        for values in near:
            reached |= values
            left.remove(values)
    return True


@given(st.lists(st.tuples(st.integers(0, 11), st.sampled_from("uvwxyz"), st.sampled_from("pqrs")), max_size=14))
def test_without_guards_parties_are_what_a_walk_along_equal_values_reaches(cards: list[tuple[int, str, str]]) -> None:
    by = identity(match=[["email"], ["phone"]], guards={"shared": 100, "distinct": []})
    world = roll(*(f"crm {n} email={mail} phone={phone}" for n, mail, phone in cards))
    parties = parties_of(world, by, links_by_rules(world, by), ())
    for number, one in enumerate(world.members):
        reached = {one.id}
        while True:
            mails = {mail for n, mail, _ in cards if str(n) in reached}
            phones = {phone for n, _, phone in cards if str(n) in reached}
            more = {str(n) for n, mail, phone in cards if mail in mails or phone in phones}
            if more <= reached:
                break
            reached |= more
        assert {world.members[m].id for m in parties.members(parties.of[number])} == reached


class _Weigher:
    """Weighs what it is told to."""

    version = "none"

    def __init__(self, *links: Link) -> None:
        self._links = links

    def weigh(self, roll: Roll, identity: Identity) -> tuple[tuple[Link, ...], tuple[str, ...]]:
        return self._links, ("heard",)


def test_weights_join_what_no_rule_decides_and_leave_what_a_guard_refused_to_people() -> None:
    by = identity(weigh={"compare": ["name", "email"], "block": [["name"]]})
    world = roll("crm a email=x", "erp b email=x", "crm c email=info@x.example", "erp d email=info@x.example", "erp e email=z")
    sure, likely = Decimal("0.99"), Decimal("0.8")
    weigher = _Weigher(
        Link(0, 1, "weight", "weights", 0, sure), Link(2, 3, "weight", "weights", 0, sure), Link(3, 4, "weight", "weights", 0, sure),
        Link(1, 4, "weight", "weights", 0, likely, verdict="review"),
    )  # fmt: skip
    parties, told = match(world, by, (), weigher)
    assert groups(world, parties) == ["a+b", "d+e"]
    assert [(link.pair, link.method, link.verdict, link.why) for link in parties.links] == [
        ((0, 1), "rule", "joined", ""),
        ((1, 4), "weight", "review", ""),
        ((2, 3), "weight", "review", "a shared mailbox alone says nothing about who it is"),
        ((3, 4), "weight", "joined", ""),
    ]
    assert told == ("heard",)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"match": []}, "nothing says by what two are the same"),
        ({"match": [["email", "email"]]}, "a field stands twice"),
        ({"match": [["mail"]]}, "'match' names 'mail', which no source has"),
        ({"within": ["town"]}, "'within' names 'town'"),
        ({"review": {"between": ["0.9", "0.7"]}}, "the first is the lower"),
        ({"weigh": {"compare": ["name", "email"], "block": [["zip"]]}}, "'weigh' names 'zip'"),
        ({"guards": {"shared": 1}}, "greater than or equal to 2"),
    ],
)
def test_a_definition_that_says_nothing_is_refused(said: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Identity.model_validate({"fields": {"crm": {"email": "m", "name": "n"}}, "match": [["email"]], **said})

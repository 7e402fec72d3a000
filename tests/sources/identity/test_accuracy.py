"""How well matching finds who is the same, where the truth is known.

Sources of the truth: FEBRL's own record ids (rec-<person>-org, rec-<person>-dup-<n>); the seeds of `people`.
"""

from __future__ import annotations

from decimal import Decimal
from math import log2

import pytest

from tests.sources.identity.febrl import febrl
from tests.sources.identity.people import World, score, systems
from troth.sources.identity import Link, links_by_rules, parties_of
from troth.stores.matching.weights import SplinkWeigher

pytestmark = pytest.mark.slow

#       pairs   precision  recall, at least
FEBRL = {1: (500, 0.995, 0.98), 2: (1_934, 0.995, 0.99), 3: (6_538, 0.995, 0.99), 4: (5_000, 0.995, 0.99)}
WEIGH = {
    "compare": ["given", "surname", "email", "phone", "tax_id", "postcode", "street"],
    "block": [["email"], ["phone"], ["postcode"], ["surname", "given"], ["tax_id"], ["street", "surname"]],
}


def _by_rules(world: World) -> tuple[float, float]:
    return score(parties_of(world.roll, world.identity, links_by_rules(world.roll, world.identity), ()).of, world.truth)


def _by_weights(world: World) -> tuple[float, float]:
    links, told = SplinkWeigher().weigh(world.roll, world.identity)
    assert told == []
    return score(parties_of(world.roll, world.identity, links, ()).of, world.truth)


@pytest.mark.parametrize("number", FEBRL)
def test_rules_find_the_people_of_febrl(number: int) -> None:
    world = febrl(number)
    pairs, least_precision, least_recall = FEBRL[number]
    assert len(world.truth) == pairs
    precision, recall = _by_rules(world)
    assert precision >= least_precision
    assert recall >= least_recall


def test_weights_find_the_people_of_febrl4() -> None:
    precision, recall = _by_weights(febrl(4))
    assert 2 * precision * recall / (precision + recall) >= 0.99


@pytest.mark.parametrize(("seed", "twice"), [(1, 0.5), (2, 0.5), (3, 0.3)])
def test_duplicates_with_typing_errors_swaps_moves_and_blanks_are_found(seed: int, twice: float) -> None:
    precision, recall = _by_rules(systems(1_500, seed=seed, shared=0.0, twice=twice))
    assert precision >= 0.99
    assert recall >= 0.95


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_crm_and_an_erp_are_joined(seed: int) -> None:
    precision, recall = _by_rules(systems(1_500, seed=seed))
    assert precision >= 0.99
    assert recall >= 0.95


@pytest.fixture(scope="module")
def weighed() -> tuple[World, list[Link]]:
    world = systems(800, seed=5, weigh=WEIGH)
    links, _ = SplinkWeigher().weigh(world.roll, world.identity)
    return world, list(links)


def test_weights_join_what_rules_leave_open(weighed: tuple[World, list[Link]]) -> None:
    world, links = weighed
    both = parties_of(world.roll, world.identity, [*links_by_rules(world.roll, world.identity), *links], ())
    precision, recall = score(both.of, world.truth)
    assert precision >= 0.99
    assert recall > _by_rules(world)[1]


def test_the_same_cards_give_the_same_weights(weighed: tuple[World, list[Link]]) -> None:
    world, links = weighed
    assert len(links) > 200
    assert list(SplinkWeigher().weigh(world.roll, world.identity)[0]) == links


def test_the_weights_of_the_fields_add_up_to_the_probability(weighed: tuple[World, list[Link]]) -> None:
    """Fellegi and Sunter: the log-odds of a match are the prior's and the sum of the fields' weights, in bits."""
    _, links = weighed
    unsure = [link for link in links if link.probability is not None and link.probability < Decimal("0.9995")]
    priors = [
        log2(float(link.probability / (1 - link.probability))) - float(sum(w.bits for w in link.weights))
        for link in unsure
        if link.probability
    ]
    assert len(priors) >= 3
    assert max(priors) - min(priors) < 0.06
    assert max(priors) < -5


def test_each_weight_says_how_alike_the_two_are(weighed: tuple[World, list[Link]]) -> None:
    world, links = weighed
    cards = {card.member: card.values for card in world.roll.cards}
    seen = set()
    for link in links:
        one, other = cards[link.low], cards[link.high]
        for weight in link.weights:
            known = weight.field in one and weight.field in other
            same = known and one[weight.field] == other[weight.field]
            assert (weight.level == "same", weight.level == "not known") == (same, not known)
            assert weight.level != "not known" or weight.bits == 0
            seen.add(weight.level)
    assert seen == {"same", "alike", "different", "not known"}


def test_what_is_likely_waits_for_people_and_what_is_sure_does_not(weighed: tuple[World, list[Link]]) -> None:
    _, links = weighed
    assert {link.verdict for link in links if (link.probability or 0) >= Decimal("0.95")} == {"joined"}
    assert {link.verdict for link in links if (link.probability or 0) < Decimal("0.95")} == {"review"}
    assert min(link.probability or 0 for link in links) >= Decimal("0.7")


def test_too_few_records_and_fields_are_refused_in_words() -> None:
    few = systems(10, seed=1, weigh=WEIGH)
    links, told = SplinkWeigher().weigh(few.roll, few.identity)
    assert (links, len(told)) == ((), 1)
    assert "at least 50 records" in told[0]
    same = systems(100, seed=1, weigh={"compare": ["nothing", "email"], "block": [["email"]]}, extra="nothing")
    assert "1 usable fields" in SplinkWeigher().weigh(same.roll, same.identity)[1][0]


def test_records_that_never_agree_in_a_block_are_refused_in_words() -> None:
    apart = systems(100, seed=1, shared=0.0, weigh={"compare": ["given", "email"], "block": [["tax_id"]]})
    links, told = SplinkWeigher().weigh(apart.roll, apart.identity)
    assert links == ()
    assert "no two records agree" in told[0]

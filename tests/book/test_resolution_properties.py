"""What must hold of every book: resolution is a pure function of tree, keys and instant, and the order of files never matters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.book.books import opened
from troth.book import Book
from troth.book.address import address
from troth.book.layers import rank_of
from troth.promises import Promise

COMPANY = """
dimensions:
  - {id: region, read: order.region}
  - {id: segment, read: order.segment}
  - {id: customer, read: order.customer}
"""
PROMISE = """deliver:
  subject: order
  words: delivered in time
  anchor: placed
  fulfil: {event: delivered}
  due: placed + 9d
  void_when: order.a = 1
  stages: {seller: {from: placed, to: handed, budget: 1d}}
  locked: [fulfil]
"""
VALUES = {"region": ["JP", "BR"], "segment": ["key", "basic"], "customer": ["acme", "bee"]}
FIELDS = {
    "due": st.integers(1, 8).map(lambda n: f"due: placed + {n}d"),
    "void": st.integers(2, 5).map(lambda n: f"void_when: order.a = {n}"),
    "budget": st.integers(2, 5).map(lambda n: f"stages: {{seller: {{budget: {n}d}}}}"),
}
DAY = datetime(2026, 1, 1)
ADDRESSES = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}).filter(bool)
LAYER = st.tuples(
    ADDRESSES, st.fixed_dictionaries({}, optional=FIELDS).filter(bool), st.integers(0, 20), st.integers(1, 20), st.booleans()
)  # fmt: skip
LAYERS = st.lists(LAYER, max_size=6)
Drawn = tuple[dict[str, str], dict[str, str], int, int, bool]
KEYS = st.fixed_dictionaries({}, optional={name: st.sampled_from([*values, "other"]) for name, values in VALUES.items()})
INSTANTS = st.integers(-5, 45).map(lambda days: DAY + timedelta(days=days))


def files_of(layers: list[Drawn]) -> dict[str, str]:
    files = {"company.yaml": COMPANY, "promises/order.yaml": PROMISE}
    for number, (pairs, fields, begins, lasts, crisis) in enumerate(layers):
        folder = ",".join(f"{name}={value}" for name, value in sorted(pairs.items()))
        since, expires = DAY + timedelta(days=begins), DAY + timedelta(days=begins + lasts)
        overlay = f"overlays/{folder}/promises/layer{number}.yaml"
        files[overlay] = f"change: CHG-{number}\ndeliver:\n" + "".join(f"  {text}\n" for text in fields.values())
        files[f"changes/CHG-{number}.yaml"] = (
            f"kind: {'crisis' if crisis else 'exception'}\ntitle: t\nowner: o\nreason: r\n"
            f"since: {since:%Y-%m-%d}\nexpires: {expires:%Y-%m-%d}\noverlays: ['{overlay}']\n"
        )
    return files


def resolved(book: Book, keys: Mapping[str, str], at: datetime) -> tuple[str, object]:
    found = book.resolve("promises", "deliver", keys, at)
    return str([str(layer.document.file) for layer in found.layers]), found.content


@settings(max_examples=150, deadline=None)
@given(LAYERS, KEYS, INSTANTS, st.randoms(use_true_random=False))
def test_the_order_of_files_never_matters(layers: list[Drawn], keys: dict[str, str], at: datetime, rng: Random) -> None:
    files = files_of(layers)
    shuffled = list(files.items())
    rng.shuffle(shuffled)
    (one, problems), (other, same) = opened(files), opened(dict(shuffled))

    assert problems == same
    assert one.tree.hash == other.tree.hash
    assert resolved(one, keys, at) == resolved(other, keys, at) == resolved(one, keys, at)


@settings(max_examples=150, deadline=None)
@given(LAYERS, KEYS, INSTANTS)
def test_each_field_is_the_word_of_the_most_specific_layer_that_holds(layers: list[Drawn], keys: dict[str, str], at: datetime) -> None:
    """Against a loop that shares no code with resolution; books with a tie are left out."""
    book, problems = opened(files_of(layers))
    if problems:
        assert all("neither layer is more specific" in problem for problem in problems)
        return
    due, best = "placed + 9d", (-1, -1)
    for pairs, fields, begins, lasts, crisis in layers:
        holds = all(keys.get(name) == value for name, value in pairs.items())
        in_force = DAY + timedelta(days=begins) <= at < DAY + timedelta(days=begins + lasts)
        rank = (int(crisis), sum(list(VALUES).index(name) + 1 for name in pairs))
        if holds and in_force and "due" in fields and rank >= best:
            due, best = fields["due"].removeprefix("due: "), rank
    assert book.resolve("promises", "deliver", keys, at).content["due"] == due


@settings(max_examples=100, deadline=None)
@given(LAYERS, LAYER, KEYS, INSTANTS)
def test_removing_an_overlay_restores_the_hash(
    layers: list[Drawn],
    extra: Drawn,
    keys: dict[str, str],
    at: datetime,
) -> None:
    before, _ = opened(files_of(layers))
    laid = files_of([*layers, extra])
    removed = {name: text for name, text in laid.items() if not name.endswith((f"layer{len(layers)}.yaml", f"CHG-{len(layers)}.yaml"))}
    after, _ = opened(removed)

    assert after.tree.hash == before.tree.hash
    hashes = [[v.definition.hash for v in book.variants("promises", "deliver", keys, Promise)] for book in (before, after)]
    assert hashes[0] == hashes[1]
    assert resolved(before, keys, at) == resolved(after, keys, at)


@settings(max_examples=100, deadline=None)
@given(LAYERS, KEYS)
def test_the_variants_of_somebody_are_what_resolution_says_at_every_instant(layers: list[Drawn], keys: dict[str, str]) -> None:
    book, _ = opened(files_of(layers))
    variants = list(book.variants("promises", "deliver", keys, Promise))

    for variant in variants:
        for at in (max(variant.since, DAY - timedelta(days=9)), min(variant.until - timedelta(microseconds=1), DAY + timedelta(days=99))):
            if variant.since <= at < variant.until:
                assert book.resolve("promises", "deliver", keys, at).content["due"] == variant.definition.value.due
    assert [v.until for v in variants[:-1]] == [v.since for v in variants[1:]]


@pytest.mark.parametrize("text", ["region=JP", "customer=a%2Cb,region=JP", "arm=CHG-1", "arm=CHG-1.control,region=BR", "global"])
def test_an_address_is_written_as_it_is_read(text: str) -> None:
    assert address(str(address(text))) == address(text)


def test_more_pairs_are_never_less_specific() -> None:
    book, _ = opened({"company.yaml": COMPANY})
    one, both = address("region=JP"), address("region=JP,segment=key")
    assert rank_of(one, book.company) < rank_of(both, book.company)

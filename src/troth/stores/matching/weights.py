"""Fellegi and Sunter's weights by splink, in an engine of its own: one thread, so that the same cards give the same weights."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from troth.kernel.errors import NotFound, StoreError
from troth.kernel.installed import release
from troth.sources.identity import FEWEST_CARDS, Card, Identity, Link, Roll, Verdict, Weigh, Weight

if TYPE_CHECKING:
    from splink.internals.comparison_creator import ComparisonCreator

CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": "1",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",  # cards are people's data and are spilled nowhere
}
MOST_PAIRS = 2e5
GUESSED_RECALL = 0.8


class SplinkWeigher:
    """Implements `sources.identity.Weigher`."""

    @property
    def version(self) -> str:
        return f"splink {release('splink')}" if find_spec("splink") else "none"

    def weigh(self, roll: Roll, identity: Identity) -> tuple[Sequence[Link], Sequence[str]]:
        how = identity.weigh
        if how is None:
            return (), ()
        if find_spec("splink") is None or find_spec("pyarrow") is None:
            raise NotFound("matching by weights needs splink", got="a book with `weigh:`", next_step="pip install 'troth[identity]'")
        used = _usable(roll.cards, how)
        if len(roll.cards) < FEWEST_CARDS or len(used) < 2:
            short = f"{len(roll.cards)} records with {len(used)} usable fields"
            return (), (f"nothing was weighed: {short}, and at least {FEWEST_CARDS} records with two fields are needed.",)
        blocks = [rule for rule in how.block if _pairs(roll, rule)]
        if not blocks:
            return (), ("nothing was weighed: no two records agree in any of the fields of `block`.",)
        with _quiet():
            return _weighed(roll, identity, how, used, blocks)


def _usable(cards: Sequence[Card], how: Weigh) -> tuple[str, ...]:
    """Fields with at least two different values: one that is the same everywhere, or nowhere, tells nobody from anybody."""
    return tuple(field for field in how.compare if len({card.values[field] for card in cards if field in card.values}) > 1)


def _pairs(roll: Roll, rule: Sequence[str]) -> int:
    seen: dict[tuple[str, ...], set[int]] = {}
    for card in roll.cards:
        if all(field in card.values for field in rule):
            seen.setdefault(tuple(card.values[field] for field in rule), set()).add(card.member)
    return sum(1 for members in seen.values() if len(members) > 1)


def _weighed(
    roll: Roll, identity: Identity, how: Weigh, used: Sequence[str], blocks: Sequence[Sequence[str]]
) -> tuple[Sequence[Link], Sequence[str]]:
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink.internals.exceptions import EMTrainingException, SplinkException

    fields = sorted({*used, *(field for rule in (*blocks, *identity.match) for field in rule)})
    rules: list[Any] = [block_on(*rule) for rule in blocks]
    sure: list[Any] = [block_on(*rule) for rule in identity.match if _pairs(roll, rule)] or rules
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="card",
        comparisons=[_comparison(field, identity.kind_of(field)) for field in used],
        blocking_rules_to_generate_predictions=rules,
        retain_intermediate_calculation_columns=True,
        retain_matching_columns=True,  # without it the levels are left out as well
    )
    with duckdb.connect(":memory:", config=CONFIG) as connection:
        try:
            frame = DuckDBAPI(connection).register(_table(roll, fields))
            linker = Linker(frame, settings, log_level=None)
            linker.training.estimate_probability_two_random_records_match(sure, recall=GUESSED_RECALL)
            linker.training.estimate_u_using_random_sampling(max_pairs=MOST_PAIRS, seed=how.seed, min_count_per_level=None)
            told = []
            for rule in blocks:
                try:
                    linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule), record_sample_proportion=1.0)
                except (EMTrainingException, SplinkException, ValueError):
                    told.append(f"pairs that agree in {' and '.join(rule)} taught nothing: they are too few, or all alike")
            lower = float(identity.review.between[0])
            found = linker.inference.predict(threshold_match_probability=lower, warning_mode="never").as_record_list()
        except duckdb.Error as error:
            raise StoreError(
                "the cards cannot be weighed", got=type(error).__name__, next_step="Give narrower fields under `block:`."
            ) from error
    learned = [field for field in used if not found or f"mw_{field}" in found[0]]
    if found and len(learned) < len(used):
        told.append(f"{', '.join(field for field in used if field not in learned)} could not be weighed: too few pairs alike to learn from")
    return _links(roll, identity, learned, found), told


def _table(roll: Roll, fields: Sequence[str]) -> Any:
    import pyarrow

    columns = {"card": pyarrow.array(range(len(roll.cards)), pyarrow.int64())}
    columns |= {field: pyarrow.array([card.values.get(field) for card in roll.cards], pyarrow.string()) for field in fields}
    return pyarrow.table(columns)


def _comparison(field: str, kind: str) -> ComparisonCreator:
    import splink.comparison_library as library

    if kind in ("name", "text"):
        return library.JaroWinklerAtThresholds(field, [0.92, 0.8]).configure(term_frequency_adjustments=kind == "name")
    if kind == "email":
        # An address is made of the name: one that is only alike says what the name has said already.
        return library.LevenshteinAtThresholds(field, 1)
    return library.DamerauLevenshteinAtThresholds(field, [1, 2])


def _links(roll: Roll, identity: Identity, used: Sequence[str], found: Sequence[Mapping[str, Any]]) -> list[Link]:
    accepted = identity.review.between[1]
    best: dict[tuple[int, int], Link] = {}
    for row in found:
        one, other = (roll.cards[int(row[f"card_{side}"])] for side in "lr")
        if one.member == other.member:
            continue
        low, high = sorted((one.member, other.member))
        probability = Decimal(f"{row['match_probability']:.6f}")
        weights = tuple(
            Weight(
                field,
                Decimal(f"{row[f'mw_{field}'] + (row.get(f'mw_tf_adj_{field}') or 0.0):.2f}"),
                _same(one, other, field) or _level(int(row[f"gamma_{field}"])),
            )
            for field in used
        )
        verdict: Verdict = "joined" if probability >= accepted else "review"
        link = Link(low, high, "weight", "weights", 0, probability, weights, verdict, "" if verdict == "joined" else "likely, not certain")
        known = best.get(link.pair)
        if known is None or (link.probability or 0) > (known.probability or 0):
            best[link.pair] = link
    return [best[pair] for pair in sorted(best)]


def _same(one: Card, other: Card, field: str) -> str:
    return "same" if field in one.values and one.values[field] == other.values.get(field) else ""


def _level(gamma: int) -> str:
    """What splink's number of a comparison's level means where each has the levels same, alike (one or two), different."""
    return "not known" if gamma < 0 else "different" if gamma == 0 else "alike"


@contextmanager
def _quiet() -> Iterator[None]:
    """splink speaks of its training on the log and in warnings; what matters of it is told as words."""
    log = logging.getLogger("splink")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)

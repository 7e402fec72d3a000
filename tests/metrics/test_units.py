"""Units side by side: verdicts, case mix, and ranks that say no more than is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from troth.metrics.units import Cell, Compared, compared

Cells = Mapping[str, Mapping[tuple[str, ...], Cell]]


def compare(units: Cells, better: str | None = "higher") -> Compared:
    rng = np.random.Generator(np.random.PCG64(11))
    return compared(units, better="higher" if better == "higher" else None if better is None else "lower", rng=rng)


def whole(events: list[int], n: list[int]) -> dict[str, dict[tuple[str, ...], Cell]]:
    return {f"u{at:02}": {(): Cell(of, k)} for at, (k, of) in enumerate(zip(events, n, strict=True))}


def test_no_league_table_but_three_kinds_of_verdict() -> None:
    # 25 units of 95 in 100, one of 60, and one with a single case
    found = compare(whole([95] * 25 + [60, 1], [100] * 26 + [1]))
    odd, small = found.units[25], found.units[26]

    assert found.says == "25 as usual, 1 unusual, 1 too small to judge"
    assert (odd.verdict, odd.side, odd.good, odd.value) == ("unusual", "below", False, 0.6)
    assert (small.verdict, small.value) == ("too small to judge", 1.0)
    assert small.shrunk is not None
    assert small.shrunk < 0.96  # drawn to the others, not all that it has
    assert [unit.name for unit in found.units] == sorted(unit.name for unit in found.units)


def test_overlapping_ranks_are_no_difference() -> None:
    found = compare(whole([95] * 25 + [60, 1], [100] * 26 + [1]))

    assert found.units[0].rank_said.endswith("no difference") or found.units[0].ahead == ("u25",)
    assert found.units[25].behind
    assert "u01" not in found.units[0].ahead + found.units[0].behind
    assert compare(whole([95] * 25 + [60, 1], [100] * 26 + [1]), better=None).units[0].rank is None


def test_a_unit_with_hard_cases_is_as_good_as_what_it_was_given() -> None:
    # easy cases go well in 95 of 100, hard ones in 60; one unit has hard cases alone and does 75 of 100 of them
    units: Cells = {f"u{at}": {("easy",): Cell(180, 171), ("hard",): Cell(20, 12)} for at in range(9)}
    units = {**units, "hard": {("hard",): Cell(200, 150)}}
    found = compare(units)
    raw = compare(
        {name: {(): Cell(sum(c.n for c in cells.values()), sum(c.events or 0 for c in cells.values()))} for name, cells in units.items()}
    )
    hard = next(unit for unit in found.units if unit.name == "hard")

    # by its cases: of 380 hard cases 258 went well
    assert hard.value == 0.75
    assert hard.expected == pytest.approx(258 / 380)
    assert next(unit for unit in raw.units if unit.name == "hard").rank == 10
    assert hard.rank is not None
    assert hard.rank <= 3


def test_what_a_unit_alone_has_is_no_case_mix() -> None:
    found = compare({f"u{at}": {(f"team {at}",): Cell(100, 90 - at)} for at in range(6)})

    assert found.refusal is not None
    assert found.refusal.got == "600 of 600 cases in strata that one unit alone has"


def test_averages_are_compared_with_their_errors() -> None:
    units: Cells = {f"u{at}": {(): Cell(50, None, 10.0 + at % 2 / 5, 0.5)} for at in range(8)}
    units = {**units, "slow": {(): Cell(50, None, 13.0, 0.5)}, "small": {(): Cell(4, None, 30.0, 2.0)}}
    found = compare(units, better="lower")
    slow, small = found.units[0], found.units[1]

    assert found.says == "8 as usual, 1 unusual, 1 too small to judge"
    assert (slow.name, slow.verdict, slow.good, slow.rank) == ("slow", "unusual", False, 9)
    assert (small.name, small.verdict, small.shrunk) == ("small", "too small to judge", None)


def test_the_mix_of_averages_is_taken_out_by_what_strata_take_elsewhere() -> None:
    # short ones take 10 and long ones 30 everywhere; the one with long ones alone is as the others
    units = {
        f"u{at}": {(): Cell(50, None, 14.0, 0.5), ("short",): Cell(40, None, 10.0), ("long",): Cell(10, None, 30.0)} for at in range(5)
    }
    units = {**units, "long": {(): Cell(50, None, 30.0, 0.5), ("long",): Cell(50, None, 30.0)}}
    found = compare(units, better="lower")

    assert found.says == "6 as usual, 0 unusual"
    assert (found.units[0].value, found.units[0].expected) == (30.0, 30.0)


def test_two_units_are_not_compared() -> None:
    found = compare(whole([9, 5], [10, 10]))

    assert found.refusal is not None
    assert found.refusal.need == "at least 3"

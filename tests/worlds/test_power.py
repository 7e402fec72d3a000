from __future__ import annotations

from tests.worlds.power import Looks


def test_a_row_counts_seeds_and_the_intervals_that_hold_what_was_planted() -> None:
    """Three seeds, one missed; 1.9 and 2.2 lie within 1.96 times 0.1 and 0.15 of 2, and 2.5 does not lie within 1.96 times 0.2."""
    looks = Looks([101, 102], [103], [(2.0, 1.9, 0.1), (2.0, 2.2, 0.15), (2.0, 2.5, 0.2)])

    assert looks.row("margin_worn") == "| margin_worn | 2 of 3 | 2 | 2.2 | 2 of 3 |"


def test_a_truth_without_a_figure_has_neither_mean_nor_interval() -> None:
    assert Looks([101], []).row("commitments") == "| commitments | 1 of 1 |  |  |  |"

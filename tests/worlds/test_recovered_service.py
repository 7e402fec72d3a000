"""What is planted in service, staff, exceptions and changes is found in the files by analyses that do not know it.

A figure is right within four of its own standard errors and found where it is more than four from nothing; five, where the script
searched for the place. Four and not three for the reason that `test_recovered_parcels` gives. The same scripts find nothing where nothing
is planted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import log
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.conftest import CUSTOMERS, MONTHS, SEED, Note
from tests.worlds.recovered import (
    attitude_to_impression,
    change_chosen_because_bad,
    change_fading,
    change_harmful,
    change_nothing,
    change_randomised,
    change_stepped,
    commitments,
    efficient_but_falling,
    end_users_disagree,
    exception_to_standard,
    exceptions_recur,
    exceptions_unused,
    gamed_timestamps,
    impression_to_revenue,
    losing_heart,
    response_style,
    wrong_incentive,
)
from troth.app.starting.examples import make_meridian

Truths = Mapping[str, Any]
Estimate = tuple[float, float]


@pytest.fixture
def data(world: Path) -> Path:
    return world / "data"


@pytest.fixture
def bare(blank: Path) -> Path:
    return blank / "data"


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world in which the two changes that do nothing as shipped do something."""
    to = tmp_path_factory.mktemp("meridian") / "moved"
    truths = ["none", "change_nothing=0.6", "change_chosen_because_bad=1"]
    return make_meridian(to, seed=SEED, customers=CUSTOMERS, months=MONTHS, truths=truths).folder / "data"


def _right(found: Estimate, size: float) -> bool:
    return abs(found[0] - size) <= 4 * found[1]


def _nothing(found: Estimate) -> bool:
    return abs(found[0]) <= 4 * found[1]


def test_the_branch_that_is_quick_and_less_and_less_liked(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found, other = efficient_but_falling.recover(data), efficient_but_falling.recover(bare)
    note("efficient_but_falling", truth["efficient_but_falling"]["size"], found["fall"], found["error"])

    assert found["branch"] == truth["efficient_but_falling"]["branch"]
    assert found["time"] == pytest.approx(0.8, abs=0.06)
    assert found["next"] > 0.88
    assert _right((found["fall"], found["error"]), truth["efficient_but_falling"]["size"])
    assert found["fall"] > 4 * found["error"]
    assert other["time"] > 0.88
    assert _nothing((other["fall"], other["error"]))


def test_the_branch_whose_technicians_arrive_before_they_do(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found = gamed_timestamps.recover(data)
    note("gamed_timestamps")

    assert list(found["found"]) == [truth["gamed_timestamps"]["branch"]]
    assert found["found"][truth["gamed_timestamps"]["branch"]][0] == pytest.approx(truth["gamed_timestamps"]["size"], abs=1.5)
    assert found["others"] < 2
    assert gamed_timestamps.recover(bare)["found"] == {}


def test_the_leader_under_whom_staff_lose_heart(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found, planted = losing_heart.recover(data), truth["losing_heart"]
    note("losing_heart", planted["size"], found["size"], found["error"])

    assert found["branch"] == planted["branch"]
    assert found["apart"] > 4.5
    assert _right((found["size"], found["error"]), planted["size"])
    assert abs(found["from_month"] - planted["from_month"]) <= 3
    assert abs(found["months"] - planted["months"]) <= 4
    assert 1 <= found["customers_follow"] <= 3
    assert losing_heart.recover(bare)["apart"] < 4.5


@pytest.mark.parametrize(
    ("name", "script"), [("attitude_to_impression", attitude_to_impression), ("impression_to_revenue", impression_to_revenue)]
)
def test_a_link_of_the_chain_is_found_at_its_lag_and_at_no_other(
    name: str, script: Any, data: Path, note: Note, bare: Path, truth: Truths
) -> None:
    found, lag = script.recover(data), truth[name]["lag_months"]
    note(name, truth[name]["size"], *found[lag])

    assert [at for at, estimate in found.items() if not _nothing(estimate)] == [lag]
    assert _right(found[lag], truth[name]["size"])
    assert all(_nothing(estimate) for estimate in script.recover(bare).values())


def test_the_chain_is_the_product_of_its_links(data: Path, note: Note, truth: Truths) -> None:
    first, second = (attitude_to_impression.recover(data)[2], impression_to_revenue.recover(data)[1])
    planted = truth["attitude_to_impression"]["size"] * truth["impression_to_revenue"]["size"]

    product = first[0] * second[0]
    error = product * ((first[1] / first[0]) ** 2 + (second[1] / second[0]) ** 2) ** 0.5
    note("attitude_to_impression times impression_to_revenue", planted, product, error)
    assert _right((product, error), planted)
    assert not _nothing((product, error))
    assert product == pytest.approx(planted, rel=0.35)


def test_end_users_disagree_with_procurement_on_one_driver_only(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found, planted = end_users_disagree.recover(data), truth["end_users_disagree"]
    note("end_users_disagree", planted["size"], *found[planted["driver"]])

    assert [driver for driver, estimate in found.items() if not _nothing(estimate)] == [planted["driver"]]
    assert _right(found[planted["driver"]], planted["size"])
    assert all(_nothing(estimate) for estimate in end_users_disagree.recover(bare).values())


def test_the_kinds_of_exception_that_recur(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    note("exceptions_recur")
    assert exceptions_recur.recover(data) == sorted(map(tuple, truth["exceptions_recur"]["kinds"]))
    assert exceptions_recur.recover(bare) == []


def test_the_live_exceptions_that_nobody_uses(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found = exceptions_unused.recover(data)
    note("exceptions_unused")

    assert found == truth["exceptions_unused"]["exceptions"]
    assert len(found) == truth["exceptions_unused"]["size"]
    assert exceptions_unused.recover(bare) == []


def test_the_exception_that_should_be_the_standard(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    planted = truth["exception_to_standard"]
    found = exception_to_standard.recover(data)
    note("exception_to_standard")

    assert list(found) == [(planted["path"], planted["reason"])]
    assert found[planted["path"], planted["reason"]] == pytest.approx(planted["size"], abs=4)  # a few have it by chance
    assert exception_to_standard.recover(bare) == {}


def test_a_change_by_lot(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found = change_randomised.recover(data)
    note("change_randomised", truth["change_randomised"]["size"], *found)

    assert _right(found, truth["change_randomised"]["size"])
    assert not _nothing(found)
    assert found[1] < 0.05
    assert _nothing(change_randomised.recover(bare))


def test_a_change_in_waves_as_far_as_those_who_are_not_helped_call_back(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found, planted = change_stepped.recover(data), truth["change_stepped"]
    note("change_stepped", planted["size"] * planted["called_back"], *found)

    assert _right(found, planted["size"] * planted["called_back"])
    assert not _nothing(found)
    assert found[1] < 0.02
    assert _nothing(change_stepped.recover(bare))


def test_a_change_that_does_nothing_and_the_same_where_it_does_something(
    data: Path, note: Note, bare: Path, moved: Path, truth: Truths
) -> None:
    found = change_nothing.recover(data)
    note("change_nothing", 0.0, *found)

    assert truth["change_nothing"]["size"] == 0
    assert _nothing(found)
    assert found[1] < 0.12
    assert _nothing(change_nothing.recover(bare))
    assert _right(change_nothing.recover(moved), 0.6)
    assert not _nothing(change_nothing.recover(moved))


def test_a_change_that_harms_ratings_and_saves_time(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found, other = change_harmful.recover(data), change_harmful.recover(bare)
    note("change_harmful", -truth["change_harmful"]["size"], *found["rating"])
    note("change_harmful: logarithm of time", log(1 - 1 / 8), *found["time"])

    assert _right(found["rating"], -truth["change_harmful"]["size"])
    assert not _nothing(found["rating"])
    assert found["time"][0] == pytest.approx(log(1 - 1 / 8), abs=0.02)
    assert not _nothing(found["time"])
    assert _nothing(other["rating"])
    assert _nothing(other["time"])


def test_a_change_that_fades_and_how_fast(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found, planted = change_fading.recover(data), truth["change_fading"]
    note("change_fading", planted["size"], *found["size"])
    note("change_fading: days", planted["half_life_days"], *found["half_life"])

    assert _right(found["size"], planted["size"])
    assert not _nothing(found["size"])
    assert _right(found["half_life"], planted["half_life_days"])
    assert found["half_life"][1] < found["half_life"][0] / 3  # what fades more slowly is known less surely
    assert _nothing(change_fading.recover(bare)["size"])


def test_branches_chosen_because_they_were_bad_get_better_by_themselves(data: Path, note: Note, bare: Path, moved: Path) -> None:
    """Regression to the mean: the quarter in which they were chosen was also unlucky."""
    shipped, nothing, something = (change_chosen_because_bad.recover(files) for files in (data, bare, moved))
    note("change_chosen_because_bad", 0.0, *shipped["honest"])
    note("change_chosen_because_bad: where it does something", 1.0, *something["honest"])

    assert shipped["naive"][0] > 0.2
    assert shipped["naive"][0] > 1.5 * shipped["naive"][1]
    assert nothing["naive"][0] > 2 * nothing["naive"][1]
    assert _nothing(shipped["honest"])
    assert _nothing(nothing["honest"])
    assert _right(something["honest"], 1.0)
    assert not _nothing(something["honest"])
    assert something["naive"][0] > 1.2


def test_sentences_that_commit_are_candidates_and_few_others_are(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    candidates, promised = set(commitments.recover(data)), set(truth["commitments"]["sentences"])

    note("commitments")
    assert len(candidates & promised) >= 0.9 * len(promised) == 0.9 * truth["commitments"]["size"]
    assert len(candidates & promised) >= 0.9 * len(candidates)
    assert commitments.recover(bare) == []


def test_a_bonus_for_volume_costs_ratings_and_another_does_not(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found = wrong_incentive.recover(data)
    note("wrong_incentive", -truth["wrong_incentive"]["size"], *found["volume"])

    assert _right(found["volume"], -truth["wrong_incentive"]["size"])
    assert not _nothing(found["volume"])
    assert _nothing(found["kept promises"])
    assert all(_nothing(estimate) for estimate in wrong_incentive.recover(bare).values())


def test_a_region_that_begins_to_answer_lower_whatever_the_service(data: Path, note: Note, bare: Path, truth: Truths) -> None:
    found, planted = response_style.recover(data), truth["response_style"]
    note("response_style", planted["size"], *found["all"][2:])

    for region, week, lower, error in found.values():
        assert region == planted["region"]
        assert abs((date.fromisoformat(week) - date.fromisoformat(planted["from"])).days) <= 21
        assert _right((lower, error), planted["size"])
        assert lower > 5 * error
    assert all(lower < 0.3 or lower < 5 * error for _, _, lower, error in response_style.recover(bare).values())

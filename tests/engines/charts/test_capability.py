"""Capability indices."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engines.charts.rings import RINGS
from tests.engines.oracles import too_few
from troth.engines.charts import Plan, p_chart, xbar_r, xmr
from troth.engines.charts.capability import Index, Tolerance, capability, indices
from troth.engines.charts.values import subgroups
from troth.kernel.errors import CannotEstimate


def test_the_handbooks_indices() -> None:
    # paper: NIST/SEMATECH handbook 6.1.6, limits 8 and 20, mean 16, s 2.
    found = indices(16.0, 2.0, 50, Tolerance(8.0, 20.0), in_control=True)

    assert found.cp is not None
    assert (found.cp.value, found.cpk.value) == pytest.approx((1.0, 0.6667), abs=5e-5)


def test_piston_rings_with_their_intervals() -> None:
    # reference: R qcc process.capability, samples 1 to 25, limits 73.95 and 74.05; its d2 is 2.326.
    found = subgroups(RINGS[:125], np.full(25, 5))
    chart = xbar_r(found.sizes, found.means, found.ranges).location
    able = capability(chart, 125, Tolerance(73.95, 74.05))

    assert able.cp is not None
    assert able.cpl is not None
    assert able.cpu is not None
    assert able.cpm is not None
    assert (able.cp.value, able.cp.low, able.cp.high) == pytest.approx((1.7033, 1.4914, 1.9148), abs=1e-4)
    assert (able.cpk.value, able.cpk.low, able.cpk.high) == pytest.approx((1.6632, 1.4481, 1.8783), abs=1e-4)
    assert (able.cpl.value, able.cpu.value, able.cpm.value) == pytest.approx((1.7433, 1.6632, 1.6911), abs=1e-4)
    assert (able.n, able.in_control) == (125, True)


def test_intervals_cover() -> None:
    # planted truth: normal values, limits at 4 and 3.5 sigma: cp 1.25, cpk 1.1667, cpm by its definition.
    draws = np.random.default_rng(17).normal(10, 2, size=(1_000, 60))
    truth = {"cp": 15 / 12, "cpk": 7 / 6, "cpm": 15 / (6 * (4 + 0.25) ** 0.5)}
    held = dict.fromkeys(truth, 0)
    for mean, sigma in zip(draws.mean(axis=1).tolist(), draws.std(axis=1, ddof=1).tolist(), strict=True):
        able = indices(mean, sigma, 60, Tolerance(2.0, 17.0), in_control=True)
        for name, value in truth.items():
            index = getattr(able, name)
            assert isinstance(index, Index)
            held[name] += index.low <= value <= index.high

    assert not too_few(held["cp"], 1_000, 0.95)
    # Bissell's and Boyles' are approximations.
    assert not too_few(held["cpk"], 1_000, 0.94)
    assert not too_few(held["cpm"], 1_000, 0.94)


def test_a_process_out_of_control_is_refused_or_said() -> None:
    values = np.tile([9.0, 10.0, 11.0], 20)
    values[40] = 30.0
    chart = xmr(values).location

    with pytest.raises(CannotEstimate, match="the first at position 40"):
        capability(chart, 60, Tolerance(5.0, 17.0))
    assert not capability(chart, 60, Tolerance(5.0, 17.0), unstable="say").in_control


def test_only_the_last_phase_counts() -> None:
    values = np.r_[np.tile([9.0, 10.0, 11.0], 20), np.tile([19.0, 20.0, 21.0], 20)]
    values[5] = 40.0
    able = capability(xmr(values, Plan((60,))).location, 60, Tolerance(15.0, 27.0))

    assert able.in_control
    assert able.cpl is not None
    assert able.cpl.value < able.cpk.value + 1e-12


def test_one_limit_has_no_cp() -> None:
    able = indices(5.0, 1.0, 40, Tolerance(upper=8.0), in_control=True)

    assert able.cp is able.cpl is able.cpm is None
    assert able.cpk == able.cpu


@pytest.mark.parametrize(
    ("made", "need"),
    [
        (Tolerance, "lower limit"),
        (lambda: Tolerance(5.0, 4.0), "in this order"),
        (lambda: Tolerance(5.0, 9.0, 10.0), "in this order"),
        (lambda: Tolerance(float("nan"), 9.0), "in this order"),
        (lambda: indices(1.0, 1.0, 29, Tolerance(0.0, 2.0), in_control=True), "at least 30"),
        (lambda: indices(1.0, 0.0, 30, Tolerance(0.0, 2.0), in_control=True), "sigma above 0"),
        (lambda: capability(p_chart(np.tile([0.1, 0.2], 6), np.full(12, 100.0)), 1_200, Tolerance(0.0, 0.5)), "X or X-bar"),
    ],
)
def test_what_has_no_capability_is_refused(made: object, need: str) -> None:
    with pytest.raises(CannotEstimate, match=need):
        made()  # type: ignore[operator]

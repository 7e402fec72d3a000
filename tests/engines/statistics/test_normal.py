"""The normal distribution against another implementation."""

from __future__ import annotations

import pytest

from troth.engines.statistics.normal import normal_cdf, normal_quantile, two_sided_z
from troth.kernel.errors import CannotEstimate


@pytest.mark.parametrize(("probability", "z"), [(0.5, 0.0), (0.8, 0.8416212336), (0.975, 1.9599639845), (0.999, 3.0902323062)])
def test_quantiles(probability: float, z: float) -> None:
    # reference: SciPy 1.17, scipy.stats.norm.ppf.
    assert normal_quantile(probability) == pytest.approx(z, abs=1e-9)
    assert normal_quantile(1 - probability) == pytest.approx(-z, abs=1e-9)
    assert normal_cdf(z) == pytest.approx(probability, abs=1e-9)


def test_half_widths() -> None:
    # reference: as above.
    assert two_sided_z(0.95) == pytest.approx(1.9599639845, abs=1e-9)
    assert two_sided_z(0.90) == pytest.approx(1.6448536270, abs=1e-9)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, float("nan")])
def test_impossible_probabilities_are_refused(probability: float) -> None:
    with pytest.raises(CannotEstimate):
        normal_quantile(probability)

"""Figures of pymannkendall 1.4.3 and lifelines 0.30.3 that tests of engines are held to.

    python -m tests.reference.peers        in an environment of its own that has both

The series of the Nile and the data of lifelines are those written out in the tests.
"""

from __future__ import annotations

import sys
from typing import Any

from tests.engines.nile import NILE


def trends() -> list[Any]:
    import pymannkendall as peer  # type: ignore[import-not-found]

    return [peer.original_test(NILE), peer.hamed_rao_modification_test(NILE), peer.seasonal_test(NILE[:96], period=12)]


def survival() -> list[Any]:
    from lifelines import KaplanMeierFitter  # type: ignore[import-not-found]
    from lifelines.datasets import load_lung, load_waltons  # type: ignore[import-not-found]
    from lifelines.utils import median_survival_times  # type: ignore[import-not-found]

    flies, lung = load_waltons(), load_lung()
    groups = [flies, flies[flies.group == "control"], flies[flies.group != "control"]]
    found: list[Any] = []
    for times, ended in [*((group["T"], group["E"]) for group in groups), (lung["time"], lung["status"])]:
        curve = KaplanMeierFitter().fit(times, ended)
        limits = curve.confidence_interval_
        found.append((curve.median_survival_time_, median_survival_times(limits).to_numpy().tolist(), curve.predict([30, 56, 60]).tolist()))
    return found


if __name__ == "__main__":
    for line in (*trends(), *survival()):
        sys.stdout.write(f"{line}\n")

"""index: how several metrics stand together, each weighed by its distance from its base, which is 100."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from troth.metrics.asking import Counted, MetricKind, Wrong
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground


def asked(metric: Metric, ground: Ground, cut: Cut) -> NoReturn:  # noqa: ARG001  every kind is asked alike
    raise Wrong(("kind",), "an index has no rows of its own: ask it with its parts, by `answer_any`")


def judged(found: Sequence[Counted], metric: Metric) -> NoReturn:  # noqa: ARG001  every kind is judged alike
    raise Wrong(("kind",), "an index has no sums of its own: it is made of the readings of its parts")


KIND = MetricKind(
    "index", "how several metrics stand together against their bases", asked, judged,
    bases=frozenset(), needs=frozenset({"parts"}), takes=frozenset({"base"}), composed=True,
)  # fmt: skip

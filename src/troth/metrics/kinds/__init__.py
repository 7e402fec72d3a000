"""The kinds of metrics: one file each, listed in `KINDS`."""

from __future__ import annotations

from collections.abc import Mapping

from troth.metrics.asking import MetricKind
from troth.metrics.kinds import (
    ces,
    continuity,
    count,
    csat,
    first_contact,
    index,
    kept,
    mean,
    newly_won,
    nps,
    otif,
    quantile,
    ratio,
    referral,
    repeat,
    retention,
    rework,
    stock,
    time_to,
    total,
)

KINDS: Mapping[str, MetricKind] = {
    kind.name: kind
    for kind in (
        ratio.KIND, mean.KIND, quantile.KIND, count.KIND, total.KIND, stock.KIND, time_to.KIND, kept.KIND, otif.KIND, nps.KIND, csat.KIND,
        ces.KIND, newly_won.KIND, repeat.KIND, retention.KIND, referral.KIND, first_contact.KIND, rework.KIND, continuity.KIND,
        index.KIND,
    )
}  # fmt: skip

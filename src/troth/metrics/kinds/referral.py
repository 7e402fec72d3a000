"""referral: new customers who came since somebody sent them: their share, their number, or what they bring at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from troth.engines.statistics.ratio import total_of_sums
from troth.kernel.errors import CannotEstimate
from troth.metrics.asking import (
    FACTOR,
    Amount,
    Asked,
    Counted,
    Estimate,
    MetricKind,
    Parts,
    Wrong,
    belonging,
    bound,
    counting,
    estimated,
    expressed,
    ones,
    pairs,
    share_of,
)
from troth.metrics.coming import BEGAN, coming, matured, within_us
from troth.metrics.definition import Metric
from troth.metrics.ground import Cut, Ground
from troth.query import identifier, literal_text


def asked(metric: Metric, ground: Ground, cut: Cut) -> Asked:  # noqa: ARG001  every kind is asked alike
    came = metric.belongs_to is not None
    found = belonging(metric, ground, coming(metric, ground, about_owner=True), BEGAN) if came else bound(metric, ground)
    who = expressed(found.rows, "same", str(metric.same), ground)
    rows, cells = who.rows, found.cells | who.cells
    new, sent = f"{found.belongs} AND d.turn = 1" if came else found.belongs, f"nullif(trim({who.sql}), '') IS NOT NULL"
    captured = {"captured": counting(f"{found.belongs} AND {sent}")}
    if KIND.convention(metric) != "revenue":
        found = replace(found, rows=rows, cells=cells)
        return found.asked(
            {**captured, "expected": counting(new), "n": counting(new), "y": counting(f"{new} AND {sent}")}, UNIT[KIND.convention(metric)]
        )
    if metric.within is None or metric.money is None or not came:
        raise Wrong(
            (),
            "the revenue of referred customers needs 'belongs_to' and 'event', of what they buy, 'within', how long it counts,"
            " and 'money', of which kind: revenue",
        )
    (each,) = [name for name in rows.relations if name.startswith("coming_")]
    name = f"spent_{each}_{metric.money}_{within_us(metric)}"
    sql = (
        f"SELECT c.owner AS object, sum(m.amount) AS amount FROM {identifier(each)} c"
        f" JOIN (SELECT owner, min(began) AS first FROM {identifier(each)} GROUP BY owner) f ON f.owner = c.owner"
        f" JOIN money m ON m.about_type = {literal_text(str(metric.of))} AND m.about = c.object AND m.kind = {literal_text(metric.money)}"
        f" WHERE c.began <= f.first + to_microseconds({within_us(metric)}) GROUP BY c.owner"
    )
    spent = identifier(name)
    rows = rows.reaching({name: sql}, (f"LEFT JOIN {spent} ON {spent}.object = o.code",))
    found = replace(found, rows=rows, cells=cells)
    counts = f"{new} AND {sent} AND {matured(metric, ground)}"
    brought = f"CAST(coalesce({spent}.amount, 0) AS DECIMAL(38, 10))"
    money = found.of_pairs(Amount(brought, FACTOR.format(brought), ground.record.currency, counts))
    return replace(money, sums={**money.sums, **captured, "expected": counting(f"{new} AND {sent}")})


UNIT = {"share": "share", "count": ""}


def judged(found: Sequence[Counted], metric: Metric) -> Estimate:
    if not any(one.sums["captured"] for one in found):
        raise CannotEstimate(
            "referral not captured", got=f"nobody on record whose {metric.same} says who sent them", need=f"{metric.same} of new customers",
            settle="Ask each new customer who sent them, and map the answer in sources/.",
        )  # fmt: skip
    convention = KIND.convention(metric)
    if convention == "share":
        return share_of(found)
    return estimated(total_of_sums(ones(found, "y") if convention == "count" else pairs(found, by_one=True)))


def parts(metric: Metric) -> Parts:
    return Parts({"y": 1}, "n" if KIND.convention(metric) == "share" else None)


KIND = MetricKind(
    "referral", "new customers whom somebody sent", asked, judged,
    parts=parts, needs=frozenset({"of", "same"}), takes=frozenset({"belongs_to", "event", "within", "money"}),
    conventions={
        "share": "of new customers, those who name who sent them",
        "count": "how many they are",
        "revenue": "what they bring within a time from their first purchase, once that has passed",
    },
)  # fmt: skip

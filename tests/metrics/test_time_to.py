"""How long it takes: what is open counts, slices add up, and what is not known is said to be so."""

from __future__ import annotations

import pytest

from tests.metrics.shop import shop
from troth.app.operation import Operation
from troth.metrics import Metric
from troth.metrics.asking import Counted
from troth.metrics.kinds import KINDS
from troth.record.strata import Stratum

METRICS = """
solved_in: {kind: time_to, words: solved within, of: ticket, from: opened, to: solved}
nine_tenths: {kind: time_to, words: solved within, of: ticket, from: opened, to: solved, quantile: 0.9}
ended_only: {kind: quantile, words: solved within, of: ticket, at: opened, value: solved - opened}
"""
# Weeks in remission of 21 children with leukaemia on 6-MP, + for who was still: Freireich et al. 1963.
WEEKS = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return shop(tmp_path_factory.mktemp("shop"), METRICS)


def test_remission_of_children_on_6_mp() -> None:
    # paper: median 23 weeks, limits 13 and not reached (SAS LIFETEST, log-log); R gives 16 and none on the log scale.
    weeks: dict[str, int] = {}
    for word in WEEKS.split():
        name = f"{'open' if word.endswith('+') else 'ended'}_{word.rstrip('+')}"
        weeks[name] = weeks.get(name, 0) + 1
    metric = Metric.model_validate({"kind": "time_to", "words": "w", "of": "o", "from": "a", "to": "b", "definition": "days"})

    told = KINDS["time_to"].judged([Counted(Stratum(None, 21, 21), {"n": 21, **weeks})], metric)

    assert (told.value, told.low, told.high, told.n) == (23 * 86_400, 13 * 86_400, None, 21)


def test_what_is_open_makes_it_longer(operation: Operation) -> None:
    # t1 24 h, t2 3 h, t3 48 h, t5 1 h; t4 open for 721 h, t6 for none: of those solved half took 3 h, of all 24
    (ended,) = operation.metric("ended_only").answer.readings
    (all_of_them,) = operation.metric("solved_in").answer.readings

    assert (ended.value, ended.n) == (3 * 3_600, 4)
    assert (all_of_them.value, all_of_them.n) == (24 * 3_600, 6)


def test_slices_are_counted_apart_and_add_up(operation: Operation) -> None:
    blue, none, red, whole = operation.metric("solved_in", by=["attr(team)"]).answer.readings

    assert [(one.slice, one.value, one.n) for one in (blue, none, red)] == [
        (("blue",), 48 * 3_600, 3), (("not on record",), None, 1), (("red",), 3 * 3_600, 2)
    ]  # fmt: skip
    assert none.refusal is not None
    assert (none.refusal.got, whole.value) == ("1 of which none has ended", 24 * 3_600)
    assert whole.sums is not None
    assert {name: int(n) for name, n in whole.sums.items() if name.startswith(("ended", "open"))} == {
        "ended_1": 1, "ended_3": 1, "ended_24": 1, "ended_48": 1, "open_0": 1, "open_721": 1
    }  # fmt: skip


def test_a_share_that_has_not_ended_yet_is_refused(operation: Operation) -> None:
    (reading,) = operation.metric("nine_tenths").answer.readings

    assert reading.value is None
    assert reading.refusal is not None
    assert (reading.refusal.got, reading.refusal.need) == ("4 of 6 that have ended", "90 in 100 of them")


def test_a_period_holds_those_that_began_in_it(operation: Operation) -> None:
    readings = operation.metric("solved_in", grain="month").answer.readings

    assert [(str(one.period), one.n) for one in readings] == [("2026-01-01", 2), ("2026-02-01", 3), ("2026-03-01", 1)]

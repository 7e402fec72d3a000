"""Who comes back by how fast a broken promise was put right: a small world counted by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.findings.worlds import world
from troth.engines.statistics.winning_back import won_back
from troth.findings.context import Context
from troth.findings.recovery import DAY, HOUR, Cases, Recovered, recovered_of
from troth.kernel.errors import BadValue, CannotEstimate
from troth.promises.lanes import Lanes

PROMISES = """
deliver:
  {subject: order, promisee: order.customer, words: delivered in time, anchor: placed, fulfil: {event: delivered}, due: attr(due)}
"""
CASES, ALL = Cases("ticket", "created", "solved"), Lanes(("''",), "")
DUE = datetime(2026, 3, 10, 12)


class Shop:
    """Orders due on 10 March, and what became of them; nothing else is on record."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, dict[str, str | None]]] = {"order": {}, "customer": {}, "ticket": {}}
        self.events: list[tuple[str, str, str, str]] = []
        self.relations: list[tuple[str, str, str, str]] = []

    def order(self, id: str, who: str, *, late: float | None = -1, due: datetime = DUE, placed: datetime | None = None) -> None:
        """late: hours after the due when it came; None: it did not."""
        self.objects["order"][id] = {"due": _text(due)}
        self.objects["customer"].setdefault(who, {})
        self.relations.append(("order", id, "customer", who))
        self.events.append(("order", id, "placed", _text(placed or due - timedelta(days=3))))
        if late is not None:
            self.events.append(("order", id, "delivered", _text(due + timedelta(hours=late))))

    def ticket(self, order: str, *, took: float | None, opened: datetime = DUE + timedelta(hours=2)) -> None:
        id = f"t{len(self.objects['ticket'])}"
        self.objects["ticket"][id] = {}
        self.relations.append(("ticket", id, "order", order))
        self.events.append(("ticket", id, "created", _text(opened)))
        if took is not None:
            self.events.append(("ticket", id, "solved", _text(opened + timedelta(hours=took))))

    def many(self, name: str, count: int, back: int, *, late: float, took: float | None = None, again: float = 40) -> None:
        """So many customers with an order each, of whom some have another `again` days after its due."""
        for number in range(count):
            who = f"{name}{number:02d}"
            self.order(f"o-{who}", who, late=late)
            if took is not None:
                self.ticket(f"o-{who}", took=took)
            if number < back:
                self.order(f"p-{who}", who, due=DUE + timedelta(days=again + 3))

    def context(self, now: str = "2026-09-01 00:00", **more: Any) -> Context:
        return world(self.objects, self.events, PROMISES, relations=self.relations, now=now, **more)


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def shop() -> Shop:
    made = Shop()
    made.many("kept", 40, 30, late=-5)
    made.many("fast", 20, 14, late=30, took=10)
    made.many("slow", 16, 4, late=30, took=100)
    made.many("nocase", 4, 1, late=30)
    return made


def told(context: Context, **asked: Any) -> Recovered:
    found = recovered_of(context, "deliver", CASES, (), ALL, **asked)
    assert found is not None
    return found


def test_those_put_right_in_time_stand_beside_the_others_and_those_kept() -> None:
    """Of forty kept three quarters come back: of twenty 15. Fast ones lose one of them, the others ten: nine tenths were kept."""
    found = told(shop().context())
    fast, middle, others = found.groups

    assert [(one.at_most_s, one.n, one.back) for one in found.groups] == [(24 * HOUR, 20, 14), (72 * HOUR, 0, 0), (None, 20, 5)]
    assert (fast.share, fast.usual, others.share, others.usual) == (0.7, 0.75, 0.25, 0.75)
    # Those who came back were served in time again.
    assert (found.n, found.unbroken, found.back, found.young, found.alone) == (40, 70, 30, 0, 0)
    assert fast.kept is not None
    assert fast.kept.value == pytest.approx(1 - 1 / 10)
    assert fast.apart is not None
    assert fast.apart.value == pytest.approx(0.45)
    assert (middle.share, others.kept, others.refusal) == (None, None, None)


def test_a_kept_customer_counts_once_for_how_sure_it_is_however_many_there_are() -> None:
    """Of forty, ten have three in the month: sixty kept ones, fifty of which came back; each customer adds its own to the error."""
    made = shop()
    for number in range(10):
        for copy in "ab":
            made.order(f"{copy}-kept{number:02d}", f"kept{number:02d}", late=-5, due=DUE + timedelta(hours=1))

    kept = told(made.context()).groups[0].kept

    usual = 50 / 60
    each = [3 * (1 - usual)] * 10 + [1 - usual] * 20 + [-usual] * 10
    error = sum(one**2 for one in each) * (20 / 60) ** 2
    n, stayed = np.array([[20, 20]]), np.array([[14, 5]])
    found = won_back(n, stayed, n * usual, np.full((1, 2, 2), error))
    assert kept is not None
    assert (kept.value, kept.low, kept.high) == pytest.approx((found.value, found.low, found.high))


@pytest.mark.parametrize(
    ("again", "back"), [(10, 0), (20, 14), (89, 14), (92, 0)], ids=["on its way already", "after that", "just in time", "too late"]
)
def test_who_comes_back_does_so_in_a_time(again: float, back: int) -> None:
    """Counted from the end of the case: at 12 hours after the due; the later one is placed so many days after the due."""
    made = shop()
    made.events = [one for one in made.events if not one[1].startswith("p-fast")]
    for number in range(14):
        made.events.append(("order", f"p-fast{number:02d}", "placed", _text(DUE + timedelta(days=again))))

    assert told(made.context()).groups[0].back == back


def test_what_is_no_such_break_counts_for_nothing() -> None:
    made = shop()
    made.many("hour", 3, 0, late=1)  # not beyond a day
    made.order("gone", "gone", late=None)  # nobody knows that it did not come
    for id in ("two", "three"):  # two on their way at once, both late: which of them was put right?
        made.order(id, "twice", late=30, due=DUE + timedelta(hours=len(id)))
    made.order("young", "young", late=30, due=datetime(2026, 8, 1))
    made.order("alone", "alone", late=30, due=datetime(2026, 5, 1))  # nobody's was kept in May

    found = told(made.context(), beyond=DAY)

    assert [one.n for one in found.groups] == [20, 0, 20]
    assert (found.young, found.alone) == (1, 1)


def test_of_a_customer_the_first_one_broken_counts_and_of_its_cases_the_first() -> None:
    made = shop()
    made.order("second", "fast00", late=30, due=DUE + timedelta(days=60))
    made.ticket("o-fast01", took=2, opened=DUE + timedelta(days=9))
    made.ticket("o-slow01", took=1, opened=DUE + timedelta(days=9))

    found = told(made.context())

    assert [(one.n, one.back) for one in found.groups] == [(20, 14), (0, 0), (20, 5)]


def test_few_are_refused_and_so_is_a_sample() -> None:
    made = Shop()
    made.many("kept", 40, 30, late=-5)
    made.many("fast", 9, 7, late=30, took=10)
    made.many("slow", 30, 5, late=30, took=100)
    few = told(made.context()).groups[0]
    assert few.refusal is not None
    assert few.refusal.got == "9 of them, 30 others"

    for order in made.objects["order"].values():
        order["stratum"] = "x"
    with pytest.raises(CannotEstimate, match="who came back"):
        told(made.context(populations={"order": {"x": 900}}))


def test_times_in_no_order_are_refused_and_where_nothing_is_opened_there_is_none() -> None:
    context = shop().context()
    for asked in ({"soon": (72 * HOUR, 24 * HOUR)}, {"soon": ()}, {"within": 10 * DAY}, {"beyond": -1}):
        with pytest.raises(BadValue, match="no order"):
            told(context, **asked)
    assert recovered_of(context, "deliver", Cases("visit", "created", "solved"), (), ALL) is None

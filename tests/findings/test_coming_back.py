from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from tests.findings.honesty import assert_honest, causal
from tests.findings.worlds import figure, olist, world
from troth.findings.context import Context
from troth.findings.finders.coming_back import find
from troth.findings.statement import Statement

PROMISE = """
deliver:
  subject: order
  promisee: order.customer
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: attr(due_on)
"""
START = datetime(2026, 1, 1)


def at(day: float) -> str:
    return (START + timedelta(days=day)).isoformat(sep=" ")


Order = tuple[str, str, int, int | None]  # id, customer, placed day, days it took (due after 10); None: nothing recorded


def shop(orders: Sequence[Order], *, populations: dict[str, int] | None = None, account: bool = False) -> Context:
    """Orders of customers, directly or through an account each."""
    objects: dict[str, dict[str, dict[str, str | None]]] = {
        "order": {id: {"due_on": at(placed + 10), "stratum": "done" if took is not None else "open"} for id, _, placed, took in orders},
        "customer": {customer: {} for _, customer, _, _ in orders},
    }
    relations = [("order", id, "customer", customer) for id, customer, _, _ in orders]
    if account:
        objects["account"] = {f"a-{id}": {} for id, _, _, _ in orders}
        relations = [("order", id, "account", f"a-{id}") for id, *_ in orders]
        relations += [("account", f"a-{id}", "customer", customer) for id, customer, _, _ in orders]
    events = [("order", id, "placed", at(placed)) for id, _, placed, _ in orders]
    events += [("order", id, "delivered", at(placed + took)) for id, _, placed, took in orders if took is not None]
    sampled = {"order": populations} if populations else None
    return world(objects, events, PROMISE, relations=relations, now=at(300), populations=sampled)


def firsts(late: int, late_again: int, kept: int, kept_again: int) -> list[Order]:
    """So many customers whose first order was late or kept; some have a second one, of which nothing is recorded."""
    orders: list[Order] = []
    for name, took, n, again in (("late", 12, late, late_again), ("kept", 5, kept, kept_again)):
        orders += [(f"{name}{i:02}", f"c-{name}{i:02}", 0, took) for i in range(n)]
        orders += [(f"again-{name}{i:02}", f"c-{name}{i:02}", 50, None) for i in range(again)]
    return orders


def only(context: Context) -> Statement:
    (statement,) = find(context)
    assert_honest(context, statement)
    assert not causal(statement)
    return statement


@pytest.mark.parametrize("way", ["straight", "through an account"])
def test_a_clear_difference_is_an_association(way: str) -> None:
    statement = only(shop(firsts(40, 10, 40, 30), account=way != "straight"))
    assert statement.headline == "Late customers come back less often: 25.0 %, against 75.0 % of those whose promise was kept."
    assert statement.value == -0.5
    assert statement.evidence.how_sure == "association"


def test_too_few_returns_are_refused_with_how_many_it_takes() -> None:
    statement = only(shop(firsts(12, 1, 20, 12)))
    assert statement.headline == "Do late customers come back less?"
    assert statement.refusal is not None
    assert statement.refusal.got == "1 later order after 12 late, 12 after 20 kept"
    assert statement.refusal.settle == "A longer time of orders, about 120 late ones at this pace."


def test_a_difference_that_may_be_none_is_refused() -> None:
    statement = only(shop(firsts(20, 10, 20, 11)))
    assert statement.refusal is not None
    assert statement.refusal.reason == "The difference may be the usual ups and downs."


def test_a_sample_is_refused_however_clear_it_looks() -> None:
    statement = only(shop(firsts(40, 10, 40, 30), populations={"done": 400}))
    assert statement.refusal is not None
    assert statement.refusal.reason == "This file keeps one done order in 5, so most later orders of a customer are not in it."
    assert statement.refusal.settle == "Load all orders."
    assert statement.weight == 200


def test_of_two_orders_of_one_instant_the_first_by_id_is_followed_by_the_second() -> None:
    # a (late) and b (kept) are placed together; c (kept) is another customer's only one.
    statement = only(shop([("a", "x", 0, 12), ("b", "x", 0, 5), ("c", "y", 0, 5)]))
    assert [row[:3] for row in statement.table.rows] == [("late", 1, 1), ("kept", 2, 0)]


def test_nothing_is_said_without_a_customer_or_without_late_ones() -> None:
    context = shop(firsts(12, 1, 12, 1))
    context.engine.run("DELETE FROM relation")
    assert find(context) == []
    assert find(shop(firsts(0, 0, 12, 1))) == []


@pytest.mark.data
def test_olist_as_the_second_opinion_has_it() -> None:
    context = olist()
    (statement,) = find(context)
    assert_honest(context, statement)
    back = figure("came_back")["next_order_any_status"]
    assert [list(row[:3]) for row in statement.table.rows] == [["late", *back["late"][::-1]], ["kept", *back["kept"][::-1]]]
    assert statement.refusal is not None
    assert statement.refusal.reason.startswith("This file keeps one delivered order in 19")

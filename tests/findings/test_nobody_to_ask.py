from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.findings.honesty import assert_honest
from tests.findings.worlds import figure, listed, olist, world
from troth.findings.context import Context
from troth.findings.finders.nobody_to_ask import find
from troth.findings.statement import Statement

PROMISES = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: attr(due_on)
  void_when: order.status = 'canceled'
hand_over:
  kind: internal
  subject: order
  promisor: {role: seller}
  words: handed over
  anchor: placed
  fulfil: {event: delivered}
  due: attr(due_on)
"""

Silent = tuple[str, bool, float]  # status, has an item, paid


def shop(silent: Sequence[Silent], *, fulfilled: int = 20, vouchers: int = 18) -> Context:
    """Fulfilled orders with an item of a seller and most with a voucher; then those of which nothing is recorded."""
    done = [f"done{i:02}" for i in range(fulfilled)]
    nothing = [f"silent{i}" for i in range(len(silent))]
    status = dict.fromkeys(done, "delivered") | {id: one[0] for id, one in zip(nothing, silent, strict=True)}
    with_item = done + [id for id, one in zip(nothing, silent, strict=True) if one[1]]
    objects: dict[str, dict[str, dict[str, str | None]]] = {
        "order": {id: {"due_on": "2026-01-10 00:00", "status": said} for id, said in status.items()},
        "item": {f"i-{id}": {} for id in with_item},
        "seller": {"s": {}},
        "voucher": {f"v-{id}": {} for id in [*done[:vouchers], "unused"]},
    }
    relations = [("item", f"i-{id}", "order", id) for id in with_item] + [("item", f"i-{id}", "seller", "s") for id in with_item]
    relations += [("order", id, "voucher", f"v-{id}") for id in done[:vouchers]]
    events = [("order", id, "placed", "2026-01-01 00:00") for id in status]
    events += [("order", id, "delivered", "2026-01-05 00:00") for id in done]
    money = [("order", id, "payment", one[2]) for id, one in zip(nothing, silent, strict=True)]
    money += [("order", id, "freight", 1000.0) for id in nothing]
    return world(objects, events, PROMISES, relations=relations, money=money, now="2026-02-01 00:00")


def only(context: Context) -> Statement:
    (statement,) = find(context)
    assert_honest(context, statement)
    return statement


# status        item   paid
# unavailable   no      10
# unavailable   no      20
# shipped       no       5
# shipped       yes      7
SILENT: list[Silent] = [("unavailable", False, 10), ("unavailable", False, 20), ("shipped", False, 5), ("shipped", True, 7)]


def test_orders_without_item_and_seller_are_counted_and_listed() -> None:
    context = shop(SILENT)
    statement = only(context)
    assert statement.headline == "3 of the 4 orders with nothing recorded have no item and no seller in the file, so nobody can be asked."
    assert statement.value == 3
    assert statement.evidence.how_sure == "certain as a count"
    assert listed(context, statement) == ["silent0", "silent1", "silent2"]


def test_they_are_split_by_the_status_the_rules_read_with_what_was_paid() -> None:
    statement = only(shop(SILENT))
    assert "Most are marked “unavailable”: 2, € 30." in statement.paragraph
    assert statement.table.rows == (("item and seller", "unavailable", 2, 30.0), ("item and seller", "shipped", 1, 5.0))


def test_what_one_fulfilled_order_in_ten_lacks_is_not_missed() -> None:
    assert "voucher" not in only(shop(SILENT)).headline
    assert "voucher" in only(shop(SILENT, vouchers=19)).headline


def test_nobody_is_said_only_where_somebody_is_missing() -> None:
    # Everything silent has its item, hence its seller; none has a voucher, which is nobody.
    statement = only(shop([("shipped", True, 1)] * 2, vouchers=20))
    assert statement.headline == "All 2 orders with nothing recorded have no voucher in the file."


def test_what_does_not_count_is_left_out() -> None:
    assert find(shop([("canceled", False, 10)])) == []


def test_too_few_fulfilled_ones_show_no_custom() -> None:
    assert find(shop(SILENT, fulfilled=19, vouchers=0)) == []


def test_nothing_is_said_where_nothing_is_missing_or_nothing_is_related() -> None:
    assert find(shop([("shipped", True, 1)])) == []
    context = shop(SILENT)
    context.engine.run("DELETE FROM relation")
    assert find(context) == []


@pytest.mark.data
def test_olist_as_the_second_opinion_has_it() -> None:
    context = olist()
    (statement,) = find(context)
    assert_honest(context, statement)
    said = figure("no_item_or_seller")
    assert statement.headline.startswith("606 of the 2,333 orders with nothing recorded have no item and no seller in the file")
    assert statement.value == said["orders"]
    by_status = {str(row[1]): {"orders": row[2], "amount_brl": row[3]} for row in statement.table.rows}
    assert by_status == said["by_status"]
    assert "603, R$ 124,339" in statement.paragraph

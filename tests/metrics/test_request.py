"""How a metric is asked, read once from what people write."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.metrics.shop import shop
from troth.app.answers.reconcile import reconcile
from troth.app.answers.theirs import Handed
from troth.kernel.errors import BadValue
from troth.metrics import Cut, Request


def test_both_days_of_a_window_count() -> None:
    asked = Request.of(by=["warehouse"], grain="week", since="2026-03-01", until="2026-03-31", only={"customer": "acme"})

    assert asked == Request(("warehouse",), Cut("week", datetime(2026, 3, 1), datetime(2026, 4, 1)), {"customer": "acme"})
    assert asked.cut.days == ("2026-03-01", "2026-03-31")


def test_questions_that_are_the_same_are_one_key() -> None:
    asked = [Request.of(only=only) for only in ({"customer": "acme", "region": "JP"}, {"region": "JP", "customer": "acme"})]

    assert len(set(asked)) == 1
    assert len({*asked, Request.of(only={"customer": "acme"})}) == 2


def test_one_number_is_not_reconciled_by_slices(tmp_path: Path) -> None:
    operation = shop(tmp_path, "orders: {kind: count, words: orders, of: order, at: placed}")

    for request in (Request(("warehouse",)), Request.of(grain="month")):
        with pytest.raises(BadValue, match="as a whole"):
            reconcile(operation.workspace, "orders", Handed(value="8"), request)

"""A promise tightened on real orders: old ones keep their term, a correction judges them anew and says so; SQL is the oracle."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.needs import require_data
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.operation import Operation
from troth.app.reading import read_page
from troth.app.starting.start import start

pytestmark = pytest.mark.data
TIGHTER = "end_of_day(attr(estimated_delivery_date) - 3d)"
STATES = """
    SELECT CASE WHEN voided IS NOT NULL THEN 'void' WHEN unknown_reason IS NOT NULL THEN 'unknown' WHEN fulfilled <= due THEN 'kept'
                ELSE 'broken' END AS state, count(*) FROM outcome_deliver GROUP BY 1 ORDER BY 1
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start(require_data("olist"), into=tmp_path_factory.mktemp("own") / "book").book


def _kept(days_by: str) -> int:
    """Orders delivered by the last moment of the day promised, less so many days; in the clock of the files."""
    orders = f"read_csv('{require_data('olist') / 'olist_orders_dataset.csv'}', all_varchar = true)"
    sql = f"""
        SELECT count(*) FROM (
            SELECT CAST(order_purchase_timestamp AS TIMESTAMP) AS placed, CAST(order_delivered_customer_date AS TIMESTAMP) AS delivered,
                   CAST(CAST(order_estimated_delivery_date AS TIMESTAMP) AS DATE) AS promised, order_status FROM {orders})
        WHERE order_status <> 'canceled' AND placed IS NOT NULL AND delivered < promised + 1 - ({days_by})
    """
    return int(duckdb.connect().execute(sql).fetchall()[0][0])


def _states(book: Path) -> dict[str, int]:
    workspace = open_workspace(book)
    build(workspace)
    return {str(state): int(n) for state, n in Operation(workspace).sql(STATES)}


def _say(book: Path, version: str) -> None:
    promises = book / "promises" / "promises.yaml"
    text = promises.read_text(encoding="utf-8")
    head, _, tail = text.partition("  hand_over:") if "\n  hand_over:" in text else text.partition("hand_over:")
    head = head.partition("  versions:")[0]
    promises.write_text(f"{head}  versions:\n  - {version}\nhand_over:{tail}", encoding="utf-8")


def test_a_tightened_promise_on_real_orders(book: Path) -> None:
    before = _states(book)
    assert before["kept"] == _kept("0")

    _say(book, f"{{since: 2018-06-01, due: '{TIGHTER}'}}")
    tightened = _states(book)
    assert tightened["kept"] == _kept("CASE WHEN placed >= TIMESTAMP '2018-06-01' THEN 3 ELSE 0 END")
    assert tightened["kept"] < before["kept"]
    assert {k: n for k, n in tightened.items() if k in ("unknown", "void")} == {k: n for k, n in before.items() if k in ("unknown", "void")}

    _say(book, f"{{since: 2018-06-01, due: '{TIGHTER}', restates: true}}")
    corrected = _states(book)
    assert corrected["kept"] == _kept("3")
    page = read_page(open_workspace(book))
    became = before["kept"] - corrected["kept"]
    (said,) = page["corrections"]
    assert f"{became:,} kept became broken" in said


def test_the_terms_of_each_order_are_on_record(book: Path) -> None:
    _say(book, f"{{since: 2018-06-01, due: '{TIGHTER}'}}")
    _states(book)
    rows = Operation(open_workspace(book)).sql(
        "SELECT t.definition LIKE '%- 3d%', min(o.made), max(o.made), count(DISTINCT o.layer)"
        " FROM outcome_deliver o JOIN terms t ON t.promise = 'deliver' AND t.terms = o.terms GROUP BY 1 ORDER BY 1"
    )
    # midnight of 1 June in São Paulo is 03:00 UTC
    assert [row[0] for row in rows] == [False, True]
    assert rows[0][2].isoformat() < "2018-06-01T03:00:00" <= rows[1][1].isoformat()
    assert {row[3] for row in rows} == {1}

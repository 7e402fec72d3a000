"""The lane whose margin is worn is named, and no other; where nothing wears, none is. Small companies, of orders and parcels alone."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

import troth
from tests.worlds.books import unmeasured
from troth.app.answers.margins import Judged
from troth.app.operation import Operation
from troth.app.starting.examples import make_meridian
from troth.kernel.instant import DAY_US

ALIKE = ("warehouse", "attr(carrier)")
LANE = ("warehouse", "country")
DELIVER = """deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(promised))
  calendar: delivery
  void_when: cancelled is known
"""
COUNTRY = "read: {order: attr(ship_country)}}"


def _company(under: Path, seed: int, *truths: str) -> Path:
    made = make_meridian(under, seed=seed, customers=900, months=12, truths=truths).folder
    book = made / "book"
    unmeasured(book)
    for file in [*(book / "promises").iterdir(), *(book / "identity").iterdir()]:
        file.unlink()
    for file in (book / "sources").iterdir():
        if file.stem not in ("erp", "logistics"):
            file.unlink()
    (book / "promises" / "deliver.yaml").write_text(DELIVER, encoding="utf-8")
    company = (book / "company.yaml").read_text(encoding="utf-8")
    (book / "company.yaml").write_text(re.sub("read: {order: attr.ship_country.,[^\n]*", COUNTRY, company), encoding="utf-8")
    troth.open(book).build()
    return made


def _worn(judged: Judged) -> list[str]:
    return [lane.lane for lane in judged.margins.lanes if lane.worn]


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All truths of parcels but those that are told elsewhere: what wears, and what befalls carriers, docks and warehouses."""
    return _company(tmp_path_factory.mktemp("worn") / "m", 21)


def _operation(company: Path) -> Operation:
    return troth.open(company / "book")


def test_the_worn_lane_is_named_and_no_other(worn: Path) -> None:
    judged = _operation(worn).margin("deliver", LANE, within=ALIKE, back_test=True)

    assert _worn(judged) == ["HAM · GB"]
    lane = next(lane for lane in judged.margins.lanes if lane.lane == "HAM · GB")
    assert lane.recent.margin is not None
    assert lane.recent.margin < 0
    assert lane.drift is not None
    # 2.2 delivery days over the record are a seventh more by the clock, since nothing is delivered on Sundays.
    assert lane.drift.low <= 2.2 * 7 / 6 <= lane.drift.high
    assert judged.back_test is not None
    assert judged.back_test.all.thin > 0
    assert judged.back_test.all.replaced > 1_000


@pytest.mark.parametrize("seed", [22, 23])
def test_so_it_is_in_other_companies(tmp_path: Path, seed: int) -> None:
    assert _worn(_operation(_company(tmp_path / "m", seed)).margin("deliver", LANE, within=ALIKE)) == ["HAM · GB"]


def test_where_nothing_wears_no_lane_is_named(tmp_path: Path) -> None:
    company = _company(tmp_path / "m", 21, "margin_worn=0")

    assert not _worn(_operation(company).margin("deliver", LANE, within=ALIKE))


def test_a_lane_s_margin_is_that_of_the_raw_files(worn: Path) -> None:
    # In the clock of Great Britain a promised day ends with its last microsecond.
    orders, tracking = (f"'{worn}/data/{name}.csv'" for name in ("erp_orders", "carrier_tracking"))
    end = _operation(worn).sql("SELECT epoch_us(max(occurred)) FROM event")[0][0]
    sql = f"""
        WITH came AS (SELECT order_no, arg_max(status_at, recorded_at) AS came_at FROM {tracking} WHERE status = 'delivered' GROUP BY ALL),
        fell AS (SELECT epoch_us((strptime(promised_date, '%d.%m.%Y') + INTERVAL 1 DAY) AT TIME ZONE 'Europe/London') - 1 AS due,
                        epoch_us(came_at) AS came_at
                 FROM read_csv({orders}, delim = ';', all_varchar = true) LEFT JOIN came USING (order_no)
                 WHERE warehouse = 'HAM' AND ship_country = 'GB' AND cancelled_at IS NULL)
        SELECT came_at - due FROM fell WHERE due <= {end} ORDER BY ALL NULLS LAST
    """
    late = [row[0] for row in duckdb.connect().execute(sql).fetchall()]
    judged = _operation(worn).margin("deliver", LANE, window="9999d")
    lane = next(lane for lane in judged.margins.lanes if lane.lane == "HAM · GB")
    value = late[-(-95 * len(late) // 100) - 1]

    assert lane.recent.n == len(late)
    assert lane.recent.never == late.count(None)
    assert lane.recent.margin == (None if value is None else -value / DAY_US)

"""How often Olist's orders that stood with the carrier were late, against plain SQL over its file."""

from __future__ import annotations

from datetime import datetime

import duckdb
import numpy as np
import pytest

from tests.findings.worlds import olist
from tests.needs import require_data
from troth.app.answers.counted import weights_in
from troth.kernel.instant import DAY_US, to_us
from troth.promises import Record
from troth.promises.risk.model import counts_of, fit
from troth.promises.risk.preparing import prepare
from troth.promises.risk.tracks import AGES, spells_sql
from troth.query import literal_instant

pytestmark = pytest.mark.data

AT, OVER = datetime(2018, 6, 1), 182 * DAY_US
LANDMARK, WITH_CARRIER = 10, 3
STATUS = {
    "delivered": 96478, "shipped": 1107, "canceled": 625, "unavailable": 609, "invoiced": 314, "processing": 301,
    "created": 5, "approved": 2,
}  # fmt: skip


def test_counts_and_weighted_shares_are_those_of_the_file() -> None:
    context = olist()
    promise = context.promises["deliver"]
    tracks = prepare(context.engine, "deliver", promise, Record({}, {}, context.clock, "BRL"), working_time=False)
    counts = counts_of(context.engine.columns(spells_sql(tracks, literal_instant(to_us(AT)).sql("duckdb"), OVER)), tracks.keys)
    root = fit(counts, 5, weights_in(context, "order")).levels[0]
    found = {
        band: (int(root.seen[0, WITH_CARRIER, LANDMARK, band]), int(root.broken[0, WITH_CARRIER, LANDMARK, band]))
        for band in range(len(AGES) + 1)
        if root.seen[0, WITH_CARRIER, LANDMARK, band]
    }
    share = root.events / np.where(root.cases > 0, root.cases, 1)

    file = (require_data("olist") / "olist_orders_dataset.csv").as_posix()
    said = duckdb.execute(f"""
        WITH read AS (
            SELECT order_status, timezone('America/Sao_Paulo', order_purchase_timestamp::TIMESTAMP) AS placed,
                   timezone('America/Sao_Paulo', order_delivered_carrier_date::TIMESTAMP) AS handed,
                   timezone('America/Sao_Paulo', order_delivered_customer_date::TIMESTAMP) AS came,
                   timezone('America/Sao_Paulo', order_estimated_delivery_date::DATE + INTERVAL 1 DAY) - INTERVAL 1 MICROSECOND AS due,
                   count(*) OVER (PARTITION BY order_status) AS of_status
            FROM read_csv('{file}', all_varchar = true)
        ), open AS (
            SELECT *, due - to_microseconds({LANDMARK * counts.step_us}) AS moment, coalesce(came > due, TRUE) AS late,
                   (epoch_us(due) - epoch_us(handed)) // {counts.step_us} - {LANDMARK} AS stood FROM read
            WHERE due <= TIMESTAMPTZ '2018-06-01 00:00:00+00' AND due > TIMESTAMPTZ '2018-06-01 00:00:00+00' - to_microseconds({OVER})
              AND order_status <> 'canceled' AND NOT (order_status = 'delivered' AND came IS NULL)
        )
        SELECT CASE {" ".join(f"WHEN stood < {end} THEN {band}" for band, end in enumerate(AGES))} ELSE {len(AGES)} END AS band,
               count(*), count(*) FILTER (late), sum(population / of_status) FILTER (late) / sum(population / of_status)
        FROM open JOIN (SELECT unnest({list(STATUS)}) AS order_status, unnest({list(STATUS.values())}) AS population) USING (order_status)
        WHERE placed <= moment AND handed <= moment AND (came IS NULL OR came > moment) GROUP BY 1 ORDER BY 1
    """).fetchall()  # fmt: skip

    assert found == {band: (n, late) for band, n, late, _ in said}
    assert sum(n for n, _ in found.values()) > 100
    for band, _, _, weighed in said:
        assert float(share[0, WITH_CARRIER, LANDMARK, band]) == pytest.approx(weighed or 0, abs=1e-9)

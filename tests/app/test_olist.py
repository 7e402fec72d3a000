"""`troth start` on the public Olist sample, against SQL that was written without looking at Troth."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.needs import require_data
from troth.app.bootstrap import open_workspace
from troth.app.past.replay import replay
from troth.app.starting.start import Started, start

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Started:
    return start(require_data("olist"), into=tmp_path_factory.mktemp("olist") / "book")


def _statement(started: Started, finder: str) -> dict[str, Any]:
    both = [*started.page["statements"], *started.page["cannot_say"]]
    return next(s for s in both if s["finder"] == finder)


def test_it_is_recognised_with_its_sample_declared(started: Started) -> None:
    assert started.recognised == "Olist marketplace"
    orders = (started.book / "sources" / "orders.yaml").read_text(encoding="utf-8")
    assert re.search(r"population: \{delivered: 96478\}", orders)


def test_the_page_leads_with_what_was_kept_of_all_that_fell_due(started: Started) -> None:
    page = started.page
    assert page["headline"] == "91 of every 100 promises that fell due were kept."
    assert "range 91.0–91.2" in page["lede"]
    assert page["as_of"] == "Wed 17 Oct 2018 17:30"
    assert page["statements"][0]["finder"] == "kept_by_due"


@pytest.mark.parametrize(
    "finder",
    [
        "kept_by_due", "nothing_recorded", "nobody_to_ask", "monday_replay", "asked_too_early", "where_delay_arose",
        "unusual_months", "promised_against_actual", "coming_back", "stopped_events",
    ],
)  # fmt: skip
def test_every_promised_statement_is_there(started: Started, finder: str) -> None:
    assert _statement(started, finder)["headline"]


def test_what_is_not_established_is_refused(started: Started) -> None:
    assert [s["finder"] for s in started.page["cannot_say"]] == ["coming_back"]
    survey = _statement(started, "asked_too_early")
    assert survey["refusal"]
    assert survey["headline"] == "We cannot yet say that being late costs you stars; your survey asked too early."


def test_every_statements_sql_gives_its_value_outside_troth(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = (started.book / "pages" / started.page["lake"]).resolve()
    monkeypatch.chdir(lake)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Asia/Tokyo'")
    connection.execute(Path(started.page["views"]).read_text(encoding="utf-8"))
    statements = [*started.page["statements"], *started.page["cannot_say"]]
    for statement in statements:
        cursor = connection.execute(statement["sql"])
        names = [column[0] for column in cursor.description]
        value = cursor.fetchall()[0][names.index("value")]
        assert float(value) == pytest.approx(statement["value"], rel=1e-12), statement["id"]


def test_the_lists_hold_as_many_ids_as_they_say(started: Started) -> None:
    listed = [s["orders"] for s in started.page["statements"] if s["orders"]]
    assert listed
    for orders in listed:
        lines = (started.book / "pages" / orders["file"]).read_text(encoding="utf-8").splitlines()
        assert lines[0] == "id"
        assert len(lines) - 1 == orders["count"]


def test_every_row_is_accounted_for(started: Started) -> None:
    read = {source["source"]: source["read"] for source in started.page["sources"]}
    assert read["orders"] == 8135
    assert read["reviews"] == 8225  # 8,884 lines: comments hold line ends
    for source in started.page["sources"]:
        parts = ("stored", "quarantined", "duplicate", "superseded", "filtered")
        assert source["read"] == sum(source[part] for part in parts)


def test_no_comment_of_a_customer_is_in_the_lake(started: Started) -> None:
    columns = duckdb.connect().execute("SELECT review_comment_message FROM read_csv(?, all_varchar = true)", [
        str(require_data("olist") / "olist_order_reviews_dataset.csv")
    ]).fetchall()  # fmt: skip
    comments = [row[0].encode() for row in columns if row[0] and len(row[0]) > 60][:200]
    assert comments
    for path in started.book.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(comment in content for comment in comments), path


def test_each_monday_of_the_replay_is_what_sql_on_the_raw_file_says(started: Started) -> None:
    """By 06:00 on the clock of the file, which is the operation's. Of those said to be delivered without an instant nothing can be told."""
    found = replay(open_workspace(started.book))
    orders = require_data("olist") / "olist_orders_dataset.csv"
    said = duckdb.execute(
        "WITH o AS (SELECT *, CAST(date_trunc('week', order_estimated_delivery_date) AS DATE) + 7 AS monday,"
        "   order_estimated_delivery_date + INTERVAL 1 DAY AS due, order_delivered_customer_date AS came"
        f"  FROM read_csv('{orders.as_posix()}') WHERE order_status <> 'canceled')"
        " SELECT CAST(monday AS VARCHAR), count(*), count(*) FILTER (came < monday + INTERVAL 6 HOUR),"
        "  count(*) FILTER (came < least(due, monday + INTERVAL 6 HOUR)), count(*) FILTER (came < due),"
        "  count(*) FILTER (came IS NULL AND order_status = 'delivered')"
        " FROM o WHERE monday BETWEEN '2017-06-05' AND '2018-08-06' GROUP BY 1 ORDER BY 1"
    ).fetchall()

    assert [(str(m.monday), m.due, m.done, m.kept, m.kept_now, m.unknown_now) for m in found.mondays] == said
    assert len(said) == 62
    assert (found.estimated, {m.by for m in found.mondays}) == (True, {"event"})

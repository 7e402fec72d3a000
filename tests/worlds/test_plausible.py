"""What holds in any company holds in the files of this one: nothing happens before its cause, queues obey their law, references point."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import holidays
import numpy as np
import pytest

from troth.app.starting.examples import make_meridian

FIRST, LAST = "2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z"
SEMICOLONS = ("erp_customers", "erp_orders", "erp_order_lines", "cost_ledger")
AHEAD = {  # what may lie beyond the record's end: what is planned, promised or agreed
    ("erp_orders", "requested_delivery"), ("erp_orders", "promised_date"), ("field_visits", "window_from"), ("field_visits", "window_to"),
    ("invoices", "payment_due"), ("exceptions", "ends_on"), ("contracts", "ends_on"),
}  # fmt: skip
BEFORE = {  # visits are booked ahead, and some customers and their contracts are old ones
    ("field_visits", "booked_at"), ("crm_accounts", "created_on"), ("contracts", "signed_on"),
}  # fmt: skip
SUNDAYS_OFF = {"SA": (4,), "JP": (), "IN": (6,)}  # days without deliveries, from Monday as 0, where these are not Sundays
WEEKENDS = {"SA": (4, 5), "IN": (6,)}
REFERENCES = (
    ("crm_accounts", "referred_by", "crm_accounts", "account"),
    ("crm_contacts", "account", "crm_accounts", "account"),
    ("erp_orders", "customer_no", "erp_customers", "customer_no"),
    ("erp_order_lines", "order_no", "erp_orders", "order_no"),
    ("wms_scans", "order_no", "erp_orders", "order_no"),
    ("carrier_tracking", "order_no", "erp_orders", "order_no"),
    ("returns", "order_no", "erp_orders", "order_no"),
    ("invoices", "order_no", "erp_orders", "order_no"),
    ("survey_parcels", "order_no", "erp_orders", "order_no"),
    ("helpdesk_tickets", "order_no", "erp_orders", "order_no"),
    ("helpdesk_tickets", "account", "crm_accounts", "account"),
    ("survey_accounts", "contact", "crm_contacts", "contact"),
    ("survey_accounts", "account", "crm_accounts", "account"),
    ("survey_visits", "visit_no", "field_visits", "visit_no"),
    ("survey_impression", "branch", "hr_units", "unit"),
    ("field_visits", "account", "crm_accounts", "account"),
    ("field_visits", "branch", "hr_units", "unit"),
    ("complaints", "visit_no", "field_visits", "visit_no"),
    ("mystery_visits", "visit_no", "field_visits", "visit_no"),
    ("counter_tickets", "branch", "hr_units", "unit"),
    ("staff_pulse", "unit", "hr_units", "unit"),
    ("hr_bonus", "unit", "hr_units", "unit"),
    ("hr_moves", "from_unit", "hr_units", "unit"),
    ("hr_moves", "to_unit", "hr_units", "unit"),
    ("cost_ledger", "unit", "hr_units", "unit"),
    ("exceptions", "customer_no", "erp_customers", "customer_no"),
    ("exception_uses", "exception", "exceptions", "exception"),
    ("project_rollouts", "project", "projects", "project"),
    ("project_arms", "project", "projects", "project"),
    ("project_arms", "customer_no", "erp_customers", "customer_no"),
)


def _opened(data: Path) -> duckdb.DuckDBPyConnection:
    files = duckdb.connect()
    files.execute("SET TimeZone = 'UTC'")
    for file in sorted(data.glob("*.csv")):
        if not file.name.startswith("wms_scans"):
            marks = "delim = ';', decimal_separator = ','," if file.stem in SEMICOLONS else ""
            files.execute(f"CREATE TABLE {file.stem} AS FROM read_csv('{file}', {marks} all_varchar = true)")
    files.execute(f"CREATE TABLE wms_scans AS FROM read_csv('{data}/wms_scans_*.csv', all_varchar = true)")
    files.execute(f"CREATE TABLE mystery_visits AS FROM read_json('{data}/mystery_visits.json')")
    return files


@pytest.fixture(scope="module")
def files(world: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with _opened(world / "data") as opened:
        yield opened


@cache
def _free(country: str) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=range(2024, 2027)))


def _one(files: duckdb.DuckDBPyConnection, query: str) -> Any:
    rows = files.execute(query).fetchall()
    assert len(rows) == 1
    return rows[0][0] if len(rows[0]) == 1 else rows[0]


def _inside(begins: Any, ends: Any, start: int, end: int) -> tuple[float, int]:
    """The area under the number inside between two instants, from a sweep over its changes; and the least number that ever was."""
    at = np.concatenate([begins, ends, [start, end]])
    change = np.repeat([1, -1, 0], [len(begins), len(ends), 2])
    order = np.lexsort((-change, at))
    number = np.cumsum(change[order])
    spans = np.diff(np.clip(at[order], start, end))
    return float((number[:-1] * spans).sum()), int(number.min())


def _law(begins: Any, ends: Any, start: int, end: int) -> tuple[float, float]:
    """The mean number inside, and arrivals a second times the mean time of who arrives in between."""
    area, least = _inside(begins, ends, start, end)
    assert least == 0
    came = (begins >= start) & (begins < end)
    return area / (end - start), float(came.sum() / (end - start) * (ends - begins)[came].mean())


def test_littles_law_holds_at_every_counter(files: duckdb.DuckDBPyConnection) -> None:
    rows = files.execute("""
        SELECT branch, list(epoch(drawn_at::TIMESTAMPTZ)::BIGINT), list(epoch(served_at::TIMESTAMPTZ)::BIGINT),
            list(epoch(called_at::TIMESTAMPTZ)::BIGINT) FROM counter_tickets GROUP BY branch
    """).fetchall()
    start, end = (_one(files, f"SELECT epoch('{day}'::TIMESTAMPTZ)::BIGINT") for day in ("2025-11-10", "2025-12-20"))

    assert len(rows) == 40
    for branch, *columns in rows:
        drawn, served, called = (np.array(column) for column in columns)
        number, expected = _law(drawn, served, start, end)
        assert number == pytest.approx(expected, rel=0.01), branch
        assert (np.cumsum(np.repeat([1, -1], len(called))[np.lexsort((np.repeat([1, 0], len(called)), np.r_[called, served]))])).max() <= 2
    drawn, served = (np.concatenate([np.array(row[place]) for row in rows]) for place in (1, 2))
    number, expected = _law(drawn, served, start, end)
    assert number == pytest.approx(expected, rel=0.01)


def test_littles_law_holds_in_picking(files: duckdb.DuckDBPyConnection) -> None:
    rows = files.execute("""
        WITH picks AS (
            SELECT order_no, site, max(epoch(scanned_at::TIMESTAMPTZ)) FILTER (scan = 'released')::BIGINT AS released,
                max(epoch(scanned_at::TIMESTAMPTZ)) FILTER (scan = 'picked')::BIGINT AS picked FROM wms_scans GROUP BY ALL
        ) SELECT site, list(released), list(picked) FROM picks WHERE released IS NOT NULL AND picked IS NOT NULL GROUP BY site
    """).fetchall()
    start, end = (_one(files, f"SELECT epoch('{day}'::TIMESTAMPTZ)::BIGINT") for day in ("2024-02-01", "2025-11-01"))

    assert len(rows) == 6
    for site, released, picked in rows:
        number, expected = _law(np.array(released), np.array(picked), start, end)
        assert number == pytest.approx(expected, rel=0.03), site


def test_waits_grow_with_load(files: duckdb.DuckDBPyConnection) -> None:
    rows = files.execute("""
        WITH scans AS (
            SELECT order_no, site, max(scanned_at::TIMESTAMPTZ) FILTER (scan = 'released') AS released,
                max(scanned_at::TIMESTAMPTZ) FILTER (scan = 'pick started') AS started FROM wms_scans GROUP BY ALL
        ), weeks AS (
            SELECT site, date_trunc('week', released) AS week, count(*) AS orders, avg(epoch(started) - epoch(released)) AS wait
            FROM scans WHERE started IS NOT NULL AND released IS NOT NULL GROUP BY ALL
        ), loads AS (
            SELECT *, sum(orders) OVER (PARTITION BY site ORDER BY week ROWS 3 PRECEDING) AS load FROM weeks
        ), ranked AS (SELECT *, ntile(4) OVER (PARTITION BY site ORDER BY load) AS quarter FROM loads)
        SELECT site, median(wait) FILTER (quarter = 4), median(wait) FILTER (quarter = 1) FROM ranked GROUP BY site
    """).fetchall()

    assert len(rows) == 6
    for site, busy, quiet in rows:
        assert busy > 1.5 * quiet, site


def test_nothing_is_delivered_before_it_is_ordered_nor_scanned_out_of_turn(files: duckdb.DuckDBPyConnection) -> None:
    """Tracking rows of the last two days are left out, since their corrections are still to come."""
    early, rows = _one(
        files,
        f"""
        WITH steps AS (
            SELECT order_no, 0 AS place, timezone('Europe/Berlin', strptime(placed_at, '%d.%m.%Y %H:%M:%S')) AS moment FROM erp_orders
            UNION ALL
            SELECT order_no, list_position(['released', 'pick started', 'picked', 'packed', 'handed over'], scan), scanned_at::TIMESTAMPTZ
            FROM wms_scans
            UNION ALL
            SELECT order_no, 5 + list_position(['collected', 'at hub', 'delivered'], status),
                arg_max(status_at::TIMESTAMPTZ, recorded_at::TIMESTAMPTZ)
            FROM carrier_tracking GROUP BY order_no, status
            HAVING max(recorded_at::TIMESTAMPTZ) < '{LAST}'::TIMESTAMPTZ - INTERVAL 2 DAY
        )
        SELECT count(*) FILTER (moment < earlier), count(*)
        FROM (
            SELECT *, max(moment) OVER (PARTITION BY order_no ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier
            FROM steps
        )
    """,
    )
    assert early == 0
    assert rows > 300_000


def test_nothing_is_later_than_the_record_and_nothing_earlier_but_bookings(files: duckdb.DuckDBPyConnection) -> None:
    columns = files.execute("""
        SELECT table_name, column_name FROM duckdb_columns()
        WHERE NOT internal AND regexp_matches(column_name, '_(at|on|from|to|date|due|delivery|arrival)$') AND column_name NOT IN
            ('from_unit', 'to_unit') ORDER BY ALL
    """).fetchall()
    looked, booked = 0, 0
    for table, column in columns:
        at = f"{column}::VARCHAR::TIMESTAMPTZ"
        if table == "erp_orders":
            at = f"timezone('Europe/Berlin', coalesce(try_strptime({column}, '%d.%m.%Y %H:%M:%S'), try_strptime({column}, '%d.%m.%Y')))"
        found, blank, early, late = _one(
            files,
            f"""SELECT count(moment), count({column}) - count(moment), count(*) FILTER (moment < '{FIRST}'),
                count(*) FILTER (moment >= '{LAST}')
                FROM (SELECT *, {at} AS moment FROM {table})""",
        )
        assert found, (table, column)
        assert not blank, (table, column)
        if (table, column) not in AHEAD:
            assert not late, (table, column)
        if (table, column) in BEFORE:
            booked += early
        else:
            assert not early, (table, column)
        looked += 1
    assert looked >= 35
    assert booked


def test_visits_are_on_working_days_of_their_country(files: duckdb.DuckDBPyConnection) -> None:
    days = files.execute("SELECT left(branch, 2), left(window_from, 10)::DATE, count(*) FROM field_visits GROUP BY ALL").fetchall()

    assert [row for row in days if row[1].weekday() in WEEKENDS.get(row[0], (5, 6)) or row[1] in _free(row[0])] == []
    assert len(days) > 3_000


def test_no_team_is_at_two_visits_at_once(files: duckdb.DuckDBPyConnection) -> None:
    """A technician sets out when the visit before is over. When they arrive is not looked at: one branch writes that down too early."""
    visits = files.execute("""
        SELECT team, epoch(dispatched_at::TIMESTAMPTZ)::BIGINT, epoch(coalesce(done_at, dispatched_at)::TIMESTAMPTZ)::BIGINT
        FROM field_visits WHERE dispatched_at IS NOT NULL ORDER BY 1, 2
    """).fetchall()

    assert [two for one, two in pairwise(visits) if one[0] == two[0] and two[1] < one[2]] == []
    assert len(visits) > 35_000


def test_the_amount_of_an_order_is_that_of_its_lines(files: duckdb.DuckDBPyConnection) -> None:
    orders, differing = _one(
        files,
        """
        WITH lines AS (
            SELECT order_no, sum(replace(line_amount, ',', '.')::DECIMAL(18, 2)) AS amount FROM erp_order_lines GROUP BY ALL
        )
        SELECT count(*), count(*) FILTER (l.amount IS DISTINCT FROM replace(o.amount, ',', '.')::DECIMAL(18, 2))
        FROM erp_orders o LEFT JOIN lines l USING (order_no)
    """,
    )
    assert differing == 0
    assert orders > 40_000


@pytest.mark.parametrize(("table", "column", "target", "key"), REFERENCES, ids=lambda part: part)
def test_a_reference_points_to_something(table: str, column: str, target: str, key: str, files: duckdb.DuckDBPyConnection) -> None:
    given, lost = _one(
        files,
        f"SELECT count({column}), count(*) FILTER ({column} NOT IN (SELECT {key} FROM {target})) FROM {table} WHERE {column} IS NOT NULL",
    )
    assert given
    assert lost == 0


@pytest.mark.parametrize("column", ["promised_date", "requested_delivery"])
def test_promised_days_are_days_on_which_parcels_arrive(column: str, files: duckdb.DuckDBPyConnection) -> None:
    days = files.execute(f"SELECT DISTINCT ship_country, strptime({column}, '%d.%m.%Y')::DATE FROM erp_orders").fetchall()

    assert [row for row in days if row[1].weekday() in SUNDAYS_OFF.get(row[0], (6,)) or row[1] in _free(row[0])] == []
    assert len(days) > 4_000


def test_no_ticket_is_drawn_while_a_counter_has_its_midday_pause(files: duckdb.DuckDBPyConnection) -> None:
    drawn = dict(
        files.execute("""
            SELECT left(branch, 2), list(substr(drawn_at, 12, 8)) FROM counter_tickets
            WHERE left(branch, 2) IN ('ES', 'FR', 'BR') GROUP BY ALL
        """).fetchall()
    )
    for country, begins, ends in (("ES", "14:00:00", "16:00:00"), ("FR", "12:30:00", "13:30:00"), ("BR", "12:00:00", "13:00:00")):
        assert not [clock for clock in drawn[country] if begins < clock < ends], country
        assert [clock for clock in drawn[country] if clock < begins], country
        assert [clock for clock in drawn[country] if clock > ends], country


def test_counters_open_at_the_same_clock_before_and_after_it_is_changed(tmp_path: Path) -> None:
    """A record that ends with November 2024, whose last two months hold the change."""
    make_meridian(tmp_path / "made", seed=11, customers=200, months=11)
    changed = {
        "DE": date(2024, 10, 27),
        "FR": date(2024, 10, 27),
        "ES": date(2024, 10, 27),
        "GB": date(2024, 10, 27),
        "US": date(2024, 11, 3),
    }
    with _opened(tmp_path / "made" / "data") as files:
        rows = files.execute("""
            SELECT left(branch, 2), left(drawn_at, 10)::DATE, min(substr(drawn_at, 12, 5)), min(strftime(drawn_at::TIMESTAMPTZ, '%H:%M'))
            FROM counter_tickets GROUP BY ALL
        """).fetchall()
    opens = {"DE": "08:0", "FR": "08:3", "ES": "09:0", "GB": "08:0", "US": "08:0"}
    for country, day in changed.items():
        before, after = ([row for row in rows if row[0] == country and (row[1] < day) == early] for early in (True, False))
        assert min(row[2] for row in before).startswith(opens[country])
        assert min(row[2] for row in after).startswith(opens[country])
        hours = [int(min(row[3] for row in side)[:2]) for side in (before, after)]
        assert hours[1] - hours[0] == 1, country


def test_the_company_is_in_at_least_eight_countries(files: duckdb.DuckDBPyConnection) -> None:
    assert len(files.execute("SELECT DISTINCT ship_country FROM erp_orders").fetchall()) >= 8
    assert len(files.execute("SELECT DISTINCT left(branch, 2) FROM field_visits").fetchall()) >= 8

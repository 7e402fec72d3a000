"""Meridian's book judges its files: every row has its place, and what it says is what plain SQL over the files says."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest

import troth
from troth.app.answers.commitments import take_in
from troth.app.answers.promises import list_promises
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.reading import open_reading
from troth.app.rulebook.rulebook import lint
from troth.app.starting.examples import make_meridian


@pytest.fixture(scope="module")
def meridian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_meridian(tmp_path_factory.mktemp("worlds") / "meridian", seed=8, customers=600, months=12)
    build(open_workspace(made.folder / "book"))
    return made.folder


@pytest.fixture(scope="module")
def files(meridian: Path) -> duckdb.DuckDBPyConnection:
    """The source files as views, read by DuckDB's own reader; times in UTC."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for path in sorted((meridian / "data").glob("*.csv")):
        if not path.name.startswith("wms_scans"):
            connection.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM read_csv('{path}', all_varchar = true)")
    connection.execute(f"CREATE VIEW scans AS SELECT * FROM read_csv('{meridian}/data/wms_scans_*.csv', all_varchar = true)")
    return connection


def test_nothing_is_wrong_in_the_book(meridian: Path) -> None:
    assert [str(found) for found in lint(open_workspace(meridian / "book"))] == []


def test_every_row_is_stored_but_corrected_ones(meridian: Path) -> None:
    balances = troth.open(meridian / "book").page()["sources"]

    for source in balances:
        superseded = source["superseded"] if source["source"] == "carrier_tracking" else 0
        assert source["read"] == source["stored"] + superseded, source
    assert next(s for s in balances if s["source"] == "carrier_tracking")["superseded"] > 0


ZONES = {"DE": "Europe/Berlin", "FR": "Europe/Paris", "ES": "Europe/Madrid", "GB": "Europe/London", "SA": "Asia/Riyadh",
         "US": "America/New_York", "BR": "America/Sao_Paulo", "JP": "Asia/Tokyo", "IN": "Asia/Kolkata"}  # fmt: skip
# The last recorded status counts; the promised day ends at its midnight on the clock of the country.
DELIVERED = """
    WITH zone AS (SELECT unnest($countries) AS country, unnest($zones) AS zone), came AS (
        SELECT order_no, arg_max(status_at::TIMESTAMPTZ, recorded_at) AS came_at FROM carrier_tracking WHERE status = 'delivered' GROUP BY 1
    ), judged AS (
        SELECT timezone(zone, (strptime(promised_date, '%d.%m.%Y') + INTERVAL 1 DAY)::TIMESTAMP) AS due, came_at
        FROM erp_orders JOIN zone ON ship_country = country LEFT JOIN came USING (order_no) WHERE cancelled_at IS NULL
    )
"""
CLOCKS = {"countries": list(ZONES), "zones": list(ZONES.values())}


def test_deliveries_are_judged_as_plain_sql_judges_them(meridian: Path, files: duckdb.DuckDBPyConnection) -> None:
    counts = "SELECT count(*) FILTER (came_at < due), count(*) FILTER (came_at >= due), count(*) FILTER (came_at IS NULL) FROM judged"

    assert _outcomes(meridian, "deliver") == files.execute(DELIVERED + counts, CLOCKS).fetchone()


def test_the_budget_of_deliveries_is_what_plain_sql_over_the_files_leaves_of_92_in_100(
    meridian: Path, files: duckdb.DuckDBPyConnection
) -> None:
    """Of what fell due in the last 28 days. Visits have the same objective, the least that any contract of a customer asks."""
    budget = troth.open(meridian / "book").budget("deliver")
    window = f"'{budget.until.isoformat()}Z'::TIMESTAMPTZ - INTERVAL 28 DAY + INTERVAL 1 MICROSECOND AND '{budget.until.isoformat()}Z'"
    counts = "SELECT count(*), count(*) FILTER (came_at IS NULL OR came_at >= due) FROM judged"
    due, broken = files.execute(f"{DELIVERED}{counts} WHERE due - INTERVAL 1 MICROSECOND BETWEEN {window}", CLOCKS).fetchall()[0]
    ((least,),) = files.execute("SELECT min(kept_of_hundred::INT) FROM contracts").fetchall()

    assert (budget.due, budget.broken, budget.unknown) == (due, broken, 0)
    assert budget.left == pytest.approx((0.08 * due - broken,) * 2)
    assert troth.open(meridian / "book").budget("arrive").kept == budget.kept == least / 100


def test_visits_are_judged_as_plain_sql_judges_them(meridian: Path, files: duckdb.DuckDBPyConnection) -> None:
    said = files.execute("""
        SELECT count(*) FILTER (arrived_at::TIMESTAMPTZ <= window_to::TIMESTAMPTZ),
               count(*) FILTER (arrived_at::TIMESTAMPTZ > window_to::TIMESTAMPTZ),
               count(*) FILTER (arrived_at IS NULL) FROM field_visits
    """).fetchone()

    assert _outcomes(meridian, "arrive") == said


def test_handovers_count_on_the_hours_of_their_warehouse(meridian: Path, files: duckdb.DuckDBPyConnection) -> None:
    """Twenty hours of Hamburg's, by a walk through its days in SQL: 06:00 to 22:00 on weekdays that are no holidays."""
    holidays = [
        "2023-12-25", "2023-12-26", "2025-01-01",
        "2024-01-01", "2024-03-29", "2024-04-01", "2024-05-01", "2024-05-09", "2024-05-20", "2024-10-03", "2024-12-25", "2024-12-26",
    ]  # fmt: skip
    files.execute("""
        CREATE OR REPLACE TABLE open AS
        SELECT timezone('Europe/Berlin', day + INTERVAL 6 HOUR) AS opens, timezone('Europe/Berlin', day + INTERVAL 22 HOUR) AS closes
        FROM (SELECT unnest(generate_series(TIMESTAMP '2023-12-20', TIMESTAMP '2025-03-01', INTERVAL 1 DAY)) AS day)
        WHERE isodow(day) < 6 AND NOT list_contains(?, strftime(day, '%Y-%m-%d'))
    """, [holidays])  # fmt: skip
    said = files.execute("""
        WITH handed AS (SELECT order_no, scanned_at::TIMESTAMPTZ AS handed_at FROM scans WHERE scan = 'handed over'),
        asked AS (
            SELECT order_no, timezone('Europe/Berlin', strptime(placed_at, '%d.%m.%Y %H:%M:%S')) AS placed, handed_at
            FROM erp_orders LEFT JOIN handed USING (order_no) WHERE warehouse = 'HAM' AND cancelled_at IS NULL AND handed_at IS NOT NULL
        ), worked AS (
            SELECT order_no, sum(epoch(least(closes, handed_at)) - epoch(greatest(opens, placed))) / 3600 AS hours
            FROM asked LEFT JOIN open ON opens < handed_at AND closes > placed GROUP BY 1
        )
        SELECT count(*) FILTER (coalesce(hours, 0) <= 20), count(*) FILTER (hours > 20) FROM worked
    """).fetchone()
    found = troth.open(meridian / "book").sql("""
        SELECT count(*) FILTER (fulfilled <= due), count(*) FILTER (fulfilled > due)
        FROM outcome_hand_over o JOIN object_order b ON b.code = o.subject
        WHERE fulfilled IS NOT NULL AND voided IS NULL AND warehouse = 'HAM'
    """)

    assert found == [said]


def _outcomes(meridian: Path, promise: str) -> tuple[int, ...]:
    rows: list[tuple[int, ...]] = troth.open(meridian / "book").sql(
        "SELECT count(*) FILTER (fulfilled <= due), count(*) FILTER (fulfilled > due), count(*) FILTER (fulfilled IS NULL)"
        f" FROM outcome WHERE promise = '{promise}' AND voided IS NULL"
    )
    return rows[0]


def test_accounts_and_customers_are_joined_as_they_truly_are(meridian: Path, files: duckdb.DuckDBPyConnection) -> None:
    """Every entry of the CRM, second ones under another spelling too, with the customer of the ERP that it is: precision and recall."""
    parties = troth.open(meridian / "book").sql("SELECT object_type, id, party FROM identity WHERE identity = 'customer'")
    of_account = {id: party for type, id, party in parties if type == "account"}
    of_customer = {party: id for type, id, party in parties if type == "customer"}
    true = dict(files.execute(f"SELECT account, customer_no FROM '{meridian}/truth/entries.csv'").fetchall())
    found = {account: of_customer[party] for account, party in of_account.items() if party in of_customer}
    right = sum(true[account] == customer for account, customer in found.items())

    assert len(true) > 600
    assert right / len(found) >= 0.99
    assert right / len(true) >= 0.95


FULFILMENT_SUPPORT_BILLING = (
    "erp_orders",
    "wms_scans",
    "carrier_tracking",
    "invoices",
    "returns",
    "field_visits",
    "complaints",
    "helpdesk_tickets",
)


def test_every_event_type_is_promised_or_listed_and_every_handoff_has_two_parties(meridian: Path) -> None:
    found = troth.open(meridian / "book").gaps()
    listed = ", ".join(f"'{name}'" for name in FULFILMENT_SUPPORT_BILLING)
    on_record = set(troth.open(meridian / "book").sql(f"SELECT DISTINCT object_type || ': ' || type FROM event WHERE source IN ({listed})"))
    unused = {one.gap.about for one in found.gaps if one.gap.kind == "event nobody uses"}
    text = "\n".join(path.read_text("utf-8") for path in sorted((meridian / "book" / "promises").glob("*.yaml")))

    assert len(on_record) >= 24
    for (about,) in on_record:
        event = about.partition(": ")[2]
        assert (about in unused) != bool(re.search(rf"\b{event}\b", _of_type(text, about.partition(":")[0]))), about
    handoffs = [(one.gives, one.takes) for journey in found.journeys for one in journey.stretches if one.changes_hands]
    assert len(handoffs) > 8
    assert all(gives and takes and gives.name != takes.name for gives, takes in handoffs)
    assert [[hand.name for hand in one.hands] for one in found.journeys if one.object_type == "order"] == [
        ["customer", "warehouse", "carrier", "billing"]
    ]


def _of_type(text: str, type: str) -> str:
    """What the promises about a type say by when, and by which events."""
    promises = re.split(r"(?m)^(?=\w+:$)", text)
    mine = [one for one in promises if f"  subject: {type}\n" in one]
    said = [
        line for one in mine for line in one.splitlines() if re.match(r"\s+(anchor|fulfil|due|within|void_when|warehouse|carrier):", line)
    ]
    return "\n".join(line.partition("owner:")[0].partition(":")[2] for line in said)


def test_the_steps_of_a_journey_are_what_plain_sql_counts_in_the_files(meridian: Path, files: duckdb.DuckDBPyConnection) -> None:
    """From the carrier's delivery to the invoice, and how long half of them take; a promise covers every one."""
    said = files.execute("""
        WITH came AS (
            SELECT order_no, arg_max(status_at::TIMESTAMPTZ, recorded_at) AS came_at
            FROM carrier_tracking WHERE status = 'delivered' GROUP BY 1
        ), took AS (
            SELECT epoch_us(issued_at::TIMESTAMPTZ) - epoch_us(came_at) AS us FROM invoices JOIN came USING (order_no)
            WHERE issued_at::TIMESTAMPTZ >= came_at
        )
        SELECT count(*), quantile_disc(us, 0.5), count(*) FROM took
    """).fetchone()
    (found,) = [
        one
        for journey in troth.open(meridian / "book").gaps().journeys
        for one in journey.stretches
        if (one.object_type, one.before, one.event) == ("order", "delivered", "invoiced")
    ]

    assert (found.times, found.half_us, found.covered) == said
    assert found.promised_by == ("invoice",)


def test_roles_and_units_that_promise_nothing_are_listed(meridian: Path) -> None:
    found = [one.gap.about for one in troth.open(meridian / "book").gaps().gaps if "promises nothing" in one.gap.kind]

    assert found == ["role head_of_operations", "role head_of_people", "role it_lead", "role data_steward", "unit transport"]


def test_the_terms_page_gives_its_planted_commitments_as_candidates(meridian: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(meridian / "book", book)
    planted = json.loads((meridian / "truth.json").read_text("utf-8"))["truths"]["commitments"]["sentences"]

    take_in(open_workspace(book), meridian / "data" / "terms.md", "https://meridian.example/terms", "2024-01-02")
    found = [one.says for one in troth.open(book).commitments().candidates]

    assert len(set(found) & set(planted)) >= 0.9 * len(planted)
    assert len(set(found) - set(planted)) <= 1


MEASURED = {
    "orders": "SELECT count(*) FROM erp_orders",
    "order_value": "SELECT avg(replace(amount, ',', '.')::DECIMAL(18, 2)) FROM erp_orders",
    "revenue": "SELECT sum(replace(amount, ',', '.')::DECIMAL(18, 2)) FROM invoices",
    "cancelled_share": "SELECT count(cancelled_at) / count(*) FROM erp_orders",
    "lead_time_95": """
        WITH came AS (
            SELECT order_no, arg_max(status_at::TIMESTAMPTZ, recorded_at) AS came FROM carrier_tracking
            WHERE status = 'delivered' GROUP BY 1
        )
        SELECT quantile_disc(epoch(came - timezone('Europe/Berlin', strptime(placed_at, '%d.%m.%Y %H:%M:%S'))), 0.95)
        FROM erp_orders JOIN came USING (order_no)
    """,
    "satisfied": "SELECT count(*) FILTER (stars::INT >= 4) / count(*) FROM survey_parcels",
    "recommend": "SELECT 100 * (count(*) FILTER (rating::INT >= 9) - count(*) FILTER (rating::INT <= 6)) / count(*) FROM survey_visits",
    "new_customers": "SELECT count(DISTINCT customer_no) FROM erp_orders",
    "referred": "SELECT count(referred_by) / count(*) FROM crm_accounts",
    "nobody_home": "SELECT count(*) FILTER (outcome = 'nobody home') / count(outcome) FROM field_visits",
    "visit_time": """
        SELECT avg(epoch(done_at::TIMESTAMPTZ - arrived_at::TIMESTAMPTZ)) FROM field_visits
        WHERE done_at IS NOT NULL AND arrived_at IS NOT NULL
    """,
    "visit_rating": "SELECT avg(rating::INT) FROM survey_visits",
    "called_back": "SELECT count(called_back_at) / count(*) FROM field_visits WHERE done_at IS NOT NULL",
    "visits": "SELECT count(done_at) FROM field_visits",
    "reopened": "SELECT count(reopened_at) / count(*) FROM helpdesk_tickets",
    "answer_time": "SELECT quantile_disc(epoch(first_reply_at::TIMESTAMPTZ - created_at::TIMESTAMPTZ), 0.5) FROM helpdesk_tickets",
    "solve_time": """
        WITH d AS (
            SELECT ceil(epoch(coalesce(s, $as_of::TIMESTAMPTZ) - created_at::TIMESTAMPTZ) / 3600) AS t, s IS NOT NULL AS ended
            FROM (SELECT created_at, CASE WHEN solved_at::TIMESTAMPTZ <= $as_of THEN solved_at::TIMESTAMPTZ END AS s FROM helpdesk_tickets)
        ),
        c AS (SELECT t, count(*) AS n, count(*) FILTER (ended) AS ended FROM d GROUP BY t),
        r AS (SELECT t, ended, sum(n) OVER (ORDER BY t DESC) AS there FROM c),
        k AS (SELECT t, product(1 - ended / there) OVER (ORDER BY t) AS lasting FROM r)
        SELECT 3600 * min(t) FROM k WHERE lasting <= 0.5
    """,
    "complaints_open": "SELECT count(*) FROM complaints WHERE answered_at IS NULL",
    "packed_twice": """
        SELECT count(*) FILTER (n > 1) / count(*) FROM (SELECT order_no, count(*) AS n FROM scans WHERE scan = 'packed' GROUP BY 1)
    """,
    "same_team": """
        WITH n AS (SELECT team, lag(team) OVER (PARTITION BY account ORDER BY booked_at::TIMESTAMPTZ, visit_no) AS before FROM field_visits)
        SELECT count(*) FILTER (team = before) / count(*) FROM n WHERE before IS NOT NULL
    """,
    "order_again": """
        WITH o AS (SELECT *, timezone('Europe/Berlin', strptime(placed_at, '%d.%m.%Y %H:%M:%S')) AS placed FROM erp_orders),
        n AS (SELECT placed, row_number() OVER w AS turn, lead(placed) OVER w AS next
            FROM o WINDOW w AS (PARTITION BY customer_no ORDER BY placed, order_no))
        SELECT count(*) FILTER (next <= placed + INTERVAL 182 DAY) / count(*) FROM n, (SELECT $as_of::TIMESTAMPTZ AS now)
        WHERE turn = 1 AND placed + INTERVAL 182 DAY <= now
    """,
    "one_ticket": """
        WITH o AS (SELECT account, created_at::TIMESTAMPTZ AS t FROM helpdesk_tickets),
        n AS (SELECT t, lead(t) OVER (PARTITION BY account ORDER BY t) AS next FROM o)
        SELECT count(*) FILTER (coalesce(next > t + INTERVAL 7 DAY, TRUE)) / count(*) FROM n, (SELECT $as_of::TIMESTAMPTZ AS now)
        WHERE t + INTERVAL 7 DAY <= now
    """,
}


def test_what_is_measured_is_what_plain_sql_says(meridian: Path, files: duckdb.DuckDBPyConnection) -> None:
    told = {one.answer.metric: one for one in troth.open(meridian / "book").metrics()}

    assert MEASURED.keys() < told.keys()
    for name, query in MEASURED.items():
        asked = query.replace("$as_of", f"'{told[name].as_of}+00'")
        ((said,),) = files.execute(asked).fetchall()
        (reading,) = told[name].answer.readings
        assert reading.value == pytest.approx(float(said), rel=1e-12), name


def test_the_branch_that_does_much_and_falls_is_named(meridian: Path) -> None:
    planted = json.loads((meridian / "truth.json").read_text("utf-8"))["truths"]["efficient_but_falling"]
    found = troth.open(meridian / "book").efficient_falling("visit_time", "visit_rating", "visit.branch")

    assert [one.name for one in found.units] == [planted["branch"]]
    # The rating falls by what is planted over the whole record.
    months = found.units[0].months
    assert found.units[0].low <= -planted["size"] / months <= found.units[0].high
    assert found.compared == 40


def test_carriers_are_evaluated_as_plain_sql_counts_them(meridian: Path, files: duckdb.DuckDBPyConnection) -> None:
    """Whose carrier decayed bears more of the delay on the road than any other, and keeps less."""
    found = troth.open(meridian / "book").suppliers("deliver", "attr(carrier)")
    counted = files.execute(
        DELIVERED.replace("SELECT timezone(", "SELECT carrier, timezone(")
        + """SELECT carrier, count(*) FILTER (due <= $until::TIMESTAMPTZ), count(*) FILTER (due <= $until::TIMESTAMPTZ AND
            coalesce(came_at >= due, TRUE)) FROM judged WHERE carrier <> '' GROUP BY 1 ORDER BY 1""",
        {**CLOCKS, "until": f"{troth.open(meridian / 'book').metric('orders').as_of}Z"},
    ).fetchall()

    assert [(one.name, one.n, one.broken) for one in found.suppliers] == counted
    assert sum(sum(one.borne.values()) for one in (*found.suppliers, *found.apart)) == pytest.approx(1.0)
    decayed = json.loads((meridian / "truth.json").read_text("utf-8"))["truths"]["carrier_decay"]
    worst = max(found.suppliers, key=lambda one: one.borne["carrier"])
    assert worst.name in json.dumps(decayed)
    assert worst.quality is not None
    assert (worst.quality.verdict, worst.quality.good) == ("unusual", False)


def test_what_customers_brought_is_what_plain_sql_counts_and_they_sum_to_it(meridian: Path, files: duckdb.DuckDBPyConnection) -> None:
    operation = troth.open(meridian / "book")
    (customers,), (shoppers,) = operation.values("customers"), operation.values("shoppers")
    orders, spent = files.execute(
        "SELECT count(*), sum(replace(amount, ',', '.')::DECIMAL(18, 2)) FROM erp_orders WHERE cancelled_at IS NULL"
    ).fetchall()[0]
    (effort,) = files.execute("SELECT (SELECT count(*) FROM helpdesk_tickets) + (SELECT count(*) FROM returns)").fetchall()[0]
    bought, paid = files.execute("SELECT count(*), sum(total::DECIMAL(18, 2)) FROM web_orders").fetchall()[0]

    for found in (customers, shoppers):
        rows = [one.sums for one in found.customers]
        assert found.headline.spent == sum(one.spent for one in rows)
        assert found.headline.worth == pytest.approx(sum(one.worth or 0.0 for one in rows))
        assert found.headline.purchases == sum(one.purchases for one in rows)
    head, left = customers.headline, customers.unplaced
    assert (head.purchases + left.purchases, head.spent + left.spent, head.effort + left.effort) == (orders, spent, effort)
    assert (shoppers.headline.purchases, shoppers.headline.spent) == (bought, paid)
    rates = [one.due for one in list_promises(open_reading(operation.workspace)) if one.name in ("deliver", "answer")]
    assert head.kept + head.broken + head.unknown + left.promises == sum(one.n for one in rates)
    first = max(customers.customers, key=lambda one: one.sums.spent)
    events = operation.value_of("customers", first.name).events
    assert sum(one.amount for one in events if one.amount is not None) == first.sums.spent

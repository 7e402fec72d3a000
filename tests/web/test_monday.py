"""The Monday page: its figures are those of SQL over the record, and it says what needs somebody."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.findings.honesty import assert_honest
from tests.web.conftest import Client, text_of
from troth.access import EVERYTHING
from troth.app.bootstrap import open_workspace
from troth.app.pages.monday import MondayPage, monday_page
from troth.app.pages.served import Served
from troth.faces.web import web_app
from troth.faces.web.gate import OpenGate
from troth.findings.last_week import Week, statements
from troth.findings.weeks import charted, last_week, weeks_of

WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def monday(served: Served) -> MondayPage:
    return monday_page(served.reading(EVERYTHING))


def counted(served: Served, monday: date, promises: str) -> tuple[int, int]:
    """Kept and due of a week by SQL that knows nothing of states: Europe/Berlin is how the book reads its clock."""
    reading = served.reading(EVERYTHING)
    lake = reading.snapshot
    now = lake.as_of
    kept, due = reading.context.engine.rows(
        f"""
        SELECT count(*) FILTER (fulfilled IS NOT NULL AND fulfilled <= due), count(*)
        FROM outcome
        WHERE promise IN ({promises}) AND due <= TIMESTAMP '{now}' AND voided IS NULL
          AND (due AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin') >= TIMESTAMP '{monday}'
          AND (due AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin') < TIMESTAMP '{monday + WEEK}'
        """
    )[0]
    return int(kept), int(due)


def test_the_weeks_of_all_promises_to_customers_are_those_of_sql(served: Served, monday: MondayPage) -> None:
    named = "'deliver', 'arrive', 'answer', 'answer_complaint', 'refund'"
    for back, rate in ((0, monday.customers.last), (1, monday.customers.before), (52, monday.customers.year)):
        kept, due = counted(served, monday.since - back * WEEK, named)
        assert rate is not None
        assert (rate.kept, rate.n) == (kept, due)
        assert due > 30


def test_the_last_week_is_one_that_is_over(served: Served, monday: MondayPage) -> None:
    as_of = served.reading(EVERYTHING).context.local_time(served.reading(EVERYTHING).snapshot.as_of).date()

    assert monday.since.weekday() == 0
    assert monday.until == monday.since + timedelta(days=6)
    assert monday.since + timedelta(days=5) <= as_of < monday.since + timedelta(days=14)


def test_a_week_is_unusual_where_it_lies_beyond_limits_that_it_did_not_make(served: Served) -> None:
    """The limits of every other week are learnt from the weeks before it alone: changing the last one does not move them."""
    weeks = weeks_of(served.reading(EVERYTHING).context, "deliver")
    last = max(at for at in weeks if weeks[at].seen >= 10)
    whole = charted(weeks, last)
    assert whole is not None
    others = {at: kept for at, kept in weeks.items() if at != last}
    worse = charted({**others, last: weeks[min(weeks, key=lambda at: weeks[at].low if weeks[at].seen >= 10 else 2)]}, last)

    assert worse is not None
    assert worse.chart.centre[-1] == whole.chart.centre[-1]
    assert worse.chart.sigma[0] == whole.chart.sigma[0]


def test_too_few_weeks_say_nothing_of_what_is_usual(served: Served) -> None:
    weeks = weeks_of(served.reading(EVERYTHING).context, "deliver")
    enough = [at for at in sorted(weeks) if weeks[at].seen >= 10]

    assert charted({at: weeks[at] for at in enough[:12]}, enough[11]) is None
    assert charted({at: weeks[at] for at in enough[:13]}, enough[12]) is not None


def test_the_page_says_its_headline_with_n_and_interval(as_viewer: Client, monday: MondayPage) -> None:
    page = text_of(as_viewer().get("/").text)
    last = monday.customers.last
    assert last is not None
    assert last.low is not None
    assert last.interval is not None

    assert f"{round(last.low * 100)} of every 100 promises due last week were kept." in page
    assert f"{last.n:,} promises to customers fell due" in page
    assert f"{last.interval[0] * 100:.1f}–{last.interval[1] * 100:.1f}" in page


def test_last_week_last_year_and_target_stand_beside_each_figure_of_a_promise(as_viewer: Client, monday: MondayPage) -> None:
    page = text_of(as_viewer().get("/").text)
    deliver = next(one for one in monday.promises if one.promise == "deliver")
    assert deliver.last is not None
    assert deliver.last.low is not None
    assert deliver.year is not None
    assert deliver.year.low is not None

    said = f"last week {deliver.last.low * 100:.1f} % of {deliver.last.n:,}"
    assert page.count(said) >= 3
    assert f"last year {deliver.year.low * 100:.1f} %" in page
    assert "target 92.0 %" in page


def test_what_needs_somebody_has_a_list_that_is_the_one_counted(as_viewer: Client, monday: MondayPage) -> None:
    silent = [need for need in monday.needs if need.kind == "silent"]
    browser = as_viewer()

    assert silent
    for need in silent:
        ids = browser.get(f"/{need.list}").text.splitlines()[1:]
        assert need.evidence.startswith(f"{len(ids):,} ")
        assert len(set(ids)) == len(ids)


def test_every_statement_with_a_list_has_that_list(as_viewer: Client, monday: MondayPage) -> None:
    browser = as_viewer()
    listed = [one for one in monday.page["statements"] if one["orders"]]

    assert len(listed) >= 3
    for one in listed:
        answer = browser.get(f"/{one['orders']['file']}")
        assert answer.status_code == 200
        assert len(answer.text.splitlines()) - 1 == one["orders"]["count"]


def test_what_is_said_of_last_week_is_plain_and_follows_from_its_sql(served: Served) -> None:
    context = served.reading(EVERYTHING).context
    found = []
    for back in range(30):
        at = last_week(context) - back * WEEK
        weeks = [Week(name, at, of, charted(of, at), 0.9) for name, of in ((name, weeks_of(context, name)) for name in context.promises)]
        found += statements(context, weeks)

    assert any(one.id.endswith("/others") for one in found)
    assert any(not one.id.endswith("/others") for one in found)
    for one in found:
        assert_honest(context, one)


def test_a_list_that_there_is_not_is_told_so(as_viewer: Client) -> None:
    answer = as_viewer().get("/statements/nothing-of-the-kind.csv")

    assert answer.status_code == 404
    assert "no such list" in text_of(answer.text)


def test_what_was_never_built_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "troth.yaml").write_text("name: Empty\nfolder: .\n", encoding="utf-8")
    empty = Served(open_workspace(tmp_path))

    page = TestClient(web_app(empty, OpenGate())).get("/")

    assert page.status_code == 404
    assert "Empty" in text_of(page.text)
    assert "Run: troth build" in text_of(page.text)

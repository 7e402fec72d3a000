"""The page of units: who is unusual, in a sentence, and every unit by name and never by rank."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.web.conftest import Client, text_of
from troth.access import EVERYTHING, Scope
from troth.app.answers.calibrations import calibrations
from troth.app.pages.served import Served
from troth.app.pages.units_page import units_page
from troth.kernel.errors import BadValue, NotFound


def test_the_share_of_every_branch_is_that_of_sql_over_the_files(meridian: Path, served: Served) -> None:
    """Of visits whose window is over; who came when it was is on record, or it was broken."""
    page = units_page(served.reading(EVERYTHING), "arrived_in_time", "branch", window="all")
    as_of = f"{served.reading(EVERYTHING).snapshot.as_of}Z"
    counted = duckdb.execute(
        f"""SELECT branch, count(*), count(*) FILTER (arrived_at::TIMESTAMPTZ <= window_to::TIMESTAMPTZ)
        FROM read_csv('{meridian}/data/field_visits.csv', all_varchar = true)
        WHERE window_to::TIMESTAMPTZ <= '{as_of}'::TIMESTAMPTZ GROUP BY 1"""
    ).fetchall()

    (group,) = page.said.groups
    assert {one.name: (one.n, round(one.value * one.n)) for one in group.units if one.value is not None} == {
        name: (n, kept) for name, n, kept in counted
    }


def test_every_unit_stands_by_name_with_its_n_and_interval(as_viewer: Client) -> None:
    page = as_viewer().get("/units?metric=arrived_in_time&by=branch&window=all").text

    rows = re.findall(r'<tr><th scope="row"><a [^>]*>([^<]+)</a></th><td class="right">([\d,]+)</td>', page)
    names = [name for name, _ in rows]
    assert len(names) == 40
    assert names == sorted(names)
    assert "rank" not in page.lower()


def test_the_measure_that_opens_is_the_kept_one_with_most_units(served: Served) -> None:
    page = units_page(served.reading(EVERYTHING))

    assert (page.chosen.metric, page.by) == ("arrived_in_time", "branch")


def test_customers_are_no_units_and_what_is_only_counted_says_nothing_of_how_good(served: Served) -> None:
    page = units_page(served.reading(EVERYTHING))

    assert "customer" not in {dimension for one in page.choices for dimension in one.by}
    assert not {"visits", "orders", "revenue"} & {one.metric for one in page.choices}
    with pytest.raises(NotFound):
        units_page(served.reading(EVERYTHING), "visits")
    with pytest.raises(BadValue, match="does not tell units apart"):
        units_page(served.reading(EVERYTHING), "arrived_in_time", "warehouse")


def test_the_mix_of_cases_is_taken_out_where_it_is_asked_for(served: Served) -> None:
    page = units_page(served.reading(EVERYTHING), "delivered_in_time", "warehouse", adjust="segment", window="all")

    assert all(one.expected is not None for group in page.said.groups for one in group.units)
    with pytest.raises(BadValue, match="nothing that can be allowed for"):
        units_page(served.reading(EVERYTHING), "delivered_in_time", "warehouse", adjust="warehouse")


def test_units_that_do_much_with_little_stand_beside_what_their_customers_say(as_viewer: Client) -> None:
    page = as_viewer().get("/units?metric=arrived_in_time&by=branch").text

    assert "Work: time of a visit. Customers: what customers give a visit of ten." in page


def test_somebody_of_one_country_sees_its_branches_and_no_other(as_viewer: Client) -> None:
    page = as_viewer(scope=Scope({"country": frozenset({"FR"})})).get("/units?metric=arrived_in_time&by=branch&window=all").text

    assert set(re.findall(r"\b[A-Z]{2}-0\d\b", page)) == {f"FR-0{n}" for n in range(1, 7)}


def test_the_figure_and_the_numbers_are_there_as_files(as_viewer: Client) -> None:
    client = as_viewer()

    rows = client.get("/units.csv?metric=arrived_in_time&by=branch").text.splitlines()
    assert rows[0].startswith("unit,n,value")
    assert len(rows) == 41
    drawn = client.get("/units.svg?metric=arrived_in_time&by=branch")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.text.count("<circle") == 40


def test_calibrations_stand_on_a_page_of_their_own_with_parts_weights_and_no_table_of_leagues(as_viewer: Client, served: Served) -> None:
    """The figures are checked where they are made: tests/metrics/test_calibrations.py."""
    client = as_viewer()
    text = text_of(client.get("/calibrations").text)
    (found,) = calibrations(served.reading(EVERYTHING))

    assert 'href="/calibrations"' in client.get("/units").text
    assert "how branches are led" in text
    assert "visits after which the customer called back global 46.7 % mix of account.segment taken out 40" in text
    assert "what customers give a visit of ten regional 30.0 % among units of one country 34" in text
    assert text.count("no difference") >= len(found.units)
    assert [one.name for one in found.units] == sorted(one.name for one in found.units)
    first = found.units[0]
    assert f"{first.name} {first.n}" in text
    assert f"{first.before.first}\N{EN DASH}{first.before.last} {first.fair.first}\N{EN DASH}{first.fair.last}" in text


def test_the_page_says_where_it_is_surely_done_better_and_which_changes_hold_there(as_viewer: Client, served: Served) -> None:
    page = units_page(served.reading(EVERYTHING), "visit_rating", "branch", window="all")
    text = text_of(as_viewer().get("/units?metric=visit_rating&by=branch&window=all").text)
    told = [one for one in page.benchmarked.gaps if one.told]

    assert len(told) > 3
    assert f"{len(told)} units could learn of a peer" in text
    assert all(f"{one.unit} {one.value:.2f} {one.frontier} {one.frontier_value:.2f} {one.gap:.2f}" in text for one in told)
    assert text.count("none: no Change about it holds at a peer and not here") == len(told)


def test_units_by_a_quantile_and_by_a_time_stand_by_what_they_are_compared_by(as_viewer: Client, served: Served, meridian: Path) -> None:
    reading = served.reading(EVERYTHING)
    answered = units_page(reading, "answer_time", "country", window="all")
    # by SQL over the files; no country is far off, so that the middle is of all
    rows = duckdb.execute(
        f"""WITH t AS (SELECT country, epoch(first_reply_at::TIMESTAMPTZ - created_at::TIMESTAMPTZ) AS took
            FROM read_csv('{meridian}/data/helpdesk_tickets.csv', all_varchar = true)
            JOIN read_csv('{meridian}/data/crm_accounts.csv', all_varchar = true) USING (account)
            WHERE first_reply_at::TIMESTAMPTZ <= '{reading.snapshot.as_of}Z'::TIMESTAMPTZ),
        q AS (SELECT quantile_disc(took, 0.5) AS q FROM t)
        SELECT country, count(*), count(*) FILTER (took > q), quantile_disc(took, 0.5) FROM t, q GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    (group,) = answered.said.groups
    assert {one.verdict for one in group.units} == {"as usual"}
    assert [(one.name, one.n, one.events, one.own and one.own.value) for one in group.units] == rows

    (late,) = units_page(reading, "lead_time_95", "warehouse", window="all").said.groups
    assert [one.name for one in late.units if one.verdict == "unusual"] == ["SAO"]
    limit = f"{(late.beyond or 0) / 86_400:.1f}"
    text = text_of(as_viewer().get("/units?metric=lead_time_95&by=warehouse&window=all").text).replace("\N{NO-BREAK SPACE}", " ")
    assert f"SAO does worse: {100 * (late.units[-1].value or 0):.1f} % of its cases lie above {limit} d, where" in text
    assert "which 95.0 % of all do not exceed; units far off have no part in that." in text
    assert f"n the measure alone, 95 % interval above {limit} d 95 % interval usual for so many verdict" in text
    solved = as_viewer().get("/units?metric=solve_time&by=country&window=all").text
    assert "for each that would have, if they went as in all: above 1 is sooner." in solved
    assert "ended for each expected" in text_of(solved)
    assert as_viewer().get("/units.csv?metric=solve_time&by=country").text.splitlines()[0].endswith(",verdict,alone,alone_low,alone_high")

"""Supplier, unit and customer on one page; and nobody judges answers by what was not there yet."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.app.small_book import write_book
from tests.metrics.shop import BOOK, FILES
from tests.web.conftest import Client, text_of
from troth.access import EVERYTHING
from troth.app.bootstrap import open_workspace
from troth.app.pages.reliability_page import reliability_page
from troth.app.pages.served import Served
from troth.app.rulebook.rulebook import lint
from troth.kernel.errors import BadValue, NotFound
from troth.metrics.lint_answers import RULE


def test_the_split_is_that_of_sql_over_the_files(meridian: Path, served: Served) -> None:
    """Of answers about parcels: in time, late and asked after it came, late and asked while the customer waited."""
    reading = served.reading(EVERYTHING)
    due = reading.context.engine.rows("SELECT s.id, o.due, o.fulfilled FROM outcome_deliver o JOIN object_order s ON s.code = o.subject")
    connection = duckdb.connect()
    connection.execute("CREATE TABLE o (id VARCHAR, due TIMESTAMP, came TIMESTAMP)")
    connection.executemany("INSERT INTO o VALUES (?, ?, ?)", [row for row in due if row[2] is not None])
    counted = connection.execute(
        f"""WITH a AS (SELECT o.*, stars::INT AS stars, (answered_at::TIMESTAMPTZ AT TIME ZONE 'UTC') AS answered
            FROM read_csv('{meridian}/data/survey_parcels.csv', all_varchar = true) f JOIN o ON o.id = f.order_no WHERE stars <> '')
        SELECT count(*) FILTER (came <= due), avg(stars) FILTER (came <= due), count(*) FILTER (came > due AND answered >= came),
            avg(stars) FILTER (came > due AND answered >= came), count(*) FILTER (came > due AND answered < came) FROM a"""
    ).fetchone()
    assert counted is not None

    (dose,) = reliability_page(reading, "deliver").doses
    assert (dose.kept.n, dose.after.n, dose.waiting.n) == (counted[0], counted[2], counted[4])
    assert dose.kept.mean == pytest.approx(counted[1])
    assert dose.after.mean == pytest.approx(counted[3])


def test_the_page_says_what_customers_answer_afterwards_and_who_still_waited_apart(as_viewer: Client) -> None:
    html = as_viewer().get("/reliability?promise=deliver").text
    text = text_of(html)

    assert "handed to the carrier within twenty hours of the warehouse" in text
    assert "Before and after the outcome" in text
    assert "late, answered while waiting" in text
    assert "of every 100 late ones with an answer were asked while the customer still waited" in text
    for carrier in ("Aquila", "Falke"):
        assert carrier in text


def test_the_page_has_each_carriers_part_of_the_delay_and_how_good_it_is(as_viewer: Client, served: Served) -> None:
    """The figures are those that SQL over the files gives: tests/worlds/test_book.py."""
    page = reliability_page(served.reading(EVERYTHING), "deliver")
    text = text_of(as_viewer().get("/reliability?promise=deliver").text)

    assert page.suppliers is not None
    assert "Where the delay arose, by carrier 5 are as usual. Look at Dromos." in text
    (dromos,) = [one for one in page.suppliers.suppliers if one.name == "Dromos"]
    assert f"Dromos {dromos.n} {dromos.broken} {100 * dromos.borne['warehouse']:.1f} % {100 * dromos.borne['carrier']:.1f} %" in text
    assert "unusual, worse" in text


def test_every_promise_with_answers_has_the_split(as_viewer: Client, served: Served) -> None:
    page = reliability_page(served.reading(EVERYTHING))
    assert len(page.promises) > 1

    for name, _ in page.promises:
        html = as_viewer().get(f"/reliability?promise={name}").text
        assert html.count('data-split="before after"') >= 1


def test_what_nobody_answered_about_and_what_tells_nothing_apart_is_refused(served: Served) -> None:
    with pytest.raises(NotFound, match="nobody answered about 'refund'"):
        reliability_page(served.reading(EVERYTHING), "refund")
    with pytest.raises(BadValue, match="tells no units apart"):
        reliability_page(served.reading(EVERYTHING), "deliver", "branch")


def problems(under: Path, metric: str) -> list[str]:
    book = {**BOOK, "metrics/all.yaml": f"late_stars: {{{metric}, better: higher}}\n"}
    return [str(one) for one in lint(open_workspace(write_book(under, files=FILES, book=book))) if RULE in str(one)]


def test_a_metric_of_answers_that_names_the_outcome_without_the_split_is_refused(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, "kind: mean, words: stars of those who got it, instrument: stars, value: score, where: delivered is known")

    assert "metrics/all.yaml:1:" in said
    assert "`answered > delivered`" in said


@pytest.mark.parametrize(
    "metric",
    [
        "kind: mean, words: stars after it came, instrument: stars, value: score, where: delivered is known and answered > delivered",
        "kind: mean, words: stars while waiting, instrument: stars, value: score, where: delivered > asked",
        "kind: mean, words: all stars, instrument: stars, value: score",
        "kind: mean, words: days on the way, of: order, at: placed, value: delivered - placed",
    ],
)
def test_one_with_the_split_or_that_needs_none_passes(metric: str, tmp_path: Path) -> None:
    assert problems(tmp_path, metric) == []

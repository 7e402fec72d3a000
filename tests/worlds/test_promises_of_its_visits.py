"""Promises that more than an event keeps, on Meridian of several seeds: what the engine says is what plain SQL over the files says."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

import troth
from tests.worlds.books import unmeasured
from troth.app.starting.examples import make_meridian

PROMISES = """fixed_first:
  kind: customer
  subject: visit
  promisor: {unit: service}
  promisee: visit.account
  words: fixed at the first visit, with no call back within seven days
  anchor: done
  within: 168h
  fulfil: {event: called_back, absent: true}
  owners: [head_of_service]
whole_visit:
  kind: customer
  subject: visit
  promisor: {unit: service}
  promisee: visit.account
  words: there in time, and fixed at the first visit
  anchor: booked
  fulfil: {all_of: [arrive, fixed_first]}
  owners: [head_of_service]
"""


@pytest.fixture(scope="module", params=[31, 32, 33])
def meridian(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("visits") / "meridian"
    made = make_meridian(folder, seed=request.param, customers=200, months=6)
    book = made.folder / "book"
    unmeasured(book)
    for name in ("internal.yaml", "parcels.yaml"):
        (book / "promises" / name).unlink()
    shutil.rmtree(book / "overlays")
    (book / "changes" / "CHG-0001.yaml").unlink()
    service = (book / "promises" / "service.yaml").read_text(encoding="utf-8")
    (book / "promises" / "service.yaml").write_text(service[: service.index("answer_complaint:")] + PROMISES, encoding="utf-8")
    troth.open(book).build()
    return made.folder


def plain(meridian: Path, query: str) -> tuple[int, ...]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            "CREATE VIEW visit AS SELECT visit_no, booked_at::TIMESTAMPTZ AS booked, window_to::TIMESTAMPTZ AS due,"
            " arrived_at::TIMESTAMPTZ AS arrived, done_at::TIMESTAMPTZ AS done, called_back_at::TIMESTAMPTZ AS back"
            f" FROM read_csv('{meridian}/data/field_visits.csv', all_varchar = true)"
        )
        found = connection.execute(query).fetchone()
    assert found is not None
    return found


def counts(meridian: Path, name: str) -> tuple[int, ...]:
    states = {one["name"]: one["states"] for one in troth.open(meridian / "book").promises.listed()}[name]
    return states["kept"], states["broken"], states["open"], states["unknown"]


FIXED = """
    SELECT count(*) FILTER (fixed AND done + INTERVAL 168 HOUR <= last), count(*) FILTER (NOT fixed),
           count(*) FILTER (fixed AND done + INTERVAL 168 HOUR > last), 0
    FROM (SELECT *, NOT coalesce(back > done AND back <= done + INTERVAL 168 HOUR, FALSE) AS fixed FROM visit WHERE done IS NOT NULL),
         (SELECT '{last}'::TIMESTAMPTZ AS last)
"""


def test_no_call_back_within_seven_days_is_what_sql_says(meridian: Path) -> None:
    last = troth.open(meridian / "book").sql("SELECT max(occurred) FROM event")[0][0]
    said = plain(meridian, FIXED.format(last=f"{last}+00"))

    assert counts(meridian, "fixed_first") == said
    assert min(said[:3]) > 0, "each state is seen"


def test_a_visit_that_is_whole_is_what_sql_says(meridian: Path) -> None:
    """A visit that was never done has no second part: in time or not is then all that is asked."""
    last = troth.open(meridian / "book").sql("SELECT max(occurred) FROM event")[0][0]
    kept, broken, is_open, unknown = plain(
        meridian,
        f"""
        WITH judged AS (
            SELECT arrived <= due AS in_time, (arrived IS NULL OR arrived > due) AND due <= last AS late,
                   back > done AND back <= done + INTERVAL 168 HOUR AS called, done IS NOT NULL AS done,
                   done + INTERVAL 168 HOUR <= last AS over
            FROM visit, (SELECT '{last}+00'::TIMESTAMPTZ AS last) WHERE booked IS NOT NULL
        )
        SELECT count(*) FILTER (coalesce(in_time, FALSE) AND NOT coalesce(called, FALSE) AND (NOT done OR over)),
               count(*) FILTER (late OR coalesce(called, FALSE)),
               count(*) FILTER (NOT late AND NOT coalesce(called, FALSE)
                                AND (NOT coalesce(in_time, FALSE) OR (done AND NOT over))), 0
        FROM judged
        """,
    )

    assert counts(meridian, "whole_visit") == (kept, broken, is_open, unknown)
    assert min(kept, broken, is_open) > 0

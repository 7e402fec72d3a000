"""The service catalogue: what its book says was kept is what plain SQL over its files says, and its files are the same for a seed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import troth
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.rulebook.rulebook import lint
from troth.app.starting.examples import make_service_catalogue
from troth.worlds import service_catalogue

SEEDS = (3, 9)


@pytest.fixture(scope="module", params=SEEDS)
def catalogue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_service_catalogue(tmp_path_factory.mktemp("services") / "catalogue", seed=request.param)
    build(open_workspace(made.folder / "book"))
    return made.folder


# A working day ends at 17:00; all is raised on working days, so that n working days later is n days and the weekends between.
DUE = {
    "send_contract": ("hr", "contract", "day_after(raised, 3) + INTERVAL 17 HOUR"),
    "answer_question": ("hr", "question", "day_after(raised, 1) + INTERVAL 17 HOUR"),
    "open_account": ("it", "account", "term::TIMESTAMP"),
    "restore": ("it", "incident", "day_after(raised, 1) + (raised - date_trunc('day', raised))"),  # eight hours are one whole day
    "pay_invoice": ("finance", "invoice", "term::DATE + INTERVAL 1 DAY"),
    "pay_expenses": ("finance", "expenses", "day_after(raised, 5) + INTERVAL 17 HOUR"),
}
MIDNIGHT = {"pay_invoice"}  # on whose stroke a day is over


@pytest.mark.parametrize("promise", DUE)
def test_what_was_kept_is_what_plain_sql_says(catalogue: Path, promise: str) -> None:
    service, kind, due = DUE[promise]
    term = {"hr": "NULL", "it": "first_day", "finance": "due_on"}[service]
    before = "<" if promise in MIDNIGHT else "<="
    files = duckdb.connect()
    files.execute("""
        CREATE MACRO day_after(x, count) AS (
            SELECT max(day) FROM (
                SELECT date_trunc('day', x) + to_days(n::INTEGER) AS day FROM range(1, 30) AS days(n)
                WHERE isodow(day) < 6 ORDER BY day LIMIT count
            )
        )
    """)  # fmt: skip
    kept, broken, none = files.execute(f"""
        WITH read AS (
            SELECT raised_at::TIMESTAMP AS raised, done_at::TIMESTAMP AS done, {term} AS term
            FROM read_csv('{catalogue}/data/{service}_requests.csv', all_varchar = true) WHERE kind = '{kind}'
        ), judged AS (SELECT done, {due} AS due FROM read)
        SELECT count(*) FILTER (done {before} due), count(*) FILTER (NOT done {before} due), count(*) FILTER (done IS NULL) FROM judged
    """).fetchall()[0]  # fmt: skip

    found = troth.open(catalogue / "book").sql(
        "SELECT count(*) FILTER (fulfilled <= due), count(*) FILTER (fulfilled > due), count(*) FILTER (fulfilled IS NULL)"
        f" FROM outcome_{promise}"
    )

    assert found == [(kept, broken, none)]
    assert kept > broken > 0


def test_either_side_rates_the_other(catalogue: Path) -> None:
    files = duckdb.connect()
    raw = files.execute(f"""
        SELECT 'request_rated', count(*), sum(complete) FROM read_csv('{catalogue}/data/ratings_by_services.csv')
        UNION ALL SELECT 'service_rated', count(*), sum(stars) FROM read_csv('{catalogue}/data/ratings_by_requesters.csv')
    """).fetchall()

    said = troth.open(catalogue / "book").sql("SELECT instrument, count(*), sum(score)::BIGINT FROM feedback GROUP BY 1 ORDER BY 1")

    assert said == [(name, count, int(total)) for name, count, total in raw]
    assert all(count > 200 for _, count, _ in said)


def test_nothing_is_wrong_in_the_book_and_nothing_is_left_out(catalogue: Path) -> None:
    assert [str(found) for found in lint(open_workspace(catalogue / "book"))] == []
    assert troth.open(catalogue / "book").gaps().gaps == ()


def test_a_seed_gives_the_same_files_and_another_other_ones(tmp_path: Path) -> None:
    first, again, other = (make_service_catalogue(tmp_path / name, seed=seed).folder for name, seed in (("a", 5), ("b", 5), ("c", 6)))

    for name in (sheet.name for sheet in service_catalogue(5)):
        assert (first / "data" / name).read_bytes() == (again / "data" / name).read_bytes()
    assert (first / "data" / "hr_requests.csv").read_bytes() != (other / "data" / "hr_requests.csv").read_bytes()

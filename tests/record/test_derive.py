from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from troth.record import as_of, make_steps, make_strata
from troth.stores.lake.engine import DuckEngine


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine(threads=2) as made:
        yield made


def _events(engine: DuckEngine, rows: str) -> None:
    engine.run(
        "CREATE OR REPLACE TABLE event (month INTEGER, object_type VARCHAR, object INTEGER, occurred TIMESTAMP,"
        " type VARCHAR, source VARCHAR, source_row BIGINT)"
    )
    if rows:
        engine.run(f"INSERT INTO event VALUES {rows}")


def test_events_of_one_instant_have_an_order_that_does_not_depend_on_the_file(engine: DuckEngine) -> None:
    #  at one instant: by type, then source, then row
    rows = [
        "(202601, 'order', 7, '2026-01-05', 'b', 'x', 2)", "(202601, 'order', 7, '2026-01-05', 'b', 'x', 1)",
        "(202601, 'order', 7, '2026-01-05', 'a', 'y', 9)", "(202601, 'order', 7, '2026-01-04 23:59:59.999999', 'z', 'x', 3)",
        "(202601, 'line', 7, '2026-01-01', 'a', 'x', 1)",
    ]  # fmt: skip
    expected = [
        ("line", 7, 1, "a", None, None), ("order", 7, 1, "z", None, None), ("order", 7, 2, "a", "z", 1),
        ("order", 7, 3, "b", "a", 0), ("order", 7, 4, "b", "b", 0),
    ]  # fmt: skip
    for given in (rows, rows[::-1]):
        _events(engine, ", ".join(given))
        make_steps(engine)

        assert engine.rows("SELECT object_type, object, ordinal, type, before, since_us FROM step") == expected


def test_a_stratum_without_a_declared_population_is_complete(engine: DuckEngine) -> None:
    engine.run(
        "CREATE TABLE object_order AS SELECT * FROM (VALUES (0, 'delivered'), (1, 'delivered'), (2, 'lost'), (3, NULL)) t(code, stratum)"
    )

    make_strata(engine, {"order": {"delivered": 100}})

    assert engine.rows("SELECT * FROM stratum") == [("order", "delivered", 2, 100, True), ("order", "lost", 1, 1, False)]


def test_without_samples_there_are_no_strata(engine: DuckEngine) -> None:
    make_strata(engine, {})

    assert engine.rows("SELECT * FROM stratum") == []


def test_the_record_speaks_up_to_its_last_event(engine: DuckEngine) -> None:
    _events(engine, "(202601, 'order', 1, '2026-01-05 10:00', 'a', 'x', 1), (202601, 'order', 2, '2026-01-04', 'a', 'x', 1)")
    assert as_of(engine) == datetime(2026, 1, 5, 10)

    _events(engine, "")
    assert as_of(engine) is None

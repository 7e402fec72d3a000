"""Every kind of metric beside hand-written SQL over the raw files and the number that anybody can count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from tests.metrics.cases import CASES, metrics_of
from tests.metrics.shop import FILES, shop
from troth.app.answers.metrics import dimensions_of, metric_ground
from troth.app.operation import Operation
from troth.app.reading import open_reading
from troth.metrics import KINDS, METRICS, Cut, Metric, Request, answer
from troth.metrics.unit_rows import parts_of, unit_rows
from troth.metrics.ways import NOW, OURS, laid_out


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return shop(tmp_path_factory.mktemp("shop"), metrics_of(CASES))


@pytest.fixture(scope="module")
def files(operation: Operation) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name in FILES:
        path = operation.workspace.root.parent / "data" / name
        connection.execute(f"CREATE TABLE {path.stem} AS SELECT * FROM read_csv('{path}', all_varchar = true)")
    return connection


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_a_metric_is_what_sql_says_and_what_one_counts(number: int, operation: Operation, files: duckdb.DuckDBPyConnection) -> None:
    case = CASES[number]
    told = operation.metric(f"m{number}", by=case.get("by", ()), grain=case.get("grain"))

    found: list[list[object]] = []
    for one in told.answer.readings:
        period = [] if one.period is None else [one.period.isoformat()]
        parts = [] if not case.get("by") else list(one.slice or [None])
        found.append([*period, *parts, one.value])
        made_of = KINDS[case["metric"]["kind"]].parts(told.answer.definition)
        if made_of is not None and one.sums is not None and one.value is not None:
            top = made_of.factor * sum(sign * Fraction(one.sums[name]) for name, sign in made_of.top.items())
            assert float(top / Fraction(one.sums[made_of.bottom]) if made_of.bottom else top) == pytest.approx(one.value, rel=1e-12)
    assert _as_numbers(found) == [[*keys, _near(value, 1e-4)] for *keys, value in case["said"]]
    by_sql = [[*keys, _near(value, 1e-12)] for *keys, value in files.execute(case["sql"]).fetchall()]
    assert _as_numbers(row for row in found if row[-1] is not None) == by_sql


def test_rows_one_by_one_come_to_what_the_whole_is(operation: Operation) -> None:
    window = Cut("month", datetime(2026, 2, 1), datetime(2026, 3, 1))
    reading = open_reading(operation.workspace)
    ground, dimensions = metric_ground(reading), dimensions_of(reading)
    metrics = reading.rules.book.definitions(METRICS.name, Metric)
    chosen = {name: one.value for name, one in metrics.items() if KINDS[one.value.kind].parts(one.value) is not None}
    answers = answer(reading.context.engine, chosen, Request((), window), ground, dimensions)

    for name, metric in chosen.items():
        readings = answers[name].readings
        if not readings or readings[-1].value is None:
            continue
        rows = unit_rows(reading.context.engine, name, metric, ground, {}, dimensions)
        yard, _ = laid_out({NOW: rows}, window, {}, {})
        top, bottom = yard.whole(OURS)
        bottomless = parts_of(name, metric).bottom is None
        assert float(top if bottomless else top / bottom) == pytest.approx(readings[-1].value, rel=1e-12), metric


def _as_numbers(rows: Iterable[list[Any]]) -> list[list[object]]:
    return [[*keys, None if value is None else float(value)] for *keys, value in rows]


def _near(value: Any, part: float) -> object:
    return None if value is None else pytest.approx(float(value), rel=part, abs=1e-12)


def test_every_kind_and_convention_has_its_case() -> None:
    tried = {(case["metric"]["kind"], case["metric"].get("definition")) for case in CASES}

    for name, kind in KINDS.items():
        for place, convention in enumerate(kind.conventions or [""]):
            assert (name, convention) in tried or (place == 0 and (name, None) in tried), f"{name} {convention}"

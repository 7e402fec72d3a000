"""What is said to other engines is SQL of theirs; tests/metrics/test_elsewhere.py has what they answer."""

from __future__ import annotations

import pytest

from tests.metrics.cases import OF_ROWS as CASES
from tests.metrics.cases import metrics_of
from tests.metrics.shop import shop
from troth.app.answers.metrics import metric_ground
from troth.app.operation import Operation
from troth.app.reading import Reading, open_reading
from troth.metrics import METRICS, Cut, Ground, Metric, Request
from troth.metrics.compiling import compiled
from troth.query.dialects import DIALECTS, translated
from troth.query.dialects.translating import parsed

pytestmark = pytest.mark.slow

READ = {"warehouse": {"order": "attr(warehouse)"}, "segment": {"order": "customer.segment"}}


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return shop(tmp_path_factory.mktemp("shop"), metrics_of(CASES))


@pytest.fixture(scope="module")
def reading(operation: Operation) -> Reading:
    return open_reading(operation.workspace)


@pytest.fixture(scope="module")
def ground(reading: Reading) -> Ground:
    return metric_ground(reading)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_case_is_sql_of_every_engine(dialect: str, reading: Reading, ground: Ground) -> None:
    for number, case in enumerate(CASES):
        metric = reading.rules.book.definitions(METRICS.name, Metric)[f"m{number}"].value
        for query in compiled({"m": metric}, Request(tuple(case.get("by", ())), Cut(case.get("grain"))), ground, READ):
            sql = translated(query.sql, dialect)

            parsed(sql, dialect)
            for function in ("epoch_us(", "to_microseconds(", "list_transform(", "list_extract(", "try("):
                assert function not in sql.lower(), (case["name"], sql)

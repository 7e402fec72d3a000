"""Sums by day that are kept give the very sums that the rows give, at every grain, window, slice and value; and nothing that is stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.metrics.cases import OF_ROWS as CASES
from tests.metrics.cases import metrics_of
from tests.metrics.shop import shop
from troth.app.answers.metrics import metric_ground
from troth.app.operation import Operation
from troth.app.reading import Reading, open_reading
from troth.metrics import METRICS, Answer, Cut, Metric, Request, answer
from troth.metrics.kinds import KINDS
from troth.record import Engine
from troth.stores.sums import KeptSums

READ = {"warehouse": {"order": "attr(warehouse)"}, "segment": {"order": "customer.segment", "customer": "attr(segment)"}}
CUTS = (Cut(), Cut("week"), Cut("month", datetime(2026, 2, 1), datetime(2026, 3, 3)))
SLICED: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    ((), {}),
    (("warehouse",), {}),
    ((), {"warehouse": "HAM"}),
    (("warehouse",), {"segment": "business"}),
)


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    return shop(tmp_path_factory.mktemp("shop"), metrics_of(CASES))


@pytest.fixture(scope="module")
def reading(operation: Operation) -> Reading:
    return open_reading(operation.workspace)


@pytest.fixture(scope="module")
def ours(reading: Reading) -> dict[str, Metric]:
    """Those that count orders, whether these were placed, delivered in time, or worked on twice."""
    known = {name: one.value for name, one in reading.rules.book.definitions(METRICS.name, Metric).items()}
    return {name: one for name, one in known.items() if one.of == "order" or one.promise is not None}


def sums(root: Path, reading: Reading, least: int = 0, snapshot: str | None = None) -> KeptSums:
    """Of a snapshot that is the only one in the manifest."""
    id = snapshot or reading.snapshot.id
    return KeptSums(root, id, lambda: [(id, reading.snapshot.as_of)], least)


class Watched:
    """An engine that keeps what was asked of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self.asked = engine, list[str]()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self.asked.append(sql)
        return self._engine.rows(sql, parameters)

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        self.asked.append(sql)
        self._engine.run(sql, parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def counted(self) -> int:
        """How often rows of the record were added up."""
        return sum(") each\n" in sql for sql in self.asked)


def told(answers: dict[str, Answer]) -> object:
    return {
        name: [(one.period, one.slice, one.value, one.low, one.high, one.n, one.expected, one.held, one.sums) for one in found.readings]
        for name, found in answers.items()
    } | {f"{name} undated": found.undated for name, found in answers.items()}


@pytest.mark.slow
def test_kept_sums_are_those_of_the_rows_to_the_last_digit(
    reading: Reading, ours: dict[str, Metric], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("troth.metrics.rolling.FEWER", 1)
    ground, kept = metric_ground(reading), sums(tmp_path, reading)
    additive = {name: one for name, one in ours.items() if one.kind != "quantile" and not KINDS[one.kind].recut and one.belongs_to is None}
    answer(reading.context.engine, additive, Request(("warehouse", "segment")), ground, READ, kept)
    for cut in CUTS:
        for by, only in SLICED:
            watched, request = Watched(reading.context.engine), Request(by, cut, only)
            again = answer(watched, additive, request, ground, READ, kept)

            assert watched.counted() == 0, request
            assert told(again) == told(answer(reading.context.engine, additive, request, ground, READ)), request


def test_asked_together_metrics_say_what_each_says_alone(reading: Reading) -> None:
    ground, engine = metric_ground(reading), reading.context.engine
    texts = [
        {"kind": "mean", "of": "order", "at": "placed", "value": "attr(units)"},
        {"kind": "ratio", "of": "order", "at": "placed", "numerator": "attr(due) is known"},  # held back for another cell
        {"kind": "rework", "of": "order", "at": "placed"},
        {"kind": "rework", "of": "order", "at": "placed", "event": "placed"},
    ]
    metrics = {f"m{place}": Metric.model_validate({"words": "w", **text}) for place, text in enumerate(texts)}
    together = answer(engine, metrics, Request(("warehouse",)), ground, READ)

    assert [one.readings[-1].held for one in together.values()] == [1, 1, 0, 0]
    for name, metric in metrics.items():
        assert told({name: together[name]}) == told(answer(engine, {name: metric}, Request(("warehouse",)), ground, READ))


def test_what_days_do_not_add_up_to_is_asked_of_the_rows(reading: Reading, ours: dict[str, Metric], tmp_path: Path) -> None:
    ground, kept = metric_ground(reading), sums(tmp_path, reading)
    ranked = {name: one for name, one in ours.items() if one.kind == "quantile" or KINDS[one.kind].recut}
    answer(reading.context.engine, ranked, Request(cut=Cut("month")), ground, READ, kept)

    assert ranked
    assert not list(tmp_path.iterdir())


def test_a_kind_says_truly_whether_its_rows_depend_on_how_time_is_cut(reading: Reading) -> None:
    ground = metric_ground(reading)
    for name, one in reading.rules.book.definitions(METRICS.name, Metric).items():
        kind = KINDS[one.value.kind]
        alike = kind.asked(one.value, ground, Cut("day")) == kind.asked(one.value, ground, Cut("month"))
        assert alike is not kind.recut, name


def test_kept_sums_are_of_one_snapshot_and_one_definition(reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("troth.metrics.rolling.FEWER", 1)
    ground, engine = metric_ground(reading), reading.context.engine
    heavy = Metric.model_validate({"kind": "count", "words": "w", "of": "order", "at": "placed", "where": "attr(units) > 9"})
    light = heavy.model_copy(update={"where": "attr(units) < 9"})
    answer(engine, {"m": heavy}, Request(), ground, READ, sums(tmp_path, reading))
    other = answer(engine, {"m": light}, Request(), ground, READ, sums(tmp_path, reading))
    file = next(tmp_path.glob("*.json"))

    assert other["m"].readings[0].value == 3  # C, E and F; G has nine and H none that can be read
    assert sums(tmp_path, reading).kept("another") == []
    watched = Watched(engine)
    answer(watched, {"m": heavy}, Request(), ground, READ, sums(tmp_path, reading, snapshot="of another build"))
    assert watched.counted() == 1
    watched = Watched(engine)
    answer(watched, {"m": heavy}, Request(), ground, READ, replace(sums(tmp_path, reading, snapshot="of another build"), version="2"))
    assert watched.counted() == 1
    assert not file.exists()  # what no snapshot of the manifest needs goes
    left = list(tmp_path.iterdir())
    answer(
        engine,
        {"m": heavy},
        Request(),
        ground,
        READ,
        replace(sums(tmp_path, reading), published=lambda: [("of another build", reading.snapshot.as_of)]),
    )
    assert sorted(tmp_path.iterdir()) == sorted(left)  # nor does a process that has it open yet bring it back


def test_damaged_sums_are_none(reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("troth.metrics.rolling.FEWER", 1)
    ground, kept = metric_ground(reading), sums(tmp_path, reading)
    metric = {"m": Metric.model_validate({"kind": "count", "words": "w", "of": "order", "at": "placed"})}
    answer(reading.context.engine, metric, Request(), ground, READ, kept)
    (file,) = tmp_path.glob("*.parquet")
    file.write_bytes(file.read_bytes()[:-1])

    assert answer(reading.context.engine, metric, Request(), ground, READ, kept)["m"].readings[0].value == 8
    watched = Watched(reading.context.engine)
    answer(watched, metric, Request(), ground, READ, kept)
    assert watched.counted() == 0  # and they were kept anew


def test_of_few_objects_and_of_slices_as_many_as_rows_nothing_is_kept(reading: Reading, tmp_path: Path) -> None:
    ground = metric_ground(reading)
    metric = {"m": Metric.model_validate({"kind": "count", "words": "w", "of": "order", "at": "placed"})}
    answer(reading.context.engine, metric, Request(), ground, READ, sums(tmp_path, reading, least=9))
    answer(reading.context.engine, metric, Request(("warehouse",)), ground, READ, sums(tmp_path, reading))

    assert not list(tmp_path.iterdir())  # eight orders on eight days

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.start.folders.world import Pair, World
from tests.start.worlds import WORLDS, build, score


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    separator = ";" if ";" in path.read_text(encoding="utf-8").partition("\n")[0] else ","
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file, delimiter=separator)
    return head, rows


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name.replace(" ", "-"))
def test_the_written_truth_names_columns_that_exist_and_keys_that_are_unique(world: World, tmp_path: Path) -> None:
    folder = build(world, tmp_path)
    pairs = [pair for promise in world.asserted for pair in promise] + list(world.tolerated)
    for promised_file, promised, actual_file, actual in (pair.where() for pair in pairs):
        assert promised in _table(folder / promised_file)[0]
        assert actual in _table(folder / actual_file)[0]

    head, rows = _table(folder / world.main)
    assert 150 <= len(rows) <= 30_000
    for key in world.keys:
        values = {tuple(row) for row in rows if all(row[head.index(column)] for column in key)}
        assert len({tuple(row[head.index(column)] for column in key) for row in values}) == len(values)


def test_a_second_deadline_of_the_same_promise_is_neither_missed_nor_wrong() -> None:
    #  truth: one promise, stated by deadline/end or by planned/end
    pairs = (Pair("log.csv", "deadline", "end"), Pair("log.csv", "planned", "end"))
    world = World("two deadlines", lambda _folder, _data: None, "log.csv", (), (pairs,))

    said = score(world, [("log.csv", "planned", "log.csv", "end"), ("log.csv", "start", "log.csv", "end")])

    assert (said.found, said.of, said.wrong) == (1, 1, (("log.csv", "start", "log.csv", "end"),))

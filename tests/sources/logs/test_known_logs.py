"""Public logs read as others read them. Expected numbers: reference, from pm4py 2.7 and independent SQL over the same files."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from tests.needs import require_data
from troth.kernel.errors import SourceError
from troth.record import Log, canonical
from troth.record.log import changes
from troth.sources.logs import read

pytestmark = pytest.mark.data


def traces(log: Log) -> dict[str, tuple[str, ...]]:
    """Activities of each case in the order of the file."""
    found: dict[str, list[str]] = {id: [] for id in log.objects.ids}
    for event, case in zip(log.event_objects.source.tolist(), log.event_objects.target.tolist(), strict=True):
        found[log.objects.ids[case]].append(log.events.types[log.events.type[event]].name)
    return {case: tuple(names) for case, names in found.items()}


def counts(log: Log) -> tuple[int, int, int, int, int, int, int]:
    return (
        len(log.events), len(log.objects), len(log.event_objects), len(log.object_objects), changes(log),
        len(log.events.types), len(log.objects.types),
    )  # fmt: skip


@pytest.mark.parametrize("ending", ["jsonocel", "xmlocel", "sqlite"])
def test_the_ocel_sample_has_the_same_counts_in_each_format(ending: str) -> None:
    log = read(require_data("ocel") / f"ocel20_example.{ending}").log

    assert counts(log) == (13, 9, 20, 7, 3, 8, 4)


def test_the_ocel_sample_is_one_log_once_its_clock_is_named() -> None:
    # Its XML and SQLite have local times of Aachen without a zone, its JSON has UTC.
    folder = require_data("ocel")
    expected = canonical(read(folder / "ocel20_example.jsonocel").log)

    assert canonical(read(folder / "ocel20_example.xmlocel", zone="Europe/Berlin").log) == expected
    assert canonical(read(folder / "ocel20_example.sqlite", zone="Europe/Berlin").log) == expected


def test_times_without_a_zone_are_read_as_utc_and_said() -> None:
    folder = require_data("ocel")

    assert read(folder / "ocel20_example.jsonocel").warnings == ()
    (said,) = read(folder / "ocel20_example.sqlite").warnings
    # 13 events, 9 values that objects began with, 3 changes.
    assert said.startswith("25 times bear no zone and are read as UTC.")


def test_ocel_1_is_read_as_its_own_json_says() -> None:
    file = require_data("ocel") / "order_process.jsonocel"
    said = json.loads(file.read_text(encoding="utf-8"))
    log = read(file).log

    assert len(log.events) == len(said["ocel:events"]) == 2391
    assert len(log.objects) == len(said["ocel:objects"]) == 796
    assert len(log.event_objects) == sum(len(set(event["ocel:omap"])) for event in said["ocel:events"].values())
    assert sorted(type.name for type in log.objects.types) == sorted(said["ocel:global-log"]["ocel:object-types"])


def test_a_log_whose_objects_were_lost_is_refused() -> None:
    # This copy of the logistics log names 2,540 handling units that it does not hold.
    file = require_data("ocel") / "logistics.sqlite"
    with sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True) as connection:
        (strays,) = connection.execute(
            "SELECT count(*) FROM event_object LEFT JOIN object ON ocel_object_id = ocel_id WHERE ocel_id IS NULL"
        ).fetchone()

    with pytest.raises(SourceError, match=rf"table event_object, row 7: .*'hu9'; got {strays:,} such relations"):
        read(file)


def test_the_running_example() -> None:
    log = read(require_data("logs") / "running-example.xes").log
    found = traces(log)
    arcs = Counter(pair for trace in found.values() for pair in pairwise(trace))

    assert (len(log.objects), len(log.events), len(log.events.types), len(set(found.values()))) == (6, 42, 8, 6)
    assert (len(arcs), sum(arcs.values())) == (16, 36)
    assert Counter(trace[0] for trace in found.values()) == {"register request": 6}
    assert Counter(trace[-1] for trace in found.values()) == {"reject request": 3, "pay compensation": 3}
    assert (arcs["check ticket", "decide"], arcs["examine casually", "check ticket"]) == (6, 4)
    spans = sorted(_spans(log))
    assert (sum(spans) / 6, (spans[2] + spans[3]) / 2, spans[0], spans[-1]) == (966_890, 815_940, 520_920, 1_576_440)


def _spans(log: Log) -> list[float]:
    """Seconds from the first to the last event of each case."""
    times: dict[int, list[int]] = {}
    for event, case in zip(log.event_objects.source.tolist(), log.event_objects.target.tolist(), strict=True):
        times.setdefault(case, []).append(int(log.time[event]))
    return [(max(one) - min(one)) / 1e6 for one in times.values()]


def test_bpic_2012() -> None:
    log = read(require_data("logs") / "bpic2012.xes.gz").log
    found = traces(log)

    assert (len(log.objects), len(log.events), len(log.events.types)) == (13_087, 262_200, 24)
    assert len(set(found.values())) == 4366
    assert log.objects.types[0].attributes == {"REG_DATE": "time", "AMOUNT_REQ": "string"}
    # reference: 244,190 tags <string key="org:resource" …> in the file, all in events.
    assert _cells(log, "org:resource") == 244_190


def _cells(log: Log, name: str) -> int:
    values = log.event_values
    return int((values.name == values.names.index(name)).sum())


def test_receipt_through_xes(tmp_path: Path) -> None:
    """The receipt log is a CSV file; written as XES by its own rows it comes back with its published numbers."""
    with (require_data("logs") / "receipt.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cases: dict[str, list[str]] = {}
    for row in rows:
        at = row["time:timestamp"].replace(" ", "T")
        cases.setdefault(row["case:concept:name"], []).append(
            f'<event><string key="concept:name" value="{row["concept:name"]}"/><date key="time:timestamp" value="{at}"/></event>'
        )
    text = "".join(f'<trace><string key="concept:name" value="{case}"/>{"".join(events)}</trace>' for case, events in cases.items())
    (tmp_path / "receipt.xes").write_text(f"<log>{text}</log>", encoding="utf-8")

    log = read(tmp_path / "receipt.xes").log
    found = traces(log)
    arcs = Counter(pair for trace in found.values() for pair in pairwise(trace))

    assert (len(log.objects), len(log.events), len(log.events.types)) == (1434, 8577, 27)
    assert len(set(found.values())) == 116
    assert (len(arcs), sum(arcs.values())) == (99, 7143)
    assert [n for _, n in Counter(found.values()).most_common(6)] == [713, 123, 116, 115, 75, 40]

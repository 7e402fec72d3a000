"""A log as the tables of a source: nothing lost, times as they stand in the file, what is missing in quarantine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.needs import require_data
from tests.sources.loaded import load_all, record, source_of
from tests.sources.logs.random_logs import XML_TEXT, flat_logs, logs
from tests.sources.logs.test_refusals import FORMS, WORLD, changed
from tests.sources.logs.test_xes import event, trace
from troth.kernel.errors import ConservationError, SourceError
from troth.record import Log
from troth.sources import files_of
from troth.sources.guess import guess
from troth.sources.logs import streams, tally, write_ocel, write_xes
from troth.sources.logs.files import OcelFormat
from troth.sources.logs.formats import format_of
from troth.sources.readers import tables_in
from troth.stores.lake.engine import DuckEngine

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
EVENTS = "{key: [], object: {type: case, id: ['case:concept:name']}, events: [{type_from: 'concept:name', at: 'time:timestamp'}]}"


def xes(folder: Path, inside: str) -> Path:
    (folder / "log.xes").write_text(f"<log>{inside}</log>", encoding="utf-8")
    return folder / "log.xes"


def test_events_of_xes_become_the_steps_of_their_cases(engine: DuckEngine, tmp_path: Path) -> None:
    #  c1: a 08:00 UTC, b 09:00 local, in January an hour ahead of UTC; c2: a 08:00 UTC
    xes(tmp_path, trace("c1", event("a"), event("b", "2026-01-05T10:00:00")) + trace("c2", event("a")))

    found = record(load_all(engine, tmp_path, {"rows": source_of(EVENTS, files=["log.xes"])}, zone="Europe/Berlin"))

    assert found.fates() == (3, 3, 0, 0, 0)
    assert found.rows("SELECT id, CAST(type AS VARCHAR), occurred::VARCHAR FROM event JOIN object_case ON object = code ORDER BY 1, 3") == [
        ("c1", "a", "2026-01-05 08:00:00"),
        ("c1", "b", "2026-01-05 09:00:00"),
        ("c2", "a", "2026-01-05 08:00:00"),
    ]


def test_two_events_that_are_equal_in_all_are_two(engine: DuckEngine, tmp_path: Path) -> None:
    xes(tmp_path, trace("c1", event("a"), event("a")))

    assert load_all(engine, tmp_path, {"rows": source_of(EVENTS, files=["log.xes"])}).fates() == (2, 2, 0, 0, 0)


def test_an_event_of_no_case_is_quarantined(engine: DuckEngine, tmp_path: Path) -> None:
    xes(tmp_path, event("a") + trace("c1", event("b")))

    found = load_all(engine, tmp_path, {"rows": source_of(EVENTS, files=["log.xes"])})

    assert found.fates() == (2, 1, 1, 0, 0)
    assert found.quarantine() == [(1, None, "id case:concept:name is empty", None)]


@pytest.mark.parametrize("form", FORMS)
def test_each_type_of_objects_is_a_table(engine: DuckEngine, tmp_path: Path, form: str) -> None:
    #  e2 is of o1 as parcel and as invoice, which is one event of o1; o2 has no event
    def more(w: dict[str, list[dict[str, object]]]) -> None:
        w["objects"].append({"id": "o2", "type": "order", "attributes": [], "relationships": []})
        relationships = w["events"][1]["relationships"]
        assert isinstance(relationships, list)
        relationships.append({"objectId": "o1", "qualifier": "invoice"})

    file = FORMS[form](changed(more), tmp_path)
    (listed,) = tables_in(file)
    found = load_all(engine, tmp_path, {"rows": source_of(EVENTS, files=[f"{file.name}#order"])})

    assert listed.address.name == f"{file.name}#order"
    assert set(listed.columns[:6]) == {"case:concept:name", "concept:name", "time:timestamp", "ocel:e2o", "ocel:qualifier", "units"}
    assert found.fates() == (2, 2, 0, 0, 0)


def test_a_type_that_is_not_there_is_refused_with_the_nearest(tmp_path: Path) -> None:
    FORMS["json"](WORLD, tmp_path)

    with pytest.raises(SourceError, match=r"no table 'log\.jsonocel#ordr'; allowed: did you mean 'log\.jsonocel#order'\?"):
        files_of(source_of(EVENTS, files=["log.jsonocel#ordr"]), tmp_path)


def test_a_row_that_the_reader_loses_is_found_out(engine: DuckEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = xes(tmp_path, trace("c1", event("a"), event("b")))
    monkeypatch.setattr("troth.sources.logs.reader.events_in_xes", lambda _: tally.events_in_xes(file) + 1)

    with pytest.raises(ConservationError, match="3 rows counted, 2 accounted for"):
        load_all(engine, tmp_path, {"rows": source_of(EVENTS, files=["log.xes"])})


def test_a_relation_that_the_reader_loses_is_found_out(engine: DuckEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = FORMS["json"](WORLD, tmp_path)
    monkeypatch.setattr("troth.sources.logs.reader.relations_in", lambda *_: 3)

    with pytest.raises(ConservationError, match="3 rows counted, 2 accounted for"):
        load_all(engine, tmp_path, {"rows": source_of(EVENTS, files=[f"{file.name}#order"])})


@SETTINGS
@given(log=flat_logs(XML_TEXT), chunk=st.sampled_from([7, 300, 1 << 20]))
def test_the_tally_of_xes_counts_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: Log, chunk: int) -> None:
    monkeypatch.setattr(streams, "CHUNK", chunk)
    write_xes(log, tmp_path / "log.xes", case_type="case")

    assert tally.events_in_xes(tmp_path / "log.xes") == len(log.events)


@SETTINGS
@given(log=logs(XML_TEXT), form=st.sampled_from(["json", "xml", "sqlite"]), chunk=st.sampled_from([7, 300, 1 << 20]))
def test_the_tally_of_ocel_counts_relations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: Log, form: OcelFormat, chunk: int
) -> None:
    monkeypatch.setattr(streams, "CHUNK", chunk)
    write_ocel(log, tmp_path / "log", format=form)

    assert tally.relations_in(tmp_path / "log", format_of(tmp_path / "log").name) == len(log.event_objects) + len(log.object_objects)


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("<log><!-- <event> --><trace><event/><event ></event></trace></log>", 2),
        ("<log><string key='event' value='event>'/><x:event></x:event></log>", 1),
        ("<log><!-- " + "<event> " * 100 + " --><trace><event\n></event></trace></log>", 1),
    ],
)
def test_the_tally_passes_over_comments_and_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, events: int) -> None:
    (tmp_path / "log.xes").write_text(text)
    for chunk in (1, 50, 1 << 20):
        monkeypatch.setattr(streams, "CHUNK", chunk)

        assert tally.events_in_xes(tmp_path / "log.xes") == events


@pytest.mark.data
def test_the_tally_of_ocel_1_is_that_of_its_json() -> None:
    file = require_data("ocel") / "order_process.jsonocel"
    said = json.loads(file.read_text(encoding="utf-8"))["ocel:events"]

    assert tally.relations_in(file, "OCEL 1.0 JSON") == sum(len(event["ocel:omap"]) for event in said.values())


def test_a_folder_with_a_log_is_guessed(engine: DuckEngine, tmp_path: Path) -> None:
    cases = "".join(trace(f"c{n}", event("a", f"2026-01-{n:02}T08:00:00Z"), event("b", f"2026-01-{n:02}T09:00:00Z")) for n in range(1, 21))
    xes(tmp_path, cases)
    FORMS["json"](WORLD, tmp_path)

    found = guess(engine, tmp_path)

    assert found.warnings == ()
    assert found.sources["log"]["files"] == ["log.xes"]
    assert found.sources["log"]["object"] == {"type": "case", "id": ["case:concept:name"]}
    assert found.sources["log"]["key"] == ["identity:id"]
    assert found.sources["order"]["files"] == ["log.jsonocel#order"]
    assert found.sources["order"]["object"] == {"type": "order", "id": ["case:concept:name"]}
    assert found.sources["order"]["events"] == [{"type_from": "concept:name", "at": "time:timestamp"}]


def test_a_file_that_is_no_log_is_a_warning_and_the_rest_is_read(engine: DuckEngine, tmp_path: Path) -> None:
    (tmp_path / "broken.xes").write_text("<log><trace>")
    (tmp_path / "orders.csv").write_text("order_id,ordered_at\n" + "".join(f"{n},2026-01-{n:02}\n" for n in range(1, 21)))

    found = guess(engine, tmp_path)

    assert any(said.startswith("broken.xes: cannot be read. 'broken.xes', line 1: the file is cut off") for said in found.warnings)
    assert list(found.sources) == ["orders"]

"""What is written is read back as the same log, in every format and whatever stands in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.needs import require_data
from tests.sources.logs.random_logs import ANY_TEXT, XML_TEXT, flat_logs, links_of, logs, values_of
from troth.kernel.errors import SourceError
from troth.record import Log, canonical
from troth.record.log import LogType, Rows
from troth.sources.logs import ocel_xml, read, write_ocel, write_xes
from troth.sources.logs.files import OcelFormat

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def ids_in_order(log: Log) -> tuple[list[str], list[str]]:
    return list(log.events.ids), list(log.objects.ids)


@SETTINGS
@given(log=logs(ANY_TEXT), form=st.sampled_from(["json", "sqlite"]))
def test_json_and_sqlite_keep_any_log(tmp_path: Path, log: Log, form: OcelFormat) -> None:
    file = tmp_path / "log"

    write_ocel(log, file, format=form)
    found = read(file)

    assert canonical(found.log) == canonical(log)
    assert ids_in_order(found.log) == ids_in_order(log)
    assert found.warnings == ()


@SETTINGS
@given(log=logs(XML_TEXT), dialect=st.sampled_from(["relationship", "object"]))
def test_xml_keeps_any_log_of_characters_that_xml_has(tmp_path: Path, log: Log, dialect: ocel_xml.Dialect) -> None:
    file = tmp_path / "log.xmlocel"

    ocel_xml.write(log, file, dialect=dialect)
    found = read(file)

    assert canonical(found.log) == canonical(log)
    assert ids_in_order(found.log) == ids_in_order(log)
    assert found.warnings == ()


AWKWARD = ["\r", "a\r\nb", "\t\n ", " lead", "trail ", "]]>", "&amp;", "<!-- -->", "\"'", "e\u0301", "\U0001f600", "\x85\u2028", "-0.0", ""]


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_stand_anywhere(tmp_path: Path, text: str) -> None:
    #  the text is an id, a type, a qualifier and a value at once
    types = (LogType(text, {"a": "string"}),)
    one = np.zeros(1, np.int32)
    rows = Rows(types, (text,), one)
    log = Log(
        rows, np.zeros(1, np.int64), rows, links_of([(0, 0, 0)], (text,)), links_of([(0, 0, 0)], (text,)),
        values_of([(0, "a", 0, text)]), values_of([(0, "a", 7, text)]),
    )  # fmt: skip
    for ending in ("jsonocel", "xmlocel", "sqlite"):
        write_ocel(log, tmp_path / f"log.{ending}")

        assert canonical(read(tmp_path / f"log.{ending}").log) == canonical(log)
    write_xes(log, tmp_path / "log.xes", case_type=text)
    found = canonical(read(tmp_path / "log.xes").log)
    assert (found.objects, found.event_values) == (((text, "case"),), ((text, "a", "", "str", repr(text)),))


def test_minus_zero_is_zero_in_each_format(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text(
        '{"eventTypes": [], "events": [], "objectTypes": [{"name": "o", "attributes": [{"name": "x", "type": "float"}]}],'
        ' "objects": [{"id": "1", "type": "o", "attributes": [{"name": "x", "value": "-0.0", "time": "1970-01-01T00:00:00Z"}]}]}',
        encoding="utf-8",
    )
    log = read(tmp_path / "log.json").log
    write_ocel(log, tmp_path / "log.sqlite")

    assert canonical(read(tmp_path / "log.sqlite").log) == canonical(log)


@SETTINGS
@given(log=flat_logs(XML_TEXT), ending=st.sampled_from(["xes", "xes.gz"]))
def test_xes_keeps_a_log_of_cases(tmp_path: Path, log: Log, ending: str) -> None:
    file = tmp_path / f"log.{ending}"

    assert write_xes(log, file, case_type="case") == ()
    found = read(file)

    assert canonical(found.log) == canonical(log)
    assert list(found.log.objects.ids) == list(log.objects.ids)


@pytest.mark.data
@pytest.mark.parametrize("form", ["json", "xml", "sqlite"])
@pytest.mark.parametrize("name", ["ocel20_example.jsonocel", "order_process.jsonocel"])
def test_real_logs_go_through_every_format(tmp_path: Path, name: str, form: OcelFormat) -> None:
    log = read(require_data("ocel") / name).log

    write_ocel(log, tmp_path / "log", format=form)

    assert canonical(read(tmp_path / "log").log) == canonical(log)


def test_cases_stand_in_the_order_of_their_traces_whatever_the_globals_name_first(tmp_path: Path) -> None:
    traces = "".join(f'<trace><string key="concept:name" value="{case}"/></trace>' for case in ("b", "a"))
    (tmp_path / "log.xes").write_text(f'<log><global scope="trace"><string key="concept:name" value="a"/></global>{traces}</log>')

    assert list(read(tmp_path / "log.xes").log.objects.ids) == ["b", "a"]


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("name", ["running-example.xes", "roadtraffic100traces.xes", "helpdesk.xes.gz"])
def test_real_xes_goes_through_xes_and_ocel(tmp_path: Path, name: str) -> None:
    log = read(require_data("logs") / name).log
    expected = canonical(log)

    write_xes(log, tmp_path / "log.xes.gz", case_type="case")
    write_ocel(log, tmp_path / "log.sqlite")

    assert canonical(read(tmp_path / "log.xes.gz").log) == expected
    assert canonical(read(tmp_path / "log.sqlite").log) == expected


def test_the_same_log_gives_the_same_bytes(tmp_path: Path) -> None:
    log = two_orders(tmp_path)
    for ending in ("jsonocel", "xmlocel", "sqlite"):
        write_ocel(log, tmp_path / f"a.{ending}")
        write_ocel(log, tmp_path / f"b.{ending}")

        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()
    write_xes(log, tmp_path / "a.xes.gz", case_type="order")
    write_xes(log, tmp_path / "b.xes.gz", case_type="order")

    assert (tmp_path / "a.xes.gz").read_bytes() == (tmp_path / "b.xes.gz").read_bytes()


def two_orders(folder: Path) -> Log:
    #  event  type   time   of
    #  e1     place  08:00  o1, i1 as 'with'
    #  e2     ship   09:00  o1 and o2
    #  e3     idle   10:00  -
    #  o1: price 5 from the start, 6 from 08:30; o1 -> o2 'before'
    (folder / "orders.json").write_text(
        """{"eventTypes": [{"name": "place", "attributes": []}, {"name": "ship", "attributes": []}, {"name": "idle", "attributes": []}],
        "objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "integer"}]}, {"name": "item", "attributes": []}],
        "events": [
          {"id": "e1", "type": "place", "time": "2026-01-05T08:00:00Z",
           "relationships": [{"objectId": "o1", "qualifier": ""}, {"objectId": "i1", "qualifier": "with"}]},
          {"id": "e2", "type": "ship", "time": "2026-01-05T09:00:00Z",
           "relationships": [{"objectId": "o1", "qualifier": ""}, {"objectId": "o2", "qualifier": ""}]},
          {"id": "e3", "type": "idle", "time": "2026-01-05T10:00:00Z"}],
        "objects": [
          {"id": "o1", "type": "order", "attributes": [{"name": "price", "value": "5", "time": "1970-01-01T00:00:00Z"},
           {"name": "price", "value": "6", "time": "2026-01-05T08:30:00Z"}], "relationships": [{"objectId": "o2", "qualifier": "before"}]},
          {"id": "o2", "type": "order"}, {"id": "i1", "type": "item"}]}""",
        encoding="utf-8",
    )
    return read(folder / "orders.json").log


def test_xes_says_what_it_has_no_room_for(tmp_path: Path) -> None:
    said = write_xes(two_orders(tmp_path), tmp_path / "log.xes", case_type="order")

    assert said == (
        "1 objects of other types have no room in XES and were left out.",
        "1 relations between objects have no room in XES and were left out.",
        "1 later values of cases' attributes have no room in XES and were left out.",
        "1 events of no case have no room in XES and were left out.",
        "1 events belong to several cases and stand in each of them.",
        "The qualifiers of relations have no room in XES and were left out.",
    )
    found = read(tmp_path / "log.xes")
    assert list(zip(found.log.event_objects.source.tolist(), found.log.event_objects.target.tolist(), strict=True)) == [
        (0, 0),
        (1, 0),
        (2, 1),
    ]
    assert "events are numbered in the file's order" in " ".join(found.warnings)


def test_traces_stand_in_the_order_of_time(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text(
        """{"eventTypes": [{"name": "a", "attributes": []}, {"name": "b", "attributes": []}],
        "objectTypes": [{"name": "order", "attributes": []}], "objects": [{"id": "o", "type": "order"}],
        "events": [{"id": "1", "type": "b", "time": "2026-01-05T09:00:00Z", "relationships": [{"objectId": "o", "qualifier": ""}]},
                   {"id": "2", "type": "a", "time": "2026-01-05T08:00:00Z", "relationships": [{"objectId": "o", "qualifier": ""}]}]}""",
        encoding="utf-8",
    )

    write_xes(read(tmp_path / "log.json").log, tmp_path / "log.xes", case_type="order")

    assert list(read(tmp_path / "log.xes").log.events.ids) == ["2", "1"]


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [("ocel_time", "no room"), ("Price", "no room"), ("a\\u0000b", "no room")],
)
def test_sqlite_refuses_names_that_it_has_no_room_for(tmp_path: Path, attribute: str, reason: str) -> None:
    (tmp_path / "log.json").write_text(
        '{"eventTypes": [], "events": [], "objects": [], "objectTypes": [{"name": "order", "attributes":'
        f' [{{"name": "price", "type": "float"}}, {{"name": "{attribute}", "type": "string"}}]}}]}}',
        encoding="utf-8",
    )
    log = read(tmp_path / "log.json").log

    with pytest.raises(SourceError, match=reason):
        write_ocel(log, tmp_path / "log.sqlite")
    assert not (tmp_path / "log.sqlite").exists()


def test_xml_refuses_characters_that_it_cannot_hold_and_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text(
        '{"eventTypes": [], "events": [], "objects": [], "objectTypes": [{"name": "a\\u0000b", "attributes": []}]}', encoding="utf-8"
    )
    log = read(tmp_path / "log.json").log

    with pytest.raises(SourceError, match="a character that XML cannot hold"):
        write_ocel(log, tmp_path / "log.xmlocel")
    assert [file.name for file in tmp_path.iterdir()] == ["log.json"]


def test_xes_refuses_another_type_and_names_of_its_own(tmp_path: Path) -> None:
    log = two_orders(tmp_path)

    with pytest.raises(SourceError, match=r"no objects of type 'ordr'; allowed: did you mean 'order'\?"):
        write_xes(log, tmp_path / "log.xes", case_type="ordr")


def test_a_file_without_a_known_ending_needs_a_format(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not say its format"):
        write_ocel(two_orders(tmp_path), tmp_path / "log.dat")


def test_the_tables_of_sqlite_are_those_of_the_standard(tmp_path: Path) -> None:
    # Source of the names: OCEL 2.0 specification, relational format.
    write_ocel(two_orders(tmp_path), tmp_path / "log.sqlite")

    with sqlite3.connect(tmp_path / "log.sqlite") as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = connection.execute("SELECT ocel_id, price, ocel_changed_field FROM object_order ORDER BY ocel_time, ocel_id").fetchall()
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()

    assert tables == {
        "event", "object", "event_object", "object_object", "event_map_type", "object_map_type",
        "event_place", "event_ship", "event_idle", "object_order", "object_item",
    }  # fmt: skip
    assert rows == [("o1", 5, None), ("o2", None, None), ("o1", 6, "price")]
    assert broken == []

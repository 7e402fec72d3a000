"""What makes a file no log is refused in each format with the file, the place, what is wrong and what to do; nothing is half-loaded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from troth.kernel.errors import SourceError
from troth.record import canonical
from troth.sources.logs import read

#  event  type   time   of
#  e1     place  08:00  o1
#  e2     ship   09:00  o1 as 'parcel'
WORLD: dict[str, Any] = {
    "objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "float"}, {"name": "paid", "type": "boolean"}]}],
    "eventTypes": [{"name": "place", "attributes": [{"name": "units", "type": "integer"}]}, {"name": "ship", "attributes": []}],
    "objects": [{"id": "o1", "type": "order", "attributes": [], "relationships": []}],
    "events": [
        {
            "id": "e1", "type": "place", "time": "2026-01-05T08:00:00Z", "attributes": [{"name": "units", "value": "3"}],
            "relationships": [{"objectId": "o1", "qualifier": ""}],
        },
        {
            "id": "e2", "type": "ship", "time": "2026-01-05T09:00:00Z", "attributes": [],
            "relationships": [{"objectId": "o1", "qualifier": "parcel"}],
        },
    ],
}  # fmt: skip


def as_json(world: dict[str, Any], folder: Path) -> Path:
    file = folder / "log.jsonocel"
    file.write_text(json.dumps(world), encoding="utf-8")
    return file


def as_xml(world: dict[str, Any], folder: Path) -> Path:
    """One element a line, so that lines can be counted."""
    lines = ["<log>"]
    for section, tag in (("objectTypes", "object-type"), ("eventTypes", "event-type")):
        lines.append(f"<{tag}s>")
        for type in world[section]:
            given = "".join(f'<attribute name="{a["name"]}" type="{a["type"]}"/>' for a in type["attributes"])
            lines.append(f'<{tag} name="{type["name"]}"><attributes>{given}</attributes></{tag}>')
        lines.append(f"</{tag}s>")
    for section in ("objects", "events"):
        lines.append(f"<{section}>")
        for row in world[section]:
            times = f' time="{row["time"]}"' if "time" in row else ""
            values = "".join(
                f'<attribute name="{a["name"]}"' + (f' time="{a["time"]}"' if "time" in a else "") + f">{a['value']}</attribute>"
                for a in row["attributes"]
            )
            related = "".join(f'<relationship object-id="{r["objectId"]}" qualifier="{r["qualifier"]}"/>' for r in row["relationships"])
            lines.append(
                f'<{section[:-1]} id="{row["id"]}" type="{row["type"]}"{times}>'
                f"<attributes>{values}</attributes><objects>{related}</objects></{section[:-1]}>"
            )
        lines.append(f"</{section}>")
    lines.append("</log>")
    file = folder / "log.xmlocel"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def as_sqlite(world: dict[str, Any], folder: Path) -> Path:
    """Tables without keys, as many programs write them, so that wrong rows can stand in them."""
    file = folder / "log.sqlite"
    kinds = {"string": "TEXT", "integer": "INTEGER", "float": "REAL", "boolean": "BOOLEAN", "time": "TIMESTAMP"}
    with sqlite3.connect(file) as db:
        for one, types in (("event", "eventTypes"), ("object", "objectTypes")):
            db.execute(f"CREATE TABLE {one}_map_type (ocel_type, ocel_type_map)")
            db.execute(f"CREATE TABLE {one} (ocel_id, ocel_type)")
            for type in world[types]:
                db.execute(f"INSERT INTO {one}_map_type VALUES (?, ?)", (type["name"], type["name"].title()))
                columns = "".join(f', "{a["name"]}" {kinds.get(a["type"], a["type"])}' for a in type["attributes"])
                db.execute(f"CREATE TABLE {one}_{type['name'].title()} (ocel_id, ocel_time TEXT, ocel_changed_field{columns})")
        db.execute("CREATE TABLE event_object (ocel_event_id, ocel_object_id, ocel_qualifier)")
        db.execute("CREATE TABLE object_object (ocel_source_id, ocel_target_id, ocel_qualifier)")
        for one, rows in (("event", world["events"]), ("object", world["objects"])):
            for row in rows:
                db.execute(f"INSERT INTO {one} VALUES (?, ?)", (row["id"], row["type"]))
                names = [a["name"] for a in row["attributes"]]
                table = f"{one}_{row['type'].title()}"
                if any(type["name"] == row["type"] for type in world[f"{one}Types"]):
                    db.execute(
                        f"INSERT INTO {table} (ocel_id, ocel_time{''.join(f', {n}' for n in names)}) VALUES (?, ?{', ?' * len(names)})",
                        (row["id"], row.get("time", "1970-01-01T00:00:00Z"), *(a["value"] for a in row["attributes"])),
                    )
                for r in row["relationships"]:
                    db.execute(f"INSERT INTO {one}_object VALUES (?, ?, ?)", (row["id"], r["objectId"], r["qualifier"]))
    db.close()
    return file


FORMS: dict[str, Callable[[dict[str, Any], Path], Path]] = {"json": as_json, "xml": as_xml, "sqlite": as_sqlite}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    world = deepcopy(WORLD)
    change(world)
    return world


@pytest.mark.parametrize("form", FORMS)
def test_the_world_itself_is_a_log(tmp_path: Path, form: str) -> None:
    log = read(FORMS[form](WORLD, tmp_path)).log

    assert canonical(log) == canonical(read(as_json(WORLD, tmp_path)).log)
    assert canonical(log).event_objects == (("e1", "o1", ""), ("e2", "o1", "parcel"))


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("json", r"'log\.jsonocel', /events/2: event id 'e1' stands twice; got the first in /events/0; allowed: each id once\. Rename"),
        ("xml", r"'log\.xmlocel', line 15: event id 'e1' stands twice; got the first in line 13; allowed: each id once\. Rename"),
        ("sqlite", r"'log\.sqlite', table event, row 3: event id 'e1' stands twice"),
    ],
)
def test_an_event_id_twice(tmp_path: Path, form: str, message: str) -> None:
    world = changed(lambda w: w["events"].append({**w["events"][1], "id": "e1"}))

    with pytest.raises(SourceError, match=message):
        read(FORMS[form](world, tmp_path))


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("json", r"/events/1: related to an object that is not there, 'o2'; allowed: one of 'o1'\. Add the object, or leave"),
        ("xml", r"line 14: related to an object that is not there, 'o2'; allowed: one of 'o1'\. Add the object, or leave"),
        ("sqlite", r"table event_object, row 3: related to an object that is not there, 'o2'; got 1 such relations\. Mend"),
    ],
)
def test_a_relation_to_a_missing_object(tmp_path: Path, form: str, message: str) -> None:
    world = changed(lambda w: w["events"][1]["relationships"].append({"objectId": "o2", "qualifier": "x"}))

    with pytest.raises(SourceError, match=message):
        read(FORMS[form](world, tmp_path))


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("json", r"/objects/0: related to an obj.* 'o7'"),
        ("xml", r"line 10: related.* 'o7'"),
        ("sqlite", r"object_object, row 1: related.*'o7'"),
    ],
)
def test_a_relation_of_an_object_to_a_missing_one(tmp_path: Path, form: str, message: str) -> None:
    world = changed(lambda w: w["objects"][0]["relationships"].append({"objectId": "o7", "qualifier": "x"}))

    with pytest.raises(SourceError, match=message):
        read(FORMS[form](world, tmp_path))


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("json", r"/events/1: event type 'shipp' is not declared; allowed: did you mean 'ship'\? Declare the type"),
        ("xml", r"line 14: event type 'shipp' is not declared; allowed: did you mean 'ship'\? Declare the type"),
        ("sqlite", r"table event, row 2: event type 'shipp' is not declared; allowed: did you mean 'ship'\? Mend"),
    ],
)
def test_a_type_absent_from_the_map(tmp_path: Path, form: str, message: str) -> None:
    world = changed(lambda w: w["events"][1].update(type="shipp"))

    with pytest.raises(SourceError, match=message):
        read(FORMS[form](world, tmp_path))


@pytest.mark.parametrize("form", FORMS)
def test_a_type_of_objects_absent_from_the_map(tmp_path: Path, form: str) -> None:
    world = changed(lambda w: w["objects"].append({**w["objects"][0], "id": "o2", "type": "parcel"}))

    with pytest.raises(SourceError, match=r"(/objects/1|line 11|table object, row 2): object type 'parcel' is not declared"):
        read(FORMS[form](world, tmp_path))


@pytest.mark.parametrize("form", FORMS)
def test_a_time_without_zone_is_read_as_utc_with_a_warning(tmp_path: Path, form: str) -> None:
    file = FORMS[form](changed(lambda w: w["events"][0].update(time="2026-01-05T08:00:00")), tmp_path)

    utc, berlin = read(file), read(file, zone="Europe/Berlin")

    assert canonical(utc.log).events[0] == ("e1", "place", "2026-01-05T08:00:00")
    assert utc.warnings == (
        "1 times bear no zone and are read as UTC. Give zone='Europe/Berlin', say, where they are local.",
        "Times with and without a zone stand side by side.",
    )
    assert canonical(berlin.log).events[0] == ("e1", "place", "2026-01-05T07:00:00")
    assert berlin.warnings == ("Times with and without a zone stand side by side.",)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", ["three", "3.5", "99999999999999999999", "3 4", "true"])
def test_an_attribute_value_of_another_type(tmp_path: Path, form: str, value: str) -> None:
    world = changed(lambda w: w["events"][0]["attributes"][0].update(value=value))

    with pytest.raises(
        SourceError, match=r"(/events/0|line 13|table event_Place, row 1): 'units' of 'e1' is no integer; got .*Mend the value"
    ):
        read(FORMS[form](world, tmp_path))


@pytest.mark.parametrize("form", FORMS)
def test_an_attribute_that_its_type_does_not_declare(tmp_path: Path, form: str) -> None:
    world = changed(lambda w: w["events"][1]["attributes"].append({"name": "units", "value": "1"}))
    if form == "sqlite":
        world = changed(lambda w: w["events"][1]["attributes"])  # a column is its own declaration
        assert read(FORMS[form](world, tmp_path)).warnings == ()
        return

    with pytest.raises(SourceError, match=r"(/events/1|line 14): 'ship' declares no attribute 'units'"):
        read(FORMS[form](world, tmp_path))


@pytest.mark.parametrize("form", FORMS)
def test_two_qualifiers_of_one_object_are_two_relations(tmp_path: Path, form: str) -> None:
    world = changed(lambda w: w["events"][1]["relationships"].append({"objectId": "o1", "qualifier": "invoice"}))

    found = read(FORMS[form](world, tmp_path))

    assert canonical(found.log).event_objects == (("e1", "o1", ""), ("e2", "o1", "invoice"), ("e2", "o1", "parcel"))
    assert found.warnings == ()


@pytest.mark.parametrize("form", FORMS)
def test_the_same_relation_twice_is_kept_once_and_said(tmp_path: Path, form: str) -> None:
    world = changed(lambda w: w["events"][1]["relationships"].append({"objectId": "o1", "qualifier": "parcel"}))

    found = read(FORMS[form](world, tmp_path))

    assert len(found.log.event_objects) == 2
    assert found.warnings == ("1 relations stood twice with the same qualifier and were kept once.",)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("time", ["yesterday", "2026-02-30T08:00:00Z", "", "05.01.2026 08:00", "2026-01-05T25:00:00Z"])
def test_an_event_whose_time_cannot_be_read(tmp_path: Path, form: str, time: str) -> None:
    world = changed(lambda w: w["events"][1].update(time=time))

    with pytest.raises(SourceError, match=r"(/events/1|line 14|table event_Ship, row 1): the time of event 'e2' cannot be read; got '"):
        read(FORMS[form](world, tmp_path))


@pytest.mark.parametrize("form", ["json", "xml"])
def test_two_values_of_one_attribute_at_one_time(tmp_path: Path, form: str) -> None:
    #  price 5 and 6 at 10:00, paid twice the same
    at = "2026-01-05T10:00:00Z"
    twice = [{"name": "paid", "value": "true", "time": at}] * 2
    values = [*twice, {"name": "price", "value": "5", "time": at}, {"name": "price", "value": "6", "time": at}]

    with pytest.raises(
        SourceError, match=r"(/objects/0|line 10): 'price' of 'o1' has two values at one time; got 5.0 and 6.0; allowed: one"
    ):
        read(FORMS[form](changed(lambda w: w["objects"][0].update(attributes=values)), tmp_path))
    found = read(FORMS[form](changed(lambda w: w["objects"][0].update(attributes=twice)), tmp_path))
    assert found.warnings == ("1 attribute values stood twice and were kept once.",)


@pytest.mark.parametrize("form", FORMS)
def test_blank_and_nan_are_no_values(tmp_path: Path, form: str) -> None:
    for value in ("", "NaN"):
        found = read(FORMS[form](changed(lambda w, v=value: w["events"][0]["attributes"][0].update(value=v)), tmp_path))  # type: ignore[misc]

        assert len(found.log.event_values) == 0
        assert found.warnings == ("1 values of numbers, times or booleans are blank or NaN and were left empty.",)
        for file in tmp_path.iterdir():
            file.unlink()


@pytest.mark.parametrize("form", ["json", "xml"])
def test_digits_below_a_microsecond_are_cut_and_said(tmp_path: Path, form: str) -> None:
    found = read(FORMS[form](changed(lambda w: w["events"][0].update(time="2026-01-05T08:00:00.123456789Z")), tmp_path))

    assert canonical(found.log).events[0][2] == "2026-01-05T08:00:00.123456"
    assert found.warnings == ("1 times are finer than a microsecond and were cut to it.",)


@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_zone_is_refused(tmp_path: Path, form: str) -> None:
    with pytest.raises(SourceError, match=r"no such time zone; got 'Europe/Berln'; allowed: did you mean 'Europe/Berlin'\?"):
        read(FORMS[form](WORLD, tmp_path), zone="Europe/Berln")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.pop("events"), r"/: 'events' is missing"),
        (
            lambda w: w["events"][0].update(relations=w["events"][0].pop("relationships")),
            r"/events/0/relations: relations stand where none are",
        ),
        (lambda w: w["events"][0].pop("time"), r"/events/0: 'time' is missing"),
        (lambda w: w["events"][0].update(id=7), r"/events/0/id: a text is expected; got 7"),
        (lambda w: w["events"].append("e3"), r"/events/2: an object is expected; got 'e3'"),
        (lambda w: w.update(events={}), r"/events: an array is expected"),
        (lambda w: w["events"][0].update(attributes=5), r"/events/0/attributes: an array is expected; got 5"),
        (
            lambda w: w["events"][0]["attributes"][0].update(value=[1]),
            r"/events/0/attributes/0/value: a text, a number or a boolean is expected",
        ),
        (lambda w: w["events"][1]["relationships"][0].pop("qualifier"), r"/events/1/relationships/0: 'qualifier' is missing"),
        (lambda w: w["objectTypes"].append(w["objectTypes"][0]), r"/objectTypes/1: the type 'order' stands twice"),
        (
            lambda w: w["eventTypes"][0]["attributes"][0].update(type="int"),
            r"/eventTypes/0: 'units' of 'place' has no known type; got 'int'",
        ),
        (lambda w: w["events"][0].update(id="a\ud800"), r"/events/0: half a character"),
    ],
)
def test_what_the_json_schema_refuses(tmp_path: Path, change: Callable[[dict[str, Any]], object], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(as_json(changed(change), tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('qualifier="parcel"', "", r"line 14: <relationship> has no 'qualifier'"),
        ('<relationship object-id="o1" qualifier="parcel"/>', "<relation/>", r"line 14: <relation> is not expected here"),
        ("</events>", "</events><trace/>", r"<trace> is not expected here"),
        ("<events>", "<events><object id='x' type='order'/>", r"<object> is not expected in <events>"),
        (' time="2026-01-05T09:00:00Z"', "", r"line 14: <event> has no 'time'"),
        ("<log>", "<!DOCTYPE log><log>", r"line 1: a document type declaration"),
        ("</log>", "", r"the file is cut off"),
        ("</event>", "</evnt>", r"line 13: not well-formed: mismatched tag"),
    ],
)
def test_what_is_no_ocel_in_xml(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = as_xml(WORLD, tmp_path)
    file.write_text(file.read_text().replace(old, new))

    with pytest.raises(SourceError, match=message):
        read(file)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DELETE FROM event_Ship", r"table event, row 2: event 'e2' has no row in the table of 'ship', hence no time"),
        ("INSERT INTO event_Ship VALUES ('e9', 'x', NULL)", r"table event_Ship, row 2: no event 'e9' of type 'ship'"),
        ("INSERT INTO event_Ship SELECT * FROM event_Ship", r"table event_Ship, row 2: event id 'e2' stands twice"),
        ("INSERT INTO object_Order (ocel_id) VALUES ('o9')", r"table object_Order, row 2: no object 'o9' of type 'order'"),
        ("UPDATE object_Order SET ocel_changed_field = 'prize', price = 1", r"row 1: ocel_changed_field names no attribute; got 'prize'"),
        ("DROP TABLE event_object", r"has no table 'event_object'"),
        ("ALTER TABLE event RENAME COLUMN ocel_id TO id", r"table event: no column 'ocel_id'"),
        ("UPDATE event SET ocel_id = 7 WHERE ocel_id = 'e1'", r"table event, row 1: an id and a type are expected; got \(7, 'place'\)"),
        ("UPDATE event_Place SET units = x'00ff'", r"table event_Place, row 1: 'units' holds bytes"),
        ("ALTER TABLE event RENAME TO other; CREATE VIEW event AS SELECT * FROM other", r"has no table 'event'"),
        ("DROP TABLE event_object; CREATE VIRTUAL TABLE event_object USING fts5(ocel_event_id, ocel_object_id)", r"is a virtual table"),
        ("ALTER TABLE event_object ADD COLUMN x AS (hex(zeroblob(9)))", r"'event_object' has computed columns"),
        ("UPDATE event_object SET ocel_qualifier = 5", r"table event_object, row 1: a qualifier is a text; got 5"),
    ],
)
def test_what_is_no_ocel_in_sqlite(tmp_path: Path, sql: str, message: str) -> None:
    file = as_sqlite(WORLD, tmp_path)
    with sqlite3.connect(file) as db:
        db.executescript(sql)
    db.close()

    with pytest.raises(SourceError, match=message):
        read(file)


def test_a_database_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    file = as_sqlite(WORLD, tmp_path)
    beside = file.with_name("log.sqlite-wal")
    beside.write_bytes(b"x")

    with pytest.raises(SourceError, match=r"'log\.sqlite' is in use: changes still stand in 'log\.sqlite-wal'\. Close the program"):
        read(file)


def test_reading_sqlite_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    file = as_sqlite(WORLD, tmp_path)
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA journal_mode = WAL")
    db.close()
    before = (file.read_bytes(), sorted(p.name for p in tmp_path.iterdir()))

    read(file)

    assert (file.read_bytes(), sorted(p.name for p in tmp_path.iterdir())) == before

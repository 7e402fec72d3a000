"""OCEL 2.0 as JSON.

Source: OCEL 2.0 specification (Berti and others, 2023), JSON format; values are texts there, and are read as JSON values too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

from troth.record.log import Log, LogType
from troth.sources.logs.assembly import Assembly
from troth.sources.logs.imported import Imported
from troth.sources.logs.json_elements import JsonFile
from troth.sources.logs.output import written_whole
from troth.sources.logs.rows_out import Attribute, event_rows, object_rows
from troth.sources.logs.shapes import Shapes

_TYPES = {"eventTypes": "events", "objectTypes": "objects"}
_PARTS = (*_TYPES, "events", "objects")
_ROW = frozenset({"id", "type", "time", "attributes", "relationships"})


def read(path: Path, zone: str | None) -> Imported:
    """Refuses what the JSON schema refuses, a relation to no object, ids that stand twice, and values of other types than declared."""
    file, shapes = JsonFile(path), Shapes(path.name)
    assembly = Assembly(path.name, lambda kind, row: f"/{kind}/{row}", zone)
    seen = set()
    for key in file.keys():  # noqa: SIM118 - no dictionary
        seen.add(key)
        pointer = f"/{key}"
        if key not in _PARTS:
            _refuse_unread(shapes, "", key, file.value(pointer))
            continue
        for number, item in enumerate(file.items(pointer)):
            place = f"{pointer}/{number}"
            part = shapes.part(item, place)
            if key in _TYPES:
                _type(assembly, shapes, _TYPES[key], part, place)
            else:
                _row(assembly, shapes, key, part, place)
    for key in _PARTS:
        if key not in seen:
            shapes.refuse("/", f"'{key}' is missing", None)
    return assembly.finished()


def _type(assembly: Assembly, shapes: Shapes, kind: str, part: Mapping[str, object], place: str) -> None:
    declared: dict[str, str] = {}
    for pointer, attribute in shapes.parts(part, "attributes", place):
        name = shapes.text(attribute, "name", pointer)
        if name in declared:
            shapes.refuse(pointer, f"the attribute '{name}' stands twice", None)
        declared[name] = shapes.text(attribute, "type", pointer)
    assembly.type(kind, shapes.text(part, "name", place), declared, place)


def _refuse_unread(shapes: Shapes, place: str, name: str, value: object) -> None:
    """What the format does not know is left alone, unless it holds relations: they would be lost."""
    if '"objectId"' in json.dumps(value):
        shapes.refuse(f"{place}/{name}", "relations stand where none are read", "'relationships'")


def _row(assembly: Assembly, shapes: Shapes, kind: str, part: Mapping[str, object], place: str) -> None:
    for name in part.keys() - _ROW:
        _refuse_unread(shapes, place, name, part[name])
    id, type = shapes.text(part, "id", place), shapes.text(part, "type", place)
    row = assembly.row_of_event(id, type, shapes.text(part, "time", place)) if kind == "events" else assembly.row_of_object(id, type)
    for pointer, attribute in shapes.parts(part, "attributes", place):
        name, value = shapes.text(attribute, "name", pointer), attribute.get("value")
        at = shapes.text(attribute, "time", pointer) if kind == "objects" else None
        if value is not None:
            assembly.value(kind, row, name, shapes.raw(value, f"{pointer}/value"), at)
    for pointer, relation in shapes.parts(part, "relationships", place):
        assembly.relate(kind, row, shapes.text(relation, "objectId", pointer), shapes.text(relation, "qualifier", pointer))


def write(log: Log, path: Path) -> None:
    """Values as texts, as the schema asks; times in UTC with microseconds."""
    with written_whole(path) as file:
        file.write('{"objectTypes":')
        file.write(_text([_declared(type) for type in log.objects.types]))
        file.write(',\n"eventTypes":')
        file.write(_text([_declared(type) for type in log.events.types]))
        file.write(',\n"objects":[')
        _written(file, ({"id": o.id, "type": o.type, **_parts(o.values, o.related, timed=True)} for o in object_rows(log)))
        file.write('],\n"events":[')
        rows = ({"id": e.id, "type": e.type, "time": e.time, **_parts(e.values, e.related, timed=False)} for e in event_rows(log))
        _written(file, rows)
        file.write("]}\n")


def _parts(values: list[Attribute], related: list[tuple[str, str]], *, timed: bool) -> dict[str, object]:
    attributes = [{"name": v.name, "value": v.text} | ({"time": v.at} if timed else {}) for v in values]
    relations = [{"objectId": id, "qualifier": qualifier} for id, qualifier in related]
    return {"attributes": attributes, "relationships": relations}


def _declared(type: LogType) -> dict[str, object]:
    return {"name": type.name, "attributes": [{"name": name, "type": kind} for name, kind in type.attributes.items()]}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _written(file: TextIO, rows: Iterable[object]) -> None:
    for number, row in enumerate(rows):
        file.write("\n" if number == 0 else ",\n")
        file.write(_text(row))

"""A log to XES: the objects of one type become traces, with the events that are related to them in the order of time."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import numpy as np

from troth.kernel.errors import SourceError, nearest
from troth.record.log import INITIAL_US, Codes, Log, ValueType
from troth.sources.logs.instants import written
from troth.sources.logs.ocel_xml import quoted
from troth.sources.logs.output import replacing, written_whole
from troth.sources.logs.rows_out import Attribute, RowOut, event_rows, object_rows
from troth.sources.logs.xes import ID, NAME, TIME

TAGS: dict[ValueType, str] = {"string": "string", "time": "date", "integer": "int", "float": "float", "boolean": "boolean"}
_OWN = {"event": (NAME, TIME, ID), "trace": (NAME,)}
_EXTENSIONS = {
    "concept": ("Concept", "http://www.xes-standard.org/concept.xesext"),
    "time": ("Time", "http://www.xes-standard.org/time.xesext"),
    "identity": ("Identity", "http://www.xes-standard.org/identity.xesext"),
    "lifecycle": ("Lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    "org": ("Organizational", "http://www.xes-standard.org/org.xesext"),
    "cost": ("Cost", "http://www.xes-standard.org/cost.xesext"),
}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
"""
_GLOBALS = f"""<global scope="trace"><string key="{NAME}" value=""/></global>
<global scope="event"><string key="{NAME}" value=""/><date key="{TIME}" value="1970-01-01T00:00:00.000000Z"/></global>
<classifier name="Activity" keys="{NAME}"/>
"""


def write(log: Log, path: Path, case_type: str) -> tuple[str, ...]:
    """Write one trace for each object of a type; packed with gzip where the name ends in .gz. Returns what XES has no room for.

    Refuses a type that the log does not have, attributes called like those that XES itself needs, and characters that XML
    cannot hold.
    """
    types = [type.name for type in log.objects.types]
    if case_type not in types:
        raise SourceError(
            f"the log has no objects of type '{case_type}'", allowed=nearest(case_type, types), next_step="Name another type."
        )
    number = types.index(case_type)
    _refuse_names(log, number)
    cases = np.flatnonzero(log.objects.type == number).astype(np.int32)
    event, ends = _events_of(log, cases)
    # Rows are written as they come: an event of two cases is written twice.
    events = [_event(row, log) for row in event_rows(log)]
    kinds = {type.name: type.attributes for type in log.objects.types}
    with _packed(path) as file:
        file.write(_HEAD)
        file.write("".join(_extension(prefix) for prefix in _prefixes(log)) + _GLOBALS)
        for row, place in zip((r for r in object_rows(log) if r.type == case_type), range(len(cases)), strict=True):
            began = [value for value in row.values if value.at == written(INITIAL_US)]
            values = "".join(_attribute(value, kinds[row.type][value.name]) for value in began)
            file.write(f'<trace><string key="{NAME}" value="{quoted(row.id)}"/>{values}\n')
            for one in event[ends[place] : ends[place + 1]].tolist():
                file.write(events[one])
            file.write("</trace>\n")
        file.write("</log>\n")
    return tuple(_left_out(log, number, event))


def _events_of(log: Log, cases: Codes) -> tuple[Codes, Codes]:
    """Events of each case in the order of time, those of one time in the log's order; and where each case's events begin."""
    links = log.event_objects
    case = np.full(len(log.objects), -1, np.int32)
    case[cases] = np.arange(len(cases), dtype=np.int32)
    chosen = np.flatnonzero(case[links.target] >= 0) if len(links) else np.empty(0, np.int64)
    pairs = np.unique(np.stack([case[links.target[chosen]], links.source[chosen]]), axis=1)
    order = np.lexsort((pairs[1], log.time[pairs[1]], pairs[0]))
    ends = np.searchsorted(pairs[0][order], np.arange(len(cases) + 1))
    return pairs[1][order].astype(np.int32), ends.astype(np.int32)


def _event(row: RowOut, log: Log) -> str:
    declared = next(type.attributes for type in log.events.types if type.name == row.type)
    values = "".join(_attribute(value, declared[value.name]) for value in row.values)
    return (
        f'<event><id key="{ID}" value="{quoted(row.id)}"/><string key="{NAME}" value="{quoted(row.type)}"/>'
        f'<date key="{TIME}" value="{row.time}"/>{values}</event>\n'
    )


def _attribute(value: Attribute, kind: ValueType) -> str:
    return f'<{TAGS[kind]} key="{quoted(value.name)}" value="{quoted(value.text)}"/>'


def _refuse_names(log: Log, number: int) -> None:
    owned = [(type, _OWN["event"]) for type in log.events.types] + [(log.objects.types[number], _OWN["trace"])]
    for type, own in owned:
        for name in type.attributes:
            if name in own:
                raise SourceError(
                    f"'{type.name}' has an attribute '{name}', which XES needs for itself", next_step="Rename it, or write OCEL instead."
                )


def _prefixes(log: Log) -> list[str]:
    """Extensions that the attributes' names speak of."""
    names = {name for type in (*log.events.types, *log.objects.types) for name in type.attributes}
    return ["concept", "time", "identity", *(p for p in ("lifecycle", "org", "cost") if any(n.startswith(f"{p}:") for n in names))]


def _extension(prefix: str) -> str:
    name, uri = _EXTENSIONS[prefix]
    return f'<extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n'


@contextmanager
def _packed(path: Path) -> Iterator[TextIO]:
    if path.suffix.lower() != ".gz":
        with written_whole(path) as file:
            yield file
        return
    # No name and no time inside, so that the same log gives the same bytes.
    with (
        replacing(path) as beside,
        beside.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        TextIOWrapper(packed, "utf-8", newline="\n") as text,
    ):
        yield text


def _left_out(log: Log, number: int, event: Codes) -> list[str]:
    said = []
    values = log.object_values
    of_case = log.objects.type[values.of] == number if len(values) else np.empty(0, np.bool_)
    others = int((log.objects.type != number).sum())
    times = np.bincount(event, minlength=len(log.events))
    counts = (
        (others, "objects of other types"),
        (len(log.object_objects), "relations between objects"),
        (int((of_case & (values.at != INITIAL_US)).sum()), "later values of cases' attributes"),
        (int((times == 0).sum()), "events of no case"),
    )
    said += [f"{count:,} {what} have no room in XES and were left out." for count, what in counts if count]
    if repeated := int((times > 1).sum()):
        said.append(f"{repeated:,} events belong to several cases and stand in each of them.")
    if any(log.event_objects.qualifiers):
        said.append("The qualifiers of relations have no room in XES and were left out.")
    return said

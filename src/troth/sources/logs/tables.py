"""A log as tables of text: for each type of objects one, with a row for each event of each object.

The columns bear the names that process mining gives them: `case:concept:name`, `concept:name`, `time:timestamp`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from troth.record.log import Codes, Log, Value, Values
from troth.sources.logs.imported import Imported
from troth.sources.logs.instants import all_written
from troth.sources.logs.rows_out import as_text
from troth.sources.logs.xes import ID, NAME, TIME

Texts = npt.NDArray[np.object_]
CASE, ROW, QUALIFIER = f"case:{NAME}", "ocel:e2o", "ocel:qualifier"


def types_of(log: Log) -> list[str]:
    """Types of objects that have a table."""
    return [type.name for number, type in enumerate(log.objects.types) if (log.objects.type == number).any()]


def columns_of(imported: Imported, type: str | None) -> dict[str, Texts]:
    """Rows of one type's table, None in what is not there. type: None for every event, whatever it belongs to.

    An object without events has no row; of an attribute that changed the first value stands there.
    """
    log, naive = imported.log, imported.naive
    event, case, qualifier = _pairs(log, type)
    # The last place, to which -1 points, is of no object.
    columns: dict[str, Texts] = {CASE: np.array([*log.objects.ids, None], object)[case]}
    columns[NAME] = np.array([t.name for t in log.events.types], object)[log.events.type[event]]
    times = np.array(all_written(log.time), object)
    times[naive] = [text[:-1] for text in times[naive]]
    columns[TIME] = times[event]
    if type is None:
        columns[ID] = np.array(log.events.ids, object)
    else:
        columns[ROW] = np.array([f"{log.events.ids[e]} {log.objects.ids[o]}" for e, o in zip(event, case, strict=True)], object)
        columns[QUALIFIER] = qualifier
    rows = list(_filled(log.event_values, len(log.events), event, "", wall=bool(naive.any())))
    rows += _filled(_first(log.object_values), len(log.objects), case, "case:", wall=bool(naive.any()))
    return _named(columns, rows)


def _pairs(log: Log, type: str | None) -> tuple[Codes, Codes, Texts]:
    """Event, object and qualifiers of each row. An event that an object takes part in twice happened once."""
    links = log.event_objects
    if type is None:
        case = np.full(len(log.events), -1, np.int32)
        case[links.source] = links.target
        return np.arange(len(log.events), dtype=np.int32), case, np.full(len(log.events), None, object)
    number = [t.name for t in log.objects.types].index(type)
    said: dict[tuple[int, int], list[str]] = {}
    for event, target, qualifier in zip(links.source.tolist(), links.target.tolist(), links.qualifier.tolist(), strict=True):
        if log.objects.type[target] == number:
            said.setdefault((event, target), []).append(links.qualifiers[qualifier])
    pairs = np.array(list(said), np.int32).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1], np.array([", ".join(filter(None, one)) or None for one in said.values()], object)


def _first(values: Values) -> Values:
    """Of each attribute of each object the value that it had first."""
    order = np.lexsort((values.at, values.name, values.of))
    of, name = values.of[order], values.name[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (of[1:] != of[:-1]) | (name[1:] != name[:-1])
    return values.at_places(order[first])


def _filled(values: Values, owners: int, rows: Codes, prefix: str, *, wall: bool) -> Iterable[tuple[str, Texts]]:
    """A column for each attribute. wall: times are written without a zone, as those of the events are."""
    texts = np.array([None, *(_text(value, wall=wall) for value in values.pool)], object)
    for number, name in enumerate(values.names):
        chosen = values.name == number
        place = np.zeros(owners + 1, np.int32)
        place[values.of[chosen]] = values.value[chosen] + 1
        yield prefix + name, texts[place[rows]]


def _text(value: Value, *, wall: bool) -> str:
    text = as_text(value)
    return text[:-1] if wall and isinstance(value, datetime) else text


def _named(columns: dict[str, Texts], more: Sequence[tuple[str, Texts]]) -> dict[str, Texts]:
    """Names as an engine tells them apart: a second `activity` beside `Activity` is called activity_2."""
    taken = {name.lower() for name in columns}
    for raw, column in more:
        base = raw.strip().replace("\0", "") or "attribute"
        name, again = base, 2
        while name.lower() in taken:
            name, again = f"{base}_{again}", again + 1
        taken.add(name.lower())
        columns[name] = column
    return columns

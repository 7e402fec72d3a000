"""XES, plain or packed with gzip: traces become objects of type `case`, events belong to the trace that they stand in.

Source: IEEE 1849-2016 and 1849-2023. An event's type is its `concept:name`, its time `time:timestamp`, its id
`identity:id` where every event has another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from troth.kernel.instant import DAY_US, EPOCH, to_us
from troth.record.log import Codes, Instants, Links, Log, LogType, Rows
from troth.sources.logs.imported import Imported
from troth.sources.logs.instants import Moment, require_zone
from troth.sources.logs.xes_cells import Cells, Taken, cells_of, settled_us, values_of
from troth.sources.logs.xes_pieces import refuse
from troth.sources.logs.xes_tags import Document, NotXes, read_document, value_of
from troth.sources.logs.xes_tree import ATTRIBUTES, NUMBER, Booleans, Tree, read_tree

NAME, TIME, ID = "concept:name", "time:timestamp", "identity:id"
CASE = "case"
_FIRST_US, _LAST_US = to_us(EPOCH.replace(year=6)), to_us(EPOCH.replace(year=9999)) - 3 * DAY_US


@dataclass(frozen=True, slots=True)
class _Reading:
    path: Path
    zone: str
    document: Document
    tree: Tree
    cells: Cells
    taken: Taken
    warnings: list[str]

    def named(self, name: str, *, of_events: bool) -> Cells:
        """The cells of one attribute."""
        return self.cells.where((self.cells.name == self.cells.key(name)) & (self.cells.event == of_events))


def read(path: Path, zone: str | None) -> Imported:
    """Refuses what is not well-formed, an event without a time or a name, and a value that is none of its tag's type."""
    if zone is not None:
        require_zone(zone)
    document, taken = read_document(path), Taken()
    tree = read_tree(path, document)
    reading = _Reading(path, zone or "UTC", document, tree, cells_of(document, tree, taken), taken, [])
    time, naive = _times(reading)
    types, type = _activities(reading)
    ids = _event_ids(reading)
    cases, case_of = _cases(reading)
    cells = reading.cells
    special = [cells.key(name) for name in ((NAME, TIME) if ids is None else (NAME, TIME, ID))]
    of_events = cells.where(cells.event & ~np.isin(cells.name, special))
    of_cases = cells.where(~cells.event & (cells.name != cells.key(NAME)))
    of_cases = Cells(of_cases.tag, case_of[of_cases.of], of_cases.event, of_cases.name, of_cases.code, of_cases.names)
    event_ids = ids or [f"e{number}" for number in range(1, len(tree.event_at) + 1)]
    event_values, declared = values_of(path, document, of_events, reading.zone, (type, len(types), event_ids), taken)
    one_type = np.zeros(len(cases), np.int32)
    case_values, of_case = values_of(path, document, of_cases, reading.zone, (one_type, 1, cases), taken)
    events = Rows(tuple(LogType(n, d) for n, d in zip(types, declared, strict=True)), event_ids, type)
    objects = Rows((LogType(CASE, of_case[0]),), cases, one_type)
    _say(reading, zone)
    log = Log(events, time, objects, _stands_in(tree, case_of), _no_links(), event_values, case_values)
    return Imported(log, tuple(reading.warnings), naive, len(log.event_objects))


def _times(reading: _Reading) -> tuple[Instants, Booleans]:
    """UTC microseconds of each event, and whether its text bore no zone."""
    document, taken = reading.document, reading.taken
    cells = reading.named(TIME, of_events=True)
    us, naive = np.zeros(len(reading.tree.event_at), np.int64), np.zeros(len(reading.tree.event_at), np.bool_)
    count = np.bincount(cells.of, minlength=len(us))
    if (count != 1).any():
        event = int(np.argmax(count != 1))
        what = "an event has no time:timestamp" if count[event] == 0 else "an event has several time:timestamp"
        refuse(reading.path, int(reading.tree.event_at[event]), what, next_step="Give it one, or leave the event out.")
    block = cells.code < 0
    us[cells.of[block]] = document.date_us[-1 - cells.code[block]]
    taken.zoned += int(block.sum())
    for place in np.flatnonzero(~block).tolist():
        moment = _value(reading, cells, place)
        if not isinstance(moment, Moment):
            refuse(reading.path, int(cells.tag[place]), "time:timestamp is no date", next_step="Write it as <date>.")
        if moment.naive and not _FIRST_US < moment.us < _LAST_US:
            refuse(reading.path, int(cells.tag[place]), "a time without a zone lies too far off")
        taken.naive, taken.zoned, taken.finer = (
            taken.naive + moment.naive, taken.zoned + (not moment.naive), taken.finer + moment.finer,
        )  # fmt: skip
        us[cells.of[place]], naive[cells.of[place]] = settled_us(moment, reading.zone), moment.naive
    return us, naive


def _value(reading: _Reading, cells: Cells, place: int) -> object:
    try:
        return value_of(reading.document.tags[cells.code[place]])
    except NotXes as error:
        refuse(reading.path, int(cells.tag[place]), error.what, error.got)


def _texts(reading: _Reading, name: str, rows: int, *, of_events: bool) -> tuple[Codes, list[str]]:
    """For each event or trace the place of an attribute's text, -1 where it has none."""
    cells = reading.named(name, of_events=of_events)
    if (cells.code < 0).any():
        refuse(reading.path, int(cells.tag[cells.code < 0][0]), f"{name} is a date, not a name")
    known: dict[str, int] = {}
    of_tag = np.zeros(len(reading.document.tags) + 1, np.int32)
    for code in np.flatnonzero(np.bincount(cells.code, minlength=1)).tolist():
        tag = reading.document.tags[code]
        if tag.wrong:
            refuse(reading.path, int(cells.tag[cells.code == code][0]), tag.wrong, tag.text)
        of_tag[code] = known.setdefault(tag.text, len(known))
    found = np.full(rows, -1, np.int32)
    found[cells.of] = of_tag[cells.code]
    differ = found[cells.of] != of_tag[cells.code]
    if differ.any():
        refuse(reading.path, int(cells.tag[differ][0]), f"{name} stands twice with different values", next_step="Keep one.")
    return _by_appearance(found, list(known))


def _by_appearance(found: Codes, texts: list[str]) -> tuple[Codes, list[str]]:
    """The same texts numbered as rows name them first; a tag may stand in the log's globals before."""
    numbers, first = np.unique(found[found >= 0], return_index=True)
    order = numbers[np.argsort(first)]
    renumbered = np.full(len(texts) + 1, -1, np.int32)
    renumbered[order] = np.arange(len(order), dtype=np.int32)
    return renumbered[found], [texts[number] for number in order.tolist()]


def _activities(reading: _Reading) -> tuple[list[str], Codes]:
    found, names = _texts(reading, NAME, len(reading.tree.event_at), of_events=True)
    missing = np.flatnonzero(found < 0)
    if missing.size:
        given = _default(reading, "event")
        if given is None:
            refuse(
                reading.path, int(reading.tree.event_at[missing[0]]), "an event has no concept:name, and the log gives no other for all",
                f"{missing.size:,} such events", "Give it one, or leave the event out.",
            )  # fmt: skip
        names = names if given in names else [*names, given]
        found[missing] = names.index(given)
        reading.warnings.append(f"{missing.size:,} events bear no concept:name and are called '{given}', as the log says of all.")
    return names, found


def _default(reading: _Reading, scope: str) -> str | None:
    """The concept:name that <global> gives to all events or traces."""
    document, tree = reading.document, reading.tree
    for begin in np.flatnonzero(tree.start & (tree.name == NUMBER["global"])).tolist():
        if dict(document.tags[document.codes[begin]].attributes).get("scope") != scope:
            continue
        for place in range(begin + 1, len(document.codes)):
            if tree.level[place] <= tree.level[begin]:
                break
            code = document.codes[place]
            if code >= 0 and tree.level[place] == 2 and document.tags[code].key == NAME:
                return str(document.tags[code].text)
    return None


def _event_ids(reading: _Reading) -> list[str] | None:
    """Ids of the file's own, None where it has none that name every event: then events are numbered."""
    found, texts = _texts(reading, ID, len(reading.tree.event_at), of_events=True)
    if not texts:
        return None
    if len(texts) == len(found) and (found >= 0).all():
        return [texts[place] for place in found.tolist()]
    reading.warnings.append("Some events bear no identity:id, or one bears that of another: events are numbered in the file's order.")
    return None


def _cases(reading: _Reading) -> tuple[list[str], Codes]:
    """The cases' ids, and for each trace the number of its case."""
    found, names = _texts(reading, NAME, len(reading.tree.trace_at), of_events=False)
    unnamed = np.flatnonzero(found < 0).tolist()
    for trace in unnamed:
        name, again = f"trace {trace + 1}", 2
        while name in names:
            name, again = f"trace {trace + 1} ({again})", again + 1
        found[trace] = len(names)
        names.append(name)
    if unnamed:
        reading.warnings.append(
            f"{len(unnamed):,} traces bear no concept:name and are called by their place, such as 'trace {unnamed[0] + 1}'."
        )
    if len(names) < len(found):
        reading.warnings.append(f"{len(found) - len(names):,} traces bear the name of another and were joined with it.")
    return names, found


def _stands_in(tree: Tree, case_of: Codes) -> Links:
    trace = tree.trace[tree.event_at]
    source = np.flatnonzero(trace >= 0).astype(np.int32)
    return Links(source, case_of[trace[source]], np.zeros(len(source), np.int32), ("",))


def _no_links() -> Links:
    return Links(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int32), ())


def _say(reading: _Reading, zone: str | None) -> None:
    taken, tree, said = reading.taken, reading.tree, reading.warnings
    if taken.naive and zone is None:
        said.append(f"{taken.naive:,} times bear no zone and are read as UTC. Give zone='Europe/Berlin', say, where they are local.")
    if taken.naive and taken.zoned:
        said.append("Times with and without a zone stand side by side.")
    counts: Sequence[tuple[int, str]] = (
        (taken.finer, "times are finer than a microsecond and were cut to it."),
        (taken.blank, "values of numbers, times or booleans are blank or NaN and were left empty."),
        (taken.repeated, "attribute values stood twice and were kept once."),
        (taken.nested, "attributes stand inside of others and are called by both keys, with a '/' between them."),
        (taken.widened, "attributes have values of several types; they became float where all are numbers, else string."),
        (int((tree.trace[tree.event_at] < 0).sum()), "events stand in no trace and belong to no case."),
    )
    said += [f"{count:,} {what}" for count, what in counts if count]
    outside = tree.start & np.isin(tree.name, list(ATTRIBUTES)) & (tree.trace < 0) & (tree.event < 0)
    if outside.any():
        said.append(f"{int(outside.sum()):,} attributes of the log itself, its globals among them, are not kept.")

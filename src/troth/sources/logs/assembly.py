"""Rows of any OCEL file to one log: what the file may say in any order is settled at its end, and refused as a whole."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from typing import NoReturn

import numpy as np

from troth.kernel.errors import SourceError, nearest
from troth.kernel.instant import DAY_US, from_us
from troth.record.log import Codes, Links, Log, LogType, Rows, ValueType
from troth.sources.logs.cells import Cells, Settled, Times, settle, shown
from troth.sources.logs.imported import Imported
from troth.sources.logs.instants import Moment, read_time, require_zone
from troth.sources.logs.typed import OfAnotherType, Raw, value_type

Where = Callable[[str, int], str]
LONE = range(0xD800, 0xE000)
MEND = "Mend the file, or export it again."


class Assembly:
    """where: the place of a row in the file, from 'events' or 'objects' and the row's number.

    zone: of times that bear none; None reads them as UTC and says so.
    """

    def __init__(self, file: str, where: Where, zone: str | None) -> None:
        if zone is not None:
            require_zone(zone)
        self.file = file
        self.where = where
        self.zone = zone
        self.types: dict[str, dict[str, LogType]] = {"events": {}, "objects": {}}
        self.ids: dict[str, dict[str, int]] = {"events": {}, "objects": {}}
        self.type_names: dict[str, dict[str, int]] = {"events": {}, "objects": {}}
        self.type_codes = {"events": array("i"), "objects": array("i")}
        self.cells = {"events": Cells(), "objects": Cells()}
        self.times = Times()
        self.named: dict[str, int] = {}
        self.links = {"events": _Links(), "objects": _Links()}

    def type(self, kind: str, name: str, attributes: Mapping[str, str], place: str) -> None:
        """Declare a type of 'events' or 'objects'."""
        known = self.types[kind]
        if name in known:
            self._refuse(place, f"the type '{name}' stands twice", next_step="Keep one of them, with all attributes.")
        declared: dict[str, ValueType] = {}
        for attribute, written in attributes.items():
            try:
                declared[attribute] = value_type(written)
            except OfAnotherType as error:
                self._refuse(place, f"'{attribute}' of '{name}' has no known type", got=f"'{written}'", allowed=str(error))
        known[name] = LogType(name, declared)

    def row_of_event(self, id: str, type: str, time: str) -> int:
        number = self._row("events", id, type)
        moment = read_time(time)
        if moment is None:
            self._refuse_row(
                "events", number, f"the time of event '{id}' cannot be read", got=shown(time),
                allowed="a time such as 2022-01-09T15:00:00Z", next_step="Mend it, or leave the event out.",
            )  # fmt: skip
        self.times.add(moment)
        return number

    def row_of_object(self, id: str, type: str) -> int:
        return self._row("objects", id, type)

    def value(self, kind: str, of: int, name: str, raw: Raw, at: str | None = None) -> None:
        """at: time of an object's value, None for what it began with."""
        moment: Moment | None = None
        if kind == "objects":
            moment = Moment(0, naive=False, finer=False) if at is None else read_time(at)
            if moment is None:
                self._refuse_row(
                    kind, of, f"the time of '{name}' cannot be read", got=shown(at), allowed="a time such as 2022-01-09T15:00:00Z",
                    next_step="Mend it.",
                )  # fmt: skip
        if isinstance(raw, str):
            self._refuse_lone(kind, of, raw)
        self.cells[kind].add(of, name, raw, moment)

    def relate(self, kind: str, of: int, target: str, qualifier: str) -> None:
        """A relation of an event or an object to an object, which may be declared later."""
        self.links[kind].add(of, self.named.setdefault(target, len(self.named)), qualifier)
        self._refuse_lone(kind, of, qualifier)

    def finished(self) -> Imported:
        """The log. Raises SourceError for what makes it none, in which case nothing of it is kept."""
        events, objects = self._rows("events"), self._rows("objects")
        zone = self.zone or "UTC"
        self._refuse_far_years()
        targets = np.array([self.ids["objects"].get(id, -1) for id in self.named], dtype=np.int32)
        links = {kind: self._linked(kind, targets) for kind in ("events", "objects")}
        values = {
            kind: settle(self.cells[kind], rows, zone, lambda *said, kind=kind: self._refuse_said(kind, *said))
            for kind, rows in (("events", events), ("objects", objects))
        }
        log = Log(
            events, self.times.settled(zone), objects, links["events"], links["objects"], values["events"].values, values["objects"].values
        )
        naive = np.frombuffer(bytes(self.times.naive), dtype=np.bool_)
        relations = sum(len(one.source) for one in self.links.values())
        return Imported(log, tuple(self._warnings(list(values.values()), links)), naive, relations)

    def _row(self, kind: str, id: str, type: str) -> int:
        rows = self.type_codes[kind]
        number = self.ids[kind].setdefault(id, len(rows))
        if number != len(rows):
            self._refuse(
                self.where(kind, len(rows)), f"{kind[:-1]} id '{id}' stands twice", got=f"the first in {self.where(kind, number)}",
                allowed="each id once", next_step="Rename one of them, or leave it out.",
            )  # fmt: skip
        names = self.type_names[kind]
        rows.append(names.setdefault(type, len(names)))
        self._refuse_lone(kind, number, id)
        return number

    def _rows(self, kind: str) -> Rows:
        """Rows with the codes of declared types; a type that is not declared is refused at its first row."""
        types = tuple(self.types[kind].values())
        numbers = {type.name: number for number, type in enumerate(types)}
        codes = np.array(self.type_codes[kind], dtype=np.int32)
        mapped = np.array([numbers.get(name, -1) for name in self.type_names[kind]], dtype=np.int32)
        for code in np.flatnonzero(mapped < 0).tolist():
            row = int(np.flatnonzero(codes == code)[0])
            name = list(self.type_names[kind])[code]
            self._refuse_row(
                kind, row, f"{kind[:-1]} type '{name}' is not declared", allowed=nearest(name, numbers),
                next_step="Declare the type, or mend its name.",
            )  # fmt: skip
        return Rows(types, tuple(self.ids[kind]), mapped[codes] if len(codes) else codes)

    def _linked(self, kind: str, targets: Codes) -> Links:
        links = self.links[kind]
        source, named, qualifier = (np.array(column, dtype=np.int32) for column in (links.source, links.target, links.qualifier))
        target = targets[named] if len(named) else named
        missing = np.flatnonzero(target < 0)
        if missing.size:
            stray = list(self.named)[named[missing[0]]]
            self._refuse_row(
                kind, int(source[missing[0]]), f"related to an object that is not there, '{stray}'",
                allowed=nearest(stray, self.ids["objects"]) if len(self.ids["objects"]) < 10_000 else None,
                next_step="Add the object, or leave the relation out.",
            )  # fmt: skip
        order = np.lexsort((qualifier, target, source))
        again = np.ones(max(len(order) - 1, 0), np.bool_)
        for column in (source, target, qualifier):
            again &= column[order][1:] == column[order][:-1]
        keep = np.ones(len(order), np.bool_)
        keep[order[1:][again]] = False
        links.repeated = int((~keep).sum())
        return Links(source[keep], target[keep], qualifier[keep], tuple(links.qualifiers))

    def _warnings(self, settled: list[Settled], links: Mapping[str, Links]) -> list[str]:
        said = []
        times = [self.times, self.cells["objects"].at]
        naive = sum(sum(t.naive) for t in times) + sum(s.naive for s in settled)
        if naive and self.zone is None:
            said.append(f"{naive:,} times bear no zone and are read as UTC. Give zone='Europe/Berlin', say, where they are local.")
        if naive and any(us and not naive for t in times for us, naive in zip(t.us, t.naive, strict=True)):
            said.append("Times with and without a zone stand side by side.")
        if finer := sum(t.finer for t in times) + sum(s.finer for s in settled):
            said.append(f"{finer:,} times are finer than a microsecond and were cut to it.")
        if blank := sum(s.blank for s in settled):
            said.append(f"{blank:,} values of numbers, times or booleans are blank or NaN and were left empty.")
        if repeated := sum(s.repeated for s in settled):
            said.append(f"{repeated:,} attribute values stood twice and were kept once.")
        if repeated := sum(self.links[kind].repeated for kind in links):
            said.append(f"{repeated:,} relations stood twice with the same qualifier and were kept once.")
        return said

    def _refuse_far_years(self) -> None:
        """A zone is known in the years from 2 to 9998 only."""
        for us, naive in zip(self.times.us, self.times.naive, strict=True) if self.zone not in (None, "UTC") else ():
            if naive and not -62_000_000_000_000_000 < us < 253_370_764_800_000_000 - 3 * DAY_US:
                self._refuse("times", "a time without a zone lies too far off", got=from_us(us).isoformat(), allowed="years 6 to 9998")

    def _refuse_lone(self, kind: str, number: int, text: str) -> None:
        if not text.isascii() and any(ord(c) in LONE for c in text):
            self._refuse_row(kind, number, "half a character (a lone surrogate)", got=shown(text), next_step="Mend the text.")

    def _refuse_said(self, kind: str, row: int, what: str, got: object, allowed: object, next_step: str) -> NoReturn:
        self._refuse_row(kind, row, what, got=got, allowed=allowed, next_step=next_step)

    def _refuse_row(self, kind: str, row: int, what: str, *, got: object = None, allowed: object = None, next_step: str = MEND) -> NoReturn:
        self._refuse(self.where(kind, row), what, got=got, allowed=allowed, next_step=next_step)

    def _refuse(self, place: str, what: str, *, got: object = None, allowed: object = None, next_step: str = MEND) -> NoReturn:
        raise SourceError(f"'{self.file}', {place}: {what}", got=got, allowed=allowed, next_step=next_step)


class _Links:
    def __init__(self) -> None:
        self.source = array("i")
        self.target = array("i")
        self.qualifier = array("i")
        self.qualifiers: dict[str, int] = {}
        self.repeated = 0

    def add(self, source: int, target: int, qualifier: str) -> None:
        self.source.append(source)
        self.target.append(target)
        self.qualifier.append(self.qualifiers.setdefault(qualifier, len(self.qualifiers)))

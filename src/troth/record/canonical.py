"""One form for two files that say the same: every table as sorted rows, whatever order or numbering the files had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from troth.kernel.instant import from_us
from troth.record.log import Links, Log, LogType, Rows, Value, Values

Types = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, slots=True)
class Canonical:
    """Two logs are the same where these are equal. Values stand beside the name of their type: 1, 1.0 and true differ."""

    event_types: Types
    object_types: Types
    events: tuple[tuple[str, ...], ...]
    objects: tuple[tuple[str, ...], ...]
    event_objects: tuple[tuple[str, ...], ...]
    object_objects: tuple[tuple[str, ...], ...]
    event_values: tuple[tuple[str, ...], ...]
    object_values: tuple[tuple[str, ...], ...]


def canonical(log: Log) -> Canonical:
    times = [from_us(int(us)).isoformat() for us in log.time]
    events = ((id, type, time) for (id, type), time in zip(_rows(log.events), times, strict=True))
    return Canonical(
        _types(log.events.types),
        _types(log.objects.types),
        tuple(sorted(events)),
        tuple(sorted(_rows(log.objects))),
        _links(log.event_objects, log.events, log.objects),
        _links(log.object_objects, log.objects, log.objects),
        _values(log.event_values, log.events, timed=False),
        _values(log.object_values, log.objects, timed=True),
    )


def _types(types: tuple[LogType, ...]) -> Types:
    return tuple(sorted((type.name, tuple(sorted(type.attributes.items()))) for type in types))


def _rows(rows: Rows) -> list[tuple[str, str]]:
    return [(id, rows.types[code].name) for id, code in zip(rows.ids, rows.type, strict=True)]


def _links(links: Links, sources: Rows, targets: Rows) -> tuple[tuple[str, ...], ...]:
    rows = zip(links.source, links.target, links.qualifier, strict=True)
    return tuple(sorted((sources.ids[s], targets.ids[t], links.qualifiers[q]) for s, t, q in rows))


def _values(values: Values, rows: Rows, *, timed: bool) -> tuple[tuple[str, ...], ...]:
    spoken = [_spoken(value) for value in values.pool]
    cells = zip(values.of, values.name, values.value, values.at, strict=True)
    return tuple(sorted((rows.ids[o], values.names[n], from_us(int(at)).isoformat() if timed else "", *spoken[v]) for o, n, v, at in cells))


def _spoken(value: Value) -> tuple[str, str]:
    return type(value).__name__, value.isoformat() if isinstance(value, datetime) else repr(value)

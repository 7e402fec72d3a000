"""One layer laid over another: mappings by name, lists of items with an `id` by id; other lists and values replace; null removes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from troth.book.parsing import Path

LOCKED = "locked"


def merged(base: Any, over: Any) -> Any:
    """The base with the overlay's values; neither is changed.

    >>> merged({"due": "2d", "steps": [{"id": "a", "x": 1}]}, {"due": None, "steps": [{"id": "a", "y": 2}, {"id": "b"}]})
    {'steps': [{'id': 'a', 'x': 1, 'y': 2}, {'id': 'b'}]}
    """
    if isinstance(base, dict) and isinstance(over, dict):
        found = dict(base)
        for name, value in over.items():
            if value is None:
                found.pop(name, None)
            elif name in found:
                found[name] = merged(found[name], value)
            else:
                found[name] = without_nulls(value)
        return found
    items, changes = by_id(base), _changes(over)
    if items and changes is not None:
        found = merged(items, {id: None if item is None else {**item, "id": id} for id, item in changes.items()})
        return list(found.values())
    return without_nulls(over)


def _changes(over: Any) -> dict[str, Any] | None:
    """What a layer says of items by their ids: as a list of items, or as a mapping {id: {…}, id: null}."""
    if isinstance(over, dict):
        return over if all(item is None or isinstance(item, dict) for item in over.values()) else None
    return by_id(over)


def without_nulls(value: Any) -> Any:
    """What a layer adds where there was nothing: what it removes is not there anyway."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def by_id(value: Any) -> dict[str, Any] | None:
    """Items by their ids, where a list has them all."""
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) and "id" in item for item in value):
        return None
    return {str(item["id"]): item for item in value}


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that is no mapping of names, by its path; items with ids stand under their ids.

    >>> list(leaves({"a": 1, "steps": [{"id": "x", "due": "4h"}], "owners": ["o", "p"]}))
    [(('a',), 1), (('steps', 'x', 'due'), '4h'), (('owners',), ['o', 'p'])]
    """
    items = by_id(value)
    if items is not None:
        for id, item in items.items():
            yield from leaves({name: inner for name, inner in item.items() if name != "id"}, (*path, id))
    elif isinstance(value, Mapping) and value:
        for name, inner in value.items():
            if name != LOCKED:
                yield from leaves(inner, (*path, name))
    else:
        yield path, value


def spoken(layer: Mapping[str, Any]) -> list[Path]:
    """The paths of which a layer speaks; names with nothing under them say nothing.

    >>> spoken({"due": None, "stages": {"seller": {"budget": "1d"}, "carrier": {}}, "owners": []})
    [('due',), ('stages', 'seller', 'budget'), ('owners',)]
    """
    return [path for path, value in leaves(dict(layer)) if value != {}]


def at(value: Any, path: Path) -> Any:
    """What stands at a path of names and ids; None where nothing does."""
    for part in path:
        items = by_id(value)
        value = items.get(str(part)) if items is not None else value.get(part) if isinstance(value, Mapping) else None
    return value


def written(value: Any, path: Path) -> Path:
    """A path with ids as the file has it: with places in lists, since positions go by those."""
    found: Path = ()
    for part in path:
        if isinstance(value, list):
            place = next((n for n, item in enumerate(value) if isinstance(item, dict) and str(item.get("id")) == str(part)), None)
            if place is None:
                return found
            found, value = (*found, place), value[place]
        elif isinstance(value, Mapping) and part in value:
            found, value = (*found, part), value[part]
        else:
            return found
    return found


def locks(value: Any, path: Path = ()) -> Iterator[Path]:
    """What cannot be overlaid: whatever bears `locked: true`, and the paths that a definition's own `locked: [due, …]` lists."""
    items = by_id(value)
    if items is not None:
        for id, item in items.items():
            yield from locks(item, (*path, id))
    elif isinstance(value, Mapping):
        said = value.get(LOCKED)
        if said is True:
            yield path
        elif isinstance(said, list):
            yield from ((*path, *str(one).split(".")) for one in said)
        for name, inner in value.items():
            if name != LOCKED:
                yield from locks(inner, (*path, name))


def unlocked(value: Any) -> Any:
    """The data without the marks of locks, as the models have them."""
    if isinstance(value, dict):
        return {name: unlocked(inner) for name, inner in value.items() if name != LOCKED}
    if isinstance(value, list):
        return [unlocked(inner) for inner in value]
    return value


def touches(one: Path, other: Path) -> bool:
    """Whether a change at one path is a change of what stands at the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]

"""What the mappings say that the record will hold, before any file is read; and what is wrong with them by that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from troth.book import Book, Definition, Kind, Problem
from troth.sources.mapping import CellType, Source

SOURCES = Kind("sources", Source)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Object type -> its attributes with their types, its events, and the types that its rows belong to.

    logged: types with events that a column of an event log names: which there are is known from the data only.
    """

    attributes: Mapping[str, Mapping[str, CellType]]
    events: Mapping[str, frozenset[str]]
    relations: Mapping[str, frozenset[str]]
    logged: frozenset[str]


def vocabulary(sources: Mapping[str, Source]) -> Vocabulary:
    attributes: dict[str, dict[str, CellType]] = {}
    events: dict[str, set[str]] = {}
    relations: dict[str, set[str]] = {}
    logged: set[str] = set()
    for source in sources.values():
        for type, _ in source.references():
            attributes.setdefault(type, {})
        for type, name, kind in given(source):
            attributes[type].setdefault(name, kind)
        if source.object is None:
            continue
        type = source.object.type
        events.setdefault(type, set()).update(event.type for event in source.events if event.type)
        relations.setdefault(type, set()).update(relation.to for relation in source.relations)
        if any(event.type_from for event in source.events):
            logged.add(type)
    return Vocabulary(attributes, _frozen(events), _frozen(relations), frozenset(logged))


def given(source: Source) -> Iterator[tuple[str, str, CellType]]:
    """Every attribute that a source gives: object type, name, type."""
    if source.object:
        for name, attribute in source.object.attributes.items():
            yield source.object.type, name, attribute.as_
    for lent in source.lends:
        yield lent.to, lent.attribute, lent.as_


def lint(book: Book) -> list[Problem]:
    """An attribute that two sources give is an error; a source that nobody owns or keeps clean is a warning, and an error where
    its contract asks something of its data. It is told once with its attributes, which have its roles where they name none.
    """
    found: list[Problem] = []
    first: dict[tuple[str, str], str] = {}
    sources = book.fitting(SOURCES.name, Source)
    things = [definition.value.object for definition in sources.values()]
    known = {(thing.type, name) for thing in things if thing for name in thing.known_as}
    for name, definition in sources.items():
        for type, attribute, _ in given(definition.value):
            if (type, attribute) in first:
                said = f"'{attribute}' of '{type}' is given by the source '{first[type, attribute]}' too; rename one of them"
                found.append(definition.problem(_place(definition, type, attribute), said))
            first.setdefault((type, attribute), name)
        found += [
            definition.problem(("relations", n), f"no source gives '{relation.to}' another name '{relation.by}' under `known_as`")
            for n, relation in enumerate(definition.value.relations)
            if relation.by is not None and (relation.to, relation.by) not in known
        ]
        found += _orphans(definition)
    return found


def _orphans(definition: Definition[Source]) -> Iterator[Problem]:
    source = definition.value
    missing = [role for role in ("owner", "steward") if getattr(source, role) is None]
    if missing:
        attributes = source.attributes()
        without = sum(any(getattr(one, role) is None for role in missing) for one in attributes)
        among = "" if not without else f", nor that of {without} of its {len(attributes)} attribute{'' if len(attributes) == 1 else 's'}"
        said = f"nobody is its {' or '.join(missing)}{among}: name the role that answers for the system and the one that repairs its data"
        problem = definition.problem((), said)
        yield problem if source.promised else problem.warned()


def _place(definition: Definition[Source], type: str, attribute: str) -> tuple[str | int, ...]:
    source = definition.value
    if source.object and source.object.type == type and attribute in source.object.attributes:
        return ("object", "attributes", attribute)
    return ("lends", next(n for n, lent in enumerate(source.lends) if (lent.to, lent.attribute) == (type, attribute)), "attribute")


def _frozen(sets: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in sets.items()}

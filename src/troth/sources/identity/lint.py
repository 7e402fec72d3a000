"""What is wrong with an identity by what the book's sources say."""

from __future__ import annotations

from troth.book import Book, Definition, Kind, Problem
from troth.kernel.errors import nearest
from troth.sources.identity.definition import Identity
from troth.sources.mapping import Source
from troth.sources.vocabulary import SOURCES, given

IDENTITIES = Kind("identity", Identity)
PARTY = "party"


def lint(book: Book) -> list[Problem]:
    """A source that there is not, or whose rows are no objects; free text; an object type of two identities; an attribute called party."""
    sources = book.fitting(SOURCES.name, Source)
    found: list[Problem] = []
    taken: dict[str, str] = {}
    for definition in book.fitting(IDENTITIES.name, Identity).values():
        for source in dict.fromkeys([*definition.value.fields, *definition.value.guards.once]):
            found += _of_source(definition, source, sources, taken)
        known = {field for fields in definition.value.fields.values() for field in fields}
        for field in definition.value.guards.distinct:
            if field not in known and definition.value.guards.distinct != ("tax_id",):
                said = f"no source has a field '{field}'; {nearest(field, known)}"
                found.append(definition.problem(("guards", "distinct"), said))
    return found


def _of_source(
    definition: Definition[Identity], source: str, sources: dict[str, Definition[Source]], taken: dict[str, str]
) -> list[Problem]:
    path = ("fields", source) if source in definition.value.fields else ("guards", "once")
    if source not in sources:
        return [definition.problem(path, f"no source '{source}'; {nearest(source, sources)}")]
    rows = sources[source].value.object
    if rows is None:
        return [definition.problem(path, f"a row of '{source}' is no object: give it `object:` in its mapping")]
    found = [
        definition.problem(
            (*path, field), f"'{column}' is free text, of which only what names nobody is kept: it tells nobody from anybody", at_value=True
        )
        for field, column in definition.value.fields.get(source, {}).items()
        if sources[source].value.personal.get(column) == "free_text"
    ]
    if taken.setdefault(rows.type, definition.name) != definition.name:
        found.append(definition.problem(path, f"'{rows.type}' is of the identity '{taken[rows.type]}' already"))
    if any(attribute == PARTY for one in sources.values() for type, attribute, _ in given(one.value) if type == rows.type):
        found.append(definition.problem(path, f"'{rows.type}' has an attribute '{PARTY}', which is what identity adds; rename it"))
    return found

"""Relations whose two sides are written differently, or by another name than the object's id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from troth.query import literal_text
from troth.sources.mapping import Ignored, ObjectRows, Relation
from troth.sources.reading import Staged


def alike_sql(text: str, ignoring: Iterable[Ignored]) -> str:
    """A text without what is to be ignored; two ids are the same where this is.

    leading_zeros: of what begins with zeros; all zeros are one. salesforce_suffix: the three characters that make an id of 15
    one of 18, a check on its case, which is therefore kept.
    """
    for ignored in sorted(ignoring, reverse=True):
        match ignored:
            case "salesforce_suffix":
                text = f"CASE WHEN regexp_full_match({text}, '[A-Za-z0-9]{{15}}[A-Z0-5]{{3}}') THEN {text}[:15] ELSE {text} END"
            case "leading_zeros":
                text = f"CASE WHEN {text} LIKE '0%' THEN coalesce(NULLIF(ltrim({text}, '0'), ''), '0') ELSE {text} END"
            case "case":
                text = f"lower({text})"
    return text


def matched_relations(staged: Staged, own: ObjectRows, relation: Relation, sources: Sequence[Staged]) -> list[str]:
    """The query of the relation's rows, if any source has such names. A name that two objects bear, once that is ignored, names neither."""
    names = _names(relation, sources)
    if not names:
        return []
    pointer = f"s.t{staged.texts[relation.id[0]]}"
    known = (
        f"SELECT alike, any_value(id) AS id FROM (SELECT DISTINCT {alike_sql('name', relation.ignoring)} AS alike, id"
        f" FROM ({' UNION ALL '.join(names)})) WHERE alike IS NOT NULL GROUP BY alike HAVING count(*) = 1"
    )
    query = (
        f"SELECT {literal_text(own.type)} AS from_type, f.code AS from_code, {literal_text(relation.to)} AS to_type,"
        f" t.code AS to_code, {literal_text(relation.to)} AS qualifier FROM kept_{staged.name} s"
        f" JOIN id_{own.type} f ON f.id = {staged.id_sql(own.id, of='s')}"
        f" JOIN ({known}) k ON k.alike = {alike_sql(pointer, relation.ignoring)} JOIN id_{relation.to} t ON t.id = k.id"
    )
    return [query]


def _names(relation: Relation, sources: Sequence[Staged]) -> list[str]:
    """Queries of every name of the other objects, with the id of each."""
    found = []
    for other in sources:
        thing = other.source.object
        if thing is None or thing.type != relation.to or (relation.by is not None and relation.by not in thing.known_as):
            continue
        id = other.id_sql(thing.id)
        name = id if relation.by is None else f"t{other.texts[thing.known_as[relation.by]]}"
        found.append(f"SELECT {name} AS name, {id} AS id FROM kept_{other.name}")
    return found

"""Kept rows to the roll of an identity: everybody of its types, and what the named columns say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from troth.kernel.errors import BookError, nearest
from troth.record import Engine
from troth.sources.identity.definition import Identity
from troth.sources.identity.folding import FOLDS
from troth.sources.identity.nouns import Member, Roll, roll_of
from troth.sources.mapping import Source
from troth.sources.reading import Staged

Reveal = Callable[[Sequence[str]], Mapping[str, str]]
"""Tokens of personal values to the values; they are compared in this process and written nowhere."""


def types_of(identity: Identity, sources: Mapping[str, Source]) -> tuple[str, ...]:
    """The object types that the identity's sources hold, in the order of the sources."""
    named = [sources[name].object for name in identity.fields if name in sources]
    return tuple(dict.fromkeys(rows.type for rows in named if rows is not None))


def gather(engine: Engine, name: str, identity: Identity, staged: Sequence[Staged], reveal: Reveal | None = None) -> Roll:
    """The roll from `kept_<source>` and `id_<type>` tables. Raises BookError for a source that the book does not have."""
    by_name = {one.name: one for one in staged}
    for source in identity.fields:
        if source not in by_name:
            raise BookError(f"identity '{name}': no source '{source}'", allowed=nearest(source, by_name))
    sources = {one.name: one.source for one in staged}
    said: list[tuple[Member, str, Mapping[str, str]]] = []
    for source, fields in identity.fields.items():
        said += _said(engine, by_name[source], identity, fields, reveal)
    members = [
        Member(type, str(id)) for type in types_of(identity, sources) for (id,) in engine.rows(f"SELECT id FROM id_{type} ORDER BY code")
    ]
    return roll_of(members, said, tuple(identity.fields))


def _said(
    engine: Engine, staged: Staged, identity: Identity, fields: Mapping[str, str], reveal: Reveal | None
) -> list[tuple[Member, str, Mapping[str, str]]]:
    rows = staged.source.object
    if rows is None:
        return []
    columns = ", ".join(f"t{staged.texts[column]}" for column in fields.values())
    found = engine.rows(f"SELECT DISTINCT {staged.id_sql(rows.id)}, {columns} FROM kept_{staged.name} ORDER BY ALL")
    kept = [folded([row[place] for row in found], identity.kind_of(field), reveal if column in staged.source.personal else None)
            for place, (field, column) in enumerate(fields.items(), start=1)]  # fmt: skip
    return [
        (Member(rows.type, str(row[0])), staged.name, {field: values[at] for field, values in zip(fields, kept, strict=True) if values[at]})
        for at, row in enumerate(found)
        if row[0] is not None
    ]


def folded(texts: Sequence[str | None], kind: str, reveal: Reveal | None) -> list[str]:
    """Each text as it is compared; one that occurs often is folded once. A token of what was erased is compared as it stands."""
    different = sorted({text for text in texts if text})
    fold = FOLDS[kind]
    if reveal is None:
        known = {text: fold(text) for text in different}
    else:
        plain = reveal(different)
        known = {text: fold(plain[text]) if text in plain else text for text in different}
    return [known[text] if text else "" for text in texts]


def require_keys(roll: Roll, name: str, identity: Identity) -> list[str]:
    """What the cards cannot answer, in words: a rule whose fields no card has, sources whose fields never meet in a rule."""
    told = []
    has = [{source for card in roll.cards if (source := card.source) and all(f in card.values for f in rule)} for rule in identity.match]
    for rule, having in zip(identity.match, has, strict=True):
        if not having:
            told.append(f"identity '{name}': no record has {' and '.join(rule)}: the rule [{', '.join(rule)}] can match nobody.")
    for number, one in enumerate(roll.sources):
        for other in roll.sources[number + 1 :]:
            if identity.match and not any({one, other} <= having for having in has):
                told.append(f"identity '{name}': {one} and {other} have no fields in common by which a rule could match them.")
    return told

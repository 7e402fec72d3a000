"""The tables of the lake: how each is split into files and sorted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from troth.promises import Outcomes
from troth.record import Part
from troth.sources import Staged

LAYOUT = 3
"""In every snapshot's id: raised where the same rows come to other files, so that no build goes on from files split otherwise."""
MANY = 250_000
"""Rows of a table about objects up to which it is one file: a file a month of less would only be more files."""
BLOCK = 100_000
"""Codes whose objects share a file where these never began: it is written again when one of them changes, or one more is known."""
PAUSES = Part("pause", (), ("promise", "subject_type", "subject", "since"))
WORKED = Part("working_time", (), ("calendar", "opens"))
ABOUT = {"relation": ("from_type", "from_code"), "feedback": ("about_type", "about"), "money": ("about_type", "about")}
"""The columns that say which object a row of a table is about."""


def parts_of(
    attributes: Mapping[str, object], staged: Sequence[Staged], made: Sequence[Outcomes], rows: Callable[[str], int]
) -> list[Part]:
    """rows: how many a table has. One with many that are about objects is split by the months in which these began.

    Objects that have no event, as customers may, are split by blocks of codes.
    """
    paused = (PAUSES,) if any(variant.definition.value.pause_while for one in made for variant in one.variants) else ()
    worked = (WORKED,) if any(variant.definition.value.calendar for one in made for variant in one.variants) else ()
    return [
        *(_split(part, rows) for part in _parts(attributes, staged)),
        *(part for one in made for part in _outcome_parts(one)),
        *paused,
        *worked,
    ]


def _outcome_parts(made: Outcomes) -> list[Part]:
    outcome = Part(f"outcome_{made.name}", ("promise", "month"), ("subject",))
    former = (Part(f"former_{made.name}", ("promise", "month"), ("subject",)),) if made.corrected else ()
    turns = (Part(f"object_{made.name}", (), ("code",)),) if made.promise.every is not None else ()
    return [outcome, *former, *turns]


def _split(part: Part, rows: Callable[[str], int]) -> Part:
    if not (part.table in ABOUT or part.table.startswith("object_")) or rows(part.table) <= MANY:
        return part
    if part.table not in ABOUT:
        return replace(part, partition=("place",), beside=f"SELECT *, {place_sql()} AS place FROM {part.table}")
    type, code = ABOUT[part.table]
    on = f"m.object_type = t.{type} AND m.object = t.{code}"
    months = f"SELECT t.*, coalesce(m.month, 0) AS month FROM {part.table} t LEFT JOIN first_month m ON {on}"
    return replace(part, partition=("month",), beside=months)


def place_sql() -> str:
    """In which file an object is, by its month and code, where those of its type are split; no block has a month's number."""
    return f"CASE WHEN month = 0 THEN code // {BLOCK} ELSE month END"


def _parts(attributes: Mapping[str, object], staged: Sequence[Staged]) -> list[Part]:
    types = sorted({type for s in staged for type, _ in s.source.references()} | set(attributes))
    objects = [Part(f"object_{type}", (), ("code",)) for type in types]
    return [
        Part("event", ("object_type", "month"), ("object", "occurred", "type", "source", "source_row")),
        Part("step", ("object_type", "month"), ("object", "ordinal")),
        *objects,
        Part("relation", (), ("from_type", "from_code", "to_type", "to_code", "qualifier")),
        Part("feedback", (), ("about_type", "about", "answered", "asked", "source", "source_row")),
        Part("money", (), ("about_type", "about", "kind", "source", "source_row")),
        Part("terms", (), ("promise", "terms", "layer", "change")),
        Part("stratum", (), ("object_type", "stratum")),
        Part("bad_cell", (), ("object_type", "object", "name", "source", "file", "source_row", "load")),
        Part("quarantine", (), ("source", "file", "source_row", "source_column", "load")),
        Part("filtered", (), ("source", "file", "source_row", "load")),
    ]

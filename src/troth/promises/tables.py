"""The small tables that a promise's query is joined with, and the columns of its outcomes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from troth.book import Variant
from troth.promises.calendars import Clock
from troth.promises.compile import Query, stage_columns
from troth.promises.definition import Promise, Stage
from troth.promises.shape import Parameter
from troth.promises.shares import players
from troth.query import literal_text
from troth.record import Engine

STANDARD = "standard"
INSTANTS = ("subject", "stratum", "made", "due", "fulfilled", "voided", "waived", "void_flag", "unknown_reason", "breached")
STAGE_TYPES = ("TIMESTAMP", "TIMESTAMP", "BIGINT")
MEASURED = {"wanted": "DECIMAL(18,6)", "good": "DECIMAL(18,6)"}
TERMS = {
    "promise": "VARCHAR", "terms": "VARCHAR", "layer": "VARCHAR", "change": "VARCHAR", "corrected": "TIMESTAMP", "definition": "VARCHAR",
}  # fmt: skip


def group_rows(
    judged: str, query: Query, shares: str | None, name: str, stages: Mapping[str, Stage], *, measured: bool, former: bool
) -> str:
    """The query of one shape's rows with the columns of the whole promise. former: of terms that were corrected since.

    measured: whether amounts keep the promise, by some of its terms.
    """
    if former:
        told = ["greatest(j.made, j.fulfilled) AS known_from", "t.restated AS known_to", "t.former_terms AS terms"]
    else:
        told = ["greatest(j.made, j.fulfilled, t.restated) AS known_from", "t.terms"]
    columns = [
        f"{few_texts(literal_text(name), [name])} AS promise",
        "j.month",
        "t.subject_type",
        *(f"j.{c}" for c in INSTANTS),
        *told,
        "t.layer",
        "t.change",
        "t.calendar",
    ]
    for key in stages:
        named = zip(stage_columns(key), STAGE_TYPES, strict=True)
        columns += [f"j.{c}" if key in query.stages else f"CAST(NULL AS {type}) AS {c}" for c, type in named]
    if measured:
        columns += [f"j.{c}" if query.each else f"CAST(NULL AS {type}) AS {c}" for c, type in MEASURED.items()]
    if stages and not former:
        columns += _shares(query, shares, stages)
    joined = f" LEFT JOIN {shares} s USING (subject)" if shares else ""
    return f"SELECT {', '.join(columns)} FROM {judged} j JOIN variant_{name} t USING (variant){joined}"


def _shares(query: Query, shares: str | None, stages: Mapping[str, Stage]) -> list[str]:
    """A stage that a shape does not have bears nothing of what its promises broke."""
    mine = players(query.stages)
    found = []
    for player in players(tuple(stages)):
        share = f's."share_{player}"' if player in mine else "0"
        borne = f"CASE WHEN s.share_of IS NOT NULL THEN {share} END" if shares else "NULL"
        found.append(f'CAST({borne} AS INTEGER) AS "share_{player}"')
    return [*found, f"CAST({'s.share_of' if shares else 'NULL'} AS INTEGER) AS share_of"]


class Bound(NamedTuple):
    """What an outcome bears of the terms that bind its subject: their hash, whose word they are, by which Change, the calendar's id."""

    terms: str
    layer: str
    change: str | None
    calendar: str | None


def bound_by(variants: Mapping[int, Variant[Promise]], clocks: Mapping[int, Clock | None]) -> dict[int, Bound]:
    """What variants say on their calendars, all by their numbers."""
    ids = {clock: clock.id for clock in set(clocks.values()) if clock is not None}
    return {
        number: Bound(
            one.definition.hash, one.layers or STANDARD, one.changes or None, None if (clock := clocks[number]) is None else ids[clock]
        )
        for number, one in variants.items()
    }


def load_variants(
    engine: Engine,
    table: str,
    variants: Mapping[int, Variant[Promise]],
    mine: Mapping[int, Bound],
    bound: Collection[Bound],
) -> None:
    """variant -> the hash of its terms, whose word they are, and the calendar on which working time counts.

    mine: that, by their numbers. bound: what binds any subject: the columns' types name all of it, since they are those of the outcomes of
    all subjects.
    """
    columns: dict[str, list[str | None]] = {
        "subject_type": [variant.definition.value.subject for variant in variants.values()],
        "former_terms": [variant.former.hash if variant.former else None for variant in variants.values()],
        **{name: [getattr(mine[number], name) for number in variants] for name in Bound._fields},
    }
    known = {name: [getattr(one, name) for one in bound] for name in Bound._fields}
    restated = np.array([variant.restated or np.datetime64("NaT") for variant in variants.values()], dtype="datetime64[us]")
    arrays = {name: np.array(values, dtype=object) for name, values in columns.items()}
    engine.run(f"DROP TABLE IF EXISTS {table}_texts")
    engine.load(f"{table}_texts", {"variant": np.array(list(variants), dtype=np.int32), **arrays, "restated": restated})
    typed = ", ".join(f"{few_texts(name, known.get(name, values))} AS {name}" for name, values in columns.items())
    engine.run(f"CREATE OR REPLACE TABLE {table} AS SELECT variant, {typed}, restated FROM {table}_texts")
    engine.run(f"DROP TABLE {table}_texts")


def few_texts(expression: str, texts: Iterable[str | None]) -> str:
    """SQL of a text that is one of few: millions of outcomes bear the number of one of them, and not the text."""
    listed = sorted({text for text in texts if text is not None})
    return f"CAST({expression} AS ENUM ({', '.join(map(literal_text, listed))}))" if listed else f"CAST({expression} AS VARCHAR)"


def load_amounts(
    engine: Engine, table: str, members: Sequence[int], parameters: Sequence[Parameter], calendars: Sequence[int | None]
) -> None:
    """A column of its type for every amount that differs; loaded as text, since an array has no decimals. calendars: of each variant."""
    columns = {f"p{one.slot}": np.array([str(value) for value in one.values], dtype=object) for one in parameters}
    engine.run(f"DROP TABLE IF EXISTS {table}_texts")
    codes = np.array([-1 if code is None else code for code in calendars], dtype=np.int32)
    engine.load(f"{table}_texts", {"variant": np.array(members, dtype=np.int32), "calendar": codes, **columns})
    typed = "".join(f", CAST(p{one.slot} AS {one.type}) AS p{one.slot}" for one in parameters)
    engine.run(f"CREATE OR REPLACE TABLE {table} AS SELECT variant, calendar{typed} FROM {table}_texts")
    engine.run(f"DROP TABLE {table}_texts")


def keep_terms(engine: Engine, bound: Sequence[tuple[str, Sequence[Variant[Promise]]]]) -> None:
    """terms: what bound anybody, as the book had it, by the hash that outcomes bear."""
    rows: dict[tuple[str, str, str, str], tuple[datetime | None, str]] = {}
    for name, variants in bound:
        for variant in variants:
            for definition in (variant.definition, variant.former) if variant.former else (variant.definition,):
                key = (name, definition.hash, variant.layers or STANDARD, variant.changes)
                before = rows[key][0] if key in rows else None
                rows[key] = (variant.restated or before, definition.terms)
    ordered = sorted(rows)
    texts = [(*key[:3], key[3] or None, rows[key][1]) for key in ordered]
    engine.run("DROP TABLE IF EXISTS terms")
    if not rows:
        engine.run(f"CREATE TABLE terms ({', '.join(f'{name} {type}' for name, type in TERMS.items())})")
        return
    arrays = {
        name: np.array([row[n] for row in texts], dtype=object)
        for n, name in enumerate(("promise", "terms", "layer", "change", "definition"))
    }
    corrected = np.array([rows[key][0] or np.datetime64("NaT") for key in ordered], dtype="datetime64[us]")
    engine.load("terms", {name: arrays.get(name, corrected) for name in TERMS})

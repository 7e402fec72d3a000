"""Kept rows to what is about objects: relations, feedback, money."""

from __future__ import annotations

from collections.abc import Sequence

from troth.kernel.money import NO_CURRENCY
from troth.query import literal_text
from troth.record import Engine
from troth.sources.casting import NUMBER
from troth.sources.matches import matched_relations
from troth.sources.reading import Staged


def make_relations(engine: Engine, sources: Sequence[Staged]) -> None:
    selects = []
    for staged in sources:
        own = staged.source.object
        for relation in staged.source.relations if own else ():
            assert own is not None
            if relation.is_match:
                selects += matched_relations(staged, own, relation, sources)
                continue
            selects.append(
                f"SELECT {literal_text(own.type)} AS from_type, f.code AS from_code, {literal_text(relation.to)} AS to_type,"
                f" t.code AS to_code, {literal_text(relation.to)} AS qualifier FROM kept_{staged.name} s"
                f" JOIN id_{own.type} f ON f.id = {staged.id_sql(own.id, of='s')}"
                f" JOIN id_{relation.to} t ON t.id = {staged.id_sql(relation.id, of='s')}"
            )
    empty = (
        "SELECT CAST(NULL AS VARCHAR) AS from_type, CAST(NULL AS INTEGER) AS from_code, CAST(NULL AS VARCHAR) AS to_type,"
        " CAST(NULL AS INTEGER) AS to_code, CAST(NULL AS VARCHAR) AS qualifier WHERE FALSE"
    )
    engine.run(f"CREATE OR REPLACE TABLE relation AS SELECT DISTINCT * FROM ({' UNION ALL '.join(selects or [empty])}) ORDER BY ALL")


def make_feedback(engine: Engine, sources: Sequence[Staged]) -> None:
    selects = []
    for staged in sources:
        for entry in staged.source.feedback:
            asked = f"s.c{staged.cell(entry.asked, 'instant').name}" if entry.asked else "CAST(NULL AS TIMESTAMP)"
            answered = f"s.c{staged.cell(entry.answered, 'instant').name}" if entry.answered else "CAST(NULL AS TIMESTAMP)"
            comment = f"nullif(trim(s.t{staged.texts[entry.comment]}), '')" if entry.comment else "CAST(NULL AS VARCHAR)"
            low, high = entry.scale
            selects.append(
                f"SELECT {literal_text(entry.about)} AS about_type, i.code AS about, {asked} AS asked, {answered} AS answered,"
                f" s.c{staged.cell(entry.score, 'number').name} AS score, CAST({low} AS {NUMBER}) AS low,"
                f" CAST({high} AS {NUMBER}) AS high, {literal_text(entry.instrument)} AS instrument,"
                f" {literal_text(staged.name)} AS source, s._row AS source_row, {comment} AS comment"
                f" FROM kept_{staged.name} s JOIN id_{entry.about} i ON i.id = {staged.id_sql(entry.id, of='s')}"
                f" WHERE s.c{staged.cell(entry.score, 'number').name} IS NOT NULL"
            )
    empty = (
        "SELECT CAST(NULL AS VARCHAR) AS about_type, CAST(NULL AS INTEGER) AS about, CAST(NULL AS TIMESTAMP) AS asked,"
        f" CAST(NULL AS TIMESTAMP) AS answered, CAST(NULL AS {NUMBER}) AS score, CAST(NULL AS {NUMBER}) AS low,"
        f" CAST(NULL AS {NUMBER}) AS high, CAST(NULL AS VARCHAR) AS instrument, CAST(NULL AS VARCHAR) AS source,"
        " CAST(NULL AS BIGINT) AS source_row, CAST(NULL AS VARCHAR) AS comment WHERE FALSE"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE feedback AS SELECT * FROM ({' UNION ALL '.join(selects or [empty])})"
        " ORDER BY about_type, about, answered, asked, source, source_row"
    )


def make_money(engine: Engine, sources: Sequence[Staged], currency: str | None) -> None:
    selects = []
    for staged in sources:
        for entry in staged.source.money:
            amount = f"s.c{staged.cell(entry.amount, 'money').name}"
            selects.append(
                f"SELECT {literal_text(entry.about)} AS about_type, i.code AS about, {literal_text(entry.kind)} AS kind,"
                f" {amount} AS amount, {literal_text(entry.currency or currency or NO_CURRENCY)} AS currency,"
                f" {literal_text(staged.name)} AS source, s._row AS source_row FROM kept_{staged.name} s"
                f" JOIN id_{entry.about} i ON i.id = {staged.id_sql(entry.id, of='s')} WHERE {amount} IS NOT NULL"
            )
    empty = (
        "SELECT CAST(NULL AS VARCHAR) AS about_type, CAST(NULL AS INTEGER) AS about, CAST(NULL AS VARCHAR) AS kind,"
        f" CAST(NULL AS {NUMBER}) AS amount, CAST(NULL AS VARCHAR) AS currency, CAST(NULL AS VARCHAR) AS source,"
        " CAST(NULL AS BIGINT) AS source_row WHERE FALSE"
    )
    engine.run(
        f"CREATE OR REPLACE TABLE money AS SELECT * FROM ({' UNION ALL '.join(selects or [empty])})"
        " ORDER BY about_type, about, kind, source, source_row"
    )

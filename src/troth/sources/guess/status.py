"""The status column: which of its words say that it is done, and which that it is off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troth.record import Engine
from troth.sources.guess import lexicon
from troth.sources.guess.pairs import Candidate
from troth.sources.guess.profile import Column, Table
from troth.sources.guess.words import says

MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Status:
    """done: words of rows that mostly have the actual instant; off: words of cancellation of rows that mostly have not."""

    column: str
    done: tuple[str, ...]
    off: tuple[str, ...]


def find_status(engine: Engine, table: Table, id_: Sequence[str], c: Candidate) -> Status | None:
    """The status beside a pair, of the subject's own file; a column named so comes first.

    id_: the columns of the file that name the subject.
    """
    columns = [x for x in table.columns if x.kind == "text" and 2 <= len(x.vocabulary) <= 40 and x.name not in id_]
    for column in sorted(columns, key=lambda x: not says(x.name, lexicon.STATUS)):
        done = [w for w, _ in column.vocabulary if says(w, lexicon.DONE)]
        off = [w for w, _ in column.vocabulary if says(w, lexicon.CANCEL)]
        if done or off:
            share = _share_fulfilled(engine, table, id_, c, column)
            return Status(
                column.name,
                tuple(w for w in done if share.get(w, 0.0) >= MOSTLY),
                tuple(w for w in off if share.get(w, 0.0) < MOSTLY),
            )
    return None


def _share_fulfilled(engine: Engine, table: Table, id_: Sequence[str], c: Candidate, status: Column) -> dict[str, float]:
    key = " || '/' || ".join(f"f.t{table.column(k).position}" for k in id_)
    word = f"f.t{status.position}"
    found = engine.rows(
        f"SELECT {word}, avg(CAST(t.{c.actual.alias} IS NOT NULL AS INTEGER)) FROM {table.sql} f"
        f" JOIN {c.timeline.sql} t ON t.id = {key} WHERE {word} IS NOT NULL GROUP BY 1"
    )
    return {str(word): float(share) for word, share in found}

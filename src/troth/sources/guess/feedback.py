"""Answers of customers: a small whole score beside the instants of asking and answering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troth.sources.guess import lexicon
from troth.sources.guess.keys import Keyed, Reference
from troth.sources.guess.naming import looks_like_id, snake
from troth.sources.guess.profile import Column
from troth.sources.guess.words import says


@dataclass(frozen=True, slots=True)
class Answers:
    """of_another: the file holds nothing but answers about another file's objects, to which `about` points."""

    score: str
    low: int
    high: int
    asked: str | None
    answered: str | None
    of_another: bool
    about: Reference | None
    instrument: str


def find_answers(keyed: Keyed, references: Sequence[Reference]) -> Answers | None:
    """The score of a file, by name and by values; None where there is none or several."""
    scores = [c for c in keyed.table.columns if _is_score(c)]
    if not scores:
        return None
    score = scores[0]
    pointers = [r for r in references if r.table == keyed.number and r.share >= 0.8 and not says(r.column, lexicon.PARTY)]
    pointers = pointers or [r for r in references if r.table == keyed.number and r.share >= 0.8]
    instants = sorted(keyed.table.instants, key=_middle)
    alone = bool(pointers) and len(instants) <= 2
    low, high = _scale(score)
    if not alone:
        return Answers(score.name, low, high, None, None, False, None, snake(score.name)) if keyed.key else None
    asked, answered = _roles(instants)
    return Answers(score.name, low, high, asked, answered, True, max(pointers, key=lambda r: r.distinct), keyed.type)


def _is_score(column: Column) -> bool:
    few = column.kind == "number" and column.whole and 2 <= column.distinct <= 11 and column.low >= 0 and column.high <= 10
    return few and says(column.name, lexicon.SCORE) and not looks_like_id(column.name)


def _scale(score: Column) -> tuple[int, int]:
    if score.high > 7:
        return (0, 10) if score.low == 0 or says(score.name, "=nps") else (1, 10)
    high = 5 if score.high <= 5 else 7
    return (0 if score.low == 0 else 1), high


def _roles(instants: Sequence[Column]) -> tuple[str | None, str | None]:
    if not instants:
        return None, None
    if len(instants) == 1:
        only = instants[0].name
        return (only, None) if says(only, lexicon.ASKED) and not says(only, lexicon.CONCEPTS["answer"]) else (None, only)
    return instants[0].name, instants[1].name


def _middle(column: Column) -> tuple[float, int]:
    """Named as asked comes first, then the column whose values begin earlier."""
    named = 0 if says(column.name, lexicon.ASKED) else 2 if says(column.name, lexicon.CONCEPTS["answer"]) else 1
    return named, column.position

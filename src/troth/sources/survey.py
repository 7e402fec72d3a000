"""Exports of surveys, whose header has two or three lines: what each column is, what was asked, and where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Kind = Literal["ids", "answers"]
IMPORT = '{"ImportId":'
ANSWER = frozenset(("response", "open-ended response", "other (please specify)"))


def survey_of(records: Sequence[Sequence[str | None]]) -> Kind | None:
    """Whether the first records are the header of a survey.

    ids: below the names stand the questions, then the ids by which Qualtrics knows them. answers: below each question stand
    its answers, a column each, and blanks below what is no question, as SurveyMonkey has it.

    >>> survey_of([["Respondent ID", "Start Date", "Your hobbies?", ""], ["", "", "Chess", "Golf"]])
    'answers'
    """
    ids = [cell.startswith(IMPORT) for cell in records[2] if cell] if len(records) >= 3 else []
    if ids and sum(ids) >= 0.9 * len(ids):
        return "ids"
    if len(records) < 2 or len(records[0]) < 3 or not all((cell or "").strip() for cell in records[0][:2]):
        return None
    upper, lower = ([(cell or "").strip() for cell in record] for record in records[:2])
    lower += [""] * (len(upper) - len(lower))
    first = next((place for place, cell in enumerate(lower) if cell), None)
    if first is None or first < 2 or not all(upper[:first]):
        return None
    blanks = [place for place, cell in enumerate(upper) if not cell]
    said = any(cell.lower() in ANSWER for cell in lower)
    return "answers" if all(lower[first : len(upper)]) and (said or blanks) and upper[0].lower().endswith("id") else None


def joined(upper: Sequence[str | None], lower: Sequence[str | None]) -> list[str | None]:
    """A question's name for its only column, with the answer behind it where there are several.

    >>> joined(["Respondent ID", "How likely?", "Hobbies", None], [None, "Response", "Chess", "Golf"])
    ['Respondent ID', 'How likely?', 'Hobbies Chess', 'Hobbies Golf']
    """
    names: list[str | None] = []
    question = ""
    for place in range(max(len(upper), len(lower))):
        above = (upper[place] or "").strip() if place < len(upper) else ""
        below = (lower[place] or "").strip() if place < len(lower) else ""
        question = above or question
        alone = bool(above) and (place + 1 >= len(upper) or bool((upper[place + 1] or "").strip()))
        plain = not below or (alone and below.lower() in ANSWER)
        names.append((question if plain else f"{question} {below}") or None)
    return names

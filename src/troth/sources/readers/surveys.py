"""Exports of surveys: a header of two or three lines becomes one of one."""

from __future__ import annotations

from troth.sources.readers.grid import Row
from troth.sources.survey import joined, survey_of

FURTHER = ("filtered", "a further line of the header")


def one_header(rows: list[Row]) -> list[Row]:
    """The first rows of a page with one line of names, where they have the header of a survey; the other lines are no records."""
    tops = [row for row in rows if row.filled() and not row.aside][:3]
    kind = survey_of([row.cells for row in tops])
    if kind is None:
        return rows
    further = {row.number for row in tops[1 : 3 if kind == "ids" else 2]}
    if kind == "answers":
        tops[0].cells = list(joined(tops[0].cells, tops[1].cells))
    return [Row(row.number, [], aside=FURTHER) if row.number in further else row for row in rows]

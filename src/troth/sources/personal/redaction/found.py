from __future__ import annotations

from typing import NamedTuple

NAME, PHONE, MAIL, NUMBER = MARKS = ("[name]", "[phone]", "[mail]", "[number]")


class Found(NamedTuple):
    """A place in a text that tells who somebody is, and the mark that comes there."""

    start: int
    end: int
    mark: str

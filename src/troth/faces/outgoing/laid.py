"""A letter before it is text and HTML, and how its text is set."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH = 72


@dataclass(frozen=True, slots=True)
class Laid:
    """below: what stands under the headline. age: why its data are old, or nothing. lines: what is said, as text; template and values: the
    same as HTML. whole: what the link has besides. foot: whose it is, up to when, and on what it rests; rests: the lines of it in a text.
    """

    subject: str
    headline: str
    below: str
    age: str
    whole: str
    whose: str
    foot: str
    rests: tuple[str, ...]
    lines: tuple[str, ...]
    template: str
    values: dict[str, Any] = field(default_factory=dict)


def titled(title: str) -> list[str]:
    return ["", title, "-" * len(title)]


def listed(title: str, said: Sequence[str]) -> Iterator[str]:
    if said:
        yield from titled(title)[1:]
        for one in said:
            yield from wrapped(one, "- ")
        yield ""


def wrapped(said: str, first: str = "") -> list[str]:
    plain = said.replace("`", "")
    return textwrap.wrap(
        plain, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False, break_on_hyphens=False
    )

"""What is found about people in a text is replaced by a mark of its kind; the rest of the text stays as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence

from troth.sources.personal.redaction.found import MARKS, NAME, Found
from troth.sources.personal.redaction.mails import mails
from troth.sources.personal.redaction.names import known_names, said_names
from troth.sources.personal.redaction.numbers import numbers
from troth.sources.personal.redaction.words import PARTICLES

__all__ = ["MARKS", "redact"]
_BETWEEN_PARTS = re.compile(rf"[ \t]{{0,8}},?[ \t]{{0,8}}(?:(?:{'|'.join(PARTICLES)})[ \t]{{1,8}}){{0,2}}")


def redact(text: str, known: Sequence[str | None] = ()) -> str:
    """The text with [name], [phone], [mail] and [number] in place of what tells who somebody is.

    known: names of people that the text may be about, such as those in other columns of its row; each part of a name counts,
    in any order, and so do its initials beside a part. English, Portuguese, German, Spanish and French are understood.
    Of names that are not known, those are found that a title, a greeting, a signature or a role goes before; others stay.

    >>> redact("Dear Ms Lang, call me on +49 30 1234567. Order 4711-220 of 2026-03-01, 59.90 EUR. Thanks, Anna")
    'Dear Ms [name], call me on [phone]. Order 4711-220 of 2026-03-01, 59.90 EUR. Thanks, [name]'
    >>> redact("anna lang was not at home", ["Lang, Anna"])
    '[name] was not at home'
    """
    pieces, done = [], 0
    for start, end, mark in places(text, known):
        pieces += [text[done:start], mark]
        done = end
    return "".join([*pieces, text[done:]]) if pieces else text


def places(text: str, known: Sequence[str | None] = ()) -> list[Found]:
    """What `redact` replaces, in order and apart: places that overlap are one, and so are the parts of a name."""
    found = [*mails(text), *numbers(text), *said_names(text)]
    names = [name for name in known if name]
    if names:
        found += known_names(text, names)
    apart: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        last = apart[-1] if apart else None
        if last and (one.start < last.end or (last.mark == one.mark == NAME and _BETWEEN_PARTS.fullmatch(text, last.end, one.start))):
            apart[-1] = Found(last.start, max(last.end, one.end), last.mark)
        else:
            apart.append(one)
    return apart

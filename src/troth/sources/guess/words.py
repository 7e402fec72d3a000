"""From a column's name to what it claims to be: promised, actual, created, or none of our business."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from troth.sources.guess import lexicon

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_NEUTRAL = re.compile(r"^(c|col|cols|column|field|feld|f|v|var|x|y|spalte|coluna|campo|champ|kolom|attr|attribute|unnamed)?$")


@dataclass(frozen=True, slots=True)
class TimeName:
    """What the name of a time column says.

    promise: 2 says promised, 1 may say so, 0 does not. wish: what was asked for rather than promised.
    stems: what is left of the name, to be compared with others'.
    """

    promise: int
    actual: bool
    created: bool
    never: bool
    housekeeping: bool
    wish: bool
    concepts: frozenset[str]
    stems: frozenset[str]


def fold(text: str) -> str:
    """Without accents; German umlauts as two letters.

    >>> fold("Fällige Prüfung à prévoir")
    'Faellige Pruefung a prevoir'
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_UMLAUTS))
    return "".join(c for c in plain if not unicodedata.combining(c))


@functools.cache
def tokens(name: str) -> tuple[str, ...]:
    """The words of a column's name.

    >>> tokens("orderDueDate"), tokens("case:enddate_planned"), tokens("c12")
    (('order', 'due', 'date'), ('case', 'enddate', 'planned'), ('c',))
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", fold(name))
    return tuple(t for t in re.split(r"[^a-z]+", spaced.lower()) if t)


@functools.cache
def _matcher(entries: str) -> re.Pattern[str]:
    parts = []
    for entry in entries.split():
        mark, word = entry[0], re.escape(entry[1:])
        parts.append({"=": rf"{word}", "^": rf"{word}.*", "*": rf".*{word}", "~": rf".*{word}.*"}[mark])
    return re.compile("|".join(parts))


def says(name: str, entries: str) -> bool:
    """Whether one word of the name stands in the list."""
    pattern = _matcher(entries)
    return any(pattern.fullmatch(token) for token in tokens(name))


def is_neutral(name: str) -> bool:
    """Names such as `c7` or `column_3` tell nothing.

    >>> is_neutral("c7"), is_neutral("column_3"), is_neutral("due")
    (True, True, False)
    """
    found = tokens(name)
    return len(found) <= 1 and bool(_NEUTRAL.match(found[0] if found else ""))


@functools.cache
def time_name(name: str) -> TimeName:
    """What a column's name, or the word of an activity, claims.

    >>> time_name("deliver_by").promise, time_name("approved_by").promise, time_name("actual_start").created
    (2, 0, False)
    """
    found = tuple(t for t in tokens(name) if t != "case") if ":" in name else tokens(name)
    finished = any(t in ("termine", "terminee", "terminado", "terminada", "ended", "terminated") for t in found)
    concepts = frozenset(c for c, entries in lexicon.CONCEPTS.items() if _any(found, entries))
    if "ship" in concepts:
        concepts -= {"deliver"}
    if _any(found, lexicon.WINDOW):
        concepts -= {"start", "end"}
    doing = concepts - {"start", "approve"}
    promised = {t for t in found if _any((t,), lexicon.STRONG_PROMISE)}
    bound = {t for t in found[1:] if _any((t,), lexicon.BOUND)} if doing else set()
    hedged = {t for t in found if _any((t,), lexicon.WEAK_PROMISE)} if doing and "at" not in found else set()
    begins_window = _any(found, lexicon.WINDOW) and _any(found, "=start =begin =from =von =inicio =debut")
    promise = 0 if finished or begins_window else 2 if promised or bound else 1 if hedged else 0
    said = promised | bound | hedged if promise else set()
    actual = not promise and _any(found, lexicon.ACTUAL)
    return TimeName(
        promise=promise,
        actual=actual,
        created=not promise and _any(found, lexicon.CREATED) and not _any(found, "=actual =ist =real =tatsaechlich"),
        never=_any(found, lexicon.NEVER),
        housekeeping=_any(found, lexicon.HOUSEKEEPING),
        wish=promise == 1 and _any(found, lexicon.WISH),
        concepts=concepts,
        stems=frozenset(t[:5] for t in found if len(t) > 2 and not _any((t,), lexicon.FILLER) and t not in said),
    )


def _any(found: Iterable[str], entries: str) -> bool:
    pattern = _matcher(entries)
    return any(pattern.fullmatch(token) for token in found)

"""From a column's name to what it claims to be: promised, actual, created, or none of our business."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from troth.sources.guess import lexicon

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_NEUTRAL = re.compile(
    r"^(c|col|cols|column|field|feld|f|v|var|x|y|spalte|coluna|campo|champ|kolom|attr|attribute|unnamed)?$"
)


@dataclass(frozen=True, slots=True)
class TimeName:
    """What the name of a time column says.

    promise: 2 says promised, 1 may say so, 0 does not. stems: what is left of the name, to be compared with others'.
    """

    promise: int
    actual: bool
    created: bool
    never: bool
    housekeeping: bool
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
    found = [t for t in tokens(name) if t != "case"] if ":" in name else list(tokens(name))
    if found[:1] == ["due"] and len(found) > 2 and found[1] == "to":
        found = found[2:]
    strong, weak, actual = (_matcher(e) for e in (lexicon.STRONG_PROMISE, lexicon.WEAK_PROMISE, lexicon.ACTUAL))
    finished = any(t in ("termine", "terminee", "terminado", "terminada", "ended", "terminated") for t in found)
    promised = [t for t in found if strong.fullmatch(t) and not (t == "by" and t != found[-1])]
    concepts = frozenset(
        c for c, entries in lexicon.CONCEPTS.items() if any(_matcher(entries).fullmatch(t) for t in found)
    )
    if "ship" in concepts and "deliver" in concepts:
        concepts -= {"deliver"}
    hedged = any(weak.fullmatch(t) for t in found) and bool(concepts - {"start"})
    promise = 2 if promised and not finished else 1 if hedged and "at" not in found else 0
    created = any(_matcher(lexicon.CREATED).fullmatch(t) for t in found)
    stems = frozenset(
        t[:5]
        for t in found
        if len(t) > 2 and t not in lexicon.FILLER and t not in promised and not (promise == 1 and weak.fullmatch(t))
    )
    return TimeName(
        promise=promise,
        actual=not promise and any(actual.fullmatch(t) for t in found),
        created=created and not promise,
        never=any(_matcher(lexicon.NEVER).fullmatch(t) for t in found),
        housekeeping=any(_matcher(lexicon.HOUSEKEEPING).fullmatch(t) for t in found),
        concepts=concepts,
        stems=stems,
    )

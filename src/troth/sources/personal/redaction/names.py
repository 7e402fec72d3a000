"""Names of people: those that are known, and those that a title, a greeting, a signature or a role goes before."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from troth.sources.personal.redaction.found import NAME, Found
from troth.sources.personal.redaction.words import COMMON, GENERIC, GREETINGS, INTRODUCTIONS, PARTICLES, ROLES, SIGNATURES, TALKED, TITLES

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*")
_GAP = re.compile(r"[ \t]{0,8},?[ \t]{0,8}")
_POINT = re.compile(r"[ \t]{0,8}[.,]?[ \t]{0,8}")
_CAPITAL = r"[A-ZÀ-ÖØ-ÞŁŚŠŽĐĆČ][\w'’-]{0,40}\.?"
_JOINED = rf"(?:[ \t]{{1,8}}(?:(?:{'|'.join(PARTICLES)})[ \t]{{1,8}}){{0,2}}{_CAPITAL})"
_NAME = rf"(?P<said>(?:(?:{'|'.join(PARTICLES)})[ \t]{{1,8}}){{0,2}}{_CAPITAL}{_JOINED}{{0,3}})"
_ONE = rf"(?P<said>{_CAPITAL}{_JOINED}{{0,1}})"
_END = r"(?=[ \t]{0,8}(?:[,!.:;)\n–—-]|$))"
_LAST = r"[ \t]{0,8}[.!]?(?=[ \t]{0,8}(?:$|\n))"
_DASHED = re.compile(rf"(?:\n|[.!?)][ \t]{{1,8}})[-–—~][ \t]?{_NAME}[ \t]{{0,8}}$")


def _any(phrases: Sequence[str]) -> str:
    return "|".join(re.escape(phrase).replace(r"\ ", r"[ \t]{1,8}") for phrase in phrases)


_TITLE = rf"(?:(?i:{_any(TITLES)})\.?[ \t]{{1,8}})"
_WAYS: tuple[tuple[Sequence[str], re.Pattern[str]], ...] = (
    (TITLES, re.compile(rf"{_TITLE}+{_NAME}")),
    (GREETINGS, re.compile(rf"(?i:{_any(GREETINGS)})[ \t,]{{1,8}}{_TITLE}{{0,2}}{_NAME}{_END}")),
    (
        SIGNATURES,
        re.compile(
            rf"(?i:{_any(SIGNATURES)})[ \t]{{0,8}}[,.!;:–—-]{{0,4}}\s{{0,8}}(?:(?i:by|von|de|o|a)[ \t]{{1,8}})?"
            rf"{_NAME}[ \t]{{0,8}}[.!]?(?=[ \t]{{0,8}}(?:$|\n))"
        ),
    ),
    (INTRODUCTIONS, re.compile(rf"(?i:{_any(INTRODUCTIONS)})[ \t]{{1,8}}{_TITLE}{{0,2}}{_NAME}")),
    (ROLES, re.compile(rf"(?i:{_any(ROLES)})[ \t]{{1,8}}{_TITLE}{{0,2}}{_ONE}")),
    (TALKED, re.compile(rf"(?i:{_any(TALKED)})[ \t]{{1,8}}{_TITLE}{{0,2}}{_ONE}")),
)


# In a text of capitals alone every word looks like a name, and these stand before many that are none.
_QUIET = (_WAYS[1][1], _WAYS[4][1], _WAYS[5][1])


def _by_first_word() -> dict[str, tuple[re.Pattern[str], ...]]:
    """Which patterns may match where a word begins: trying all of them everywhere costs ten times as much."""
    found: dict[str, list[re.Pattern[str]]] = {}
    for phrases, pattern in _WAYS:
        for phrase in phrases:
            first = _WORD.match(phrase)
            if first and pattern not in found.setdefault(first.group(), []):
                found[first.group()].append(pattern)
    return {word: tuple(patterns) for word, patterns in found.items()}


_CUES = _by_first_word()
WEAK = COMMON | GENERIC


def said_names(text: str) -> Iterator[Found]:
    """Names beside words that say so. What follows such words and is no name, such as Dear Customer, stays."""
    loud = text.isupper()
    for word in _WORD.finditer(text):
        patterns = _CUES.get(word.group().lower(), ())
        if patterns and word.start() and text[word.start() - 1].isalnum():
            continue
        for pattern in patterns:
            match = None if loud and pattern in _QUIET else pattern.match(text, word.start())
            if match:
                start, end = _trimmed(text, *match.span("said"))
                if end > start:
                    yield Found(start, end, NAME)
    if any(dash in text for dash in "-–—~"):
        match = _DASHED.search(text)
        if match:
            start, end = _trimmed(text, *match.span("said"))
            if end > start:
                yield Found(start, end, NAME)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A name ends before the first word that is none; nothing is left where the first one is none."""
    last = start
    for match in _WORD.finditer(text, start, end):
        word = match.group().casefold()
        if word in GENERIC:
            break
        if word not in PARTICLES:
            last = match.end()
    return start, last


def known_names(text: str, names: Sequence[str]) -> Iterator[Found]:
    """Each part of a name, whatever its case and accents, and initials beside a part."""
    parts, initials = _parts(tuple(names))
    if not parts:
        return
    words = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
    part = [_is_part(word, parts) for _, _, word in words]
    # A part that is also a common word, in small letters, counts only beside one that is not.
    sure = [is_part and not (word[0].islower() and _plain(word) in WEAK) for is_part, (_, _, word) in zip(part, words, strict=True)]
    for place, (start, end, word) in enumerate(words):
        if sure[place] or (part[place] and any(_neighbours(text, words, sure, place))):
            yield Found(start, end, NAME)
        elif len(word) == 1 and word.isupper() and _plain(word) in initials and any(_neighbours(text, words, sure, place)):
            yield Found(start, end + (text[end : end + 1] == "."), NAME)


def _neighbours(text: str, words: Sequence[tuple[int, int, str]], sure: Sequence[bool], place: int) -> tuple[bool, bool]:
    """Whether a part of the name stands just before and just after a word. A point may stand behind an initial only."""
    before = place > 0 and sure[place - 1] and _GAP.fullmatch(text, words[place - 1][1], words[place][0]) is not None
    after = place + 1 < len(words) and sure[place + 1] and _POINT.fullmatch(text, words[place][1], words[place + 1][0]) is not None
    return before, after


def _is_part(word: str, parts: frozenset[str]) -> bool:
    plain = _plain(word)
    if plain in parts:
        return True
    bare = plain[:-2] if plain.endswith(("'s", "’s")) else plain[:-1] if plain.endswith("s") and len(plain) > 4 else plain
    return bare in parts or ("-" in plain and any(piece in parts for piece in plain.split("-")))


@lru_cache(maxsize=4096)
def _parts(names: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    words = [_plain(word) for name in names for match in _WORD.finditer(name) for word in (match.group(), *match.group().split("-"))]
    told = [word for word in words if word not in PARTICLES]
    return frozenset(word for word in told if len(word) >= 3 or not word.isascii()), frozenset(word[0] for word in told)


def _plain(word: str) -> str:
    """
    >>> _plain("João"), _plain("MÜLLER")
    ('joao', 'muller')
    """
    if word.isascii():
        return word.lower()
    return "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign))

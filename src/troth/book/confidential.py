"""What does not belong in a book that is kept in git: secrets, and the names, mails and phones of people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from troth.book.checking import problem
from troth.book.document import Document, Problem
from troth.book.parsing import Path

SECRETS = r"(?:password|passwd|pwd|secret|token|api_?key|access_?key|private_?key|credentials?|dsn)"
SECRET = re.compile(rf"(?:^|_){SECRETS}$", re.IGNORECASE)
NAMED_SECRET = re.compile(rf"{SECRETS}['\"]?[ ]*:", re.IGNORECASE)
SECRET_WORDS = ("passw", "pwd", "secret", "token", "key", "credential", "dsn")
TITLES = ("Mr", "Ms", "Miss", "Dr", "Prof", "Herr", "Frau", "Señor", "Sr", "Dona", "Dom", "Mada", "Mons", "Mme")
FROM_OUTSIDE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
IN_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@']+:(?!env:)[^\s/@']+@")
MAIL = re.compile(r"[^\s@<>'\"=,;:()]+@[^\s@<>'\"=,;:()]+\.[A-Za-z]{2,}")
PHONE = re.compile(r"(?<![\w.:-])(?:\+\d[\d ()./-]{6,18}\d|\(?0\d{1,4}\)?[ /-]\d[\d ./-]{4,12}\d)(?![\w:-])")
DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
PERSON = re.compile(
    r"\b(?:Mrs?|Ms|Miss|Dr|Prof|Herr|Frau|Señora?|Sra?|Dona|Dom|Madame|Monsieur|Mme)\.? +[A-ZÀ-ÖØ-Þ][\w'’-]+(?: +[A-ZÀ-ÖØ-Þ][\w'’-]+)*"
)


def confidential(document: Document) -> Iterator[Problem]:
    """One problem for each value that holds a secret, or a person's name, mail or phone. Names without a title go unseen."""
    if _clean(document.text):
        return
    for path, value in _texts(document.data, ()):
        found = _wrong(path, value)
        if found:
            said, start = found
            yield problem(document, path, said, at_value=True, column=start + 1)


def _clean(text: str) -> bool:
    """A look at the whole text, which nearly every file of a book passes; plain words first, since they cost a tenth."""
    lowered = text.lower()
    secret = any(word in lowered for word in SECRET_WORDS) and NAMED_SECRET.search(text)
    person = any(word in text for word in TITLES) and PERSON.search(text)
    outside = "://" in text and IN_URL.search(text)
    return not (secret or person or outside or ("@" in text and MAIL.search(text)) or PHONE.search(text))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, (*path, place))
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield path, str(value)


def _wrong(path: Path, value: str) -> tuple[str, int] | None:
    named = str(next((part for part in reversed(path) if isinstance(part, str)), ""))
    if SECRET.search(named) and value and not FROM_OUTSIDE.fullmatch(value):
        return "a secret does not stand in a book: write env:NAME and set NAME in the environment", 0
    if IN_URL.search(value):
        return "a password does not stand in a book: write env:NAME in its place", 0
    mail = MAIL.search(value)
    if mail:
        return "a mail address does not stand in a book: name a role, whose people are kept elsewhere", mail.start()
    phone = PHONE.search(value)
    if phone and not DATED.search(phone.group()):
        return "a phone number does not stand in a book: name a role, whose people are kept elsewhere", phone.start()
    person = PERSON.search(value)
    if person:
        return "a person's name does not stand in a book: name a role, whose people are kept elsewhere", person.start()
    return None

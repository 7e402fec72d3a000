"""What does not belong in a book that is kept in git: secrets, and the names, mails and phones of people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from troth.book.checking import problem
from troth.book.document import Document, Problem
from troth.book.parsing import Path

SECRETS = r"(?:password|passwd|pwd|secret|token|api_?key|access_?key|private_?key|credential|dsn)s?"
SECRET = re.compile(rf"(?:^|[_-]){SECRETS}$", re.IGNORECASE)
NAMED_SECRET = re.compile(rf"{SECRETS}['\"]?[ ]*:", re.IGNORECASE)
SECRET_WORDS = ("passw", "pwd", "secret", "token", "key", "credential", "dsn")
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
COLUMNS = frozenset({"personal", "formats"})  # what stands under these are names of columns, whose values are no secrets
FROM_OUTSIDE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
IN_URL = re.compile(
    r"\b[a-z][a-z0-9+.-]*://(?:env:[a-z_]\w*|(?!env:)[^\s/:@']*):(?!env:[a-z_]\w*@)(?P<said>[^\s/@']+)@"
    rf"|[?&;]{SECRETS}=(?!env:)(?P<asked>[^\s&;']+)",
    re.IGNORECASE,
)
MAIL = re.compile(r"(?<![\w.+%-])(?<!//)[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
CALLED = ("tel", "phone", "mobil", "handy", "cell", "fax", "whatsapp", "hotline", "call", "ring", "dial")
CALL = re.compile(
    rf"\b(?:{'|'.join(CALLED)})(?:e|efone?)?\b[.:]{{0,2}} *(?:(?:no|nr|number|at|on)\b[.:]? *)?"
    r"(?P<said>[+(]{0,2}\d(?:[ ()./-]{0,2}\d){5,14})(?![\w:])",
    re.IGNORECASE,
)
PHONE = re.compile(  # each way begins with its own letter and looks back after it: so searched, a text costs half
    r"\+(?<!\w\+)\d(?:[ ()./-]{0,2}\d){7,14}(?![\w:])"
    r"|\((?<![\w.:/-]\()(?<!\d \()0?\d{2,4}\)[ /-]?\d(?:[ ./-]?\d){5,9}(?![\w:-])"
    r"|0(?<![\w.:/-]0)(?<!\d 0)(?:[1-9]\d{1,4}(?: ?/ ?| )\d(?:[ -]?\d){5,9}|0[1-9]\d{0,2} (?:\d[ /-]?){8,12}\d)(?![\w:-])"
)
AN_ID = re.compile(
    r"\b(?:order|po|invoice|article|art|item|sku|ean|isbn|iban|batch|lot|no|nr|number|id|ref)[.:#]{0,2} *$|# *$", re.IGNORECASE
)
DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
TITLES = ("Mr", "Ms", "Miss", "Dr", "Prof", "Herr", "Frau", "Señor", "Sr", "Dona", "Dom", "Mada", "Mons", "Mme")
OPENERS = "The|This|That|There|Then|These|He|She|It|They|We|You|If|In|At|On|No|Not|When|A|An|Der|Die|Das|Er|Sie|Es|Wir|Wenn|O|Os|As|Se"
PERSON = re.compile(
    r"\b(?:(?:Mrs?|Ms|Miss|Dr|Prof|Herr|Frau|Señora?|Sra?|Dona|Dom|Madame|Monsieur|Mme)\b\.?\s+)+"
    rf"(?!(?:{OPENERS})(?![\w'’]))(?:(?:von|van|de[rnl]?|da|dos?|di|du|la|le|zu)\s+)*[A-ZÀ-ÖØ-Þ][\w'’-]+(?:\s+[A-ZÀ-ÖØ-Þ][\w'’-]+)*"
)
COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)
ELSEWHERE = "does not stand in a book: name a role, whose people are kept elsewhere"


def confidential(document: Document) -> Iterator[Problem]:
    """One problem for each value, name or comment with a secret, or with a person's name, mail or phone.

    Names without a title, and numbers that could be an order's as well, go unseen. What was found is never said in the message.
    """
    text = document.text
    if _clean(text):
        return
    told: set[int] = set()
    for path, value, is_name in _texts(document.data, ()):
        found = _wrong(() if is_name else path, value)
        if found:
            said, start = found
            one = problem(document, path, said, at_value=not is_name, column=start + 1)
            told.add(one.line)
            yield one
    for match in COMMENT.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found = _wrong((), match.group()) if line not in told else None
        if found:
            yield Problem(document.file, line, match.start() - text.rfind("\n", 0, match.start()) + found[1], "-", found[0])


def _clean(text: str) -> bool:
    """A look at the whole text, which nearly every file of a book passes; plain words first, since they cost a tenth."""
    lowered = text.lower()
    named = any(word in lowered for word in SECRET_WORDS)
    secret = named and NAMED_SECRET.search(text)
    person = any(word in text for word in TITLES) and PERSON.search(text)
    outside = ("://" in text or (named and "=" in text)) and IN_URL.search(text)
    phone = PHONE.search(text) or (any(word in lowered for word in CALLED) and CALL.search(text))
    return not (secret or person or outside or phone or ("@" in text and MAIL.search(text)))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str, bool]]:
    """Every value and, marked as such, every name."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield (*path, name), str(name), True
            yield from _texts(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, (*path, place))
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield path, str(value), False


def _wrong(path: Path, value: str) -> tuple[str, int] | None:
    """What is wrong with a text, and from where in it. path: of a value; a name or a comment has none."""
    if _secret(path) and value and not FROM_OUTSIDE.fullmatch(value):
        return "a secret does not stand in a book: write env:NAME and set NAME in the environment", 0
    url = IN_URL.search(value)
    if url:
        return "a password does not stand in a book: write env:NAME in its place", url.start("said" if url["said"] else "asked")
    mail = MAIL.search(value)
    if mail:
        return f"a mail address {ELSEWHERE}", mail.start()
    phone = _phone(value)
    if phone is not None:
        return f"a phone number {ELSEWHERE}", phone
    person = PERSON.search(value)
    if person:
        return f"a person's name {ELSEWHERE}", person.start()
    return None


def _secret(path: Path) -> bool:
    names = [part for part in path if isinstance(part, str)]
    return bool(names) and not COLUMNS & set(names[-2:-1]) and SECRET.search(HUMP.sub("_", names[-1])) is not None


def _phone(value: str) -> int | None:
    """Where a phone number begins that is called one, or is written like one and not called anything else."""
    found = [match.start("said") for match in CALL.finditer(value) if not DATED.search(match["said"])]
    for match in PHONE.finditer(value):
        if not DATED.search(match.group()) and (match.group().startswith("+") or not AN_ID.search(value[: match.start()])):
            found.append(match.start())
    return min(found, default=None)

"""Personal values as they are compared: two spellings of one mail, phone or tax id become one text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from troth.sources.personal.vault import TokenKind

_SIGN = r"[^@\s<>,;:\"]"
_MAIL = re.compile(rf"(?:^|[\s<>,;:\"])(?P<said>{_SIGN}{{1,64}}@{_SIGN}{{1,190}}\.[^@\s<>,;:\".]{{2,63}})(?!{_SIGN})")
_EXTENSION = re.compile(r"(?:\b(?:ext|extension|durchwahl|ramal|poste)\.?|#|\bx)\s*\d{1,6}\s*$", re.IGNORECASE)
_TRUNK = re.compile(r"\(0\)")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_NOT_ALNUM = re.compile(r"[\W_]+")
_BLANKS = re.compile(r"[\s,;.]+")


def email(value: str) -> str | None:
    """The mail address inside a text, in small letters; None where there is none.

    What stands before the @ is left as it is but for its case: whether dots and +tags count is the business of each provider.

    >>> email("Anna Lang <Anna.Lang@Example.ORG>"), email("n/a")
    ('anna.lang@example.org', None)
    """
    found = _MAIL.search(_plain(value).removeprefix("mailto:"))
    return found["said"].strip(".'") if found else None


def phone(value: str, calling_code: str | None = None) -> str | None:
    """Digits, after + where the country is known; None where there are fewer than five.

    calling_code: of numbers that begin with a single 0 or with no sign at all, such as "49".

    >>> phone("+49 (0)30 1234-567"), phone("0049 30 1234567"), phone("030/1234567", "49"), phone("030/1234567")
    ('+49301234567', '+49301234567', '+49301234567', '0301234567')
    """
    text = _EXTENSION.sub("", _plain(value).removeprefix("tel:").strip())
    abroad = text.lstrip("( ").startswith(("+", "00"))
    digits = _NOT_DIGITS.sub("", _TRUNK.sub("", text) if abroad else text)
    if len(digits) < 5:
        return None
    if abroad:
        return f"+{digits.removeprefix('00')}" if not text.lstrip("( ").startswith("+") else f"+{digits}"
    return f"+{calling_code}{digits.removeprefix('0')}" if calling_code else digits


def tax_id(value: str) -> str | None:
    """Letters and digits only, in capitals; None where there is no digit.

    >>> tax_id("529.982.247-25"), tax_id("de 811 907 980"), tax_id("none")
    ('52998224725', 'DE811907980', None)
    """
    text = _NOT_ALNUM.sub("", _plain(value)).upper()
    return text if any(sign.isdigit() for sign in text) else None


def name(value: str) -> str:
    """One blank between the parts, small letters; accents stay, since they part people.

    >>> name("  Anna  MÜLLER "), name("Muller, Anna")
    ('anna müller', 'muller, anna')
    """
    return " ".join(_plain(value).split())


def address(value: str) -> str:
    """Small letters without commas and points.

    >>> address("Main St. 5,  Leeds"), address("main st 5 leeds")
    ('main st 5 leeds', 'main st 5 leeds')
    """
    return " ".join(_BLANKS.split(_plain(value))).strip()


_WAYS: Mapping[TokenKind, Callable[[str], str | None]] = {
    "name": name, "email": email, "phone": phone, "address": address, "tax_id": tax_id,
}  # fmt: skip


def normalised(kind: TokenKind, value: str) -> str:
    """The text under which the vault knows a value; one that is not what its kind says is known as it stands.

    >>> normalised("email", "Anna@Example.org "), normalised("phone", "on request")
    ('anna@example.org', 'on request')
    """
    return _WAYS[kind](value) or name(value)


def _plain(value: str) -> str:
    return unicodedata.normalize("NFKC", value).casefold().strip()

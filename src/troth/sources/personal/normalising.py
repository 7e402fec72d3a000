"""Personal values as they are compared: two spellings of one mail, phone or tax id become one text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

import numpy as np

from troth.sources.personal.packed import Flags, Packed
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


def normalised_all(kind: TokenKind, values: Packed) -> Packed:
    """What `normalised` says of each value; names and mails that are plainly written go through all at once.

    values: as `packed` gives them. The texts are to be read by their places, since they may lie in another order.
    """
    text = Packed(np.frombuffer(values.data.tobytes().lower(), dtype=np.uint8), values.starts, values.lengths)
    plain = _PLAIN.get(kind)
    odd = np.arange(len(values.starts)) if plain is None else np.flatnonzero(~plain(text))
    return text.with_texts(odd, [normalised(kind, values.text(number)) for number in odd.tolist()]) if len(odd) else text


def _plain_names(text: Packed) -> Flags:
    """ASCII with one blank between its parts and none around them: in small letters it is what `name` makes of it."""
    data, blank = text.data, ord(" ")
    double = np.flatnonzero((data[:-1] == blank) & (data[1:] == blank))
    plain = _without(text, _ODD_IN_NAMES)
    plain[text.having(double)] = False
    some = text.lengths > 0
    plain[some] &= (data[text.starts[some]] != blank) & (data[(text.starts + text.lengths)[some] - 1] != blank)
    return plain


def _plain_mails(text: Packed) -> Flags:
    """One address and nothing else, of the usual signs: in small letters it is what `email` makes of it."""
    ends, first = text.starts + text.lengths, np.full(len(text.starts), -1, dtype=np.int64)
    ats, dots = np.flatnonzero(text.data == ord("@")), np.flatnonzero(text.data == ord("."))
    at, dot = first.copy(), first.copy()
    at_of, dot_of = text.having(ats), text.having(dots)
    at[at_of], dot[dot_of] = ats, dots  # the last of each text
    plain = _without(text, _ODD_IN_MAILS)
    plain &= np.bincount(at_of, minlength=len(at)) == 1
    for length, least, most in ((at - text.starts, 1, 64), (dot - at - 1, 1, 190), (ends - dot - 1, 2, 63)):
        plain &= (length >= least) & (length <= most)
    plain[plain] = text.data[text.starts[plain]] != ord(".")
    return plain


def _without(text: Packed, odd: Flags) -> Flags:
    """Texts that hold no byte of these."""
    found: Flags = np.ones(len(text.starts), dtype=np.bool_)
    found[text.having(np.flatnonzero(odd[text.data]))] = False
    return found


def _but(allowed: bytes) -> Flags:
    odd: Flags = np.ones(256, dtype=np.bool_)
    odd[np.frombuffer(allowed, dtype=np.uint8)] = False
    return odd


_ODD_IN_NAMES = _but(bytes(range(0x20, 0x80)))
_ODD_IN_MAILS = _but(b"abcdefghijklmnopqrstuvwxyz0123456789._%+-@")
_PLAIN: Mapping[TokenKind, Callable[[Packed], Flags]] = {"name": _plain_names, "email": _plain_mails}


def _plain(value: str) -> str:
    return unicodedata.normalize("NFKC", value).casefold().strip()

"""Values as they are compared: one spelling for what people write in many ways."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Literal

FieldKind = Literal["name", "email", "phone", "tax_id", "postcode", "text"]

# German and Nordic names are written both ways in the same company: Müller in one system, Mueller in the other.
_SPELT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"}
)
_WORD = re.compile(r"[^\W_]+")
_COUNTRY = re.compile(r"^[A-Z]{1,2}(?=\d{4,}$)")
_NO_DIGIT = re.compile(r"\D")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "sr", "sra", "senhor", "senhora", "senor", "senora", "mme", "monsieur",
    "madame",
})  # fmt: skip
_FORMS = frozenset({
    "gmbh", "ag", "kg", "ohg", "mbh", "ug", "ltd", "limited", "llc", "inc", "incorporated", "corp", "corporation", "plc", "sa", "sarl",
    "sas", "srl", "spa", "bv", "nv", "ltda", "eireli", "oy", "ab", "aps",
})  # fmt: skip
_WHOLE_NUMBER = 9
_SHORTEST_NUMBER = 6
_SHORTEST_ID = 4
SHARED_MAILBOXES = frozenset({
    "info", "office", "sales", "contact", "kontakt", "contato", "contacto", "admin", "support", "service", "hello", "mail", "billing",
    "accounts", "accounting", "orders", "order", "purchasing", "einkauf", "vertrieb", "buchhaltung", "rechnung", "noreply", "no-reply",
    "vendas", "ventas", "comercial", "compras", "financeiro", "verkauf", "post", "team", "help", "marketing", "webmaster", "postmaster",
})  # fmt: skip


def fold_text(value: str) -> str:
    """Small letters without accents, words parted by one blank.

    >>> fold_text("  São-Paulo,  ÇENTRO ")
    'sao paulo centro'
    """
    return " ".join(_words(value))


def fold_name(value: str) -> str:
    """A person's or a company's name whatever the order of its words, without titles and legal forms.

    >>> fold_name("Müller, Dr. Hans"), fold_name("hans MUELLER"), fold_name("Möbel Krüger GmbH & Co. KG")
    ('hans mueller', 'hans mueller', 'krueger moebel')
    """
    words = _words(value)
    kept = [word for word in words if word not in _TITLES and word not in _FORMS]
    if len(kept) < len(words) and "co" in kept:
        kept.remove("co")
    return " ".join(sorted(kept or words))


def fold_email(value: str) -> str:
    """The address in small letters, without a tag; nothing where it is no address.

    >>> fold_email(" Jane.Doe+shop@Example.COM "), fold_email("none")
    ('jane.doe@example.com', '')
    """
    address = unicodedata.normalize("NFKC", value).strip().strip("<>").casefold().removeprefix("mailto:")
    if not _EMAIL.fullmatch(address):
        return ""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def fold_phone(value: str) -> str:
    """The last nine digits, since one system writes the country and another the trunk's 0; nothing where there are fewer than six.

    >>> fold_phone("+49 (0)30 123 45 67"), fold_phone("030/1234567"), fold_phone("0049 30 1234567"), fold_phone("12")
    ('301234567', '301234567', '301234567', '')
    """
    digits = _NO_DIGIT.sub("", unicodedata.normalize("NFKC", value).replace("(0)", "")).lstrip("0")
    if len(digits) < _SHORTEST_NUMBER or len(set(digits)) == 1:
        return ""
    return digits[-_WHOLE_NUMBER:]


def fold_tax_id(value: str) -> str:
    """Letters and digits only; nothing where it is too short or all zeros to be one.

    >>> fold_tax_id("de 129.273-398"), fold_tax_id("000000000"), fold_tax_id("n/a")
    ('DE129273398', '', '')
    """
    written = _signs(value)
    digits = [sign for sign in written if sign.isdigit()]
    return written if len(digits) >= _SHORTEST_ID and len(set(digits)) > 1 else ""


def fold_postcode(value: str) -> str:
    """
    >>> fold_postcode("sw1a 1aa"), fold_postcode("01310-100"), fold_postcode("D-10115")
    ('SW1A1AA', '01310100', '10115')
    """
    written = _signs(value)
    bare = written if written.isdigit() else _COUNTRY.sub("", written)
    return bare if any(sign.isdigit() for sign in bare) else ""


FOLDS: Mapping[str, Callable[[str], str]] = {
    "name": fold_name,
    "email": fold_email,
    "phone": fold_phone,
    "tax_id": fold_tax_id,
    "postcode": fold_postcode,
    "text": fold_text,
}


def is_shared_mailbox(address: str) -> bool:
    """An address of an office and not of a person.

    >>> is_shared_mailbox("info@acme.example"), is_shared_mailbox("ines@acme.example")
    (True, False)
    """
    return address.partition("@")[0].rstrip("0123456789") in SHARED_MAILBOXES


def _words(value: str) -> list[str]:
    if value.isascii():  # nothing to spell out: most values, and three times as fast
        return _WORD.findall(value.lower().replace("'", ""))
    spelt = unicodedata.normalize("NFC", value).casefold().translate(_SPELT)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(sign))
    return _WORD.findall(bare.replace("'", "").replace("’", ""))


def _signs(value: str) -> str:
    """Letters and digits without what stands between them, in capitals."""
    return "".join(_WORD.findall(value if value.isascii() else unicodedata.normalize("NFKC", value))).upper()

"""Phones and the numbers of documents, told from orders, amounts and dates by how they are written and by what stands before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from troth.sources.personal.redaction.callings import CALL, CALLED, DOCUMENT, FILL, ORDER
from troth.sources.personal.redaction.digits import IBAN_LENGTHS, is_bsn, is_card, is_cnpj, is_cpf, is_dni, is_iban, is_nir, is_ssn, is_vat
from troth.sources.personal.redaction.found import NUMBER, PHONE, Found

BEFORE, LOOKED_BACK = 40, 5
_ENOUGH = re.compile(r"\d(?:\D{0,3}\d){5}")
_RUN = re.compile(
    r"(?P<date>(?<![\w.,/-])(?:\d{1,2}|\d{4})(?P<sep>[./-])\d{1,2}(?P=sep)(?:\d{4}"
    r"|\d{2})(?![./-]?\d)(?:[ T,]{1,2}\d{1,2}:\d{2}(?::\d{2})?)?)"
    r"|(?P<time>(?<![\w:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:]))"
    r"|(?P<amount>(?:R\$|€|£|\$|\b(?:EUR|USD|BRL|GBP|CHF)) ?\d[\d.,]*|(?<![\w.,/-])\d[\d.,]* ?(?:€|£|\$|(?:EUR|USD|BRL|GBP"
    r"|CHF|reais|euros?|dollars?)\b))"
    r"|(?P<run>(?<![\w.,/=&-])(?:\+ ?|\(\+?)?\d(?:[ \u00a0.\-/()]{0,2}\d){5,20}(?![\w]))",
    re.IGNORECASE,
)
_DOCUMENTED = re.compile(r"(?<![\w.,/=&-])[A-Z]{0,3}\d[A-Z0-9]*(?:[ .\-/]?\d[A-Z0-9]*){0,8}(?!\w)")
_APART = re.compile(r"\d|[!?]\s|(?<=\w{4})\.\s")
_WORD = re.compile(r"[^\W\d_]+")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?=[ -]?[A-Z0-9]{4})", re.IGNORECASE)
_LETTERED = re.compile(r"(?<![\w-])(?:[A-Z]{2}[ -]?U?\d[\d .]{6,13}(?:B\d{2})?|\d{8}-?[A-Z]|[XYZ]-?\d{7}-?[A-Z])(?![\w-])")
_CODICE = re.compile(r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z](?!\w)")
_NINO = re.compile(r"(?<!\w)[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)")
_CPF = re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}")
_CNPJ = re.compile(r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}")
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
_BSN = re.compile(r"\d{4}[. ]\d{2}[. ]\d{3}")
_PHONES = tuple(
    re.compile(written)
    for written in (
        r"\(\d{2,5}\)[ -]?\d[\d \-/.]{5,12}",  # (11) 98765-4321, (202) 555-0143, (030) 1234567
        r"0\d{1,4}[ /-]{1,2}\d[\d \-/]{4,12}",  # 030 1234567, 0171/1234567, 020 7946 0018
        r"0\d(?:[ .-]?\d{2}){4}",  # 06 12 34 56 78
        r"\d{3}[-. ]\d{3}[-. ]\d{4}",  # 202-555-0143
        r"[26789]\d{2} \d{3} \d{3}|[6789]\d{2} \d{2} \d{2} \d{2}",  # 612 345 678, 912 345 678
        r"[1-9]\d[ -]9?\d{4}[- ]?\d{4}|[1-9]\d9\d{4}-\d{4}|[1-9]\d9\d{8}",  # 11 98765-4321, 11987654321
        r"0(?:1[567]\d{8,9}|[67]\d{8}|7\d{9})",  # 01711234567, 0612345678, 07700900123
    )
)


def numbers(text: str) -> Iterator[Found]:
    if _ENOUGH.search(text) is None:
        return
    for match in _DOCUMENTED.finditer(text):
        if sum(sign.isdecimal() for sign in match.group()) >= 5 and _called(text, match.start()) == DOCUMENT:
            yield Found(match.start(), match.end(), NUMBER)
    yield from _ibans(text)
    for pattern in (_CODICE, _NINO):
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), NUMBER)
    for match in _LETTERED.finditer(text):
        compact = re.sub(r"[ .-]", "", match.group())
        if is_vat(compact) or is_dni(compact):
            yield Found(match.start(), match.end(), NUMBER)
    for match in _RUN.finditer(text):
        run = match["run"]
        if run is None and match["date"] and not _is_date(match["date"]):
            run = match["date"]
        mark = _kind(run, _called(text, match.start())) if run else None
        if mark:
            yield Found(match.start(), match.end(), mark)


def _kind(run: str, called: str | None) -> str | None:
    """What a run of digits is. An order's number stays, unless it is written as only a document is, or with its country."""
    digits = re.sub(r"\D", "", run)
    if _CPF.fullmatch(run) or _CNPJ.fullmatch(run) or (_SSN.fullmatch(run) and is_ssn(digits)) or (_BSN.fullmatch(run) and is_bsn(digits)):
        return NUMBER
    if run.startswith(("+", "(+")):
        return PHONE if 8 <= len(digits) <= 15 else None
    if called == CALL and len(digits) <= 15:
        return PHONE
    if called == ORDER:
        return None
    if is_cpf(digits) or is_cnpj(digits) or is_card(digits) or is_nir(digits):
        return NUMBER
    if (digits.startswith("00") and 11 <= len(digits) <= 16) or any(pattern.fullmatch(run) for pattern in _PHONES):
        return PHONE
    return None


def _called(text: str, start: int) -> str | None:
    """What the words before a number say that it is; words such as `number is` stand between."""
    before = _APART.split(text[max(0, start - BEFORE) : start])[-1]
    if before.rstrip().endswith("#"):
        return ORDER
    for word in reversed(_WORD.findall(before.lower())[-LOOKED_BACK:]):
        for called, (words, beginnings) in CALLED.items():
            if word in words or word.startswith(beginnings):
                return called
        if word not in FILL:
            return None
    return None


def _is_date(written: str) -> bool:
    """Some day of some month: what else has the form of a date is none."""
    first, middle, last = re.findall(r"\d+", written)[:3]
    days = [int(first if len(first) <= 2 else last), int(middle)]
    year = int(first if len(first) == 4 else last)
    return (year < 100 or 1900 <= year <= 2199) and 1 <= min(days) <= 12 and 1 <= max(days) <= 31


def _ibans(text: str) -> Iterator[Found]:
    """As many signs as the country's have, blanks aside."""
    for match in _IBAN.finditer(text):
        wanted = IBAN_LENGTHS.get(match.group()[:2].upper(), 0)
        compact, end = "", match.start()
        while end < len(text) and len(compact) < wanted and (text[end].isalnum() or text[end] in " -"):
            compact += text[end] if text[end].isalnum() else ""
            end += 1
        if compact.isascii() and is_iban(compact.upper()):
            yield Found(match.start(), end, NUMBER)

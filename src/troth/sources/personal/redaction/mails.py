"""Mail addresses, written out too, names in the addresses of pages, and handles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from troth.sources.personal.redaction.found import MAIL, NAME, PHONE, Found

BRACKETED = ("at)", "at]", "at}", "arroba)", "arroba]", "@)", "@]", "at )", "at ]")
SPELLED = (" dot ", " punkt ", " ponto ", " punto ", " point ")
_AT = re.compile(r"[\w.+%&'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_BRACKETED = re.compile(
    r"[\w.+%-]{1,64} ?[(\[{] ?(?:at|arroba|@) ?[)\]}] ?[\w-]+"
    r"(?: ?(?:\.|[(\[{] ?(?:dot|punkt|ponto|punto|point|\.) ?[)\]}]| dot | punkt | ponto | punto | point ) ?[\w-]+)*",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    r"[\w.+%-]{1,64} (?:at|arroba) [\w-]+(?: ?(?:\.| dot | punkt | ponto | punto | point ) ?[\w-]+)* (?:dot|punkt|ponto|punto|point) \w+",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w.@/])@(?P<said>[A-Za-z][\w.]{2,})(?![\w@])")
_URL = re.compile(r"\b(?:[a-z][a-z0-9+-]*://|www\.)[^\s<>\"]+", re.IGNORECASE)
_USER = re.compile(r"://(?P<said>[^/@\s]+)@")
_PLACE = re.compile(r"/(?:in|user|users|u|profile|profiles|people|member|members|~|@)/?(?P<said>[^/?#\s]{2,})", re.IGNORECASE)
_ASKED = re.compile(
    r"[?&#;](?:e?-?mail|name|user|username|login|phone|tel|first|last|customer|kunde|nome|nombre"
    r"|nom)[\w-]*=(?P<said>[^&#;\s]+)",
    re.IGNORECASE,
)
_SOCIAL = re.compile(
    r"\b(?:facebook|fb|instagram|linkedin|twitter|tiktok|xing|pinterest|github|t|x)\.(?:com|me|net|de)/(?:in/|profile/"
    r"|people/|user/|@)?"
    r"(?P<said>[\w.@+%-]{2,})",
    re.IGNORECASE,
)
_CHAT = re.compile(r"\b(?:wa\.me|api\.whatsapp\.com/send\?phone=)/?(?P<said>\+?\d{8,15})", re.IGNORECASE)


def mails(text: str) -> Iterator[Found]:
    if "@" in text:
        for match in _AT.finditer(text):
            if "://" not in text[max(0, match.start() - 40) : match.start()].rpartition(" ")[2]:
                yield Found(match.start(), match.end(), MAIL)
        for match in _HANDLE.finditer(text):
            yield Found(match.start(), match.end(), NAME)
    lower = text.lower()
    for pattern, signs in ((_BRACKETED, BRACKETED), (_SPELLED, SPELLED)):
        if any(sign in lower for sign in signs):
            for match in pattern.finditer(text):
                yield Found(match.start(), match.end(), MAIL)
    if "/" in text or "www." in lower:
        yield from _pages(text)


def _pages(text: str) -> Iterator[Found]:
    for pattern, mark in ((_SOCIAL, NAME), (_CHAT, PHONE)):
        for match in pattern.finditer(text):
            yield Found(*match.span("said"), mark)
    for url in _URL.finditer(text):
        for pattern in (_USER, _PLACE, _ASKED):
            for match in pattern.finditer(url.group()):
                start, end = match.span("said")
                yield Found(url.start() + start, url.start() + end, NAME)

"""From the link of a Google sheet, as people copy it, to the address of its rows as CSV."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from troth.sources.databases.database import NAMED

GOOGLE = "https://docs.google.com"
HOST = "docs.google.com"
_PATH = re.compile(r"/spreadsheets(?:/u/\d+)?/d/(?P<published>e/)?(?P<id>[A-Za-z0-9_-]{10,})(?:/.*)?")
EXAMPLE = "https://docs.google.com/spreadsheets/d/…/edit#gid=0"


def is_named(text: str) -> bool:
    """Whether a link is not written but named by a variable of the environment."""
    return re.fullmatch(NAMED, text) is not None


def is_link(text: str) -> bool:
    """Whether a text means to be such a link, be it whole or not."""
    return HOST in text


def address_of(link: str, google: str = GOOGLE) -> str:
    """Where the sheet's rows are given as CSV: of the tab that the link names, else of the first. google: where sheets lie.

    Raises ValueError, which does not repeat the link: whoever knows it can read the sheet.

    >>> address_of("https://docs.google.com/spreadsheets/d/1AbCdEfGhIj/edit?usp=sharing#gid=7")
    'https://docs.google.com/spreadsheets/d/1AbCdEfGhIj/export?format=csv&gid=7'
    >>> address_of("https://docs.google.com/spreadsheets/d/e/2PACX-1vAbCd/pubhtml?gid=7&single=true")
    'https://docs.google.com/spreadsheets/d/e/2PACX-1vAbCd/pub?output=csv&gid=7&single=true'
    """
    parts = urlsplit(link.strip())
    found = _PATH.fullmatch(parts.path)
    if parts.scheme != "https" or parts.netloc != HOST or found is None:
        raise ValueError(f"this is no link of a Google sheet; copy the one that its Share button gives, as {EXAMPLE}")
    tabs = [*parse_qs(parts.fragment).get("gid", ()), *parse_qs(parts.query).get("gid", ())]
    tab = [("gid", tabs[0])] if tabs and tabs[0].isdecimal() else []
    if found["published"]:
        asked = urlencode([("output", "csv"), *tab, *([("single", "true")] if tab else [])])
        return f"{google.rstrip('/')}/spreadsheets/d/e/{found['id']}/pub?{asked}"
    return f"{google.rstrip('/')}/spreadsheets/d/{found['id']}/export?{urlencode([('format', 'csv'), *tab])}"

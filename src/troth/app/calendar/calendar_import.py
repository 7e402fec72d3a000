"""An iCalendar feed as a calendar of the book: a calendar that is closed on its days and open on all others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from troth.app.writing import write_whole
from troth.book.kinds import NAME
from troth.engines.calendars.feed import feed_of
from troth.kernel.errors import BookError, NotFound

MARK = "# Imported from an iCalendar feed; import again to renew it, what is edited here is lost then.\n"
MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Imported:
    name: str
    file: str
    days: int
    first: str
    last: str
    timed: int
    text: str


def import_feed(feed: Path, root: Path | None, name: str, first_year: int, last_year: int) -> Imported:
    """The days of a feed from one year to another, as calendars/NAME.yaml of a book; without a book only as text.

    A file of that name which was not imported is left as it is, and refused. Raises NotFound, BookError.
    """
    if not re.fullmatch(NAME, name):
        raise BookError("no name for a calendar", got=f"'{name}'", allowed="small letters, digits and _, as in public_holidays")
    if not first_year <= last_year < first_year + 100:
        raise BookError("no years", got=f"{first_year}-{last_year}", allowed="at most a hundred, as in 2026-2030")
    try:
        size = feed.stat().st_size
        content = feed.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise NotFound(f"no file '{feed}' to read", got=error.strerror, next_step="Give the path of an .ics file.") from error
    if not content:
        raise BookError("no iCalendar to read", got=f"{size:,} bytes", allowed=f"1 to {MOST_BYTES:,}")
    found = feed_of(content, first_year, last_year)
    if not found.days:
        said = f"{found.timed} events with a time of day"
        raise BookError("no whole day in the iCalendar", got=said, allowed="whole-day events in these years")
    closed = {day.isoformat(): words for day, words in found.days.items()}
    text = MARK + yaml.safe_dump({name: {"closed": closed}}, allow_unicode=True, sort_keys=False, width=120)
    days = list(closed)
    target = f"calendars/{name}.yaml"
    if root is not None:
        _write(root / target, text)
    return Imported(name, target if root is not None else "", len(days), days[0], days[-1], found.timed, text)


def _write(target: Path, text: str) -> None:
    if target.exists() and not target.read_text(encoding="utf-8").startswith(MARK):
        raise BookError(f"'{target}' was not imported", got="a file of your own", allowed="another --name, or remove the file")
    target.parent.mkdir(exist_ok=True)
    write_whole(target, text)

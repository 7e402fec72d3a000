"""Links in letters: each opens the pages of one scope, to read, for a week."""

from __future__ import annotations

from datetime import datetime

from troth.access import Role, Viewer
from troth.access.keys import hash_of, new_key
from troth.sending import Letter, Link, Links, Schedule
from troth.sending.letter import LINK_LASTS

COMES_BY = "link-"


def new_link(letter: Letter, schedule: Schedule, now: datetime) -> tuple[str, Link]:
    """The key, which is in the letter alone, and what is kept of it."""
    key = new_key()
    return key, Link(hash_of(key), letter.id, schedule.id, schedule.scope, schedule.language, now + LINK_LASTS)


def comes_by_link(viewer: Viewer) -> bool:
    return viewer.id.startswith(COMES_BY)


def viewer_of(links: Links, key: str, now: datetime) -> tuple[Viewer, Link] | None:
    """Who comes by a link: somebody without a name, who reads what is in its scope. None where it opens nothing any more."""
    link = links.find(hash_of(key), now) if key else None
    return None if link is None else (Viewer(f"{COMES_BY}{link.letter[:8]}", Role.viewer, link.scope, link.language), link)

"""Links in letters: each opens the pages of one scope, to read, for a week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from troth.access import Account, Role, Viewer
from troth.access.keys import hash_of, new_key
from troth.sending import Letter, Link, Links, Schedule
from troth.sending.letter import LINK_LASTS
from troth.sending.schedule import OWN

COMES_BY = "link-"


def new_link(letter: Letter, schedule: Schedule, now: datetime) -> tuple[str, Link]:
    """The key, which is in the letter alone, and what is kept of it."""
    key = new_key()
    return key, Link(hash_of(key), letter.id, schedule.id, schedule.scope, schedule.language, now + LINK_LASTS)


def comes_by_link(viewer: Viewer) -> bool:
    return viewer.id.startswith(COMES_BY)


def viewer_of(
    links: Links, key: str, now: datetime, account_of: Callable[[str], Account | None] = lambda _: None
) -> tuple[Viewer, Link] | None:
    """Who comes by a link: somebody without a name, who reads what is in its scope. None where it opens nothing any more.

    account_of: of a letter that somebody who signs in had sent, it opens what that one may see now.
    """
    link = links.find(hash_of(key), now) if key else None
    if link is not None and link.schedule.startswith(OWN):
        account = account_of(link.schedule.removeprefix(OWN))
        link = None if account is None or account.disabled else replace(link, scope=account.scope)
    return None if link is None else (Viewer(f"{COMES_BY}{link.letter[:8]}", Role.viewer, link.scope, link.language), link)

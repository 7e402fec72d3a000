"""A letter that waits to be sent, and the link in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from troth.access import Scope

State = Literal["waiting", "sent", "failed"]
LINK_LASTS = timedelta(days=7)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
MOST_TRIES = 30


@dataclass(frozen=True, slots=True)
class Letter:
    """One page to one person for one day that it was due. to: the token of the address.

    tries: how often it was handed to the post. again: when it is next, while it waits. reason: why it was not sent. All times naive UTC.
    """

    id: str
    schedule: str
    to: str
    day: date
    due: datetime
    state: State = "waiting"
    tries: int = 0
    again: datetime | None = None
    reason: str = ""
    sent: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What the post is given. content: the letter as a message without its sender and addressee, the same in every try.

    A process that dies after the post took it, and before that is noted, hands it over again: by its id, which is that of the message,
    who receives it knows it for the same.
    """

    letter: Letter
    content: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """What the link in a letter opens: the pages of a scope, to read, until it expires. digest: of its key, which is nowhere kept."""

    digest: str
    letter: str
    schedule: str
    scope: Scope
    language: str
    expires: datetime


class NotSent(Exception):
    """The post did not take a letter. lasting: it never will. reason: names nobody."""

    def __init__(self, reason: str, *, lasting: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lasting = lasting


def again_at(letter: Letter, now: datetime) -> datetime | None:
    """When a letter is tried again after it was not taken: a minute later, then each time twice as long, an hour at most.

    None after thirty tries, which is a day: what is older than that is no news.
    """
    wait: timedelta = min(FIRST_WAIT * 2 ** min(letter.tries - 1, 10), LONGEST_WAIT)
    return now + wait if letter.tries < MOST_TRIES else None

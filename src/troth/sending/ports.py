"""What sending asks of stores; `stores.sending` and `stores.mail` implement it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from troth.sending.letter import Handed, Letter, Link
from troth.sending.schedule import Schedule


class Schedules(Protocol):
    def add(self, schedule: Schedule) -> None: ...

    def all(self) -> tuple[Schedule, ...]:
        """Oldest first."""
        ...

    def find(self, id: str) -> Schedule | None: ...

    def remove(self, id: str) -> None:
        """With its letters and links; what is deleted is overwritten."""
        ...


class Outbox(Protocol):
    def last(self, schedule: str) -> date | None:
        """The newest day for which a letter was put here."""
        ...

    def put(self, handed: Handed, link: Link) -> None:
        """The letter and its link, or neither. Older ones of its schedule that still wait are not sent any more.

        One that failed before it was written has no content. Raises Busy where there is one of that day.
        """
        ...

    def waiting(self, now: datetime) -> tuple[Handed, ...]:
        """Those whose time has come, oldest first."""
        ...

    def handing(self, id: str, now: datetime) -> Letter:
        """Note, before the post is given it, that it is: a try more."""
        ...

    def sent(self, id: str, now: datetime) -> None:
        """Its content is kept no longer."""
        ...

    def failed(self, id: str, reason: str, again: datetime | None) -> None:
        """again: None where it is not tried any more; its content is then kept no longer."""
        ...

    def letters(self, schedule: str) -> Sequence[Letter]:
        """Newest first."""
        ...


class Links(Protocol):
    def find(self, digest: str, now: datetime) -> Link | None:
        """What a link opens, where it still does."""
        ...

    def forget(self, before: datetime) -> None:
        """Those that expired before."""
        ...


class Post(Protocol):
    def deliver(self, handed: Handed, to: str) -> None:
        """Returns when the letter was taken for good. Raises NotSent."""
        ...

"""What the book says of one promise, for whom and when: the terms between which its subjects differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from troth.book import Book, Definition, Variant
from troth.engines.calendars import FOREVER_US
from troth.promises.calendars import Calendars, Clock
from troth.promises.definition import PROMISES, Promise

ANY = "*"


class Variants(Protocol):
    def __call__(self, keys: Mapping[str, str], made: tuple[datetime, datetime] | None = None) -> Iterable[Variant[Promise]]: ...


@dataclass(frozen=True, slots=True)
class By:
    """A dimension by which terms differ. read: its expression by subject type, empty where it is found by its name.

    values: those that make a difference; all others are alike.
    """

    id: str
    read: Mapping[str, str]
    values: frozenset[str]

    def expression(self, subject: str) -> str | None:
        return self.read.get(subject, self.read.get(ANY))


@dataclass(frozen=True, slots=True)
class Terms:
    """current: the promise as it stands, by whose words pages name it. said: it at all times, and with each layer alone upon it.

    variants: the terms of a subject's keys over all time; made: only those that bind something made from the first to the last instant.
    """

    current: Definition[Promise]
    said: tuple[Definition[Promise], ...]
    by: tuple[By, ...]
    variants: Variants
    calendars: Calendars

    def clocks(self, calendar: str | None, keys: Mapping[str, str]) -> tuple[tuple[int, int, Clock | None], ...]:
        """The clock of what is made from one instant to before another, for a subject's keys; None where terms name no calendar."""
        return ((-FOREVER_US, FOREVER_US, None),) if calendar is None else self.calendars.clocks(calendar, keys)

    @property
    def name(self) -> str:
        return self.current.name


def terms_of(book: Book, without: Collection[str] = ()) -> tuple[Terms, ...]:
    """The terms of every promise of a book.

    without: dimensions whose layers of promises are left out, as if the book had none for any of their values. The arms of pilots stay,
    and so do calendars: when somebody's doors are open is no term.
    """
    calendars = Calendars(book, book.zone)
    return tuple(_terms(book, definition, calendars, without) for definition in book.definitions(PROMISES.name, Promise).values())


def _terms(book: Book, current: Definition[Promise], calendars: Calendars, without: Collection[str]) -> Terms:
    name = current.name
    said = tuple(book.each(PROMISES.name, name, Promise))
    named = {one.value.calendar for one in said} - {None}
    used = {*book.dimensions(PROMISES.name, name), *(dimension for one in named if one for dimension in calendars.dimensions(one))}

    def values(dimension: str) -> frozenset[str]:
        return book.values(PROMISES.name, name, dimension).union(*(calendars.values(one, dimension) for one in named if one))

    by = tuple(By(d.id, d.read, values(d.id)) for d in book.company.dimensions if d.id in used)

    def variants(keys: Mapping[str, str], made: tuple[datetime, datetime] | None = None) -> Iterable[Variant[Promise]]:
        if without:
            keys = {**book.arms(keys), **{dimension: value for dimension, value in keys.items() if dimension not in without}}
        return book.variants(PROMISES.name, name, keys, Promise, made)

    return Terms(current, said, by, variants, calendars)

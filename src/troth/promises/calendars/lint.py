"""What is wrong in the calendars of a book."""

from __future__ import annotations

from collections.abc import Iterator

from troth.book import Book, Definition, Problem
from troth.kernel.errors import nearest
from troth.promises.calendars.definition import CALENDARS, CalendarDefinition


def lint(book: Book) -> list[Problem]:
    """Calendars put together of one that there is not, or of themselves, in every version and layer."""
    names = book.fitting(CALENDARS.name, CalendarDefinition)
    said = {name: tuple(book.each(CALENDARS.name, name, CalendarDefinition)) for name in names}
    found: list[Problem] = []
    for name, definitions in said.items():
        for definition in definitions:
            found += _unknown(definition, book)
            if name in _reached(definition.value, said):
                place = next(field for field in ("any_of", "all_of", "without") if getattr(definition.value, field))
                found.append(definition.problem((place,), f"the calendar '{name}' is put together of itself", at_value=True))
    return list(dict.fromkeys(found))


def _unknown(definition: Definition[CalendarDefinition], book: Book) -> Iterator[Problem]:
    for field in ("any_of", "all_of", "without"):
        for name in getattr(definition.value, field):
            if not book.has(CALENDARS.name, name):
                said = f"no calendar '{name}' in calendars/; {nearest(name, book.names(CALENDARS.name))}"
                yield definition.problem((field,), said, at_value=True)


def _reached(value: CalendarDefinition, said: dict[str, tuple[Definition[CalendarDefinition], ...]]) -> set[str]:
    found: set[str] = set()
    waiting = list(value.others())
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [other for one in said.get(name, ()) for other in one.value.others()]
    return found

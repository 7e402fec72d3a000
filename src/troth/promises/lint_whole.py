"""What is wrong with promises that are kept by others: names that there are not, subjects that do not fit, circles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troth.book import Book, Definition, Problem
from troth.kernel.errors import nearest
from troth.promises.definition import PROMISES, Promise
from troth.promises.naming import Record


def lint_whole(book: Book, record: Record) -> Iterator[Problem]:
    """The mistakes of every version and layer, each where it is written."""
    standing = book.fitting(PROMISES.name, Promise)
    kinds = {name: one.value.subject for name, one in standing.items()}
    made_of = {
        name: {one.promise for each in book.each(PROMISES.name, name, Promise) for one in each.value.fulfil.all_of} for name in standing
    }
    for name in standing:
        for definition in book.each(PROMISES.name, name, Promise):
            for place, one in enumerate(definition.value.fulfil.all_of):
                path = ("fulfil", "all_of", place)
                if one.promise not in kinds:
                    said = f"no promise '{one.promise}'; {nearest(one.promise, kinds)}"
                elif name in _reached(one.promise, made_of):
                    said = f"'{name}' is made of itself: by way of '{one.promise}'"
                else:
                    said = _misfit(definition, one.of, one.promise, kinds[one.promise], record)
                if said:
                    yield definition.problem(path, said, at_value=True)


def _reached(name: str, made_of: Mapping[str, set[str]]) -> set[str]:
    found, left = {name}, [name]
    while left:
        new = made_of.get(left.pop(), set()) - found
        found |= new
        left += new
    return found


def _misfit(definition: Definition[Promise], of: str | None, promise: str, about: str, record: Record) -> str:
    subject = definition.value.subject
    if of is None and about != subject:
        return f"'{promise}' is about '{about}', not '{subject}': write {{promise: {promise}, of: {about}}}"
    if of not in (None, about):
        return f"'{promise}' is about '{about}', not '{of}'"
    near = {*record.relations.get(subject, ()), *(type for type, owners in record.relations.items() if subject in owners)}
    if about != subject and record.attributes and about not in near:
        return f"no '{about}' belongs to '{subject}'; {nearest(about, near)}"
    return ""

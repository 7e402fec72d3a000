"""What is wrong with promises by the vocabulary of the sources, before any file is read; and stages that nobody owns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from troth.book import Book, Definition, Problem
from troth.book.checking import problem
from troth.engines.calendars import transitions
from troth.kernel.errors import ExpressionError, nearest
from troth.kernel.money import NO_CURRENCY
from troth.promises.calendars import CALENDARS
from troth.promises.compile import check_shape
from troth.promises.definition import PROMISES, Promise
from troth.promises.lint_whole import lint_whole
from troth.promises.naming import DIMENSION, Record, scope_of
from troth.promises.persons import staff_in
from troth.promises.places import Places
from troth.promises.shape import shape_of
from troth.promises.terms import ANY
from troth.promises.turns import about_turns, with_turns
from troth.query import compile_expression
from troth.sources import SOURCES, Source, vocabulary


def lint(book: Book) -> list[Problem]:
    """Names and types of every expression, in every version and layer, each mistake where it is written."""
    record = record_of(book)
    again = {name: one.value for name, one in book.fitting(PROMISES.name, Promise).items() if one.value.every is not None}
    taken = {name for name in again if name in record.attributes}
    if record.attributes:
        record = with_turns(record, {name: promise for name, promise in again.items() if name not in taken})
    calendars = book.names(CALENDARS.name)
    found: list[Problem] = []
    sound: set[int | tuple[object, ...]] = set()
    standing = {document.file: document.digest for document in book.tree.documents}
    for name, current in book.fitting(PROMISES.name, Promise).items():
        subject = current.value.subject
        if record.attributes and subject not in record.attributes:
            said = f"no object type '{subject}' in sources/; {nearest(subject, record.attributes)}"
            found.append(current.problem(("subject",), said, at_value=True))
        ownerless: set[str] = set()
        if name in taken:
            found.append(current.problem((), f"it comes again, so that its turns are of the type '{name}', which the sources have already"))
            continue
        for definition in book.each(PROMISES.name, name, Promise):
            wrong = [*_checked(definition, record, calendars, sound), *_again(definition, record)]
            if said := _former(definition, standing):
                found += [replace(one, message=f"{one.message}; {said}") for one in wrong]
            else:
                found += [*wrong, *_ownerless(definition, ownerless)]
    found += lint_whole(book, record)
    if record.attributes:
        found += _dimensions(book, record)
    return list(dict.fromkeys(found))


def _again(definition: Definition[Promise], record: Record) -> list[Problem]:
    """Events between which a promise comes again, and what its turns say; they are no names of an expression."""
    promise = definition.value
    if promise.every is None or promise.subject not in record.attributes:
        return []
    places = Places(definition, record)
    for field, event in (("anchor", promise.anchor), ("until", promise.until)):
        if event is not None:
            places.event(event, field)
    if not places.problems:
        places.event(str(promise.fulfil.event), "fulfil", "event")
    return places.problems


def _former(definition: Definition[Promise], standing: Mapping[PurePosixPath, str]) -> str:
    """What helps where a mistake stands in a revision that git had made without a look at it; empty where it stands in the folder."""
    if any(standing.get(layer.document.file) != layer.document.digest for layer in definition.over):
        return "so an earlier revision of the overlay said: let its Change begin after that, by `since:`"
    if standing.get(definition.document.file) != definition.document.digest:
        return "so an earlier revision said: write `restates: true` beside the right terms, and save"
    return ""


def _checked(
    definition: Definition[Promise], record: Record, calendars: Sequence[str], sound: set[int | tuple[object, ...]]
) -> list[Problem]:
    """sound: shapes in which nothing is wrong, whoever they bind, and what of the book is of one, by its id there."""
    if id(definition.value) in sound:
        return []
    written = definition
    if definition.value.every is not None:
        definition = about_turns(definition)
    promise, places = definition.value, Places(definition, record)
    shape, _ = shape_of(promise, places)
    mark = (promise.subject, promise.promisee, promise.calendar, promise.pause_while, shape)
    if promise.calendar is not None and promise.calendar not in calendars:
        said = f"no calendar '{promise.calendar}' in calendars/; {nearest(promise.calendar, calendars)}"
        places.problems.append(definition.problem(("calendar",), said, at_value=True))
    if promise.subject in record.attributes and mark not in sound and not places.problems:
        check_shape(shape, places)
        _party(written, places)
        _pauses(definition, places)
    if not places.problems:
        sound |= {mark, id(written.value)}
    return places.problems


def _pauses(definition: Definition[Promise], places: Places) -> None:
    """Events of pauses that the record does not know, and owners that the subject does not belong to."""
    subject = definition.value.subject
    for number, pause in enumerate(definition.value.pause_while):
        path = ("pause_while", number)
        if pause.of is None or pause.of == subject:
            places.event(pause.from_, *path, "from")
            places.event(pause.to, *path, "to")
            continue
        owners = places.record.owners_of(subject)
        if pause.of not in owners:
            said = f"'{subject}' belongs to no '{pause.of}'; {nearest(pause.of, owners)}"
            places.problems.append(definition.problem((*path, "of"), said, at_value=True))
            continue
        for field, event in (("from", pause.from_), ("to", pause.to)):
            known = places.record.events_of(pause.of)
            if event not in known and pause.of not in places.record.logged:
                said = f"no event '{event}' of '{pause.of}'; {nearest(event, known)}"
                places.problems.append(definition.problem((*path, field), said, at_value=True))


def _party(definition: Definition[Promise], places: Places) -> None:
    """A promisee is a role, or whoever a subject belongs to: order.customer, by however many relations."""
    subject, promisee = definition.value.subject, definition.value.promisee or ""
    owner, _, party = promisee.partition(".")
    if not party:
        return
    known = [f"{subject}.{type}" for type in places.record.attributes if type != subject]
    if owner != subject or party not in places.record.attributes:
        said = f"nobody is called '{promisee}'; {nearest(promisee, known)}"
        places.problems.append(definition.problem(("promisee",), said, at_value=True))


def record_of(book: Book) -> Record:
    """What the mappings say that the record will hold; nothing where one of them cannot be read."""
    sources = {name: one.value for name, one in book.fitting(SOURCES.name, Source).items()}
    clock = transitions(book.zone, 0, 0)
    currency = book.settings.currency or NO_CURRENCY
    if SOURCES.name in book.unreadable or len(sources) < len(book.names(SOURCES.name)):
        return Record({}, {}, clock, currency)
    words = vocabulary(sources)
    staff = staff_in(book.company.staff, sources.values(), words.attributes)
    return Record(words.attributes, words.events, clock, currency, words.relations, words.logged, staff=staff)


def _ownerless(definition: Definition[Promise], told: set[str]) -> Iterator[Problem]:
    """Stages that nobody answers for. told: those of the standard, of which its later versions and layers are not told again."""
    for key, stage in definition.value.stages.items():
        if stage.owner is None and key not in told:
            yield definition.problem(("stages", key), "nobody owns this stage: name the role that answers for it as its `owner`").warned()
            if not definition.over:
                told.add(key)


def _dimensions(book: Book, record: Record) -> Iterator[Problem]:
    """Each dimension read from each subject of a promise that it is for."""
    document = next(iter(book.tree.of_kind("company")), None)
    if document is None:
        return
    subjects = {one.value.subject for one in book.fitting(PROMISES.name, Promise).values()}
    for place, dimension in enumerate(book.company.dimensions):
        for subject, text in dimension.read.items():
            wanted = sorted(subjects & record.attributes.keys()) if subject == ANY else [subject]
            path = ("dimensions", place, "read") if subject == ANY else ("dimensions", place, "read", subject)
            wrong = [error for one in wanted if (error := _unreadable(text, one, record)) is not None]
            if wrong and len(wrong) == len(wanted):
                yield problem(document, path, str(wrong[0]), at_value=True, column=wrong[0].column)


def _unreadable(text: str, subject: str, record: Record) -> ExpressionError | None:
    try:
        compile_expression(text, scope_of(subject, record).at(DIMENSION))
    except ExpressionError as error:
        return error
    return None

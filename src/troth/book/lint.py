"""What is wrong in a book by the book's own rules: models, names, versions, references, and what does not belong in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from troth.book.book import Book
from troth.book.checking import nameless, problem, problems_of
from troth.book.confidential import confidential
from troth.book.document import Document, Problem
from troth.book.kinds import NAME, Kind, role_fields
from troth.book.lint_layers import layer_problems
from troth.book.merging import LOCKED, at, locks, unlocked
from troth.book.parsing import Path
from troth.book.versions import BOOK_KEYS, RESTATES, SINCE, UNSAVED, VERSIONS, moment
from troth.kernel.errors import nearest

UNSAVED_EDIT = "unsaved"
CHANGE_ID = re.compile(r"CHG-\d{1,8}")


def problems_in(book: Book) -> Iterator[Problem]:
    """Every problem of the book's own; those of expressions and of what only a room knows come from its lint."""
    for kind in book.kinds.values():
        yield from _of_kind(book, kind)
    yield from layer_problems(book)
    for document in book.tree.documents:
        yield from confidential(document)
        yield from _dangling(book, document)
    yield from _unsaved(book)


def _of_kind(book: Book, kind: Kind) -> Iterator[Problem]:
    first: dict[str, Document] = {}
    for document in book.tree.of_kind(kind.name):
        if kind.whole:
            if kind.name == "changes" and not CHANGE_ID.fullmatch(document.file.stem):
                yield problem(document, (), f"a Change's file is called by its id, as in CHG-0042.yaml; got '{document.file.name}'")
            continue
        strays = nameless(document.data, kind.model)
        if strays:
            said = f"'{strays[0]}' belongs inside a definition; is the line with its name missing, or the indentation?"
            yield problem(document, (strays[0],), said)
            continue
        for name, content in document.data.items():
            if not re.fullmatch(NAME, name):
                yield problem(document, (name,), "a name is written with a to z, 0 to 9 and _, and begins with a letter")
            elif name in first:
                yield problem(document, (name,), f"defined twice; the first stands in {first[name].file}")
            else:
                first[name] = document
                yield from _definition(book, kind, document, name, content)


def _definition(book: Book, kind: Kind, document: Document, name: str, content: Any) -> Iterator[Problem]:
    if not isinstance(content, Mapping):
        yield problem(document, (name,), "should hold names with their values", at_value=content is not None)
        return
    if not kind.layered:
        yield from _fits(document, (name,), content, kind.model)
        return
    yield from _versions(book, document, name, content, kind)
    base = {key: value for key, value in content.items() if key not in BOOK_KEYS}
    wrong = list(_fits(document, (name,), base, kind.model))
    yield from wrong or _locked(document, name, base)
    if wrong:
        return
    for version in book.versions(kind.name, name):
        if version.document == document and version.path != (name,):
            yield from _fits(document, version.path, version.content, kind.model)


def _fits(document: Document, path: Path, content: Any, model: type[BaseModel]) -> Iterator[Problem]:
    try:
        model.model_validate(unlocked(content))
    except ValidationError as error:
        yield from problems_of(document, path, error, model)


def _versions(book: Book, document: Document, name: str, content: Mapping[str, Any], kind: Kind) -> Iterator[Problem]:
    for key, value in ((SINCE, content.get(SINCE)), (RESTATES, content.get(RESTATES))):
        if key in content:
            yield from _dated(book, document, (name, key), key, value)
    listed = content.get(VERSIONS)
    if VERSIONS not in content:
        return
    if not isinstance(listed, list):
        yield problem(document, (name, VERSIONS), "should be a list: - {since: 2026-03-01, due: …}", at_value=True)
        return
    seen: set[object] = set()
    for place, version in enumerate(listed):
        path: Path = (name, VERSIONS, place)
        if not isinstance(version, Mapping):
            yield problem(document, path, "should hold `since:` and the fields that it changes", at_value=True)
            continue
        if SINCE not in version:
            yield problem(document, path, "is missing its `since:`: from when does it hold?")
            continue
        for key in (SINCE, RESTATES):
            if key in version:
                yield from _dated(book, document, (*path, key), key, version[key])
        if version[SINCE] in seen:
            yield problem(document, (*path, SINCE), f"two versions begin {version[SINCE]}", at_value=True)
        seen.add(version[SINCE])
        yield from (
            problem(document, (*path, field), f"cannot change between versions: terms are chosen by '{field}'")
            for field in sorted(kind.fixed & version.keys())
        )
        for mark in _lock_marks(version):
            yield problem(document, (*path, *mark), "locks stand in the definition, not in a version of it")


def _lock_marks(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every mark of a lock, by its place in the data."""
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in parts:
        if name == LOCKED:
            yield (*path, name)
        else:
            yield from _lock_marks(inner, (*path, name))


def _dated(book: Book, document: Document, path: Path, key: str, value: object) -> Iterator[Problem]:
    if key == SINCE and moment(value, book.zone) is None:
        yield problem(document, path, f"got '{value}'; write a day or an instant: 2026-03-01, 2026-03-01 14:00", at_value=True)
    if key == RESTATES and not isinstance(value, bool):
        yield problem(document, path, "should be true or false", at_value=True)


def _locked(document: Document, name: str, content: Mapping[str, Any]) -> Iterator[Problem]:
    said = content.get(LOCKED)
    if said is not None and not isinstance(said, bool | list):
        yield problem(document, (name, LOCKED), "should be true, or a list of fields: [due, stages.seller]", at_value=True)
        return
    for place, path in enumerate(locks({LOCKED: said}) if isinstance(said, list) else ()):
        if at(content, path) is None:
            known = [key for key in content if key != LOCKED]
            yield problem(
                document,
                (name, LOCKED, place),
                f"there is no '{'.'.join(map(str, path))}' to lock; {nearest(str(path[0]), known)}",
                at_value=True,
            )


def _dangling(book: Book, document: Document) -> Iterator[Problem]:
    """Roles that company.yaml does not declare, where it declares any."""
    kind = book.kinds.get(document.kind)
    roles = frozenset(book.company.roles)
    if kind is None or not roles or "company" in book.unreadable:
        return
    definitions = [((), document.data)] if kind.whole else [((name,), content) for name, content in document.data.items()]
    for path, content in definitions:
        for place, role in _references(content, kind.model, path):
            if isinstance(role, str) and role not in roles and re.fullmatch(NAME, role):
                said = f"no role '{role}' in company.yaml; {nearest(role, roles)}"
                yield problem(document, place, said, at_value=True, cause=f"role {role}")


def _references(content: Any, model: type[BaseModel], path: Path) -> Iterator[tuple[Path, Any]]:
    """Every role that data of a model name, with its place."""
    if not isinstance(content, Mapping):
        return
    for name, holds in role_fields(model).items():
        value, here = content.get(name), (*path, name)
        if value is None:
            continue
        if holds.roles:
            if isinstance(value, list) == holds.many:
                yield from ((((*here, n), one) for n, one in enumerate(value)) if holds.many else [(here, value)])
        elif holds.inner is not None:
            items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, Mapping) else ()
            for key, item in items:
                yield from _references(item, holds.inner, (*here, key))
            yield from _references(value, holds.inner, here)
    listed = content.get(VERSIONS)
    for place, version in enumerate(listed) if isinstance(listed, list) else ():
        yield from _references(version, model, (*path, VERSIONS, place))


def _unsaved(book: Book) -> Iterator[Problem]:
    """An edit that binds nothing yet, since it has neither a revision nor a date of its own."""
    for kind in book.kinds.values():
        for name in book.names(kind.name) if kind.layered else ():
            waiting = [version for version in book.versions(kind.name, name) if version.since == UNSAVED]
            for version in waiting:
                line, column = version.document.position((name,))
                said = "the edit is not saved and binds nothing yet; run `troth book save`, or say `since:` when it begins"
                yield Problem(version.document.file, line, column, name, said, "warning", f"{UNSAVED_EDIT} {name}")
    for layer in book.all_layers():
        if layer.since == UNSAVED:
            said = "the edit is not saved and binds nothing yet; run `troth book save`"
            line, column = layer.document.position((layer.name,))
            yield Problem(layer.document.file, line, column, layer.name, said, "warning", f"{UNSAVED_EDIT} {layer.document.file}")

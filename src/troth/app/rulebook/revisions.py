"""What became of the book over time: its revisions, what each changed, saving and undoing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from troth.app.rulebook.rulebook import Differs
from troth.app.rulebook.rules import CHECKS, look, look_at
from troth.app.workspace import Workspace
from troth.book import raise_if
from troth.book.document import Document
from troth.book.history import Revision, Texts
from troth.book.merging import leaves, written
from troth.book.past import Past
from troth.kernel.errors import NotFound

FOLDER = "the folder"
FEWEST = 4


def log(workspace: Workspace) -> tuple[Revision, ...]:
    """The revisions of the book, the newest first."""
    return tuple(reversed(workspace.history.revisions()))


def save(workspace: Workspace, message: str, *, based_on: str | None = None) -> Revision:
    """Make a revision of the book as it stands: what has no date of its own binds what is made from now on.

    based_on: the revision that the edits were made on; what others changed since is kept. Raises BookError for a book with
    errors, each side's own or what comes of joining them, Conflict for an edit that excludes another's, NotFound where nothing
    differs.
    """
    _, problems = look(workspace)
    raise_if(problems)
    history = workspace.history
    if based_on is None:
        return history.save(message, history.author(), workspace.now())
    base = _named(history.revisions(), based_on).id
    return history.save(message, history.author(), workspace.now(), based_on=base, check=lambda texts: _refuse_errors(workspace, texts))


def _refuse_errors(workspace: Workspace, texts: Texts) -> None:
    raise_if(look_at(workspace, texts)[1])


def undo(workspace: Workspace) -> Revision:
    """A new revision that restores what was before the last one; what was made in between keeps its terms."""
    return workspace.history.undo(workspace.history.author(), workspace.now())


def diff(workspace: Workspace, first: str | None = None, second: str | None = None) -> tuple[Differs, ...]:
    """Field by field, what changed: between two revisions, in one, or, without any, in the folder since the last was saved.

    Raises NotFound for a revision that the history does not have.
    """
    book, _ = look(workspace)
    past = list(book.past)
    if first is None:
        before, after, by = _documents(past), {d.file: d for d in book.tree.documents}, FOLDER
        return tuple(_differences(before, after, by))
    ids = [one.id for one in past]
    start = ids.index(_named(workspace.history.revisions(), first).id)
    end = ids.index(_named(workspace.history.revisions(), second).id) if second else start
    begin = start + 1 if second else start
    whose = past[end]
    by = f"{whose.author}, {whose.at:%Y-%m-%d %H:%M} UTC"
    return tuple(_differences(_documents(past[:begin]), _documents(past[: end + 1]), by))


def _named(revisions: Iterable[Revision], id: str) -> Revision:
    """The revision whose id begins so."""
    found = [one for one in revisions if one.id.startswith(id)] if len(id) >= FEWEST else []
    if len(found) != 1:
        what = f"no revision '{id}'" if not found else f"several revisions begin with '{id}'"
        raise NotFound(what, allowed=f"at least {FEWEST} letters of an id", next_step="See the revisions with: troth book log")
    return found[0]


def _documents(past: Iterable[Past]) -> dict[PurePosixPath, Document]:
    standing: dict[PurePosixPath, Document] = {}
    for one in past:
        for file, document in one.documents.items():
            standing.pop(file, None)
            if document is not None:
                standing[file] = document
    return standing


def _differences(before: Mapping[PurePosixPath, Document], after: Mapping[PurePosixPath, Document], by: str) -> Iterable[Differs]:
    ours, theirs = _fields(before), _fields(after)
    for address in sorted(ours.keys() | theirs.keys()):
        was, became = ours.get(address), theirs.get(address)
        if (was and was[0]) != (became and became[0]):
            document, path = (became or was)[1:]  # type: ignore[index]  # one of the two is there
            line, column = document.value_position(written(document.data, path))
            place = f"{document.file}:{line}:{column}" if became else ""
            yield Differs(address, was and was[0], became and became[0], place, by)


Field = tuple[Any, Document, tuple[str | int, ...]]


def _fields(documents: Mapping[PurePosixPath, Document]) -> dict[str, Field]:
    """Every field of a book by its address: promises.deliver.due; an overlay's below its layer."""
    found: dict[str, Field] = {}
    for document in documents.values():
        kind = CHECKS.known.get(document.kind)
        layer = f"{document.address}: " if document.address is not None else ""
        name = f".{document.file.stem}" if kind is not None and kind.whole else ""
        for path, value in leaves(dict(document.data)):
            found[".".join([f"{layer}{document.kind}{name}", *map(str, path)])] = (value, document, path)
    return found

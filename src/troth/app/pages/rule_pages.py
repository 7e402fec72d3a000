"""The pages of the rules: which files there are and what they define, one file to be edited, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from troth.app.rulebook.on_record import not_on_record
from troth.app.rulebook.revisions import diff, log
from troth.app.rulebook.rulebook import Differs, LayerSaid, layers
from troth.app.rulebook.rules import look, look_at
from troth.app.workspace import Workspace
from troth.book import Problem, raise_if
from troth.book.history import Author, Revision, in_book
from troth.kernel.errors import BadValue, NotFound, nearest

MOST_REVISIONS = 50
LONGEST = 512 * 1024


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file of the book. defines: the addresses of what stands in it, which can be asked for; layer: for whom it is, where it is one."""

    path: str
    kind: str
    layer: str | None
    defines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RulesTold:
    """problems: everything that is wrong, errors first; unsaved: files that differ from the last revision."""

    files: tuple[RuleFile, ...]
    layers: tuple[LayerSaid, ...]
    problems: tuple[Problem, ...]
    unsaved: tuple[str, ...]
    revisions: int
    last: Revision | None


@dataclass(frozen=True, slots=True)
class FileText:
    """A file as it stands, and the revision on which an edit of it is made."""

    path: str
    text: str
    based_on: str | None
    problems: tuple[Problem, ...]


def rules_told(workspace: Workspace) -> RulesTold:
    """The book as a tree."""
    book, problems = look(workspace)
    files = []
    for document in sorted(book.tree.documents, key=lambda one: (one.address is not None, one.file.as_posix())):
        kind = book.kinds.get(document.kind)
        named = tuple(f"{document.kind}.{name}" for name in document.data) if kind is not None and kind.layered else ()
        files.append(RuleFile(document.file.as_posix(), document.kind, document.address, named))
    broken = any(problem.level == "error" for problem in problems)
    problems = problems if broken else [*problems, *not_on_record(workspace, book)]
    revisions = log(workspace)
    return RulesTold(
        tuple(files), () if broken else layers(workspace), tuple(sorted(problems, key=lambda one: one.level != "error")),
        tuple(path.as_posix() for path in workspace.history.unsaved()), len(revisions), revisions[0] if revisions else None,
    )  # fmt: skip


def file_text(workspace: Workspace, path: str) -> FileText:
    """A file of the book. Raises NotFound for one that the book does not have."""
    book, problems = look(workspace)
    for document in book.tree.documents:
        if document.file.as_posix() == path:
            mine = tuple(one for one in problems if one.file.as_posix() == path)
            return FileText(path, document.text, workspace.history.head(), mine)
    known = [document.file.as_posix() for document in book.tree.documents]
    raise NotFound(f"no file '{path}' in the rules", allowed=nearest(path, known))


def try_edit(workspace: Workspace, path: str, text: str) -> tuple[Problem, ...]:
    """What would be wrong in the whole book if a file said this; nothing is written. Raises BadValue for no file of a book."""
    return tuple(look_at(workspace, _edited(workspace, path, text))[1])


def save_edit(workspace: Workspace, path: str, text: str, message: str, *, based_on: str | None, who: str) -> Revision:
    """Save an edit of one file as a revision of its own; what else is not saved stays so.

    based_on: of the `FileText` that was edited. who: the account that does it. Raises BookError where the book would have errors,
    Conflict where somebody changed the same lines since, NotFound where nothing differs, BadValue for no file of a book.
    """
    edits = {_in_book(path, text): _ended(text).encode()}
    author = Author(who, f"{who}@troth.invalid")

    def check(texts: Mapping[PurePosixPath, bytes]) -> None:
        raise_if(look_at(workspace, texts)[1])

    return workspace.history.save(message, author, workspace.now(), based_on=based_on, edits=edits, check=check)


def history_of(workspace: Workspace) -> tuple[Revision, ...]:
    """The newest revisions."""
    return log(workspace)[:MOST_REVISIONS]


def changed_in(workspace: Workspace, revision: str) -> tuple[Differs, ...]:
    """What a revision changed, field by field. Raises NotFound for one that there is not."""
    return diff(workspace, revision)


def _edited(workspace: Workspace, path: str, text: str) -> Mapping[PurePosixPath, bytes]:
    book, _ = look(workspace)
    texts = {document.file: document.text.encode() for document in book.tree.documents}
    return {**texts, _in_book(path, text): _ended(text).encode()}


def _in_book(path: str, text: str) -> PurePosixPath:
    found = PurePosixPath(path)
    if not path or not in_book(found):
        raise BadValue("no file of the rules", got=f"'{path}'", allowed="*.yaml inside the book's folder, not hidden, not in pages/")
    if len(text) > LONGEST:
        raise BadValue("the file is too long to edit here", got=f"{len(text):,} characters", allowed=f"up to {LONGEST:,}")
    return found


def _ended(text: str) -> str:
    """As an editor leaves it: the last line has an end, too."""
    return text if not text or text.endswith("\n") else f"{text}\n"

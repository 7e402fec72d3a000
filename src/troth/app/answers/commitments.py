"""What was published beside what is judged: candidates for a person to confirm, and the commitments that were, each with how it is kept."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from troth.app.answers.promises import Rate, rate_of
from troth.app.reading import open_reading
from troth.app.rulebook.rules import Rules, read_rules
from troth.app.workspace import Workspace
from troth.app.writing import write_whole
from troth.findings import Context
from troth.kernel.errors import BadValue, BookError, NotFound, nearest
from troth.promises import PROMISES
from troth.promises.commitments import COMMITMENTS, Commitment, Published, candidates_in, published, same

ENDINGS = (".md", ".txt", ".html", ".htm")
MOST_BYTES = 5_000_000
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may promise something. number: by which `confirm` takes it. commitment: its name in the book, once confirmed."""

    number: int
    says: str
    page: str
    source: str | None
    on: str | None
    commitment: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A confirmed commitment. talk_only: no promise judges it. still_said: its sentence stands in its page.

    words: of the promise. kept: of what fell due, None for talk only, for what the last build has not judged, and without a build.
    """

    name: str
    says: str
    page: str
    source: str | None
    on: str | None
    promise: str | None
    words: str | None
    talk_only: bool
    still_said: bool
    kept: Rate | None


@dataclass(frozen=True, slots=True)
class Said:
    """pages: how many texts were read."""

    pages: int
    candidates: tuple[Candidate, ...]
    commitments: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """file: the register, relative to the book. text: the entry, as it stands or would stand there."""

    name: str
    file: str
    text: str


def commitments(workspace: Workspace) -> Said:
    """Every candidate in the texts of commitments/, and every confirmed commitment. Raises BookError for a book with errors."""
    rules = read_rules(workspace)
    pages = {page.page: page for page in _pages(workspace.root)}
    confirmed = _confirmed(rules)
    context = open_reading(workspace).context if any(one.promise for one in confirmed.values()) and workspace.lake.current() else None
    standing = tuple(_standing(name, one, rules, pages, context) for name, one in confirmed.items())
    return Said(len(pages), tuple(_candidates(pages.values(), confirmed)), standing)


def confirm(workspace: Workspace, number: int, promise: str | None, *, write: bool = True) -> Confirmed:
    """Write a candidate into the register beside its text, judged by a promise, or by none: then it is talk only.

    write: else only say what would be written. Raises NotFound for a number or a promise that there is not, BadValue for a sentence
    that is confirmed already.
    """
    rules = read_rules(workspace)
    confirmed = _confirmed(rules)
    every = {one.number: one for one in _candidates(_pages(workspace.root), confirmed)}
    if number not in every:
        raise NotFound(f"no candidate {number}", allowed=f"1 to {len(every)}" if every else "none", next_step="See: troth commitments")
    one = every[number]
    if one.commitment is not None:
        raise BadValue(f"candidate {number} is confirmed already", got=one.commitment, next_step=f"Edit it in {COMMITMENTS.name}/.")
    if promise is not None and promise not in rules.promises:
        raise NotFound(f"no promise '{promise}' in {PROMISES.name}/", allowed=nearest(promise, rules.promises))
    name = _name(one.says, rules.book.names(COMMITMENTS.name))
    said = {"says": one.says, "page": one.page, "source": one.source, "on": one.on}
    lines = [f"  {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in said.items() if value is not None]
    text = "\n".join([f"{name}:", *lines, f"  promise: {promise or 'null'}"]) + "\n"
    file = f"{COMMITMENTS.name}/{Path(one.page).stem}.yaml"
    if write:
        before = _text(workspace.root / file) if (workspace.root / file).exists() else ""
        write_whole(workspace.root / file, before + ("" if before.endswith("\n") or not before else "\n") + text)
    return Confirmed(name, file, text)


def take_in(workspace: Workspace, text: Path, source: str, on: str, *, replace: bool = False) -> Path:
    """Put a published text, HTML made plain, into commitments/ under its own name, with its source and its day in front.

    Raises NotFound for a file that cannot be read, BadValue for one that is no text or has no sentence, for what is no day, and for a
    page that is there already unless it is to be replaced.
    """
    if not DAY.fullmatch(on):
        raise BadValue("the day of a text", got=f"'{on}'", allowed="a day, as in 2024-01-02")
    if "\n" in source or "\r" in source or not source.strip():
        raise BadValue("where a text was published", got=repr(source), allowed="an address or words, on one line")
    if text.suffix.lower() not in ENDINGS:
        raise BadValue(f"'{text.name}' is no text", got=text.suffix or "no ending", allowed=", ".join(ENDINGS))
    page = published(text.name, _text(text))
    if not page.body.strip():
        raise BadValue(f"'{text.name}' has no text in it", got="nothing to read", allowed="a page with sentences")
    target = workspace.root / COMMITMENTS.name / f"{re.sub(r'[^A-Za-z0-9._-]', '-', text.stem).lstrip('.-_') or 'page'}.md"
    if target.exists() and not replace:
        raise BadValue(f"'{target.name}' is there already", got=str(target), next_step="Say --replace, or name the file otherwise.")
    write_whole(target, f"---\nsource: {source}\non: {on}\n---\n\n{page.body.strip()}\n")
    return target


def _confirmed(rules: Rules) -> dict[str, Commitment]:
    return {name: one.value for name, one in sorted(rules.book.definitions(COMMITMENTS.name, Commitment).items())}


def _pages(root: Path) -> Iterator[Published]:
    folder = root / COMMITMENTS.name
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix.lower() in ENDINGS and path.is_file():
            yield published(path.name, _text(path))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadValue(f"'{path.name}' is too long", got=f"{path.stat().st_size:,} bytes", allowed=f"at most {MOST_BYTES:,}")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BookError(f"'{path.name}' is not UTF-8", got=f"byte {error.start}", next_step="Save it as UTF-8.") from error
    except OSError as error:
        raise NotFound(f"'{path}' cannot be read", got=error.strerror or str(error)) from error


def _candidates(pages: Iterable[Published], confirmed: Mapping[str, Commitment]) -> Iterator[Candidate]:
    known = {(one.page, same(one.says)): name for name, one in confirmed.items()}
    number = 0
    for page in pages:
        for sentence in candidates_in(page.body):
            number += 1
            yield Candidate(number, sentence, page.page, page.source, page.on, known.get((page.page, same(sentence))))


def _standing(name: str, one: Commitment, rules: Rules, pages: Mapping[str, Published], context: Context | None) -> Standing:
    judged = one.promise if context is not None and one.promise in context.promises else None
    said = one.page in pages and same(one.says) in same(pages[one.page].body)
    words = rules.promises[one.promise].value.words if one.promise else None
    kept = rate_of(context, judged) if context is not None and judged is not None else None
    return Standing(name, one.says, one.page, one.source, one.on, one.promise, words, one.promise is None, said, kept)


def _name(says: str, taken: tuple[str, ...]) -> str:
    """The first words of a sentence as a name that is free: we_deliver_every_order_by_the_date."""
    plain = unicodedata.normalize("NFKD", says).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)[:7]
    name = "_".join(words)[:50].strip("_")
    name = name if name[:1].isalpha() else f"says_{name}".rstrip("_")
    free = (name, *(f"{name}_{n}" for n in range(2, len(taken) + 3)))
    return next(one for one in free if one not in taken)

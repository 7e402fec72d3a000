"""`troth start FOLDER`: recognise or guess, write an editable book, build it, and say what the files say."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from troth import __version__
from troth.app.bootstrap import open_workspace, scratch_engine
from troth.app.building.build import Built, build
from troth.app.reading import Page, read_page
from troth.app.starting.guesses import FILE as GUESSES
from troth.app.workspace import Progress, silent
from troth.app.writing import write_whole
from troth.book import ROOT
from troth.findings import RULE
from troth.kernel.errors import NotFound, SourceError, StoreError
from troth.sources import READABLE
from troth.sources.guess import Guess, Pair, groups_of, guess_tables, joined
from troth.sources.scratch import sweep
from troth.sources.templates import match, together

HEADER = "# Proposed by Troth from the columns of your files. Edit freely: Troth never overwrites this file.\n"
MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Proposed:
    """A book as text by file name. pairs: promised and actual columns, with those that lost. recognised: name of a template."""

    files: Mapping[str, str]
    guesses: tuple[Guess, ...]
    pairs: tuple[Pair, ...]
    warnings: tuple[str, ...]
    recognised: str | None
    events: bool


@dataclass(frozen=True, slots=True)
class Started:
    """book: its folder. difference: what Troth would propose where the book now says otherwise; it was not written."""

    book: Path
    page: Page
    built: Built | None
    pairs: tuple[Pair, ...]
    warnings: tuple[str, ...]
    difference: str
    recognised: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What the user says of files that do not say it themselves: the zone of naive times, the currency of bare amounts."""

    zone: str | None = None
    currency: str | None = None


def start(folder: Path, *, into: Path | None = None, said: Said | None = None, progress: Progress = silent) -> Started:
    """Make a book for a folder of files, build it and read its page. Asks nothing and changes nothing in the folder.

    Raises NotFound where there is no such folder or no file of a kind that is read, SourceError where none of these can be read or
    `into` lies inside the folder.
    """
    _refuse_unreadable(folder)
    target = (into or Path.cwd() / f"{folder.resolve().name}-book").resolve()
    if target.is_relative_to(folder.resolve()):
        raise SourceError(
            "the book would lie inside the folder that is read",
            got=str(target),
            next_step="Name another place with --into BOOK.",
        )
    sweep()
    progress("looking for promises in the columns")
    proposed = propose(folder, said or Said())
    if not any(name.startswith("sources/") for name in proposed.files):
        raise SourceError(
            f"nothing in '{folder}' can be read", got=" · ".join(proposed.warnings[:MOST_TOLD]),
            next_step="Mend these files, or name another folder.",
        )  # fmt: skip
    return begin(target, proposed, progress)


def begin(target: Path, proposed: Proposed, progress: Progress) -> Started:
    """Write a proposed book where there is none, build it and read its page."""
    difference = _write(target, proposed.files)
    workspace = open_workspace(target)
    built = build(workspace, progress=progress) if proposed.events or difference else None
    page = read_page(workspace, progress=progress) if built else _without_events(target, proposed)
    page["warnings"] = [*proposed.warnings, *page["warnings"]]
    return Started(target, page, built, proposed.pairs, proposed.warnings, difference, proposed.recognised)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A book as plain data, before it is text. known: names of the templates."""

    settings: Mapping[str, Any]
    sources: Mapping[str, Any]
    promises: Mapping[str, Any]
    guesses: tuple[Guess, ...]
    pairs: tuple[Pair, ...]
    warnings: tuple[str, ...]
    known: str | None

    def proposed(self) -> Proposed:
        return Proposed(
            texts_of(self.settings, self.sources, self.promises, self.guesses), self.guesses, self.pairs, self.warnings, self.known,
            any(s.get("events") for s in self.sources.values()),
        )  # fmt: skip


def propose(folder: Path, said: Said) -> Proposed:
    """The book that Troth would write for a folder, as text."""
    return draft(folder, said).proposed()


def draft(folder: Path, said: Said) -> Drafted:
    """The same as data: by templates what they know, by guessing the rest, and the joins between."""
    engine = scratch_engine()
    groups, warnings = groups_of(folder, lambda: engine)
    known = match(engine, groups)
    taken = {group for one in known for group in one.groups}
    rest = [group for group in groups if group not in taken]
    found = guess_tables(engine, rest, warnings, sorted(type for one in known for type in one.types))
    book = together([*known, found])
    guesses = [*book.guesses]
    sources: dict[str, Any] = dict(book.sources)
    if known and len(sources) > 1:
        files = {name: files for one in known for name, files in one.files.items()}
        guessed = {group.name: group.addresses for group in rest if group.name not in files}
        systems = {name: one.name for one in known for name in one.files}
        sources, more = joined(engine, sources, {**files, **guessed}, systems)
        guesses = [*more, *guesses]
    settings: dict[str, Any] = {"name": folder.resolve().name, "folder": str(folder.resolve())}
    settings["zone"] = said.zone or next((one.zone for one in known if one.zone), None)
    settings["currency"] = said.currency or next((one.currency for one in known if one.currency), None)
    warned = (*(w for one in known for w in one.warnings), *found.warnings)
    return Drafted(
        settings, sources, book.promises, tuple(guesses), found.pairs, warned, " and ".join(one.name for one in known) or None
    )  # fmt: skip


def _refuse_unreadable(folder: Path) -> None:
    if not folder.is_dir():
        raise NotFound(f"no folder '{folder}'", next_step="Name a folder with tables: CSV, workbooks, JSON, Parquet, event logs.")
    if not any(p.is_file() and p.suffix.lower() in READABLE for p in folder.iterdir()):
        others = sorted({p.suffix or p.name for p in folder.iterdir() if p.is_file()})
        raise NotFound(
            f"nothing to read in '{folder}'", got=", ".join(others) or "an empty folder", allowed=", ".join(sorted(READABLE)),
            next_step="Export your tables as CSV into a folder and name that.",
        )  # fmt: skip


def texts_of(
    settings: Mapping[str, Any], sources: Mapping[str, Any], promises: Mapping[str, Any], guesses: Sequence[Guess]
) -> dict[str, str]:
    """The files of a book, by name; settings that say None are left out."""
    texts = {ROOT: HEADER + _yaml({k: v for k, v in settings.items() if v is not None})}
    texts |= {f"sources/{name}.yaml": HEADER + _yaml({name: source}) for name, source in sources.items()}
    if promises:
        texts["promises/promises.yaml"] = HEADER + _yaml(promises)
    if guesses:
        said = [{"what": g.what, "evidence": g.evidence, "file": g.file, "columns": list(g.columns), "confirmed": False} for g in guesses]
        texts[GUESSES] = "# What was guessed. Set confirmed: true where it is right.\n" + _yaml(said)
    return texts


def _yaml(data: object) -> str:
    return yaml.safe_dump(data, default_flow_style=None, width=140, sort_keys=False, allow_unicode=True)


def _write(target: Path, files: Mapping[str, str]) -> str:
    """Write a new book, or say how the one that is there differs from what would be proposed now."""
    if (target / ROOT).is_file():
        return "".join(
            line
            for name, text in files.items()
            if name != GUESSES
            for line in difflib.unified_diff(_lines(target / name), text.splitlines(keepends=True), f"your {name}", f"proposed {name}", n=1)
        )
    # The root makes a folder a book: it comes last, so that one which could not be finished is begun anew.
    try:
        for name in sorted(files, key=lambda name: name == ROOT):
            write_whole(target / name, files[name])
    except StoreError as error:
        what, step = f"the book cannot be written to '{target}'", "Make room there, or name another place with --into BOOK."
        raise StoreError(what, got=error.got, next_step=step) from error
    return ""


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []


def _without_events(target: Path, proposed: Proposed) -> Page:
    """The page of a folder in which nothing happens: no column holds an instant, or none says whose it is."""
    return {
        "title": "What your files say", "operation": target.name.removesuffix("-book"),
        "headline": "We found no promise in these files.",
        "lede": "No file says both when something happened and of whom or what, so nothing can be judged.",
        "as_of": None, "zone": None, "corrections": [], "calendars": [], "warnings": [], "found": [], "statements": [], "cannot_say": [],
        "sources": [],
        "parties": [],
        "guesses": [{"what": g.what, "evidence": g.evidence, "confirmed": False} for g in proposed.guesses],
        "where_delay_arose": None, "known": None, "data": None,
        "snapshot": None, "book_hash": None, "version": __version__, "ranking": RULE, "lake": None, "views": None,
    }  # fmt: skip

"""`troth start --pull WHAT`: the same as on a folder of files, with what a system gives over HTTP."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from troth.app.bootstrap import now, open_workspace
from troth.app.building.build import build
from troth.app.reading import read_page
from troth.app.starting.pulling import STATE, pull, pull_one, state_name
from troth.app.starting.start import Drafted, Said, Started, begin, draft
from troth.app.workspace import Progress, silent
from troth.book import ROOT
from troth.kernel.errors import NotFound, SourceError, StoreError, nearest
from troth.sources.guess.naming import snake
from troth.sources.pulls.asking import Patience
from troth.sources.pulls.bringing import file_name
from troth.sources.pulls.definition import Pull
from troth.sources.pulls.sheet_link import address_of, is_link, is_named
from troth.sources.scratch import scratch, sweep
from troth.sources.templates.template import NAMES, load_template

DATA = "data"
SHEET = "sheet"
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is pulled: lists by name, each with the file it goes to. name: of the operation, as far as it is known beforehand."""

    name: str
    lists: Mapping[str, tuple[str, Pull]]


@dataclass(frozen=True, slots=True)
class Came:
    """A list that is there. files: as a source names it; file: as it was written; state: how far it came, None if it was no list."""

    pull: Pull
    files: str
    file: str
    state: Path


def start_pull(
    what: str,
    *,
    into: Path | None = None,
    address: str | None = None,
    said: Said | None = None,
    environment: Mapping[str, str] | None = None,
    patience: Patience | None = None,
    progress: Progress = silent,
) -> Started:
    """Pull, make a book with what came, build it and read its page; where the book is there, pull what is new and build.

    what: SYSTEM:NAME, the link of a Google sheet, or env:NAME of one. address: in place of the system's own. environment: where secrets
    stand, that of the process if not given. Where something fails nothing is left. Raises NotFound, SourceError.
    """
    wanted = wanted_of(what, address)
    asked = environment if environment is not None else os.environ
    if into is not None and (into / ROOT).is_file():
        return _again(into.resolve(), asked, patience, progress)
    near = Path.cwd() if into is None else into.resolve().parent
    near.mkdir(parents=True, exist_ok=True)
    sweep(near)
    with scratch(near) as place:
        came, title = _fetched(wanted, place, asked, patience or Patience(), progress)
        name = title or wanted.name
        target = (into or Path.cwd() / f"{name}-book").resolve()
        if (target / ROOT).is_file():
            return _again(target, asked, patience, progress)
        progress("looking for promises in the columns")
        drafted, states = _pulled(draft(place / DATA, said or Said()), came, name)
        _move(place, target, came, states)
    return begin(target, drafted.proposed(), progress)


def wanted_of(what: str, address: str | None = None) -> Wanted:
    """What stands behind a word such as zendesk:acme or a link."""
    if is_named(what) or is_link(what):
        try:
            if not is_named(what):
                address_of(what)
            sheet = Pull.model_validate({"sheet": what} | ({"address": address} if address else {}))
        except ValueError as error:
            raise SourceError("this link cannot be pulled", got=_why(error), next_step="Copy the link of the sheet anew.") from None
        return Wanted(SHEET, {SHEET: (f"{SHEET}.csv", sheet)})
    system, _, name = what.partition(":")
    ready = [known for known in NAMES if load_template(known).lists]
    if system not in ready:
        # What was written instead may be a link, and a link lets in: it is not repeated.
        allowed = (
            nearest(system, ready)
            if system.isalnum() and "/" not in name
            else f"{ready[0]}:NAME, the link of a Google sheet, or env:NAME of it"
        )
        raise NotFound("nothing ready-made pulls that", allowed=allowed, next_step="Or write a `pull:` into a source of a book.")
    if not NAME.fullmatch(name):
        raise SourceError(
            f"'{system}' needs a name", allowed=f"{system}:NAME", next_step="NAME is what stands before the system's own address."
        )
    lists = {}
    for one, said in load_template(system).lists.items():
        asked = {**said["pull"], "url": address or said["pull"]["url"].replace("{name}", name)}
        try:
            lists[one] = (said["files"][0], Pull.model_validate(asked))
        except ValueError as error:
            raise SourceError("this address cannot be asked", got=_why(error), next_step="Mend --address.") from None
    return Wanted(name, lists)


def _why(error: ValueError) -> str:
    """What is wrong, without what was written: a link lets in."""
    if isinstance(error, ValidationError):
        return str(error.errors(include_input=False, include_url=False)[0]["msg"]).removeprefix("Value error, ")
    return str(error)


def _again(target: Path, environment: Mapping[str, str], patience: Patience | None, progress: Progress) -> Started:
    """The book is there: what is new is pulled into it."""
    workspace = open_workspace(target)
    pull(workspace, environment=environment, patience=patience, progress=progress)
    built = build(workspace, progress=progress)
    page = read_page(workspace, progress=progress)
    return Started(target, page, built, (), (), "", None)


def _fetched(
    wanted: Wanted, scratch: Path, environment: Mapping[str, str], patience: Patience, progress: Progress
) -> tuple[list[Came], str]:
    found: list[Came] = []
    title, at = "", now()
    for name, (files, one) in wanted.lists.items():
        progress(f"pulling {name}")
        file, state = file_name(files, at), scratch / STATE / f"{name}.json"
        pulled, called = pull_one(name, one, environment, patience, target=scratch / DATA / file, state=state, may_be_empty=bool(found))
        if pulled.file is not None:
            found.append(Came(one, files, file, state))
        elif not found:
            raise SourceError(f"'{name}' gave no rows", next_step="Nothing was written.")
        if called:
            title = snake(called)
            (scratch / DATA / file).rename(scratch / DATA / f"{title}.csv")
            found[-1] = Came(one, f"{title}.csv", f"{title}.csv", state)
    return found, title


def _pulled(drafted: Drafted, came: Sequence[Came], name: str) -> tuple[Drafted, dict[str, Path]]:
    """The draft whose sources say where their rows come from, and where the state of each is to go."""
    sources: dict[str, Any] = {}
    states: dict[str, Path] = {}
    for called, source in drafted.sources.items():
        files = source["files"]
        one = next((c for c in came if len(files) == 1 and files[0].partition("#")[0] == c.file), None)
        if one is None:
            sources[called] = source
            continue
        kept = {k: v for k, v in source.items() if k != "files"}
        if one.pull.newer and kept.get("contract", {}).get("full_extract"):
            # A later file holds what is new and not the whole.
            kept.pop("contract")
        place: dict[str, Any] = {"files": [files[0].replace(one.file, one.files)]}
        if files == [one.file] and one.file not in states:
            place["pull"] = one.pull.model_dump(by_alias=True, exclude_unset=True)
            states[one.file] = Path(STATE) / state_name(called, one.pull)
        sources[called] = {**place, **kept}
    settings = {**drafted.settings, "name": name, "folder": DATA}
    return replace(drafted, settings=settings, sources=sources), states


def _move(scratch: Path, target: Path, came: Sequence[Came], states: Mapping[str, Path]) -> None:
    """The files first, then how far they came: a book that is not finished is begun anew."""
    try:
        for one in came:
            (target / DATA).mkdir(parents=True, exist_ok=True)
            shutil.move(scratch / DATA / one.file, target / DATA / one.file)
            if one.file in states and one.state.is_file():
                place = target / ".troth" / states[one.file]
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(one.state, place)
    except OSError as error:
        what, step = f"the book cannot be written to '{target}'", "Make room there, or name another place with --into BOOK."
        raise StoreError(what, got=str(error.strerror), next_step=step) from error

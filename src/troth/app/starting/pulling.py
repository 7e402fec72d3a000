"""`troth sources pull`: bring the rows of systems that answer over HTTP into the files that sources read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from troth.app.rulebook.rules import read_rules
from troth.app.workspace import Progress, Workspace, silent
from troth.kernel import digest
from troth.kernel.errors import NotFound, nearest
from troth.sources.pulls.asking import Patience, pages_of
from troth.sources.pulls.bringing import Pulled, bring, file_name, read_mark
from troth.sources.pulls.definition import Pull
from troth.sources.pulls.sheets import bring_sheet

STATE = "pulls"


def pull(
    workspace: Workspace,
    names: tuple[str, ...] = (),
    *,
    environment: Mapping[str, str] | None = None,
    patience: Patience | None = None,
    progress: Progress = silent,
) -> list[Pulled]:
    """Pull the named sources, or all that have a `pull:`, one after the other; those before one that fails are pulled.

    environment: where secrets stand, that of the process if not given. Raises NotFound, SourceError.
    """
    rules = read_rules(workspace)
    pulls = {name: d.value.pull for name, d in sorted(rules.sources.items()) if d.value.pull is not None}
    for name in names:
        if name not in pulls:
            what = f"source '{name}' has no `pull:`" if name in rules.sources else f"no source '{name}'"
            raise NotFound(what, allowed=nearest(name, pulls), next_step="Name one that has, or none for all.")
    if not pulls:
        raise NotFound("no source has a `pull:`", next_step="Say under `pull:` of a source where its rows come from.")
    asked = environment if environment is not None else os.environ
    done = []
    for name in names or tuple(pulls):
        progress(f"pulling {name}")
        one, file = pulls[name], rules.sources[name].value.files[0]
        target, state = rules.folder / file_name(file, workspace.now()), workspace.state / STATE / state_name(name, one)
        done.append(pull_one(name, one, asked, patience or Patience(), target=target, state=state)[0])
    return done


def pull_one(
    name: str, one: Pull, environment: Mapping[str, str], patience: Patience, *, target: Path, state: Path, may_be_empty: bool = False
) -> tuple[Pulled, str]:
    """What came, and what the system calls it, "" where it does not say it."""
    if one.sheet is not None:
        return bring_sheet(name, one, environment, patience, target=target)
    mark = read_mark(state) if one.newer else None
    since = mark.last if mark else one.newer.start if one.newer else None
    pages = pages_of(name, one, since, environment, patience)
    return bring(name, pages, one.newer, target=target, state=state, may_be_empty=may_be_empty), ""


def state_name(name: str, one: Pull) -> str:
    """Another list, or another field that grows, begins anew."""
    return f"{name}-{digest.of_value([one.url, one.path, one.newer.field if one.newer else None])[:12]}.json"

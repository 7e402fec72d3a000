"""`troth sources pull`: bring the rows of systems that answer over HTTP into the files that sources read."""

from __future__ import annotations

import os
from collections.abc import Mapping

from troth.app.rules import read_rules
from troth.app.workspace import Progress, Workspace, silent
from troth.kernel import digest
from troth.kernel.errors import NotFound, nearest
from troth.sources.pulls.asking import Patience, pages_of
from troth.sources.pulls.bringing import Pulled, bring, file_name, read_mark

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
    done = []
    for name in names or tuple(pulls):
        one = pulls[name]
        progress(f"pulling {name}")
        # Another list, or another field that grows, begins anew.
        which = digest.of_value([one.url, one.path, one.newer.field if one.newer else None])[:12]
        state = workspace.state / STATE / f"{name}-{which}.json"
        mark = read_mark(state) if one.newer else None
        since = mark.last if mark else one.newer.start if one.newer else None
        pages = pages_of(name, one, since, os.environ if environment is None else environment, patience or Patience())
        target = rules.folder / file_name(rules.sources[name].value.files[0], workspace.now())
        done.append(bring(name, pages, one.newer, target=target, state=state))
    return done

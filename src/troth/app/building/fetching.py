"""Sources that lie in databases, taken out of them for the time of a build."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from troth.app.rulebook.rules import Rules
from troth.app.workspace import Progress, Workspace
from troth.book import Definition
from troth.sources import Source
from troth.sources.databases.database import Wanted
from troth.sources.scratch import scratch


@contextmanager
def fetched(workspace: Workspace, rules: Rules, progress: Progress) -> Iterator[Rules]:
    """The rules with the table of every `database:` among its `files`, as one that lives until the end of the block.

    What lies in one database is read as it was at one instant. Raises SourceError.
    """
    wanted: dict[str, dict[str, Wanted]] = {}
    for name, definition in sorted(rules.sources.items()):
        if definition.value.database is not None:
            one = Wanted(definition.value.database, definition.value.key)
            wanted.setdefault(one.database.url, {})[name] = one
    if not wanted:
        yield rules
        return
    with scratch() as place:
        sources = dict(rules.sources)
        for number, (url, asked) in enumerate(wanted.items()):
            progress(f"reading the database of {url.removeprefix('env:')}")
            folder = place / str(number)
            folder.mkdir()
            for name, path in zip(asked, workspace.databases.extract(list(asked.values()), folder), strict=True):
                sources[name] = _as_file(sources[name], path)
        yield replace(rules, sources=sources)


def _as_file(definition: Definition[Source], path: Path) -> Definition[Source]:
    return replace(definition, value=definition.value.model_copy(update={"files": (str(path),)}))

"""What was kept before a column was declared personal: its values go into the vault, and out of everything else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from troth.app.building.identities import names_somebody, personal_of
from troth.app.building.intake import stored
from troth.app.past.known import CACHE
from troth.app.rulebook.rules import Rules
from troth.app.workspace import FINDINGS, SUMS, Workspace
from troth.kernel.errors import StoreError
from troth.record import Engine, Load, Part, Uncleared
from troth.sources import Source
from troth.sources.intake.cleaning import Cleaned, cleaned, exposed
from troth.sources.intake.texts import free
from troth.sources.places import names

PAGES = ("monday.html", "monday-*.html", "data.html", "orders*/*.csv", ".*.draft", "orders*/.*.draft")
PUBLISHED = "snapshot.published"


@dataclass(frozen=True, slots=True)
class Cleared:
    """columns: by source, those that became personal after `loads` loads had kept them. snapshots, pages: that were removed for it.

    entries: of the journal, which name ids or cells yet, since an entry is never changed.
    """

    columns: Mapping[str, Sequence[str]]
    loads: int
    snapshots: int
    pages: int
    entries: int

    def __str__(self) -> str:
        listed = [f"{source}.{column}" for source, columns in self.columns.items() for column in columns]
        said = " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
        took = _counted(self.loads, "load that was taken in earlier has", "loads that were taken in earlier have")
        went = [_counted(self.snapshots, "earlier snapshot", "earlier snapshots")] if self.snapshots else []
        went += [_counted(self.pages, "page or list", "pages and lists")] if self.pages else []
        gone = (
            f", and {' and '.join(went)} that showed values {'was' if self.snapshots + self.pages == 1 else 'were'} removed" if went else ""
        )
        again = " What was known then is judged anew when it is asked for." if self.snapshots else ""
        many = _counted(self.entries, "entry of the journal names", "entries of the journal name")
        kept = f" {many} them yet, since an entry is never changed: see docs/reference/personal-data.md." if self.entries else ""
        return (
            f"{said} {'is' if len(listed) == 1 else 'are'} personal now: {took} tokens in their place{gone}.{again}{kept}"
            " Copies and backups made before hold the values yet: see them through too."
        )


def is_clean(workspace: Workspace, rules: Rules) -> bool:
    """Whether nothing lies about that was kept before a column was personal."""
    return workspace.lake.uncleared() is None and not any(True for _ in _exposed(rules, workspace.lake.loads()))


def clean(workspace: Workspace, engine: Engine, rules: Rules) -> None:
    """Bring the values of columns that became personal into the vault, and keep every load that has them anew; within a build.

    What holds values yet goes with `clear`, after the next publication. Killed before the journal has it, nothing is changed but the vault.
    """
    loads = workspace.lake.loads()
    kept: list[Load] = []
    columns: dict[str, set[str]] = {}
    held = 0
    for name, wanted in _exposed(rules, loads):
        source = rules.sources[name].value
        for source_name, place in sorted({(load.source, load.place) for load in wanted}):
            there = [stored(workspace.lake, load) for load in loads if (load.source, load.place) == (source_name, place)]
            for one in cleaned(engine, source, there, wanted, workspace.vault):
                load, differs = _keep(workspace, engine, one)
                kept.append(load)
                if differs:
                    columns.setdefault(name, set()).update(one.columns)
                    held += 1
    if kept:
        said = Uncleared({name: tuple(sorted(some)) for name, some in sorted(columns.items())}, held) if held else None
        workspace.lake.rewrite(kept, workspace.now(), said)


def clear(workspace: Workspace, rules: Rules) -> Cleared | None:
    """Remove what was made of loads as they were before `clean`: snapshots, those of earlier times, pages; None where nothing is left.

    Within a build that has published. Killed at any point, the next build ends it.
    """
    left = workspace.lake.uncleared()
    if left is None:
        return None
    pages = [path for pattern in PAGES for path in sorted(workspace.pages.glob(pattern)) if path.is_file()]
    caches = [path for folder in (CACHE, SUMS, FINDINGS) for path in sorted((workspace.state / folder).glob("*"))]
    try:
        for path in (*pages, *caches):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            "what was made of personal values cannot be removed",
            got=error.strerror or error,
            next_step="Close what reads it, then build again.",
        ) from error
    for folder in {path.parent for path in pages} - {workspace.pages}:
        with suppress(OSError):  # something of somebody else's is in it
            folder.rmdir()
    snapshots = workspace.lake.clear(workspace.now())
    named = _named(workspace, rules, left.columns)
    return Cleared(left.columns, left.loads, snapshots, sum(path.suffix != ".draft" for path in pages), named)


def _exposed(rules: Rules, loads: Sequence[Load]) -> Iterator[tuple[str, tuple[Load, ...]]]:
    """By source of the book. What was taken in under a name that no source has any more is of the source that means its place now."""
    for name, definition in sorted(rules.sources.items()):
        source = definition.value
        mine = [load for load in loads if load.source == name or (load.source not in rules.sources and _means(source, load, rules))]
        if found := exposed(source, mine):
            yield name, found


def _means(source: Source, load: Load, rules: Rules) -> bool:
    return any(names(pattern, load.place, rules.folder) for pattern in source.places)


def _keep(workspace: Workspace, engine: Engine, one: Cleaned) -> tuple[Load, bool]:
    """The load as it is kept from now on, and whether its rows are others than before."""
    rows = f"rows_{one.load.source}"
    files = workspace.lake.keep(engine, [Part(rows, (), (free("#row", one.load.columns),))])
    before = one.load.stored(rows)
    differs = [file.sha256 for file in files] != [file.sha256 for file in before]
    rest = tuple(file for file in one.load.files if file.table != rows)
    return replace(one.load, files=(*files, *rest), rewritten=one.load.rewritten + differs), differs


def _named(workspace: Workspace, rules: Rules, sources: Collection[str]) -> int:
    """Entries of the journal that name an id which is personal now, or a cell of these sources: the latter of older versions only."""
    known = personal_of(workspace, rules)
    decided = sum(any(names_somebody(member, known) for member in one.pair) for one in workspace.decisions.all())
    told = sum(any(_has_cells(payload["facts"], source) for source in sources) for _, payload in workspace.journal.recorded(PUBLISHED))
    return decided + told


def _has_cells(facts: Any, source: str) -> bool:
    verdicts = facts.get("contracts", {}).get(source, {}).get("verdicts", ())
    return any(place["value"] is not None for verdict in verdicts for place in verdict["first"])


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"

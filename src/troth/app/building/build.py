"""`troth build`: from the book and its source files to a published snapshot, or to nothing at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from troth.app.building.cases import cases_of_refusal, settle_cases, unsettled
from troth.app.building.contracts import inputs_of, notices
from troth.app.building.earlier import Cleared, clean, clear, is_clean
from troth.app.building.fetching import fetched
from troth.app.building.increment import increment_of
from troth.app.building.intake import look, take_in
from troth.app.building.judging import Basis, identity_of, snapshot_of
from troth.app.building.prints import Prints
from troth.app.building.stamp import Still, begun, keep
from troth.app.people.people import Place, settle_vault, still_held
from troth.app.rulebook.on_record import not_on_record
from troth.app.rulebook.rules import Rules, read_rules
from troth.app.workspace import Progress, Workspace, silent
from troth.book import Problem
from troth.record import Load, Snapshot
from troth.sources import Balance
from troth.sources.intake.taking import Stored
from troth.sources.scratch import sweep


@dataclass(frozen=True, slots=True)
class Built:
    """fresh: False where the same inputs were already published and nothing was done. loads: what was taken in for it.

    still: where files hold what was erased. cleared: what was removed since a column became personal. unknown: what the rules name
    and the snapshot does not know.
    """

    snapshot: Snapshot
    balances: tuple[Balance, ...]
    fresh: bool
    loads: tuple[Load, ...] = ()
    still: tuple[Place, ...] = ()
    cleared: Cleared | None = None
    unknown: tuple[Problem, ...] = ()

    @property
    def notices(self) -> list[str]:
        """What is not as the contracts of the sources say, and what the rules name and nothing has, a sentence each."""
        return [*notices(self.snapshot), *map(str, self.unknown)]


def build(workspace: Workspace, *, full: bool = False, progress: Progress = silent) -> Built:
    """Take in what is new in the sources and publish a snapshot of all that is known.

    A pure function of the loads, the book and the product's version: the same give the same snapshot id and the same files, and one
    that is in force is left as it is. full: files are read again, whatever is known of them. Raises Busy while another build
    runs, BookError, SourceError, ConservationError; in each case the previous snapshot stays in force and nothing was taken in. A
    check that fails has a case when the build ends, be it refused.
    """
    sweep()
    before = begun(workspace.root)
    with fetched(workspace, read_rules(workspace), progress) as rules:
        settle_vault(workspace, rules)
        current = None if full else _unchanged(workspace, rules, before)
        if current is not None:
            built = Built(current, balances_of(current), fresh=False, still=still_held(workspace, rules))
        else:
            built = _build(workspace, rules, before, full=full, progress=progress)
        return replace(built, unknown=tuple(not_on_record(workspace, rules.book)))


def _build(workspace: Workspace, rules: Rules, before: dict[str, Any], *, full: bool, progress: Progress) -> Built:
    with workspace.building() as engine, cases_of_refusal(workspace, rules):
        clean(workspace, engine, rules)
        progress("looking at the files")
        prints = Prints.of(workspace.state)
        intake = look(workspace, rules, prints, full=full)
        taken: dict[str, tuple[Stored, ...]] = {}

        def known(name: str) -> tuple[Stored, ...]:
            if name not in taken:
                taken[name] = take_in(workspace, engine, rules, intake, name)
            return taken[name]

        basis = Basis(identity_of(workspace, rules, intake.said), known, prints.refuse_changes, workspace.lake.current(), intake.beside)
        snapshot = increment_of(workspace, engine, rules, intake, basis, progress)
        if snapshot is None:
            snapshot = snapshot_of(workspace, engine, rules, basis, progress)
        loads = [one.load for name in sorted(taken) for one in taken[name] if one.load.seq == intake.seq]
        progress("publishing")
        workspace.lake.publish(snapshot, workspace.now(), loads)
        settle_cases(workspace, snapshot)
        cleared = clear(workspace, rules)
        _note(workspace, rules, before, prints, snapshot)
        still = still_held(workspace, rules)
        return Built(snapshot, balances_of(snapshot), fresh=True, loads=tuple(loads), still=still, cleared=cleared)


def unchanged(workspace: Workspace) -> Snapshot | None:
    """The snapshot in force where a build would give it again; no file that is as it was is read for that, a database always is."""
    before = begun(workspace.root)
    with fetched(workspace, read_rules(workspace), silent) as rules:
        return _unchanged(workspace, rules, before)


def balances_of(snapshot: Snapshot) -> tuple[Balance, ...]:
    """The balance of each source as the snapshot was published with it."""
    return tuple(
        Balance(**{**said["balance"], "files": tuple(said["balance"]["files"])}) for _, said in sorted(snapshot.facts["sources"].items())
    )


def _unchanged(workspace: Workspace, rules: Rules, before: dict[str, Any]) -> Snapshot | None:
    current = workspace.lake.current()
    if current is None or not is_clean(workspace, rules):
        return None
    prints = Prints.of(workspace.state)
    intake = look(workspace, rules, prints)
    if not intake.empty or identity_of(workspace, rules, intake.said) != inputs_of(current):
        return None
    if unsettled(workspace, current):
        with workspace.building():
            settle_cases(workspace, current)
    _note(workspace, rules, before, prints, current)
    return current


def _note(workspace: Workspace, rules: Rules, before: dict[str, Any], prints: Prints, snapshot: Snapshot) -> None:
    """What lets the next build see at a glance that nothing changed. before: the book, as it looked before it was read."""
    prints.keep()
    workspace.rest()
    if any(one.value.database is not None for one in rules.sources.values()):
        return  # nobody sees from outside that a database is as it was
    inside = rules.folder if rules.folder.is_relative_to(workspace.root) and rules.folder != workspace.root else None
    if inside is not None:
        before = {**before, "book": {path: seen for path, seen in before["book"].items() if not Path(path).is_relative_to(inside)}}
    patterns = [pattern for one in rules.sources.values() for pattern in one.value.files]
    files = {str(path): [seen.size, seen.changed_ns, seen.touched_ns, seen.file] for path, seen in prints.seen.items()}
    said = Still(snapshot.id, snapshot.as_of.isoformat() + "Z")
    keep(workspace.root, before, folder=rules.folder, patterns=patterns, files=files, snapshot=said)

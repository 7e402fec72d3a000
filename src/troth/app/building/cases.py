"""The cases of a build: what fails in it has one, whether it publishes or is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from troth.app.building.contracts import Facts, told_check
from troth.app.rulebook.rules import Rules
from troth.app.workspace import Workspace
from troth.cases import Failing, moves
from troth.cases.case import Key, Moved
from troth.kernel.errors import ConservationError
from troth.record import Snapshot
from troth.sources.contracts.judging import Judged, NotKept

BALANCE = "every row is accounted for"
FROZEN = "the column is as it was"


def settle_cases(workspace: Workspace, snapshot: Snapshot) -> None:
    """Open a case for each check that fails in a snapshot in force, and close those of checks that do not; for whoever builds."""
    todo = unsettled(workspace, snapshot)
    if todo:
        workspace.cases.move(todo, workspace.now())


def unsettled(workspace: Workspace, snapshot: Snapshot) -> tuple[Moved, ...]:
    """What `settle_cases` has to do: nothing where it was done, so that a build that died before it is made good by the next."""
    verdicts = [v for said in snapshot.facts.get("contracts", {}).values() for v in said["verdicts"]]
    failing = [_failing(one) for one in verdicts if one["failed"]]
    return moves(workspace.cases.all(), failing, kept=_kept(verdicts, snapshot))


@contextmanager
def cases_of_refusal(workspace: Workspace, rules: Rules) -> Iterator[None]:
    """Open the cases of what refuses a build; none is closed by it, since nothing was published."""
    try:
        yield
    except NotKept as error:
        _open(workspace, [failing for one in error.judged for failing in _refused(one)])
        raise
    except ConservationError as error:
        if error.source is not None:
            steward = rules.sources[error.source].value.steward
            _open(workspace, [Failing(error.source, None, BALANCE, steward, f"{error.source}: {error.got}")])
        raise


def _open(workspace: Workspace, failing: Sequence[Failing]) -> None:
    todo = moves(workspace.cases.all(), failing, kept=None)
    if todo:
        workspace.cases.move(todo, workspace.now())


def _kept(verdicts: Sequence[Facts], snapshot: Snapshot) -> set[Key]:
    """What a published snapshot shows to hold: the checks that passed, and that each of its sources balances and had its columns taken."""
    held: set[Key] = {(one["source"], one["column"], one["check"]) for one in verdicts if not one["failed"]}
    contracts = snapshot.facts.get("contracts", {}).items()
    return (
        held
        | {(name, None, BALANCE) for name in snapshot.facts["sources"]}
        | {(name, column, FROZEN) for name, said in contracts for column in said["columns"]}
    )


def _failing(verdict: Facts) -> Failing:
    return Failing(verdict["source"], verdict["column"], verdict["check"], verdict["steward"], told_check(verdict))


def _refused(judged: Judged) -> Iterator[Failing]:
    """What fails in a source that was judged, and the columns that a frozen one may not have changed."""
    yield from (_failing(asdict(one)) for one in judged.verdicts if not one.kept)
    for change in judged.changes if judged.mode == "freeze" else ():
        says = f"{judged.source}.{change.column} {change.says}"
        yield Failing(judged.source, change.column, FROZEN, judged.steward, says)

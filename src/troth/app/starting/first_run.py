"""What is still to be set up, so that numbers have an owner and rest on no guess."""

from __future__ import annotations

from dataclasses import dataclass

from troth.app.rulebook.rules import Rules
from troth.app.starting.guesses import read_guesses
from troth.app.workspace import Workspace
from troth.record import Snapshot


@dataclass(frozen=True, slots=True)
class Step:
    """id: which step it is. done: whether nothing of it is left. left: what is, by name, as far as it has names; of: how many there are."""

    id: str
    done: bool
    left: tuple[str, ...] = ()
    of: int = 0


def first_run(workspace: Workspace, rules: Rules, snapshot: Snapshot | None) -> tuple[Step, ...]:
    """The steps in the order in which they are taken."""
    sources = {name: one.value for name, one in rules.sources.items()}
    promises = {name: one.value for name, one in rules.promises.items()}
    guesses = read_guesses(workspace.root)
    read = set(snapshot.facts["sources"]) if snapshot else set()
    unread = tuple(name for name in sources if name not in read)
    orphans = tuple(name for name, one in sources.items() if not (one.owner and one.steward))
    ownerless = tuple(name for name, one in promises.items() if not one.owners)
    aimless = tuple(name for name, one in promises.items() if one.kind == "customer" and one.objective is None)
    unsaid = tuple(name for name, value in (("zone", rules.settings.zone), ("currency", rules.settings.currency)) if not value)
    unsaved = tuple(path.as_posix() for path in workspace.history.unsaved())
    return (
        Step("read", bool(sources) and not unread, unread, len(sources)),
        Step("guesses", not guesses, tuple(str(one.get("what")) for one in guesses), len(guesses)),
        Step("said", not unsaid, unsaid, 2),
        Step("stewards", not orphans, orphans, len(sources)),
        Step("owners", bool(promises) and not ownerless, ownerless, len(promises)),
        Step("objectives", bool(promises) and not aimless, aimless, len(promises)),
        Step("saved", not unsaved, unsaved, len(rules.book.tree.documents)),
    )  # fmt: skip

"""Decisions about who is the same, as entries of the journal."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from troth.sources.identity import Decision, Draft, Member
from troth.stores.journal.chain import Act, Entry, instant
from troth.stores.journal.journal import Journal

ACTIONS = {"merge": "identity.merged", "split": "identity.split", "apart": "identity.held_apart", "undo": "identity.undone"}


class JournalDecisions:
    """Implements `sources.identity.Decisions`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def all(self) -> tuple[Decision, ...]:
        acts = {action: act for act, action in ACTIONS.items()}
        found = [(entry, acts[entry.action]) for action in ACTIONS.values() for entry in self._journal.entries(action)]
        return tuple(_read(entry, act) for entry, act in sorted(found, key=lambda one: one[0].seq))

    def append(self, draft: Draft, actor: str, now: datetime) -> Decision:
        payload = {"a": _written(draft.a), "b": _written(draft.b), "reason": draft.reason, "undoes": draft.undoes}
        entry = self._journal.append(Act(actor, ACTIONS[draft.act], draft.identity, payload), now)
        return Decision(entry.seq, instant(entry.at), actor, draft)


def _written(member: Member | None) -> list[str] | None:
    return [member.type, member.id] if member else None


def _read(entry: Entry, act: Any) -> Decision:
    said = json.loads(entry.payload)
    a, b = (Member(*said[side]) if said[side] else None for side in ("a", "b"))
    return Decision(entry.seq, instant(entry.at), entry.actor, Draft(entry.object, act, a, b, said["reason"], said["undoes"]))

"""Decisions on rewards, as entries of the journal."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime

from troth.metrics.rewards import Decision, Draft
from troth.stores.journal.chain import Act, Entry, instant
from troth.stores.journal.journal import Journal

NOUN = "reward."
APPROVED, WITHDRAWN = f"{NOUN}approved", f"{NOUN}withdrawn"


class JournalAwards:
    """Implements `metrics.rewards.Awards`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def all(self) -> tuple[Decision, ...]:
        return tuple(_read(entry) for entry in self._journal.entries(APPROVED, WITHDRAWN))

    def append(self, draft: Draft, actor: str, now: datetime) -> Decision:
        payload = {**asdict(draft), "cycle": draft.cycle.isoformat()}
        payload.pop("act")
        about = f"{draft.reward}/{draft.cycle}/{draft.team}"
        return _read(self._journal.append(Act(actor, f"{NOUN}{draft.act}", about, payload), now))


def _read(entry: Entry) -> Decision:
    said = json.loads(entry.payload)
    cycle = date.fromisoformat(said.pop("cycle"))
    draft = Draft(**said, cycle=cycle, act=entry.action.removeprefix(NOUN))  # type: ignore[arg-type]
    return Decision(entry.seq, instant(entry.at), entry.actor, draft)

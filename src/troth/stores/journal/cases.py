"""Cases, as entries of the journal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from troth.cases import Case, Failing, Moved, told
from troth.stores.journal.chain import Act, Entry, instant
from troth.stores.journal.journal import BUILDER, Journal

NOUN = "case."
OPENED, ROUTED, CLOSED = (f"{NOUN}{act}" for act in ("opened", "routed", "closed"))


class JournalCases:
    """Implements `cases.Cases`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def all(self) -> tuple[Case, ...]:
        return told((_read(entry), instant(entry.at)) for entry in self._journal.entries(OPENED, ROUTED, CLOSED))

    def move(self, moved: Sequence[Moved], now: datetime) -> None:
        acts = [Act(BUILDER, f"{NOUN}{one.act}", one.id, {**asdict(one.failing), "closing": one.closing}) for one in moved]
        self._journal.append_all(acts, now)


def _read(entry: Entry) -> Moved:
    said = json.loads(entry.payload)
    closing = said.pop("closing")
    return Moved(entry.object, entry.action.removeprefix(NOUN), Failing(**said), closing)  # type: ignore[arg-type]

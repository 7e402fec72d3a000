from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from troth.book.history import History
from troth.cases import Cases
from troth.metrics import Rollups
from troth.metrics.rewards import Awards
from troth.record import Column, Engine, Lake
from troth.sources.databases.database import Databases
from troth.sources.identity import Decisions, Weigher
from troth.sources.personal.vault import Vault

if TYPE_CHECKING:
    from troth.findings.keeping import Findings  # a build has no need of what finds

Progress = Callable[[str], None]
SUMS, FINDINGS = "cache/sums", "cache/findings"


class Journal(Protocol):
    """Where what somebody did is written down for good."""

    def record(self, actor: str, action: str, about: str, payload: Mapping[str, str], now: datetime) -> None: ...

    def recorded(self, action: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
        """Object and payload of every act of a kind, oldest first."""
        ...

    def dated(self, action: str) -> tuple[tuple[str, Mapping[str, str], datetime], ...]:
        """The same with when each was written down, naive UTC."""
        ...

    def mark(self) -> int:
        """How far it is written: what follows from it is the same while this is."""
        ...


@dataclass(frozen=True, slots=True)
class Workspace:
    """One operation: a book, its lake, and the doors to them. Made by `bootstrap` only.

    state: folder of lake, journal and vault. history: the revisions of the book. journal: of what somebody did. engine: opens an
    engine for reading. building: holds the lake for one build and gives its engine. schema: the columns that the lake keeps of an
    engine's table. writer: the version of what writes the lake. now: the clock, naive UTC. rest: lets go of the journal's file until
    it is asked again. databases: those that the environment names. decisions, weigher: what people decided about who is the
    same, and what weighs who may be. cases: that failed checks opened. awards: what people decided on rewards. rollups: the sums of a
    snapshot's metrics that are kept, by its id. findings: likewise what was found of it.
    """

    root: Path
    state: Path
    history: History
    lake: Lake
    vault: Vault
    journal: Journal
    engine: Callable[[], Engine]
    building: Callable[[], AbstractContextManager[Engine]]
    schema: Callable[[Engine, str], tuple[Column, ...]]
    writer: str
    now: Callable[[], datetime]
    rest: Callable[[], None]
    databases: Databases
    decisions: Decisions
    cases: Cases
    awards: Awards
    weigher: Weigher
    rollups: Callable[[str], Rollups]
    findings: Callable[[str], Findings]

    @property
    def pages(self) -> Path:
        return self.root / "pages"


def silent(step: str) -> None:
    """Progress that nobody watches."""

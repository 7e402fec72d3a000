from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from troth.book.history import History
from troth.record import Column, Engine, Lake
from troth.sources.identity import Decisions, Weigher

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Workspace:
    """One operation: a book, its lake, and the doors to them. Made by `bootstrap` only.

    state: folder of lake and journal. history: the revisions of the book. engine: opens an engine for reading. building: holds
    the lake for one build and gives its engine. schema: the columns that the lake keeps of an engine's table. writer: the
    version of what writes the lake. now: the clock, naive UTC. rest: lets go of the journal's file until it is asked again.
    decisions, weigher: what people decided about who is the same, and what weighs who may be.
    """

    root: Path
    state: Path
    history: History
    lake: Lake
    engine: Callable[[], Engine]
    building: Callable[[], AbstractContextManager[Engine]]
    schema: Callable[[Engine, str], tuple[Column, ...]]
    writer: str
    now: Callable[[], datetime]
    rest: Callable[[], None]
    decisions: Decisions
    weigher: Weigher

    @property
    def pages(self) -> Path:
        return self.root / "pages"


def silent(step: str) -> None:
    """Progress that nobody watches."""

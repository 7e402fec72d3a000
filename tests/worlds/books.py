"""Meridian's book, cut down to what a test is about."""

from __future__ import annotations

import shutil
from pathlib import Path

MEASURES = ("metrics", "goals", "scorecards")


def unmeasured(book: Path) -> None:
    """Leave out all that is measured: it names promises and sources which a smaller book has no more."""
    for folder in MEASURES:
        shutil.rmtree(book / folder)

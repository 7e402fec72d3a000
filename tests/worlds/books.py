"""Meridian's book, cut down to what a test is about."""

from __future__ import annotations

import shutil
from pathlib import Path

MEASURES = ("metrics", "goals", "scorecards", "calibrations", "values", "rewards")


def unmeasured(book: Path) -> None:
    """Leave out all that is measured, and the branches: these name promises and sources which a smaller book has no more."""
    for folder in MEASURES:
        shutil.rmtree(book / folder)
    company = book / "company.yaml"
    kept = [line for line in company.read_text(encoding="utf-8").splitlines(keepends=True) if "id: branch" not in line]
    company.write_text("".join(kept), encoding="utf-8")

"""A book's snapshot, or what was known at an instant, opened for a command to ask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from troth.app.reading import Reading
    from troth.app.workspace import Workspace


def opened(book: Path, as_known_at: str | None = None) -> Reading:
    """Raises NotFound where there is no book and where nothing was built yet."""
    from troth.app.bootstrap import open_workspace

    return reading_of(open_workspace(book), as_known_at)


def reading_of(workspace: Workspace, as_known_at: str | None) -> Reading:
    """The same of a workspace that is needed for more."""
    from troth.app.past.known import as_known_at as know
    from troth.app.reading import open_reading

    return open_reading(workspace, know(workspace, as_known_at) if as_known_at is not None else None)

"""The Python API: an operation opened from its book's folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troth.app.bootstrap import open_workspace
from troth.app.build import Built, build
from troth.app.reading import Page, read_page
from troth.app.workspace import Workspace
from troth.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Operation:
    """A book with its lake. Made by `troth.open`."""

    workspace: Workspace

    def build(self) -> Built:
        """Read the sources again and publish a snapshot; the same inputs leave the one in force."""
        return build(self.workspace)

    def page(self) -> Page:
        """What your files say, as the plain data of `troth monday --json`."""
        return read_page(self.workspace)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the views of the snapshot in force: outcome, event, step, object_<type>, and so on."""
        snapshot = self.workspace.lake.current()
        if snapshot is None:
            raise NotFound("nothing was built yet", next_step="Call build() first.")
        engine = self.workspace.engine()
        self.workspace.lake.attach(engine, snapshot)
        return engine.rows(query)


def open_operation(folder: str | Path) -> Operation:
    """The operation whose book lies in a folder. Raises NotFound where there is no troth.yaml."""
    return Operation(open_workspace(Path(folder)))

"""Troth: promises kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from troth.app.operation import Operation

__all__ = ["__version__", "open"]
__version__ = "0.1.0"


def open(folder: str | Path) -> Operation:  # noqa: A001  it is called as troth.open, beside which no builtin is read
    """The operation whose book lies in a folder: page(), sql(query), build().

    Raises troth.kernel.errors.NotFound where there is no troth.yaml.
    """
    from troth.app.operation import open_operation

    return open_operation(folder)

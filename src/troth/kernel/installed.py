"""Which release of a library is installed: asked of its metadata once, as these are files that are read and parsed each time."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def release(library: str) -> str:
    """The release of an installed library, as '2.0.0'. Raises PackageNotFoundError for one that is not installed."""
    return metadata.version(library)

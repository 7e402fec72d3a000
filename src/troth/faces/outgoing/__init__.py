"""Pages outside of a browser: as letters, on paper, as slides."""

from troth.faces.outgoing.letter import write

__all__ = ["write"]

"""The Monday page outside of a browser: as a letter, on paper, as slides."""

from troth.faces.outgoing.letter import write

__all__ = ["write"]

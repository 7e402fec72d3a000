"""The ten minutes of a unit: when they are, and what stands on the screen, of which customers' part cannot be hidden."""

from troth.metrics.huddles.definition import BLOCKS, HUDDLES, PROMISED, REQUIRED, Block, Huddle
from troth.metrics.huddles.lint import lint

__all__ = ["BLOCKS", "HUDDLES", "PROMISED", "REQUIRED", "Block", "Huddle", "lint"]

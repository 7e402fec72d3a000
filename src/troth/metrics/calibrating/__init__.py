"""How leaders of units are calibrated: global measures with their mix of cases taken out, regional feedback apart, and stated weights."""

from troth.metrics.calibrating.definition import CALIBRATIONS, Calibration, Weighed
from troth.metrics.calibrating.lint import lint
from troth.metrics.calibrating.placing import Measured, Part, Place, Placed, placed

__all__ = ["CALIBRATIONS", "Calibration", "Measured", "Part", "Place", "Placed", "Weighed", "lint", "placed"]

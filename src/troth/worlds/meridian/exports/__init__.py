"""The files that Meridian's systems would export, each in that system's own manner, with its flaws."""

from troth.worlds.meridian.exports.flaws import RATES
from troth.worlds.meridian.exports.flow import flow
from troth.worlds.meridian.exports.sales import sales
from troth.worlds.meridian.exports.service import service
from troth.worlds.meridian.exports.units import units
from troth.worlds.meridian.exports.voice import voice

__all__ = ["RATES", "flow", "sales", "service", "units", "voice"]

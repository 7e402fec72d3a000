"""Trends: how fast a series rises or falls, and whether it does so at all."""

from troth.engines.trends.kendall import Trend, hamed_rao, mann_kendall, seasonal_kendall
from troth.engines.trends.slope import Slope, theil_sen

__all__ = ["Slope", "Trend", "hamed_rao", "mann_kendall", "seasonal_kendall", "theil_sen"]

"""Meridian, a company that does not exist: parts and parcels, and field service from forty branches in nine countries."""

from troth.worlds.meridian.company import company
from troth.worlds.meridian.plan import TRUTHS, Plan, Planted

__all__ = ["TRUTHS", "Plan", "Planted", "company"]

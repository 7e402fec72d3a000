"""Made-up companies whose truths are known, so that what an analysis says can be held against what is."""

from troth.worlds.catalogue import service_catalogue
from troth.worlds.meridian import TRUTHS, Plan, Planted, company
from troth.worlds.sheets import Column, Sheet, World

__all__ = ["TRUTHS", "Column", "Plan", "Planted", "Sheet", "World", "company", "service_catalogue"]

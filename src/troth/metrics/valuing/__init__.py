"""What customers are worth, in money and not: spent, margin, effort, promises kept, and what is still to be expected of them."""

from troth.metrics.valuing.definition import VALUES, Value
from troth.metrics.valuing.events import Bought, Event
from troth.metrics.valuing.foreseeing import Checked, Foreseen, checked, foreseen, hidden_from
from troth.metrics.valuing.lint import lint
from troth.metrics.valuing.scoring import Band, Customer, Sums, banded, customers_of, summed

__all__ = [
    "VALUES",
    "Band",
    "Bought",
    "Checked",
    "Customer",
    "Event",
    "Foreseen",
    "Sums",
    "Value",
    "banded",
    "checked",
    "customers_of",
    "foreseen",
    "hidden_from",
    "lint",
    "summed",
]

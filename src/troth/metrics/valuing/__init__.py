"""What customers are worth, in money and not: spent, margin, effort, promises kept, and what is still to be expected of them."""

from troth.metrics.valuing.definition import VALUES, Value
from troth.metrics.valuing.events import Event, by_customer
from troth.metrics.valuing.foreseeing import Checked, Foreseen, foreseen
from troth.metrics.valuing.lint import lint
from troth.metrics.valuing.scoring import Band, Customer, Sums, banded, customers_of, days_of, summed

__all__ = [
    "VALUES",
    "Band",
    "Checked",
    "Customer",
    "Event",
    "Foreseen",
    "Sums",
    "Value",
    "banded",
    "by_customer",
    "customers_of",
    "days_of",
    "foreseen",
    "lint",
    "summed",
]

"""How often customers will buy, for how much, and what that is worth: models of people who leave without saying so."""

from troth.engines.lifetime.buying import Buying, alive, buying, purchases
from troth.engines.lifetime.spending import Spending, mean_spend, spending
from troth.engines.lifetime.worth import Worth, worth

__all__ = ["Buying", "Spending", "Worth", "alive", "buying", "mean_spend", "purchases", "spending", "worth"]

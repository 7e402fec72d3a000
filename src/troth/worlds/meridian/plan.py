"""What a Meridian is made by: its seed, its size, and how large each planted truth is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from troth.kernel.errors import BadValue, nearest
from troth.worlds.sheets import Ints

FIRST_DAY = 19_723  # 1 January 2024, in days since 1970
MINUTE, HOUR, DAY = 60, 3_600, 86_400
MONTH_STARTS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
LEAST_CUSTOMERS, MOST_CUSTOMERS = 200, 1_000_000
LEAST_MONTHS, MOST_MONTHS = 6, 60


@dataclass(frozen=True, slots=True)
class Planted:
    """One truth. size: by default. unit: of the size. says: what happens, as a sentence in which {size} may stand."""

    name: str
    size: float
    unit: str
    says: str


TRUTHS = (
    Planted("carrier_decay", 1.6, "days", "From a date, one carrier takes {size} days longer, worsening over eight weeks."),
    Planted(
        "efficient_but_falling",
        3.5,
        "points of 10",
        "One branch needs a fifth less time a visit; its rating falls by {size} in the period.",
    ),
    Planted("bottleneck_handoff", 20.0, "working hours", "Bulky goods wait {size} hours between packing and handover in one warehouse."),
    Planted(
        "internal_before_external", 0.06, "share of orders", "So many orders miss the carrier's cut-off, whatever else happens to them."
    ),
    Planted("margin_worn", 2.2, "days", "On one lane the way grows by {size} days while the promise stays what it was."),
    Planted("survey_too_early", 1.5, "stars", "Who is asked while the parcel is still on its way gives {size} stars less."),
    Planted("gamed_timestamps", 15.0, "minutes", "One branch records its technicians as arriving {size} minutes before they do."),
    Planted(
        "losing_heart",
        28.0,
        "points of 100",
        "Under one leader the attitude of staff falls by {size} in eight months; customers follow later.",
    ),
    Planted("attitude_to_impression", 0.26, "points a point", "A point of staff attitude moves customers' impression two months later."),
    Planted("impression_to_revenue", 0.385, "% a point", "A point of impression moves the growth of revenue one month later."),
    Planted("loyalty_lost", 1.0, "times", "A promise broken beyond the knee makes a customer leave: 6, 10, 25 or 35 in 100 by segment."),
    Planted("tolerance_knee", 1.0, "days", "Lateness up to {size} days costs no loyalty."),
    Planted(
        "inconsistent_service",
        0.012,
        "a week",
        "Customers whose deliveries vary, though not later on average, leave at so much more each week.",
    ),
    Planted(
        "high_value_repeats",
        8.0,
        "customers",
        "So many customers of high value get nothing but very late orders for two months: five or more of them, unless they leave before.",
    ),
    Planted("purchase_rate", 0.10, "a week", "Mean rate of purchases in the web shop; each shopper's own is gamma of shape 2 around it."),
    Planted("dropout", 0.20, "a purchase", "Mean chance that a shopper is gone after a purchase; each one's own is beta of 1 and b."),
    Planted("identity_duplicates", 0.04, "share of customers", "So many customers stand in the CRM twice, under another spelling."),
    Planted("end_users_disagree", 1.5, "points of 10", "End users find ordering {size} harder than the procurement of the same account."),
    Planted("exceptions_recur", 3.0, "kinds", "So many kinds of exception are asked for again and again, each by a few customers."),
    Planted("exceptions_unused", 12.0, "exceptions", "So many live exceptions are never used."),
    Planted("exception_to_standard", 24.0, "customers", "One exception is wanted by so many customers that it should be the standard."),
    Planted(
        "recovery_uplift",
        0.8,
        "share",
        "So many of those about to leave stay if their case is solved within a day; half of it within three.",
    ),
    Planted("change_randomised", 0.5, "share", "A text before the visit, to customers drawn by lot, avoids so many of the no-shows."),
    Planted("change_stepped", 0.10, "share of visits", "Checklists, by branches in four waves, add so much to first-visit fix."),
    Planted("change_by_site", 0.25, "share of time", "A new way of picking at one warehouse needs so much less time."),
    Planted("change_everywhere", 4.0, "working hours", "A new help desk, everywhere on one day, answers so much sooner."),
    Planted("change_nothing", 0.0, "points of 10", "A new welcome page, everywhere on one day, moves ratings by {size}."),
    Planted(
        "change_harmful",
        0.6,
        "points of 10",
        "Shorter visits, at branches drawn by lot, cost {size} points and save an eighth of the time.",
    ),
    Planted(
        "change_fading",
        2.0,
        "points of 10",
        "Training, at branches drawn by lot, adds {size} points and loses half of that every 120 days.",
    ),
    Planted(
        "change_chosen_because_bad",
        0.0,
        "points of 10",
        "Coaching of the eight branches that were worst in a quarter moves ratings by {size}.",
    ),
    Planted("commitments", 12.0, "sentences", "So many commitments stand on the terms page."),
    Planted("referrals", 0.15, "share of new customers", "So many new customers were sent by others."),
    Planted("visitors_lost", 0.4, "share", "Visitors shown a delivery later than four days order so much less often."),
    Planted(
        "wrong_incentive", 0.4, "points of 10", "Where the bonus pays for volume, a standard deviation more of it costs {size} points."
    ),
    Planted("disruption", 0.75, "share of capacity", "One warehouse loses so much of its capacity for twelve days."),
    Planted("response_style", 1.3, "points of 10", "From a date, one region answers {size} lower whatever the service."),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """seed, customers, months: of the world. sizes: of truths that differ from their default; zero takes a truth out."""

    seed: int = 1
    customers: int = 2_000
    months: int = 24
    sizes: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Refuse a size of world that would not be one, and truths that are not in it."""
        _within("customers", self.customers, LEAST_CUSTOMERS, MOST_CUSTOMERS)
        _within("months", self.months, LEAST_MONTHS, MOST_MONTHS)
        names = [one.name for one in TRUTHS]
        for name, size in self.sizes.items():
            if name not in names:
                raise BadValue(
                    f"Meridian plants no truth named '{name}'", allowed=nearest(name, names), next_step=f"All: {', '.join(names)}."
                )
            if not 0 <= size <= 1_000:
                raise BadValue(f"the size of {name}", got=f"{size:g}", allowed="a number from 0 to 1000")

    def size(self, name: str) -> float:
        """How large a truth is in this world.

        >>> Plan(sizes={"carrier_decay": 0}).size("carrier_decay"), Plan().size("gamed_timestamps")
        (0, 15.0)
        """
        return self.sizes[name] if name in self.sizes else next(one.size for one in TRUTHS if one.name == name)

    @property
    def first(self) -> int:
        """The first second of the record: midnight UTC of 1 January 2024."""
        return FIRST_DAY * DAY

    @property
    def last(self) -> int:
        """The first second after the record; nothing later has happened yet."""
        return self.month(self.months)

    @property
    def weeks(self) -> int:
        """Whole weeks of the record, the last one begun."""
        return -(-(self.last - self.first) // (7 * DAY))

    def month(self, number: int) -> int:
        """The first second of a month, counted from the record's first."""
        year, month = divmod(number, 12)
        leap = sum((2024 + past) % 4 == 0 for past in range(year)) + (month > 1 and (2024 + year) % 4 == 0)
        return (FIRST_DAY + 365 * year + MONTH_STARTS[month] + leap) * DAY

    @property
    def starts(self) -> Ints:
        """The first second of each month of the record."""
        return np.array([self.month(number) for number in range(self.months)], dtype=np.int64)

    def share(self, part: float) -> int:
        """The midnight nearest to a part of the record."""
        return self.first + int((self.last - self.first) * part) // DAY * DAY


def day(second: int) -> str:
    """The day of a second, in UTC.

    >>> day(1_704_067_200)
    '2024-01-01'
    """
    return str(np.datetime64(second // DAY, "D"))


def _within(name: str, got: int, least: int, most: int) -> None:
    if not least <= got <= most:
        raise BadValue(f"the number of {name} of a world", got=str(got), allowed=f"{least} to {most}")

"""Where Meridian is: countries with their calendars, warehouses, carriers, lanes and branches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from troth.engines.calendars import (
    Hours,
    Packed,
    calendar_by,
    due_each,
    elapsed_each,
    local_to_utc,
    pack,
    parse_week,
    transitions,
    utc_to_local,
)
from troth.engines.calendars.zones import Transitions
from troth.worlds.chance import Chance
from troth.worlds.meridian.plan import DAY, Plan
from troth.worlds.sheets import Ints, Reals

SECOND_US = 1_000_000
BEFORE, AFTER = 60 * DAY, 400 * DAY  # calendars reach beyond the record, since what is promised does


@dataclass(frozen=True, slots=True)
class Country:
    """weight: of its customers. desk: hours of office, help desk and branch. delivery: hours in which parcels arrive."""

    code: str
    region: str
    zone: str
    desk: str
    delivery: str
    weight: float
    home: int


@dataclass(frozen=True, slots=True)
class Warehouse:
    code: str
    city: str
    country: int
    hours: str
    hours_a_week: int
    holidays: str


COUNTRIES = (
    Country("DE", "EMEA", "Europe/Berlin", "Mon-Fri 08:00-17:00", "Mon-Sat 08:00-20:00", 18, 0),
    Country("FR", "EMEA", "Europe/Paris", "Mon-Fri 08:30-12:30,13:30-18:00", "Mon-Sat 08:00-20:00", 13, 1),
    Country("ES", "EMEA", "Europe/Madrid", "Mon-Fri 09:00-14:00,16:00-19:00", "Mon-Sat 08:00-20:00", 10, 1),
    Country("GB", "EMEA", "Europe/London", "Mon-Fri 08:00-17:30", "Mon-Sat 08:00-20:00", 13, 0),
    Country("SA", "EMEA", "Asia/Riyadh", "Sun-Thu 08:00-12:00,13:00-17:00", "Sat-Thu 09:00-21:00", 6, 5),
    Country("US", "AMERICAS", "America/New_York", "Mon-Fri 08:00-17:00", "Mon-Sat 08:00-20:00", 16, 2),
    Country("BR", "AMERICAS", "America/Sao_Paulo", "Mon-Fri 08:00-12:00,13:00-18:00", "Mon-Sat 08:00-20:00", 10, 3),
    Country("JP", "APAC", "Asia/Tokyo", "Mon-Fri 09:00-18:00", "Mon-Sun 08:00-21:00", 8, 4),
    Country("IN", "APAC", "Asia/Kolkata", "Mon-Sat 09:30-18:30", "Mon-Sat 09:00-20:00", 6, 5),
)
WAREHOUSES = (
    Warehouse("HAM", "Hamburg", 0, "Mon-Fri 06:00-22:00", 80, "DE"),
    Warehouse("LYS", "Lyon", 1, "Mon-Fri 06:00-13:00,14:00-22:00", 75, "FR"),
    Warehouse("DAL", "Dallas", 5, "Mon-Sat 06:00-22:00", 96, "US"),
    Warehouse("SAO", "São Paulo", 6, "Mon-Fri 06:00-22:00", 80, "BR"),
    Warehouse("OSA", "Osaka", 7, "Mon-Sat 07:00-23:00", 96, "JP"),
    Warehouse("PNQ", "Pune", 8, "Mon-Sat 06:00-22:00", 96, "IN"),
)
CARRIERS = ("Aquila", "Boreas", "Cursor", "Dromos", "Estafette", "Falke")
REGIONS = ("EMEA", "AMERICAS", "APAC")
# Which carriers serve a warehouse, and how much of it: each lane has two at least, so that a carrier can be told from a lane.
SHARES = (
    (40, 35, 25, 0, 0, 0),
    (45, 30, 25, 0, 0, 0),
    (0, 0, 0, 40, 35, 25),
    (0, 0, 0, 30, 45, 25),
    (0, 30, 0, 0, 30, 40),
    (35, 30, 0, 0, 0, 35),
)
HOME_SHARE = 0.85  # of the orders of a country come from its own warehouse, the others from the next in its region
SECOND = (1, 0, 0, 1, 0, 3, 2, 5, 4)
BRANCHES = 40
BRANCHES_OF = (8, 6, 4, 6, 2, 6, 4, 2, 2)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The calendars of a world as one: deliveries by country, then desks by country, then warehouses."""

    packed: Packed
    zones: Sequence[Transitions]

    def due(self, codes: Ints, start: Ints, amount: Ints) -> Ints:
        """Seconds at which so many working seconds are over, each on its calendar."""
        return due_each(self.packed, codes.astype(np.int32), start * SECOND_US, amount * SECOND_US) // SECOND_US

    def elapsed(self, codes: Ints, start: Ints, end: Ints) -> Ints:
        """Working seconds between two, each on its calendar."""
        return elapsed_each(self.packed, codes.astype(np.int32), start * SECOND_US, end * SECOND_US) // SECOND_US

    def local(self, countries: Ints, seconds: Ints) -> Ints:
        """What the clocks of a country show, in seconds."""
        shown = seconds.copy()
        for country, zone in enumerate(self.zones):
            here = countries == country
            shown[here] = utc_to_local(seconds[here] * SECOND_US, zone) // SECOND_US
        return shown

    def utc(self, countries: Ints, shown: Ints) -> Ints:
        """When the clocks of a country show that."""
        seconds = shown.copy()
        for country, zone in enumerate(self.zones):
            here = countries == country
            seconds[here] = local_to_utc(shown[here] * SECOND_US, zone) // SECOND_US
        return seconds

    def end_of_day(self, countries: Ints, seconds: Ints) -> Ints:
        """The last second of the local day in which a second lies."""
        return self.utc(countries, (self.local(countries, seconds) // DAY + 1) * DAY) - 1


def delivery(countries: Ints) -> Ints:
    """The calendars of deliveries."""
    return countries


def desk(countries: Ints) -> Ints:
    """The calendars of offices, help desks and branches."""
    return countries + len(COUNTRIES)


def floor(warehouses: Ints) -> Ints:
    """The calendars of warehouses."""
    return warehouses + 2 * len(COUNTRIES)


def clocks(plan: Plan) -> Clocks:
    """The calendars of all places over the record and what is promised beyond it."""
    first, last = (plan.first - BEFORE) * SECOND_US, (plan.last + AFTER) * SECOND_US
    hours = [Hours(one.zone, parse_week(one.delivery), (one.code,)) for one in COUNTRIES]
    hours += [Hours(one.zone, parse_week(one.desk), (one.code,)) for one in COUNTRIES]
    hours += [Hours(COUNTRIES[one.country].zone, parse_week(one.hours), (one.holidays,)) for one in WAREHOUSES]
    margin = 40 * DAY * SECOND_US
    return Clocks(
        pack([calendar_by(rule, first, last) for rule in hours]),
        [transitions(one.zone, first - margin, last + margin) for one in COUNTRIES],
    )


@dataclass(frozen=True, slots=True)
class Branches:
    """The forty branches of field service. country, technicians, staff: of each. speed: time a visit, 1 is usual. liked: stars."""

    country: Ints
    technicians: Ints
    staff: Ints
    speed: Reals
    liked: Reals
    names: Sequence[str]


def branches(plan: Plan) -> Branches:
    """Branches as large as the customers need, each a little faster or slower, better or less liked than others."""
    chance = Chance(plan.seed, "branches")
    country = np.repeat(np.arange(len(COUNTRIES), dtype=np.int64), BRANCHES_OF)
    number = np.concatenate([np.arange(count, dtype=np.int64) for count in BRANCHES_OF])
    names = [f"{COUNTRIES[c].code}-{n + 1:02d}" for c, n in zip(country.tolist(), number.tolist(), strict=True)]
    technicians = 1 + plan.customers // 4_500 + chance.below(1 + plan.customers // 20_000, BRANCHES)
    return Branches(
        country, technicians, 18 + chance.below(14, BRANCHES), 1 + 0.02 * chance.normal(BRANCHES), 0.10 * chance.normal(BRANCHES), names
    )

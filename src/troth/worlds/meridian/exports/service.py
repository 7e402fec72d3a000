"""Field service: visits, complaints, counters and mystery visits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.customers import Entries
from troth.worlds.meridian.exports.sales import ACCOUNT
from troth.worlds.meridian.places import Branches, Clocks
from troth.worlds.meridian.plan import Plan
from troth.worlds.meridian.registers import Mystery
from troth.worlds.meridian.visits import Counter, Visits
from troth.worlds.sheets import NONE, Column, Ints, Sheet, instant, key, text, zoned

VISIT = "FV-%07d"


def service(plan: Plan, crm: Entries, units: Branches, clocks: Clocks, made: Visits, queue: Counter, shopped: Mystery) -> Sequence[Sheet]:
    """Everything that happens at a branch or at a customer's door."""
    places = np.arange(len(made))
    country = units.country[made.branch]
    account = crm.named(made.customer, Chance(plan.seed, "bookings").flags(0.4, len(made)))
    team = made.branch * 100 + made.technician

    def at(name: str, seconds: Ints) -> Column:
        return zoned(name, seconds, clocks.local(country, np.where(seconds == NONE, plan.first, seconds)))

    objects = np.flatnonzero(made.complained != NONE)
    here = units.country[queue.branch]
    return [
        Sheet(
            "field_visits.csv",
            (
                key("visit_no", places, VISIT),
                key("account", account, ACCOUNT),
                text("branch", made.branch, units.names),
                key("team", team, "TM%04d"),
                at("booked_at", made.booked),
                at("window_from", made.window_from),
                at("window_to", made.window_to),
                at("dispatched_at", made.dispatched),
                at("arrived_at", made.arrived),
                at("done_at", made.done),
                text(
                    "outcome",
                    np.where(made.done == NONE, np.where(made.no_show & (made.arrived != NONE), 1, NONE), 0),
                    ("done", "nobody home"),
                ),
                at("called_back_at", made.called_back),
            ),
        ),
        Sheet(
            "complaints.csv",
            (
                key("complaint", np.arange(len(objects)) + 1, "CP%06d"),
                key("visit_no", objects, VISIT),
                text("branch", made.branch[objects], units.names),
                instant("received_at", made.complained[objects]),
                instant("acknowledged_at", made.acknowledged[objects]),
                instant("answered_at", made.answered[objects]),
            ),
        ),
        Sheet(
            "counter_tickets.csv",
            (
                text("branch", queue.branch, units.names),
                zoned("drawn_at", queue.drawn, clocks.local(here, queue.drawn)),
                zoned("called_at", queue.called, clocks.local(here, queue.called)),
                zoned("served_at", queue.served, clocks.local(here, queue.served)),
            ),
        ),
        Sheet(
            "mystery_visits.json",
            (
                key("visit_no", shopped.visit, VISIT),
                text("branch", made.branch[shopped.visit], units.names),
                instant("seen_arrival", shopped.seen),
            ),
        ),
    ]

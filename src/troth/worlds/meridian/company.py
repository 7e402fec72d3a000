"""The whole company: places, people, what happens among them, what of it stands in files, and what is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from troth.engines.calendars import holidays_version, tz_version
from troth.worlds.meridian import changes, customers, exports, parcels, places, registers, staff, visits, voices, web
from troth.worlds.meridian.plan import TRUTHS, Plan, day
from troth.worlds.sheets import NONE, Sheet, World, instant, key, text

Progress = Callable[[str], None]


def company(plan: Plan, progress: Progress = lambda _: None) -> World:
    """All of Meridian for a plan. The same plan gives the same bytes, given the same public holidays and zones, whose versions it names."""
    progress("calendars, customers and branches")
    clocks, people, sites = places.clocks(plan), customers.customers(plan), places.branches(plan)
    crm, team, rolled = customers.entries(plan, people), staff.staff(plan, sites), changes.rollouts(plan)
    progress("orders, week by week")
    sent = parcels.parcels(plan, people, clocks)
    progress("visits, day by day")
    (made, coached), queue = visits.visits(plan, people, sites, clocks, team, rolled), visits.counter(plan, sites, clocks)
    progress("what customers say")
    said, asked = voices.answers(plan, sent.orders), voices.tickets(plan, sent.orders, clocks)
    whom = voices.contacts(plan, people)
    talked, shop, looks = voices.talks(plan, people, whom), web.web(plan), web.sessions(plan)
    listed, shopped = registers.exceptions(plan, people), registers.mystery(plan, made)
    page, promised = registers.terms(plan)
    progress("files")
    planted = {
        **customers.truth(plan, people, crm),
        **parcels.truth(plan, sent),
        **visits.truth(plan, sites, rolled, coached),
        **staff.truth(plan, sites, team),
        **voices.truth(),
        **web.truth(plan, shop),
        **registers.truth(plan, listed, promised),
    }
    return World(
        [
            *exports.sales(plan, people, crm, whom, sent.orders, clocks, shop, looks),
            *exports.flow(plan, sent.orders, clocks),
            *exports.voice(plan, crm, sent.orders, said, asked, whom, talked, made, team, sites),
            *exports.service(plan, crm, sites, clocks, made, queue, shopped),
            *exports.units(plan, people, sites, team, rolled, coached, listed),
        ],
        {"terms.md": page},
        _truths(plan, planted),
        _answers(people, crm, sent, shop),
    )


def _truths(plan: Plan, planted: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    return {
        "company": "Meridian",
        "seed": plan.seed,
        "customers": plan.customers,
        "months": plan.months,
        "first_day": day(plan.first),
        "last_day": day(plan.last - 1),
        "holidays": holidays_version(),
        "zones": tz_version(),
        "flaws": exports.RATES,
        "truths": {
            one.name: {
                "size": plan.size(one.name),
                "unit": one.unit,
                "says": one.says.format(size=f"{plan.size(one.name):g}"),
                **planted.get(one.name, {}),
            }
            for one in TRUTHS
        },
    }


def _answers(people: customers.Customers, crm: customers.Entries, sent: parcels.Parcels, shop: web.Web) -> list[Sheet]:
    """What nobody in the company could export: who left and when, who is who."""
    number = np.arange(len(people))
    return [
        Sheet(
            "customers.csv",
            (
                key("customer_no", number, "K%07d"),
                instant("left_at", np.where(sent.left == parcels.NEVER, NONE, sent.left)),
                text("varies", people.varies, ("no", "yes")),
                text("struck", sent.struck, ("no", "yes")),
            ),
        ),
        Sheet("entries.csv", (key("account", np.arange(len(crm.customer)), "A%07d"), key("customer_no", crm.customer, "K%07d"))),
        Sheet("shoppers.csv", (key("shopper", np.arange(len(shop.left)), "S%06d"), instant("left_at", shop.left))),
    ]

"""What people keep in lists: exceptions and their use, projects, mystery visits, and what the terms page says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.customers import BUSINESS, Customers
from troth.worlds.meridian.plan import DAY, Plan
from troth.worlds.meridian.visits import Visits
from troth.worlds.sheets import NONE, Flags, Ints

PATHS = (
    "promises.deliver.due",
    "promises.deliver.fulfil",
    "calendars.delivery",
    "playbooks.recovery.settle",
    "sources.invoice.format",
    "promises.answer.due",
    "packing.label",
    "billing.split",
)
REASONS = (
    "customer closes early",
    "own labels",
    "partial delivery",
    "plant shutdown",
    "split invoice",
    "rush order",
    "new contact",
    "price list",
    "legal form",
    "trial",
)
RECURRING = ((1, 2), (6, 1), (7, 4))  # a path and a reason each
STANDARD = (2, 0)
ASKING = 4  # customers who ask for a recurring kind
GRANTED_DAYS, LIVE_DAYS = 365, 300  # those that nobody uses were granted so lately that they live at the record's end
MYSTERY_EACH = 14


@dataclass(frozen=True, slots=True)
class Exceptions:
    """customer, path, reason: of each. opened, expires: seconds. uses: an exception and the second of each use."""

    customer: Ints
    path: Ints
    reason: Ints
    opened: Ints
    expires: Ints
    used: Ints
    used_at: Ints
    unused: Flags


def exceptions(plan: Plan, people: Customers) -> Exceptions:
    """Scattered ones, kinds that a few customers ask for again and again, live ones nobody uses, and one that many customers want.

    Nothing is used before the day after it is granted or on the day it ends.
    """
    chance = Chance(plan.seed, "exceptions")
    firms = np.flatnonzero(people.segment <= BUSINESS)
    idle, wanted = int(plan.size("exceptions_unused")), min(int(plan.size("exception_to_standard")), len(firms))
    kinds = RECURRING[: int(plan.size("exceptions_recur"))]
    counts = [60, idle, wanted, *(30 for _ in kinds)]
    count = sum(counts)
    group = np.repeat(np.arange(len(counts)), counts)
    path, reason = chance.below(len(PATHS), count), chance.below(len(REASONS), count)
    for place, (p, r) in enumerate((STANDARD, *kinds)):
        path, reason = np.where(group == place + 2, p, path), np.where(group == place + 2, r, reason)
    customer = firms[chance.below(len(firms), count)]
    customer[group == 2] = firms[chance.order(len(firms))[:wanted]]
    for kind in range(3, len(counts)):
        customer[group == kind] = np.resize(customer[group == kind][:ASKING], counts[kind])
    reach = np.where(group == 1, min(plan.last - plan.first, LIVE_DAYS * DAY), plan.last - plan.first)
    opened = plan.last - reach + (chance.uniform(count) * reach * 0.8).astype(np.int64)
    order = np.argsort(opened, kind="stable")
    group, path, reason, customer, opened = group[order], path[order], reason[order], customer[order], opened[order]
    often = np.where(group == 1, 0, np.where(group == 2, 9, 2 + chance.below(4, count)))
    used = np.repeat(np.arange(count), often)
    expires = opened + GRANTED_DAYS * DAY
    until = np.minimum(expires, plan.last)[used]
    at = opened[used] + DAY + (chance.uniform(len(used)) * (until - opened[used] - 2 * DAY)).astype(np.int64)
    rows = np.argsort(at, kind="stable")
    return Exceptions(customer, path, reason, opened, expires, used[rows], at[rows], group == 1)


@dataclass(frozen=True, slots=True)
class Mystery:
    """Mystery visits: of each, the visit it looks at, and the arrival that the visitor saw."""

    visit: Ints
    seen: Ints


def mystery(plan: Plan, made: Visits) -> Mystery:
    """Fourteen visits a branch, drawn by lot, timed by somebody else to within a minute or so."""
    chance = Chance(plan.seed, "mystery")
    lot = chance.order(len(made))
    lot = lot[made.arrived[lot] != NONE]
    lot = lot[np.argsort(made.branch[lot], kind="stable")]
    new = np.ones(len(lot), dtype=np.bool_)
    new[1:] = made.branch[lot][1:] != made.branch[lot][:-1]
    place = np.arange(len(lot)) - np.maximum.accumulate(np.where(new, np.arange(len(lot)), 0))
    visit = np.sort(lot[place < MYSTERY_EACH])
    return Mystery(visit, made.true_arrival[visit] + np.rint(60 * chance.normal(len(visit))).astype(np.int64))


COMMITMENTS = (
    "We deliver every order by the date we give you.",
    "We answer every question within one working day.",
    "If we are late, you hear of it before you notice.",
    "A technician arrives within the window that you chose.",
    "We repair at the first visit, or come again within seven days at no charge.",
    "Returns are refunded within five working days.",
    "Every complaint is answered within fifteen working days.",
    "You can reach a person by phone on every working day from nine to five.",
    "Invoices are sent within two working days of delivery.",
    "Spare parts are available for ten years after the last sale.",
    "Damaged goods are replaced within three working days.",
    "We confirm every order within two hours.",
    "Prices hold for thirty days after a quotation.",
    "We give thirty days' notice before we change these terms.",
    "Strategic customers have one named contact, who calls back on the same day.",
    "Waits at our counters do not exceed twenty minutes.",
)
FILLER = (
    "Meridian has grown from one workshop to forty branches.",
    "Our people are our pride.",
    "These terms apply to orders placed on this site and in our branches.",
    "Pictures may differ from the goods.",
    "The law of the country of delivery applies.",
    "We care about quality in all we do.",
    "Goods remain our property until they are paid.",
    "Words in bold are explained at the end of the page.",
)


def terms(plan: Plan) -> tuple[str, list[str]]:
    """The terms page, and the commitments among its sentences."""
    chance = Chance(plan.seed, "terms")
    order = chance.order(len(COMMITMENTS))[: int(plan.size("commitments"))]
    promised = [COMMITMENTS[place] for place in order.tolist()]
    sentences = [*promised, *FILLER]
    shuffled = [sentences[place] for place in chance.order(len(sentences)).tolist()]
    paragraphs = [" ".join(shuffled[at : at + 4]) for at in range(0, len(shuffled), 4)]
    return "# Terms of Meridian\n\nAs published on 2 January 2024.\n\n" + "\n\n".join(paragraphs) + "\n", promised


def truth(plan: Plan, listed: Exceptions, promised: list[str]) -> Mapping[str, Any]:
    """What is planted here, by truth."""
    return {
        "exceptions_recur": {"kinds": [[PATHS[p], REASONS[r]] for p, r in RECURRING[: int(plan.size("exceptions_recur"))]]},
        "exceptions_unused": {"exceptions": [f"EX-{n + 1:04d}" for n in np.flatnonzero(listed.unused).tolist()]},
        "exception_to_standard": {"path": PATHS[STANDARD[0]], "reason": REASONS[STANDARD[1]]},
        "commitments": {"sentences": promised},
    }

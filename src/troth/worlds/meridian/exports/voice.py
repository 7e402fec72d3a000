"""Surveys and the help desk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.comments import PARCELS, VISITS, comments
from troth.worlds.meridian.customers import Entries
from troth.worlds.meridian.exports.sales import ACCOUNT, ORDER
from troth.worlds.meridian.names import THEMES
from troth.worlds.meridian.parcels import Orders
from troth.worlds.meridian.places import BRANCHES, COUNTRIES, Branches
from troth.worlds.meridian.plan import DAY, Plan
from troth.worlds.meridian.staff import PANEL, Staff
from troth.worlds.meridian.visits import Visits
from troth.worlds.meridian.voices import DRIVERS, Answers, Contacts, Talks, Tickets
from troth.worlds.sheets import NONE, Sheet, instant, key, text, whole

CHANNELS = ("mail", "phone", "chat", "portal")


def voice(
    plan: Plan,
    crm: Entries,
    orders: Orders,
    said: Answers,
    asked: Tickets,
    whom: Contacts,
    talked: Talks,
    made: Visits,
    team: Staff,
    units: Branches,
) -> Sequence[Sheet]:
    """Everything that customers say."""
    rated = np.flatnonzero(made.rated != NONE)
    codes = [country.code for country in COUNTRIES]
    of_stars = np.select([said.stars <= 2, said.stars >= 4], [0, 1], NONE)
    of_rating = np.select([made.rating[rated] <= 5, made.rating[rated] >= 8], [0, 1], NONE)
    parcels, written = comments(plan.seed, PARCELS, of_stars, orders.country[said.order], codes)
    at_home, spoken = comments(plan.seed, VISITS, of_rating, units.country[made.branch[rated]], codes)
    return [
        Sheet(
            "survey_parcels.csv",
            (
                key("response", np.arange(len(said.order)) + 1, "P%07d"),
                key("order_no", said.order, ORDER),
                instant("asked_at", said.asked),
                instant("answered_at", said.answered),
                whole("stars", said.stars),
                whole("effort", said.effort),
                text("comment", parcels, written),
            ),
        ),
        Sheet(
            "survey_visits.csv",
            (
                key("response", np.arange(len(rated)) + 1, "Q%07d"),
                key("visit_no", rated, "FV-%07d"),
                instant("asked_at", made.asked[rated]),
                instant("answered_at", made.rated[rated]),
                whole("rating", made.rating[rated]),
                text("comment", at_home, spoken),
            ),
        ),
        _tickets(plan, crm, orders, asked),
        _talks(plan, crm, whom, talked),
        _impressions(plan, team, units),
    ]


def _tickets(plan: Plan, crm: Entries, orders: Orders, asked: Tickets) -> Sheet:
    chance, count = Chance(plan.seed, "channels"), len(asked.order)
    account = crm.named(orders.customer[asked.order], chance.flags(0.4, count))
    return Sheet(
        "helpdesk_tickets.csv",
        (
            key("ticket", np.arange(count) + 1, "T%07d"),
            key("account", account, ACCOUNT),
            key("order_no", asked.order, ORDER),
            text("theme", asked.theme, THEMES),
            text("channel", chance.choice((45, 25, 20, 10), count), CHANNELS),
            instant("created_at", asked.opened),
            instant("first_reply_at", asked.first),
            instant("solved_at", asked.solved),
            instant("reopened_at", asked.reopened),
            text("satisfied", asked.satisfied, ("no", "yes")),
        ),
    )


def _talks(plan: Plan, crm: Entries, whom: Contacts, talked: Talks) -> Sheet:
    ends = np.array([plan.month(3 * quarter + 3) - 10 * DAY for quarter in range(max(plan.months // 3, 1))])
    return Sheet(
        "survey_accounts.csv",
        (
            key("response", np.arange(len(talked.contact)) + 1, "U%07d"),
            key("contact", talked.contact, "C%07d"),
            key("account", crm.entry_of[whom.customer[talked.contact]], ACCOUNT),
            instant("answered_on", ends[talked.quarter], "%Y-%m-%d"),
            text("topic", talked.driver, DRIVERS),
            whole("score", talked.score),
        ),
    )


def _impressions(plan: Plan, team: Staff, units: Branches) -> Sheet:
    """A panel of thirty customers a month and branch, from 0 to 100."""
    chance = Chance(plan.seed, "panel")
    branch, month = (np.repeat(grid.reshape(-1), PANEL) for grid in np.indices((BRANCHES, plan.months)))
    score = np.clip(np.rint(team.impression[branch, month] + 6 * chance.normal(len(branch))), 0, 100).astype(np.int64)
    starts = plan.starts
    return Sheet(
        "survey_impression.csv",
        (
            key("response", np.arange(len(branch)) + 1, "I%07d"),
            instant("month", starts[month], "%Y-%m"),
            text("branch", branch, units.names),
            whole("impression", score),
        ),
    )

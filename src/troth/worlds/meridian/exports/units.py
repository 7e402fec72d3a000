"""What is kept of branches and customers in lists: staff as groups, bonus, ledger, exceptions, projects and their rollouts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.changes import Rollouts
from troth.worlds.meridian.customers import Customers
from troth.worlds.meridian.exports.sales import CODES, CUSTOMER
from troth.worlds.meridian.parcels import FASTER, FASTER_AT
from troth.worlds.meridian.places import BRANCHES, WAREHOUSES, Branches
from troth.worlds.meridian.plan import DAY, Plan
from troth.worlds.meridian.registers import PATHS, REASONS, Exceptions
from troth.worlds.meridian.staff import Staff
from troth.worlds.sheets import NONE, Ints, Sheet, hundredths, instant, key, text, whole

DAY_FORM = "%Y-%m-%d"
PROJECTS = (
    "text before the visit",
    "checklist for the first visit",
    "new way of picking",
    "new help desk",
    "new welcome page",
    "shorter visits",
    "training in listening",
    "coaching of weak branches",
)
DESIGNS = ("by lot, customers", "in waves, branches", "one site", "everywhere at once", "by lot, branches", "the worst branches")
DESIGN_OF = (0, 1, 2, 3, 3, 4, 4, 5)
ACCOUNTS = ("revenue", "wages", "vehicles", "goodwill")


def units(
    plan: Plan, people: Customers, sites: Branches, team: Staff, changes: Rollouts, coached: Sequence[int], listed: Exceptions
) -> Sequence[Sheet]:
    """The lists that departments keep."""
    chance = Chance(plan.seed, "ledger")
    return [
        _units(sites),
        _moves(plan, sites),
        _pulse(plan, sites, team, chance),
        _bonus(plan, sites, team, chance),
        _ledger(plan, sites, team, chance),
        *_exceptions(listed),
        *_projects(people),
        _rollouts(plan, sites, changes, coached),
    ]


def _grid(plan: Plan) -> tuple[Ints, Ints]:
    """Every branch in every month, branch by branch."""
    branch, month = (grid.reshape(-1).astype(np.int64) for grid in np.indices((BRANCHES, plan.months)))
    return branch, month


def _units(sites: Branches) -> Sheet:
    return Sheet(
        "hr_units.csv",
        (
            text("unit", np.arange(BRANCHES), sites.names),
            text("country", sites.country, CODES),
            whole("technicians", sites.technicians),
            whole("staff", sites.staff),
            key("led_by", np.arange(BRANCHES) + 1, "role-lead-%02d"),
        ),
    )


def _pulse(plan: Plan, sites: Branches, team: Staff, chance: Chance) -> Sheet:
    """What each of the staff says every month, from 0 to 100; nobody's name and nobody's number."""
    branch, month = _grid(plan)
    staffed, asked = np.repeat(branch, sites.staff[branch]), np.repeat(month, sites.staff[branch])
    felt = np.clip(np.rint(team.attitude[staffed, asked] + 9 * chance.normal(len(staffed))), 0, 100).astype(np.int64)
    return Sheet(
        "staff_pulse.csv",
        (
            key("answer", np.arange(len(staffed)) + 1, "SP%07d"),
            instant("month", plan.starts[asked], "%Y-%m"),
            text("unit", staffed, sites.names),
            whole("attitude", felt),
        ),
    )


def _bonus(plan: Plan, sites: Branches, team: Staff, chance: Chance) -> Sheet:
    branch, month = _grid(plan)
    volume = team.by_volume[branch]
    pool = np.where(volume, 900 + 250 * team.push[branch, month], 900 + 150 * chance.normal(len(branch)))
    return Sheet(
        "hr_bonus.csv",
        (
            instant("month", plan.starts[month], "%Y-%m"),
            text("unit", branch, sites.names),
            text("scheme", volume, ("kept promises", "volume")),
            hundredths("pool", np.maximum(pool, 0) * 100),
        ),
    )


def _ledger(plan: Plan, sites: Branches, team: Staff, chance: Chance) -> Sheet:
    branch, month = _grid(plan)
    cents = np.stack(
        [
            team.revenue[branch, month],
            sites.staff[branch] * 310_000,
            4_000_000 + 400_000 * chance.normal(len(branch)),
            90_000 * chance.exponential(len(branch)),
        ]
    )
    return Sheet(
        "cost_ledger.csv",
        (
            instant("month", plan.starts[np.tile(month, len(ACCOUNTS))], "%Y-%m"),
            text("unit", np.tile(branch, len(ACCOUNTS)), sites.names),
            text("ledger_account", np.repeat(np.arange(len(ACCOUNTS)), len(branch)), ACCOUNTS),
            hundredths("booked", cents.reshape(-1)),
        ),
        separator=";",
        comma=True,
    )


def _exceptions(listed: Exceptions) -> Sequence[Sheet]:
    granted = Sheet(
        "exceptions.csv",
        (
            key("exception", np.arange(len(listed.customer)) + 1, "EX-%04d"),
            key("customer_no", listed.customer, CUSTOMER),
            text("what", listed.path, PATHS),
            text("reason", listed.reason, REASONS),
            instant("granted_on", listed.opened, DAY_FORM),
            instant("ends_on", listed.expires, DAY_FORM),
        ),
    )
    used = Sheet(
        "exception_uses.csv",
        (
            key("use", np.arange(len(listed.used)) + 1, "XU%06d"),
            key("exception", listed.used + 1, "EX-%04d"),
            instant("used_at", listed.used_at),
        ),
    )
    return granted, used


def _projects(people: Customers) -> Sequence[Sheet]:
    """The projects, and the arms of the one that was drawn by lot among customers."""
    projects = Sheet(
        "projects.csv",
        (
            key("project", np.arange(len(PROJECTS)) + 1, "PRJ-%02d"),
            text("title", np.arange(len(PROJECTS)), PROJECTS),
            text("design", np.array(DESIGN_OF), DESIGNS),
        ),
    )
    arms = Sheet(
        "project_arms.csv",
        (
            key("project", np.full(len(people), 1), "PRJ-%02d"),
            key("customer_no", np.arange(len(people)), CUSTOMER),
            text("arm", people.treated, ("control", "treatment")),
        ),
    )
    return projects, arms


def _moves(plan: Plan, sites: Branches) -> Sheet:
    chance = Chance(plan.seed, "moves")
    count = BRANCHES * plan.months // 8
    at = plan.first + np.sort((chance.uniform(count) * (plan.last - plan.first)).astype(np.int64), kind="stable")
    return Sheet(
        "hr_moves.csv",
        (
            key("move", np.arange(count) + 1, "MV%05d"),
            text("from_unit", chance.below(BRANCHES, count), sites.names),
            text("to_unit", chance.below(BRANCHES, count), sites.names),
            text("post", chance.choice((60, 30, 10), count), ("technician", "clerk", "lead")),
            instant("moved_on", at, DAY_FORM),
        ),
    )


def _rollouts(plan: Plan, sites: Branches, changes: Rollouts, coached: Sequence[int]) -> Sheet:
    """Which project began where and when; a place is a branch, a warehouse or all."""
    every = len(sites.names) + len(WAREHOUSES)
    rows = [(1, every, changes.text_at), *((2, branch, int(at)) for branch, at in enumerate(changes.wave_at.tolist()))]
    rows += [(3, len(sites.names) + FASTER, plan.share(FASTER_AT)), (4, every, changes.desk_at), (5, every, changes.nothing_at)]
    rows += [(6, branch, changes.harmful_at) for branch in np.flatnonzero(changes.harmful).tolist()]
    rows += [(7, branch, changes.fading_at) for branch in np.flatnonzero(changes.fading).tolist()]
    rows += [(8, branch, changes.coached_at) for branch in sorted(coached)]
    project, place, at = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    order = np.argsort(at, kind="stable")
    project, place, at = project[order], place[order], np.where(at[order] < plan.last, at[order] // DAY * DAY, NONE)
    return Sheet(
        "project_rollouts.csv",
        (
            key("project", project, "PRJ-%02d"),
            text("place", place, (*sites.names, *(one.code for one in WAREHOUSES), "all")),
            instant("began_on", at, DAY_FORM),
        ),
    )

"""Where the delay arose: worlds by head, an oracle over made-up ones, and a planted cause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.promises import oracle
from tests.promises.oracle import Broken, Stage
from tests.promises.worlds import World, judge, judge_cells

START = datetime(2026, 3, 1)
HALF = Fraction(1, 2)


def promise(stages: str) -> str:
    return f"""
deliver:
  subject: order
  words: delivered in time
  anchor: placed
  fulfil: {{event: delivered}}
  due: attr(due)
  stages: {{{stages}}}
"""


TWO = promise("seller: {from: approved, to: handed, budget: attr(limit)}, carrier: {from: handed, to: delivered}")


def drawn(stages: str, drawing: str, **attributes: str) -> dict[str, dict[str, Fraction]]:
    return judge(stages, drawing, past=(), due="instant", **attributes).shares()


def test_who_was_late_bears_it() -> None:
    #  the limit leaves the carrier the 4th to the 8th; the 1st to the 2nd, before approval, lies inside the limit
    found = drawn(
        TWO,
        """
        order  due         limit       placed      approved    handed      delivered
        A      2026-03-08  2026-03-04  2026-03-01  2026-03-02  2026-03-03  2026-03-09
        B      2026-03-08  2026-03-04  2026-03-01  2026-03-02  2026-03-06  2026-03-09
        C      2026-03-08  2026-03-04  2026-03-01  2026-03-02  2026-03-09  2026-03-15
        D      2026-03-08  2026-03-04  2026-03-01  2026-03-02  2026-03-06  2026-03-08
        """,
        limit="instant",
    )
    assert found == {"A": {"carrier": 1}, "B": {"seller": 1}, "C": {"seller": HALF, "carrier": HALF}}


def test_what_never_came_belongs_to_the_stage_where_it_stands() -> None:
    found = drawn(
        TWO,
        """
        order  due         limit       placed      approved    handed      delivered
        A      2026-03-08  2026-03-04  2026-03-01  2026-03-02  -           -
        B      2026-03-08  2026-03-04  2026-03-01  2026-03-02  2026-03-03  -
        C      2026-03-08  2026-03-04  2026-03-01  2026-03-02  2026-03-06  -
        D      2026-03-08  2026-03-04  2026-03-01  -           -           -
        """,
        limit="instant",
    )
    assert found == {"A": {"seller": 1}, "B": {"carrier": 1}, "C": {"seller": HALF, "carrier": HALF}, "D": {"gap": 1}}


def test_a_limit_beyond_the_promise_is_the_plans() -> None:
    found = drawn(
        TWO,
        """
        order  due         limit       placed      approved    handed      delivered
        A      2026-03-08  2026-03-09  2026-03-01  2026-03-02  2026-03-09  2026-03-10
        B      2026-03-08  2026-03-09  2026-03-01  2026-03-02  -           -
        """,
        limit="instant",
    )
    assert found == {"A": {"plan": 1}, "B": {"plan": 1}}


def test_what_was_not_timed_cannot_be_assigned() -> None:
    found = drawn(
        TWO,
        """
        order  due         limit       placed      approved    handed      delivered
        A      2026-03-08  2026-03-04  2026-03-01  2026-03-02  -           2026-03-09
        B      2026-03-08  2026-03-04  2026-03-01  -           2026-03-03  2026-03-09
        C      2026-03-08  2026-03-04  2026-03-01  -           2026-03-03  -
        D      2026-03-08  -           2026-03-01  2026-03-02  2026-03-03  2026-03-09
        E      2026-03-08  -           2026-03-01  2026-03-02  -           -
        F      2026-03-08  -           2026-03-01  2026-03-02  2026-03-03  -
        """,
        limit="instant",
    )
    unassigned = {"cannot_assign": 1}
    assert found == {"A": unassigned, "B": unassigned, "C": unassigned, "D": unassigned, "E": {"seller": 1}, "F": {"carrier": 1}}


THREE = promise(
    "pick: {from: picking, to: picked, budget: 2d}, pack: {from: packing, to: packed, budget: 2d}, ship: {from: shipping, to: delivered}"
)


def test_a_stage_passed_unseen_is_not_where_it_stands() -> None:
    #  A was picked and packed without a scan, and stands in ship: not in no stage
    found = drawn(
        THREE,
        """
        order  due         placed      picking     picked      packing     packed      shipping    delivered
        A      2026-03-08  2026-03-01  -           -           2026-03-02  2026-03-03  2026-03-03  -
        B      2026-03-08  2026-03-01  2026-03-01  2026-03-02  2026-03-02  2026-03-03  -           -
        """,
    )
    assert found == {"A": {"cannot_assign": 1}, "B": {"gap": 1}}


def test_a_plan_without_room_for_what_never_began_is_still_the_plans() -> None:
    #  2 days to pick and 2 to pack do not go into 3
    found = drawn(
        THREE,
        """
        order  due         placed      picking     picked      packing     packed      shipping    delivered
        A      2026-03-04  2026-03-01  2026-03-01  -           -           -           -           -
        """,
    )
    assert found == {"A": {"plan": 1}}


def test_time_in_no_stage_is_the_gaps_even_where_others_overlapped() -> None:
    #  pick 1..3 and pack 2..4 share a day; 4..7 idle; ship 7..9. Without the idle days it ends on the 6th, at midnight.
    found = drawn(
        THREE.replace("to: delivered", "to: delivered, budget: 2d"),
        """
        order  due               placed      picking     picked      packing     packed      shipping    delivered
        A      2026-03-06 12:00  2026-03-01  2026-03-01  2026-03-03  2026-03-02  2026-03-04  2026-03-07  2026-03-09
        """,
    )
    assert found == {"A": {"gap": 1}}


def test_an_earlier_overrun_is_not_time_in_no_stage() -> None:
    #  picked three days late, after the packer's limit had passed; no hour lies in no stage
    found = drawn(
        promise(
            "pick: {from: placed, to: picked, budget: 2d}, pack: {from: picked, to: packed, budget: attr(limit)},"
            " ship: {from: packed, to: delivered, budget: 1d}"
        ),
        """
        order  due         limit       placed      picked      packed      delivered
        A      2026-03-06  2026-03-05  2026-03-01  2026-03-07  2026-03-07  2026-03-08
        """,
        limit="instant",
    )
    assert found == {"A": {"pick": 1}}


def test_a_budget_of_days_runs_by_the_wall_clock() -> None:
    # Berlin, clocks forward on 29 March: a day of picking from noon on the 28th is 23 hours.
    world = judge(
        THREE.replace("budget: 2d", "budget: 1d", 1),
        """
        order  due         placed            picking           picked            packing  packed  shipping  delivered
        A      2026-03-30  2026-03-28 11:00  2026-03-28 11:00  2026-03-29 11:00  -        -       -         -
        """,
        zone="Europe/Berlin",
        due="instant",
    )
    assert world.column("pick_budget_us") == {"A": 23 * 3_600_000_000}


HOURS = st.integers(0, 30)
KINDS = st.sampled_from(["limit", "budget", "residual"])
NAMES = ("pick", "pack", "ship")


@st.composite
def plans(draw: st.DrawFn) -> list[Broken]:
    """Broken promises of one definition: mostly in order and timed, sometimes neither."""
    kinds = draw(st.lists(KINDS, min_size=1, max_size=3))
    budgets = [draw(st.integers(0, 12)) for _ in kinds]
    return [draw(one(kinds, budgets)) for _ in range(draw(st.integers(1, 15)))]


@st.composite
def one(draw: st.DrawFn, kinds: Sequence[str], budgets: Sequence[int]) -> Broken:
    count = 2 * len(kinds) + 1
    times: list[int | None] = list(draw(st.lists(HOURS, min_size=count, max_size=count)))
    if draw(st.integers(0, 3)):
        times = sorted(times, key=lambda at: at or 0)
    if draw(st.booleans()):
        last = draw(st.integers(0, count - 1))
        times = [at if n < last else None for n, at in enumerate(times)]
    if not draw(st.integers(0, 4)):
        times[draw(st.integers(0, count - 1))] = None
    limits = [draw(st.one_of(HOURS, HOURS, HOURS, st.none())) if kind == "limit" else None for kind in kinds]
    stages = tuple(
        Stage(name, times[2 * n], times[2 * n + 1], kind, budgets[n] if kind == "budget" else limits[n])  # type: ignore[arg-type]
        for n, (name, kind) in enumerate(zip(NAMES, kinds, strict=False))
    )
    fulfilled = times[-1]
    due = draw(st.integers(0, 30) if fulfilled is None else st.integers(0, fulfilled).map(lambda at: at - 1))
    return Broken(draw(st.integers(0, 5)), due, fulfilled, stages)


def made(plan: Sequence[Broken]) -> World:
    def cell(at: int | None) -> str:
        return "-" if at is None else str(START + timedelta(hours=at))

    limited = [stage.name for stage in plan[0].stages if stage.kind == "limit"]
    words = {"limit": "budget: attr({0}_limit)", "budget": "budget: {1}h", "residual": ""}
    stages = ", ".join(
        f"{s.name}: {{from: {s.name}_begun, to: {s.name}_done, {words[s.kind].format(s.name, s.given)}}}" for s in plan[0].stages
    )
    rows = {}
    for number, one in enumerate(plan):
        cells = {"placed": cell(one.made), "delivered": cell(one.fulfilled), "due": cell(one.due)}
        for stage in one.stages:
            cells |= {f"{stage.name}_begun": cell(stage.begin), f"{stage.name}_done": cell(stage.end)}
            cells |= {f"{stage.name}_limit": cell(stage.given)} if stage.name in limited else {}
        rows[f"{number:03}"] = cells
    attributes = {"due": "instant"} | {f"{name}_limit": "instant" for name in limited}
    events = {"placed", "delivered"} | {f"{stage.name}_{what}" for stage in plan[0].stages for what in ("begun", "done")}
    return judge_cells(promise(stages), rows, attributes, events)


@pytest.mark.slow
@settings(max_examples=60)
@given(plans())
def test_shares_are_those_of_every_order_of_the_players(plan: list[Broken]) -> None:
    assert made(plan).shares() == {f"{number:03}": oracle.shares(one) for number, one in enumerate(plan)}


def some(rng: Random, kinds: Sequence[str], budgets: Sequence[int]) -> Broken:
    """As `one` draws them, but by chance alone, so that a world may hold many."""
    count = 2 * len(kinds) + 1
    times: list[int | None] = [rng.randint(0, 30) for _ in range(count)]
    if rng.randrange(4):
        times = sorted(times, key=lambda at: at or 0)
    if rng.randrange(2):
        last = rng.randrange(count)
        times = [at if n < last else None for n, at in enumerate(times)]
    if not rng.randrange(5):
        times[rng.randrange(count)] = None
    limits = [rng.randint(0, 30) if kind == "limit" and rng.randrange(4) else None for kind in kinds]
    stages = tuple(
        Stage(name, times[2 * n], times[2 * n + 1], kind, budgets[n] if kind == "budget" else limits[n])  # type: ignore[arg-type]
        for n, (name, kind) in enumerate(zip(NAMES, kinds, strict=False))
    )
    fulfilled = times[-1]
    due = rng.randint(0, 30) if fulfilled is None else rng.randint(0, fulfilled) - 1
    return Broken(rng.randint(0, 5), due, fulfilled, stages)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 3])
def test_shares_are_those_of_every_order_of_many_more(count: int) -> None:
    """Every kind of each stage in turn; 39 definitions of 250 orders each."""
    for number, kinds in enumerate(product(("limit", "budget", "residual"), repeat=count)):
        rng = Random(100 * count + number)
        budgets = [rng.randint(0, 12) for _ in kinds]
        plan = [some(rng, kinds, budgets) for _ in range(250)]
        assert made(plan).shares() == {f"{place:03}": oracle.shares(one) for place, one in enumerate(plan)}


@pytest.mark.parametrize("planted", range(3))
@pytest.mark.parametrize("ends", [True, False])
def test_a_planted_overrun_gets_its_breaks(planted: int, ends: object) -> None:
    """Each stage has a budget of 10 hours of 30; one takes 25 to 40 or never ends, the others 4 to 11."""
    rng, plan = Random(planted), []
    for _ in range(200):
        at: int | None = 0
        stages = []
        for number, name in enumerate(NAMES):
            took = rng.randint(25, 40) if number == planted else rng.randint(4, 11)
            begin, end = at, None if at is None or (number == planted and not ends) else at + took
            stages.append(Stage(name, begin, end, "budget", 10))
            at = end
        plan.append(Broken(0, 30, at, tuple(stages)))
    broken = [one for one in plan if one.fulfilled is None or one.fulfilled > one.due]
    found = made(plan).shares()
    assert len(found) == len(broken) > 150
    assert sum(shares.get(NAMES[planted], Fraction(0)) for shares in found.values()) >= len(broken) * Fraction(9, 10)

"""Which cases are opened, routed and closed by what fails now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from troth.cases import Failing, moves
from troth.cases.case import Key
from troth.stores.memory import MemoryCases

NOW = datetime(2026, 3, 1, 6)
FILLED = Failing("orders", "due", "filled", "data_desk", "orders.due: not filled in 1 of 3 rows")
UNIQUE = Failing("orders", "id", "unique", "data_desk", "orders.id: not unique in 2 of 3 rows")


def done(cases: MemoryCases, failing: list[Failing], kept: set[Key] | None = None, at: datetime = NOW) -> list[str]:
    todo = moves(cases.all(), failing, kept=kept)
    cases.move(todo, at)
    return [f"{one.id} {one.act}{f': {one.closing}' if one.closing else ''}" for one in todo]


def test_the_same_check_is_one_case_until_it_passes_and_another_one_after() -> None:
    cases = MemoryCases()

    assert done(cases, [FILLED], set()) == ["CASE-0001 opened"]
    assert done(cases, [replace(FILLED, says="orders.due: not filled in 9 of 12 rows")], set()) == []
    assert done(cases, [], {FILLED.key}) == ["CASE-0001 closed: kept"]
    assert done(cases, [], {FILLED.key}) == []
    assert done(cases, [FILLED], set()) == ["CASE-0002 opened"]


def test_each_failing_check_has_a_case_of_its_own_in_the_order_of_places() -> None:
    assert done(MemoryCases(), [UNIQUE, FILLED], set()) == ["CASE-0001 opened", "CASE-0002 opened"]


def test_a_check_that_nobody_asks_any_more_closes_its_case_and_says_so() -> None:
    cases = MemoryCases()
    done(cases, [FILLED], set())

    assert done(cases, [], {UNIQUE.key}) == ["CASE-0001 closed: asked no more"]


def test_another_steward_has_the_case_routed_anew() -> None:
    cases = MemoryCases()
    done(cases, [FILLED], set())

    assert done(cases, [replace(FILLED, steward="it_lead")], set()) == ["CASE-0001 routed"]
    assert [one.failing.steward for one in cases.all()] == ["it_lead"]


def test_what_refuses_a_build_opens_and_closes_nothing() -> None:
    cases = MemoryCases()
    done(cases, [FILLED], set())

    assert done(cases, [UNIQUE], None) == ["CASE-0002 opened"]
    assert all(one.open for one in cases.all())


@given(st.lists(st.frozensets(st.sampled_from("abcd")), max_size=12))
def test_whatever_fails_in_turn_there_is_one_open_case_for_each_and_doing_it_twice_changes_nothing(builds: list[frozenset[str]]) -> None:
    cases = MemoryCases()
    everything: set[Key] = {("s", name, "filled") for name in "abcd"}
    for number, names in enumerate(builds):
        failing = [Failing("s", name, "filled", None, name) for name in names]
        kept = everything - {one.key for one in failing}
        done(cases, failing, kept, NOW + timedelta(days=number))

        assert done(cases, failing, kept) == []
        assert sorted(str(one.failing.column) for one in cases.all() if one.open) == sorted(names)
    runs = sum(name in now and name not in before for before, now in zip([frozenset(), *builds], builds, strict=False) for name in now)
    assert len({one.id for one in cases.all()}) == len(cases.all()) == runs

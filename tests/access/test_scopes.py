"""Scopes as they are written, and what of two of them holds."""

from __future__ import annotations

import pytest

from troth.access import EVERYTHING, Scope
from troth.access.viewer import role_of, scope_of
from troth.kernel.errors import BadValue

PT = scope_of(["country=PT"])
IBERIA = scope_of(["country=PT,ES"])
KEY = scope_of(["segment=key"])


def test_a_scope_is_read_as_it_is_written() -> None:
    read = scope_of(["country=PT, ES", "branch=Rio de Janeiro"])

    assert read.values == {"country": frozenset({"PT", "ES"}), "branch": frozenset({"Rio de Janeiro"})}
    assert read.written() == "branch=Rio de Janeiro country=ES,PT"


@pytest.mark.parametrize("parts", [["country"], ["=PT"], ["country="], ["country=,"], ["country=PT", "country=ES"]])
def test_what_is_no_scope_is_refused(parts: list[str]) -> None:
    with pytest.raises(BadValue):
        scope_of(parts)


def test_what_holds_another_sees_all_that_it_sees() -> None:
    assert EVERYTHING.holds(PT)
    assert IBERIA.holds(PT)
    assert IBERIA.holds(scope_of(["country=PT", "segment=key"]))
    assert not PT.holds(IBERIA)
    assert not PT.holds(EVERYTHING)
    assert not PT.holds(KEY)


def test_what_two_see_is_what_both_see() -> None:
    assert PT.within(IBERIA) == PT
    assert EVERYTHING.within(PT) == PT
    assert PT.within(KEY) == Scope({"country": frozenset({"PT"}), "segment": frozenset({"key"})})
    assert PT.within(scope_of(["country=DE"])) is None


def test_what_is_no_role_is_refused() -> None:
    assert role_of("admin").name == "admin"
    with pytest.raises(BadValue):
        role_of("root")

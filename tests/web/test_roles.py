"""From each role to what customers get of it."""

from __future__ import annotations

import pytest

from tests.web.conftest import Client
from troth.access import EVERYTHING
from troth.app.pages.roles import role_page, roles_of
from troth.app.pages.served import Served
from troth.kernel.errors import NotFound


def test_each_role_and_the_board_shows_its_chain_or_that_there_is_no_link_yet(as_viewer: Client, served: Served) -> None:
    client = as_viewer()

    roles = roles_of(served.reading(EVERYTHING))
    assert roles[-1] == "board"
    for role in roles:
        page = client.get(f"/roles/{role}")
        assert page.status_code == 200
        assert "no link yet" in page.text
        assert "customers who order for the first time" in page.text


def test_the_board_sees_all_that_customers_are_promised(served: Served) -> None:
    board = role_page(served.reading(EVERYTHING), "board")
    promises = served.reading(EVERYTHING).context.promises

    assert {one.promise for one in board.sight.served} == {name for name, one in promises.items() if one.kind == "customer"}


def test_a_role_sees_the_promise_it_owns_its_scorecard_and_how_each_goal_stands(as_viewer: Client) -> None:
    page = as_viewer().get("/roles/head_of_logistics").text

    assert "handed to the carrier within twenty hours of the warehouse" in page
    assert "parcels that come when they were promised" in page
    assert page.count("of 100 weigh on it") == 3


def test_a_role_that_there_is_not_is_refused(served: Served, as_viewer: Client) -> None:
    with pytest.raises(NotFound):
        role_page(served.reading(EVERYTHING), "head_of_nothing")
    assert as_viewer().get("/roles/head_of_nothing").status_code == 404

"""A limited scope sees what is in it and nothing else, whatever is asked."""

from __future__ import annotations

import pytest

from tests.web.conftest import Client, text_of
from troth.access import EVERYTHING, Role, Scope, fenced
from troth.app.promises import list_promises
from troth.app.served import Served
from troth.kernel.errors import BadValue

GERMANY = Scope({"country": frozenset({"DE"})})
HAMBURG = Scope({"warehouse": frozenset({"HAM"})})


def test_the_orders_of_a_scope_are_those_of_sql(served: Served) -> None:
    whole, limited = served.reading(EVERYTHING).context.engine, served.reading(GERMANY).context.engine
    wanted = whole.rows("SELECT id FROM object_order WHERE ship_country = 'DE' ORDER BY id")

    assert limited.rows("SELECT id FROM object_order ORDER BY id") == wanted
    assert 0 < len(wanted) < whole.rows("SELECT count(*) FROM object_order")[0][0]


def test_what_the_scopes_of_all_countries_see_adds_up(served: Served) -> None:
    """Each outcome about something that has a country is in the scope of one country."""
    whole = served.reading(EVERYTHING)
    countries = [str(row[0]) for row in whole.context.engine.rows("SELECT DISTINCT ship_country FROM object_order")]
    added: dict[str, int] = {}
    for country in countries:
        for one in list_promises(served.reading(Scope({"country": frozenset({country})}))):
            added[one.name] = added.get(one.name, 0) + one.made

    for one in list_promises(whole):
        assert added[one.name] == one.made


def test_every_table_is_about_what_is_in_scope(served: Served) -> None:
    reading = served.reading(GERMANY)
    engine = reading.context.engine
    foreign = served.reading(EVERYTHING).context.engine.rows("SELECT code FROM object_order WHERE ship_country = 'FR'")
    codes = ", ".join(str(code) for (code,) in foreign)
    columns = {
        ("object_type", "object"),
        ("subject_type", "subject"),
        ("about_type", "about"),
        ("from_type", "from_code"),
        ("to_type", "to_code"),
    }
    looked = 0
    for table, named in {**reading.context.tables, "outcome": ("subject_type", "subject")}.items():
        for type, code in columns:
            if {type, code} <= set(named):
                looked += 1
                assert engine.rows(f"SELECT count(*) FROM {table} WHERE {type} = 'order' AND {code} IN ({codes})") == [(0,)], table

    assert looked >= 8


def test_two_dimensions_limit_together(served: Served) -> None:
    both = Scope({"country": frozenset({"DE", "FR"}), "warehouse": frozenset({"HAM"})})
    wanted = served.reading(EVERYTHING).context.engine.rows(
        "SELECT count(*) FROM object_order WHERE ship_country IN ('DE', 'FR') AND warehouse = 'HAM'"
    )

    assert served.reading(both).context.engine.rows("SELECT count(*) FROM object_order") == wanted


def test_what_has_no_such_dimension_is_seen_through_what_has(served: Served) -> None:
    """A line of an order has no warehouse: it is seen where its order is."""
    engine, whole = served.reading(HAMBURG).context.engine, served.reading(EVERYTHING).context.engine
    wanted = whole.rows(
        "SELECT count(DISTINCT CASE WHEN r.from_type = 'order_line' THEN r.from_code ELSE r.to_code END) FROM relation r"
        " JOIN object_order o ON o.warehouse = 'HAM' AND ((r.from_type, r.from_code, r.to_type) = ('order', o.code, 'order_line')"
        " OR (r.to_type, r.to_code, r.from_type) = ('order', o.code, 'order_line'))"
    )

    assert engine.rows("SELECT count(*) FROM object_order_line") == wanted
    assert wanted[0][0] > 0
    assert engine.rows("SELECT count(*) FROM object_web_order") == [(0,)]


def test_a_table_of_which_nothing_is_known_is_empty() -> None:
    (view,) = fenced({"secrets": ("name", "value")}, "whole")

    assert view.endswith("WHERE FALSE")


def test_a_dimension_that_there_is_not_is_refused(served: Served) -> None:
    with pytest.raises(BadValue, match="'planet'"):
        served.reading(Scope({"planet": frozenset({"Mars"})}))


def test_the_pages_of_a_scope_say_whose_they_are_and_nothing_of_the_whole(as_viewer: Client, served: Served) -> None:
    limited = text_of(as_viewer(Role.viewer, GERMANY).get("/").text)
    whole = text_of(as_viewer().get("/").text)

    assert "country=DE" in limited
    assert "Every row that was ever read" in whole
    assert "Every row that was ever read" not in limited
    assert limited.split("promises to customers fell due")[0] != whole.split("promises to customers fell due")[0]


def test_what_cannot_be_cut_is_for_those_who_see_all(as_viewer: Client) -> None:
    limited = as_viewer(Role.admin, GERMANY)

    for path in ("/data", "/rules", "/rules/history", "/rules/promises.deliver", "/rules/files/troth.yaml", "/start"):
        answer = limited.get(path)
        assert answer.status_code == 403, path
        assert "whole operation" in text_of(answer.text)

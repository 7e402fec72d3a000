"""Two who may see different parts of an operation: whatever page and whatever answer, neither is shown a row of the other's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from tests.web.conftest import Client, Known
from troth.access import EVERYTHING, Role, Scope, Viewer
from troth.access.viewer import scope_of
from troth.app.pages.served import Served
from troth.faces.web import web_app

HERE, THERE = scope_of(["country=DE"]), scope_of(["country=PT,ES,FR,IT"])
WORDS = re.compile(r"[\w-]{6,}")

# By how an address begins, what stands for each part of it that varies; ids are taken from the record.
PARTS: dict[str, dict[str, str]] = {
    "/promises": {"name": "deliver"},
    "/api/v1/promises": {"name": "deliver"},
    "/measures": {"name": "delivered_in_time"},
    "/api/v1/metrics": {"name": "delivered_in_time"},
    "/api/v1/goals": {"name": "come_again"},
    "/roles": {"role": "head_of_logistics"},
    "/api/v1/roles": {"role": "head_of_logistics"},
    "/orders": {"type": "order"},
    "/huddle": {"unit": "LYS"},
}
ASKED = {
    "/measures/{name}": ["", "?by=warehouse", "?by=customer", "?grain=month&by=country"],
    "/api/v1/metrics/{name}": ["", "?by=customer", "?by=country&grain=month"],
    "/api/v1/metrics/{name}/chart": ["?grain=month", "?grain=month&by=warehouse"],
    "/api/v1/units": ["?by=warehouse&metric=delivered_in_time", "?by=country&metric=delivered_in_time"],
    "/units": ["", "?by=country"],
    "/search": ["?q=SO-0000", "?q=K00"],
    "/search/hits": ["?q=SO-0000", "?q=K00"],
    "/api/v1/search": ["?q=SO-0000", "?q=K00"],
}
# What is nobody's scope, or tells nothing of the record: signing in, files of the interface.
APART = re.compile(r"/(sign-in|sign-out|welcome|account|access|language|static|link|fresh|api/v1/openapi)")
FOR_ALL = re.compile(r"/(data|start|rules|api/v1/(data|cases|rules))")


@dataclass(frozen=True)
class Side:
    client: TestClient
    own: frozenset[str]
    others: frozenset[str]


@pytest.fixture(scope="module")
def sides(served: Served) -> tuple[Side, Side]:
    ids = [_ids(served, scope) for scope in (HERE, THERE)]
    shared = ids[0] & ids[1]
    made = []
    for scope, own, other in ((HERE, ids[0], ids[1]), (THERE, ids[1], ids[0])):
        app = web_app(served, Known(Viewer("somebody", Role.admin, scope, "en")))
        client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
        made.append(Side(client, own - shared, other - shared))
    return made[0], made[1]


def test_each_sees_much_and_both_together_little(sides: tuple[Side, Side]) -> None:
    for side in sides:
        assert len(side.own) > 200
        assert not side.own & side.others


def test_no_page_and_no_answer_has_a_row_of_the_others(sides: tuple[Side, Side]) -> None:
    shown = 0
    for side in sides:
        for address in _addresses(side, side.own):
            answer = side.client.get(address)
            seen = set(WORDS.findall(unescape(answer.text)))
            assert answer.status_code < 500, address
            assert not seen & side.others, address
            shown += len(seen & side.own)
    assert shown > 100, "the pages name many of their own, so that they would name others"


def test_whoever_sees_everything_is_shown_both(served: Served, as_viewer: Client, sides: tuple[Side, Side]) -> None:
    """The same words are found where they may be shown: it is no test that cannot fail."""
    client = as_viewer(Role.admin, EVERYTHING)
    names = client.get("/api/v1/statements").json()["queries"]
    seen = set()
    for address in ("/", "/customers", "/api/v1/statements", *(f"/statements/{name}.csv" for name in names)):
        seen |= set(WORDS.findall(unescape(client.get(address).text)))

    assert seen & sides[0].own
    assert seen & sides[1].own


def test_what_is_the_others_is_not_there(sides: tuple[Side, Side]) -> None:
    """Not refused: that it is somewhere is not told either, nor what is called alike there."""
    for side in sides:
        for id in sorted(side.others)[:: len(side.others) // 12]:
            for address in (f"/orders/{id}", f"/customers/{id}", f"/api/v1/orders/{id}", f"/api/v1/customers/{id}", f"/orders/order/{id}"):
                answer = side.client.get(address)
                assert answer.status_code == 404, address
                assert not set(WORDS.findall(unescape(answer.text))) & (side.others - {id}), address


def test_what_cannot_be_cut_is_for_those_who_see_everything(served: Served, sides: tuple[Side, Side]) -> None:
    asked = [address for address in _templates(sides[0].client.app) if FOR_ALL.match(address)]

    assert len(asked) >= 8
    for address in asked:
        path = re.sub(r"\{path:path\}", "troth.yaml", address)
        path = re.sub(r"\{address\}", "promises.deliver", re.sub(r"\{name\}", "deliver", path))
        assert sides[0].client.get(path).status_code == 403, path


def test_what_is_open_of_a_scope_is_counted_there_alone(served: Served, sides: tuple[Side, Side], as_viewer: Client) -> None:
    """By SQL on the whole: what is open, and what fell due in the 26 weeks before, by the country that each order says itself."""
    context = served.reading(EVERYTHING).context
    now = f"TIMESTAMP '{context.as_of}'"
    pinned = as_viewer().get("/api/v1/promises/deliver/at-risk").json()[0]["basis"]["counted"]
    for side, countries in zip(sides, ("'DE'", "'PT', 'ES', 'FR', 'IT'"), strict=True):
        (told,) = side.client.get("/api/v1/promises/deliver/at-risk").json()
        rows = context.engine.rows(
            f"SELECT b.id, o.due > {now} AND o.fulfilled IS NULL, o.due <= {now} AND o.due > {now} - INTERVAL 182 DAY,"
            " o.fulfilled IS NULL OR o.fulfilled > o.due FROM outcome_deliver o JOIN object_order b ON b.code = o.subject"
            f" WHERE b.ship_country IN ({countries}) AND o.voided IS NULL AND o.waived IS NULL"
        )
        standing = {str(id) for id, open_, _, _ in rows if open_}
        broken, kept = (sum(bool(fell) and late is what for _, _, fell, late in rows) for what in (True, False))
        assert told["count"] == len(standing) > 0
        assert {one["id"] for one in told["open"]} <= standing
        if told["basis"] is None:
            assert (told["refusal"]["got"], told["open"]) == (f"{broken} broken and {kept} kept", [])
        else:
            assert (told["basis"]["fell_due"], told["basis"]["broken"]) == (broken + kept, broken)
            assert told["open"]
    assert told["basis"] is not None, "one of both has enough to be told of"
    pins = dict(served.workspace.journal.recorded("at_risk.counted"))
    assert pins["deliver"]["counts"] == pinned != told["basis"]["counted"]


def test_mondays_of_a_scope_are_those_of_what_is_in_it(served: Served, sides: tuple[Side, Side], as_viewer: Client) -> None:
    asked = "/api/v1/replay?promise=deliver"
    every = {one["monday"]: one for one in as_viewer().get(asked).json()["mondays"]}
    week = max(every)
    since = f"&since={week}&until={week}"
    zone = as_viewer().get(asked).json()["zone"]
    for side, countries in zip(sides, ("'DE'", "'PT', 'ES', 'FR', 'IT'"), strict=True):
        (told,) = side.client.get(asked + since).json()["mondays"]
        ((due,),) = served.reading(EVERYTHING).context.engine.rows(
            f"SELECT count(*) FROM outcome_deliver o JOIN object_order b ON b.code = o.subject WHERE b.ship_country IN ({countries})"
            " AND o.voided IS NULL AND o.waived IS NULL"
            f" AND timezone('{zone}', timezone('UTC', o.due)) >= TIMESTAMP '{week} 06:00:00' - INTERVAL 7 DAY"
            f" AND timezone('{zone}', timezone('UTC', o.due)) < TIMESTAMP '{week} 06:00:00'"
        )
        assert 0 < told["due_now"] == due < every[week]["due_now"]


def test_gaps_of_a_scope_name_events_as_often_as_they_are_there(served: Served, sides: tuple[Side, Side]) -> None:
    for side, countries in zip(sides, ("'DE'", "'PT', 'ES', 'FR', 'IT'"), strict=True):
        told = {one["gap"]["about"]: one["gap"]["count"] for one in side.client.get("/api/v1/gaps").json()["gaps"]}
        rows = served.reading(EVERYTHING).context.engine.rows(
            "SELECT 'order: ' || e.type, count(*) FROM event e JOIN object_order b ON b.code = e.object"
            f" WHERE e.object_type = 'order' AND b.ship_country IN ({countries}) GROUP BY 1"
        )
        known = {about: count for about, count in rows if about in told}
        assert known
        assert {about: told[about] for about in known} == known


def test_every_route_is_behind_the_gate(served: Served) -> None:
    app = web_app(served, Known(None))
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)

    for address in _templates(app):
        if not re.match(r"/(sign-in|sign-out|welcome|language|static|link)", address):
            answer = client.get(re.sub(r"\{[^}]+\}", "x", address))
            assert answer.status_code == (401 if address.startswith("/api") else 303), address


def test_what_may_be_sent_is_not_taken_by_a_demonstration(served: Served) -> None:
    from troth.faces.web.gate import OpenGate

    app = web_app(served, OpenGate())
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    # Whose letters come no more is said by the key in the address, which no demonstration gives; it answers the same whatever it is.
    sent = [(path, method) for path, method in _routes(app) if method not in ("GET", "HEAD") and path != "/link/{key}/stop"]

    assert len(sent) > 10
    for path, method in [*sent, ("/", "POST"), ("/api/v1/promises", "DELETE")]:
        assert client.request(method, re.sub(r"\{[^}]+\}", "x", path), data={"csrf": "x"} if method == "POST" else None).status_code == 403


def _addresses(side: Side, own: frozenset[str]) -> Iterator[str]:
    ids = sorted(own)[:: max(1, len(own) // 2)][:2]
    for template in _templates(side.client.app):
        if APART.match(template):
            continue
        known = next((parts for start, parts in sorted(PARTS.items(), reverse=True) if template.startswith(start)), {})
        path = _filled(template, known)
        for one in [path.replace("{id}", id) for id in ids] if "{id}" in path else [path]:
            if "{" not in one:
                yield from (one + query for query in ASKED.get(template, [""]))
    page = side.client.get("/api/v1/statements").json()
    for name in page["queries"]:
        yield f"/statements/{name}.csv"
        yield f"/api/v1/statements/{name}/ids"


def _filled(template: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)(:path)?\}", lambda found: known.get(found[1], found[0]), template)


def _templates(app: object) -> list[str]:
    return sorted({path for path, method in _routes(app) if method == "GET"})


def _routes(app: object) -> Iterator[tuple[str, str]]:
    """Every address with its method, of the routers inside an app too."""
    for route in getattr(app, "routes", ()):
        if isinstance(route, APIRoute):
            yield from ((route.path, method) for method in sorted(route.methods or ()))
        else:
            yield from _routes(getattr(route, "original_router", None))


def _ids(served: Served, scope: Scope) -> frozenset[str]:
    """Ids of what is somebody's, long enough to be told from other words."""
    rows = served.reading(scope).context.engine.rows(
        "SELECT id FROM in_scope WHERE object_type IN ('order', 'account', 'customer', 'ticket', 'visit')"
    )
    return frozenset(str(id) for (id,) in rows if len(str(id)) >= 7)

"""REST: every operation as it is described, whatever is asked, and the same numbers as the command line prints."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import sampled_from
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from starlette.testclient import TestClient
from typer.testing import CliRunner

from tests.web.conftest import Client, Known
from tests.web.doors import Browser, House
from troth.access import Role, Viewer
from troth.access.viewer import scope_of
from troth.app.pages.served import Served
from troth.faces.api.describing import described
from troth.faces.cli.commands import app as commands
from troth.faces.web import web_app

PATH = "/api/v1/openapi.json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PERSON = Viewer("somebody", Role.analyst)


@pytest.fixture(scope="session")
def rest(served: Served) -> Any:
    return schemathesis.openapi.from_asgi(PATH, web_app(served, Known(PERSON)))


FUZZ = settings(
    max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
NAMES = {
    "metrics": "delivered_in_time",
    "promises": "deliver",
    "goals": "come_again",
    "roles": "head_of_logistics",
    "values": "customers",
    "rewards": "windows_kept",
    "rules": "promises.deliver.due",
}


@pytest.mark.parametrize("path", sorted(described()["paths"]))
def test_every_operation_answers_as_it_is_described_whatever_is_asked(rest: Any, path: str) -> None:
    """Half of what is asked names something that is there: of it the rest of an address asks all sorts of things."""

    @FUZZ
    @given(case=rest[path]["GET"].as_strategy(), known=sampled_from([None, NAMES.get(path.split("/")[3])]))
    def asked(case: Any, known: str | None) -> None:
        if known:
            case.path_parameters.update(dict.fromkeys(case.path_parameters, known))
        case.call_and_validate(checks=CHECKS, timeout=60)

    asked()


ASKED = (
    "/snapshot", "/statements", "/promises", "/promises/deliver", "/promises/deliver/budget", "/promises/deliver/reliability",
    "/promises/deliver/suppliers?by=attr(carrier)", "/promises/deliver/recovery?by=segment&beyond=1d",
    "/promises/deliver/upstream", "/promises/deliver/at-risk", "/metrics", "/metrics/delivered_in_time?grain=month&by=warehouse",
    "/metrics/delivered_in_time/chart?grain=month", "/units?by=warehouse&metric=delivered_in_time",
    "/units?by=country&metric=solve_time", "/units?by=warehouse&metric=lead_time_95&adjust=segment",
    "/values", "/values/customers/customers/customer:K0000003", "/metrics/visit_rating/benchmark?by=branch",
    "/calibrations?name=branches", "/rewards", "/rewards/windows_kept/back-test", "/goals", "/scorecards",
    "/search?q=deliver",
    "/roles/head_of_logistics/line-of-sight", "/handoffs", "/gaps", "/replay", "/data", "/cases?closed=true", "/rules",
    "/rules/promises.deliver",
    "/rules/promises.deliver.due/why",
)  # fmt: skip


@pytest.mark.parametrize("path", ASKED)
def test_what_is_there_is_as_described(rest: Any, as_viewer: Client, path: str) -> None:
    """What chance asks for is hardly ever there: these are."""
    answer = as_viewer().get(f"/api/v1{path}")

    assert answer.status_code == 200, answer.text
    _fits(as_viewer(), path, answer.json())


def test_an_order_and_a_customer_are_as_described(as_viewer: Client, meridian: Path) -> None:
    client = as_viewer()
    order, customer = _of_file(meridian)

    for path in (f"/orders/{order}", f"/customers/{customer}"):
        answer = client.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        _fits(client, path, answer.json())


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/promises", ("promises",)),
        ("/promises/deliver", ("promise", "deliver")),
        ("/metrics/delivered_in_time?by=warehouse", ("metric", "delivered_in_time", "--by", "warehouse")),
        ("/units?by=warehouse&metric=delivered_in_time", ("units", "delivered_in_time", "--by", "warehouse")),
        ("/units?by=country&metric=solve_time", ("units", "solve_time", "--by", "country")),
        ("/promises/deliver/suppliers?by=attr(carrier)", ("suppliers", "deliver", "--by", "attr(carrier)")),
        ("/promises/deliver/recovery?by=segment", ("recovery", "deliver", "--by", "segment")),
        ("/metrics/visit_rating/benchmark?by=branch", ("benchmark", "visit_rating", "--by", "branch")),
        ("/calibrations", ("calibration",)),
        ("/rewards", ("reward",)),
        ("/rewards/windows_kept/back-test", ("reward", "windows_kept", "--back-test")),
        ("/values?name=shoppers", ("value", "shoppers")),
        ("/values/customers/customers/customer:K0000003", ("value", "customers", "--customer", "customer:K0000003")),
        ("/goals", ("goals",)),
        ("/handoffs", ("handoffs",)),
        ("/cases?closed=true", ("cases", "--closed")),
        ("/rules/promises.deliver.due/why?at=2026-03-01", ("book", "why", "promises.deliver.due", "--at", "2026-03-01")),
    ],
)
def test_it_is_what_the_command_line_prints(as_viewer: Client, meridian: Path, path: str, words: tuple[str, ...]) -> None:
    answer = as_viewer().get(f"/api/v1{path}")
    done = CliRunner().invoke(commands, [*words, "--json", "--book", str(meridian / "book")])

    assert answer.json() == json.loads(done.stdout)


@pytest.mark.parametrize(
    "path",
    [
        "/metrics/delivered_in_time?grain=month",
        "/replay",
        "/calibrations",
        "/rewards",
        "/values",
        "/units?by=warehouse&metric=delivered_in_time",
    ],
)
def test_whoever_asks_for_csv_is_given_it(as_viewer: Client, path: str) -> None:
    answer = as_viewer().get(f"/api/v1{path}", headers={"accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(answer.text)))

    assert answer.headers["content-type"].startswith("text/csv")
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1


def test_a_list_is_given_in_pages(as_viewer: Client) -> None:
    client = as_viewer()
    page = client.get("/api/v1/statements").json()
    name = next(iter(page["queries"]))
    found: list[str] = []
    offset: int | None = 0
    while offset is not None:
        some = client.get(f"/api/v1/statements/{name}/ids", params={"limit": 7, "offset": offset}).json()
        found += some["ids"]
        offset = some["next"]
        if len(found) > 60:
            break
    whole = client.get(f"/api/v1/statements/{name}/ids", headers={"accept": "text/csv"}).text.splitlines()[1:]

    assert found == whole[: len(found)]
    assert some["count"] == len(whole)


def test_what_is_wrong_is_a_problem_with_its_next_step(as_viewer: Client) -> None:
    answer = as_viewer().get("/api/v1/promises/delivr")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["allowed"] == "did you mean 'deliver'?"
    assert as_viewer().get("/api/v1/metrics/delivered_in_time?grain=fortnight").status_code == 400
    assert as_viewer().get("/api/v1/nothing").headers["content-type"] == "application/problem+json"
    assert as_viewer().get("/api/v1/statements/x/ids?limit=0").json()["status"] == 400


def test_a_program_reads_with_its_token_and_changes_nothing(doors: House) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")
    said = _token(browser, 30)
    program = doors.browser()

    assert program.get("/api/v1/promises", headers=said).status_code == 200
    assert program.get("/promises", headers=said).status_code == 303, "a token opens no page"
    assert program.client.post("/account/tokens", headers=said).status_code == 403
    doors.pass_(days=31)
    refused = program.get("/api/v1/promises", headers=said)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


def test_a_token_never_sees_more_than_its_owner_does_now(doors: House) -> None:
    from troth.app.people.access import HERE, change, disable

    id = doors.taken("ana")
    browser = doors.signed_in("ana")
    said = _token(browser)
    program = doors.browser()
    whole = program.get("/api/v1/promises", headers=said).json()

    change(doors.access, HERE, id, role=Role.viewer, scope=scope_of(["country=DE"]))
    cut = program.get("/api/v1/promises", headers=said).json()
    assert sum(one["made"] for one in cut) < sum(one["made"] for one in whole)
    assert program.get("/api/v1/rules", headers=said).status_code == 403
    disable(doors.access, HERE, id)
    assert program.get("/api/v1/promises", headers=said).status_code == 401


def test_a_token_that_is_ended_opens_nothing(doors: House) -> None:
    doors.taken("ana")
    browser = doors.signed_in("ana")
    said = _token(browser)
    id = doors.access.tokens.all()[0].id

    assert browser.post(f"/account/tokens/{id}/revoke", on="/account").status_code == 303
    assert doors.browser().get("/api/v1/promises", headers=said).status_code == 401


def test_nobody_ends_a_token_of_somebody_else(doors: House) -> None:
    doors.taken("ana")
    doors.taken("eve")
    doors.signed_in("ana").post("/account/tokens", {"label": "the wall"}, on="/account")
    id = doors.access.tokens.all()[0].id

    assert doors.signed_in("eve").post(f"/account/tokens/{id}/revoke", on="/account").status_code == 404
    assert doors.access.tokens.all()[0].revoked is None


def _token(browser: Browser, days: int = 90) -> dict[str, str]:
    page = browser.post("/account/tokens", {"label": "the wall", "days": days}, on="/account").text
    key = page.split('<code id="token">')[1].split("</code>")[0]
    return {"authorization": f"Bearer {key}"}


def _fits(client: TestClient, path: str, found: Any) -> None:
    import re

    import jsonschema

    said = client.get(PATH).json()
    matching = [one for one in said["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), "/api/v1" + path.split("?", maxsplit=1)[0])]
    described = said["paths"][min(matching, key=lambda one: one.count("{"))]["get"]["responses"]["200"]
    shape = described["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({**shape, "components": said["components"]}, format_checker=jsonschema.FormatChecker()).validate(found)


def _of_file(meridian: Path) -> tuple[str, str]:
    with (meridian / "data" / "erp_orders.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file, delimiter=";"))
    return row["order_no"], row["customer_no"]

"""Nothing is measured by single persons of staff."""

from __future__ import annotations

from pathlib import Path

import pytest

import troth
from tests.app.small_book import write_book
from tests.metrics.shop import BOOK, FILES, SOURCES
from troth.app.operation import Operation
from troth.kernel.errors import BadValue, BookError

TICKETS = """id,customer,team,agent,opened,solved
t1,c1,red,a1,2026-01-10 09:00,2026-01-11 09:00
t2,c1,red,a2,2026-01-13 09:00,2026-01-13 12:00
t3,c2,blue,a3,2026-02-01 09:00,2026-02-03 09:00
"""
AGENTS = """id,team,full_name,since
a1,red,Ann,2025-01-01 09:00
a2,red,Bob,2025-01-01 09:00
a3,blue,Cy,2025-01-01 09:00
"""
STAFFED = SOURCES.replace(
    "attributes: {team: {column: team, as: text}}}\n  relations: [{to: customer, id: [customer]}]",
    "attributes: {team: {column: team, as: text}, agent_team: {column: team, as: text}, served_by: {column: agent, as: text}}}\n"
    "  relations: [{to: customer, id: [customer]}, {to: agent, id: [agent]}]",
) + """agents:
  files: [agents.csv]
  key: [id]
  object: {type: agent, id: [id], attributes: {team: {column: team, as: text}, called: {column: full_name, as: text}}}
  events: [{type: began, at: since}]
  personal: {full_name: name}
"""  # fmt: skip
COMPANY = BOOK["company.yaml"]
SOLVE = "solve: {kind: mean, words: time to solve, of: ticket, at: opened, value: solved - opened, better: lower}\n"
GOAL = (
    "faster: {words: faster, metric: solve, target: 3h, since: 2026-01-01, by: 2026-06-30, owner: head, serves: deliver,"
    " for: {ticket.agent: a1}}\n"
)


def staffed(under: Path, metrics: str = SOLVE, **others: str) -> Operation:
    book = {**BOOK, "sources/all.yaml": STAFFED, "metrics/all.yaml": metrics}
    book |= {f"{name}/all.yaml" if name != "company" else "company.yaml": text for name, text in others.items()}
    return troth.open(write_book(under, files={**FILES, "tickets.csv": TICKETS, "agents.csv": AGENTS}, book=book))


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    found = staffed(tmp_path_factory.mktemp("staffed"))
    found.build()
    return found


@pytest.mark.parametrize(
    ("metrics", "place"),
    [
        ("a1: {kind: count, words: what one did, of: ticket, at: opened, where: ticket.agent = 'a1'}\n", "metrics/all.yaml:1:71"),
        ("a1: {kind: count, words: of all but one, of: ticket, at: opened, where: ticket.agent != 'a1'}\n", "metrics/all.yaml:1:73"),
        ("a1: {kind: mean, words: share, of: ticket, at: opened, value: \"ticket.agent in ['a1']\"}\n", "metrics/all.yaml:1:64"),
        ("a1: {kind: count, words: one's by name, of: ticket, at: opened, where: agent.called = 'x'}\n", "metrics/all.yaml:1:72"),
        ("all: {kind: count, words: agents, of: agent, at: began}\n", "metrics/all.yaml:1:39"),
        ("all: {kind: count, words: agents, of: agent, at: began, minimum: 7}\n", "metrics/all.yaml:1:66"),
    ],
)
def test_a_metric_of_one_person_is_no_metric(tmp_path: Path, metrics: str, place: str) -> None:
    with pytest.raises(BookError, match="person-grain") as error:
        staffed(tmp_path, metrics).build()

    assert place in str(error.value)


@pytest.mark.parametrize(
    ("dimension", "place"),
    [("{id: agent}", "company.yaml:4:10"), ("{id: by_whom, read: {ticket: ticket.agent}}", "company.yaml:4:34")],
)  # fmt: skip
def test_a_dimension_of_persons_is_no_dimension(tmp_path: Path, dimension: str, place: str) -> None:
    company = COMPANY.replace("roles:", f"  - {dimension}\nroles:")

    with pytest.raises(BookError, match="person-grain") as error:
        staffed(tmp_path, company=company).build()

    assert place in str(error.value)


def test_a_goal_for_one_person_is_no_goal(tmp_path: Path) -> None:
    with pytest.raises(BookError, match="person-grain"):
        staffed(tmp_path, goals=GOAL).build()


@pytest.mark.parametrize(
    ("by", "weighed", "place"), [("ticket.agent", "", "all.yaml:1:27"), ("attr(team)", ", adjust: [agent.called]", "all.yaml:1:101")]
)  # fmt: skip
def test_a_calibration_of_persons_is_none(tmp_path: Path, by: str, weighed: str, place: str) -> None:
    line = f"led: {{words: how led, by: {by}, measures: [{{metric: solve, weight: 1, why: they pay{weighed}}}], feedback: []}}\n"

    with pytest.raises(BookError, match="person-grain") as error:
        staffed(tmp_path, calibrations=line).build()

    assert place in str(error.value)


def test_a_value_scorecard_of_persons_is_none(tmp_path: Path) -> None:
    line = "worth: {words: worth, of: ticket, belongs_to: agent, event: opened, money: paid, horizon: 52w, discount: 0}\n"

    with pytest.raises(BookError, match="person-grain") as error:
        staffed(tmp_path, values=line).build()

    assert "values/all.yaml:1:47" in str(error.value)


def test_what_persons_share_may_be_asked_and_persons_in_cells_of_eight(tmp_path: Path) -> None:
    metrics = SOLVE + (
        "red: {kind: count, words: of a team, of: ticket, at: opened, where: agent.team = 'red'}\n"
        "told: {kind: mean, words: with somebody, of: ticket, at: opened, value: ticket.agent is known}\n"
        "agents: {kind: count, words: agents, of: agent, at: began, minimum: 8}\n"
    )
    operation = staffed(tmp_path, metrics)
    operation.build()

    assert [one.slice for one in operation.metric("solve", by=["agent.team"]).answer.readings] == [("blue",), ("red",), None]
    assert [one.slice for one in operation.metric("solve", by=["attr(agent_team)"]).answer.readings] == [("blue",), ("red",), None]
    assert [one.n for one in operation.metric("red").answer.readings] == [2]
    assert [(one.value, one.hidden) for one in operation.metric("agents").answer.readings] == [(None, True)]


@pytest.mark.parametrize("by", ["ticket.agent", "agent.called"])
def test_whoever_asks_by_persons_is_refused_however_it_is_asked(operation: Operation, by: str) -> None:
    asks = (
        lambda: operation.metric("solve", by=[by]),
        lambda: operation.metric("solve", only={by: "a1"}),
        lambda: operation.chart("solve", by=[by]),
        lambda: operation.units("solve", by),
        lambda: operation.units("solve", "attr(team)", adjust=[by]),
        lambda: operation.why_moved("solve", "2026-01", "2026-02", by=[by]),
        lambda: operation.reconcile("solve", value="1", only={by: "a1"}),
    )
    for ask in asks:
        with pytest.raises(BadValue, match=rf"single persons of staff.*{by.rsplit('.', maxsplit=1)[-1]}"):
            ask()


def test_promises_are_not_told_apart_by_persons(tmp_path: Path) -> None:
    promise = "\nsolve:\n  subject: ticket\n  words: solved in time\n  anchor: opened\n  fulfil: {event: solved}\n  due: opened + 2d\n"
    book = {**BOOK, "sources/all.yaml": STAFFED, "promises/deliver.yaml": BOOK["promises/deliver.yaml"] + promise}
    operation = troth.open(write_book(tmp_path, files={**FILES, "tickets.csv": TICKETS, "agents.csv": AGENTS}, book=book))
    operation.build()

    for ask in (lambda: operation.margin("solve", "ticket.agent"), lambda: operation.suppliers("solve", "agent")):
        with pytest.raises(BadValue, match="single persons of staff"):
            ask()


def test_the_company_says_which_names_are_of_persons(tmp_path: Path) -> None:
    operation = staffed(tmp_path, company=COMPANY + "staff: [served_by]\n")
    operation.build()

    assert len(operation.metric("solve", by=["ticket.agent"]).answer.readings) == 4  # no staff, by the company's own word
    with pytest.raises(BadValue, match="single persons of staff"):
        operation.metric("solve", by=["attr(served_by)"])

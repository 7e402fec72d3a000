"""Whatever the order and lateness of arrival, the same record; and what was known at an instant is what was built then, bit for bit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.app.small_book import BOOK, FILES, ORDERS, write_book
from tests.app.test_revisions import FIRST, at
from tests.app.two_systems import BOOK as TWO_BOOK
from tests.app.two_systems import FILES as TWO_FILES
from tests.app.two_systems import write_two_systems
from troth.app.answers import parties
from troth.app.bootstrap import collect_garbage
from troth.app.building.build import build
from troth.app.past.asking import ask
from troth.app.past.known import as_known_at
from troth.app.reading import read_page
from troth.app.workspace import Workspace
from troth.promises import STATES, Outcome, state

HEADER = "id,customer,placed,due,delivered\n"
MANY = {**BOOK, "sources/orders.yaml": ORDERS.replace("[orders.csv]", "[orders-*.csv]") + "  contract: {full_extract: true}\n"}
IDS = "ABCDEF"
PLACES = ("orders-1.csv", "orders-2.csv", "orders-3.csv")
DAYS = st.integers(6, 20)
#    a row of an order as a file has it at some time: promised and delivered day in January
CELLS = st.tuples(DAYS, st.none() | DAYS)
SQL = (
    "SELECT s.id, o.made, o.due, o.fulfilled, o.voided, o.waived, o.unknown_reason, o.terms, o.layer"
    " FROM outcome_deliver o JOIN object_order s ON s.code = o.subject ORDER BY s.id"
)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """home: the file that speaks of each order. steps: what each file holds after each build, the last of which is what is so."""

    home: Mapping[str, int]
    steps: tuple[Mapping[str, tuple[int, int | None]], ...]

    def files(self, step: int) -> dict[str, str]:
        texts = dict.fromkeys(PLACES, HEADER)
        for id, (due, came) in self.steps[step].items():
            delivered = f"2026-01-{came:02} 09:00" if came else ""
            texts[PLACES[self.home[id]]] += f"{id},c1,2026-01-05 10:00,2026-01-{due:02},{delivered}\n"
        return texts


@st.composite
def arrivals(draw: st.DrawFn) -> Arrivals:
    """Orders come when they come, are corrected, struck out and entered again."""
    home = {id: draw(st.integers(0, 2)) for id in IDS}
    first, last = (draw(st.dictionaries(st.sampled_from(IDS), CELLS, min_size=1, max_size=6)) for _ in range(2))
    return Arrivals(home, (first, last))


@settings(
    max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(arrivals())
def test_any_order_of_arrival_ends_in_the_same_outcomes(tmp_path_factory: pytest.TempPathFactory, drawn: Arrivals) -> None:
    """Built twice as it came, and once with all that is so in the end. Of each time before, states partition what was known then."""
    grown = write_book(tmp_path_factory.mktemp("grown"), files={**FILES, **drawn.files(0)}, book=MANY)
    for step in range(len(drawn.steps)):
        write_book(grown.parent, files=drawn.files(step), book={})
        build(at(grown, step))
    at_once = write_book(tmp_path_factory.mktemp("once"), files={**FILES, **drawn.files(-1)}, book=MANY)
    build(at(at_once))

    assert ask(at(grown), SQL).rows == ask(at(at_once), SQL).rows
    assert {row[0] for row in ask(at(grown), SQL).rows} == set(drawn.steps[-1])
    for step, told in enumerate(drawn.steps):
        _assert_partition(at(grown), FIRST + timedelta(hours=step), told)


def _assert_partition(workspace: Workspace, when: datetime, told: Mapping[str, tuple[int, int | None]]) -> None:
    rows = ask(workspace, SQL, as_known_at(workspace, when)).rows
    outcomes = {id: Outcome(*instants) for id, *instants, _, _ in rows}
    assert set(outcomes) == set(told)
    for day in range(4, 24):
        moment = datetime(2026, 1, day, 12)
        counted = Counter(state(outcome, moment) for outcome in outcomes.values())
        assert sum(counted[name] for name in STATES) == sum(outcome.made <= moment for outcome in outcomes.values())
        kept = {id for id, (due, came) in told.items() if came is not None and came <= min(due, day)}
        assert {id for id, outcome in outcomes.items() if state(outcome, moment) == "kept"} == (kept if day >= 6 else set())


def test_last_months_report_is_what_it_was_bit_for_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A late arrival, a correction, a row taken back and a merge of customers later, with the snapshots of then long collected."""
    orders = TWO_FILES["orders.csv"]
    book = {
        "company.yaml": "dimensions: [{id: customer, read: order.debtor}]\n"
        "roles: [sales, sales_ops, finance_ops, service_desk, data_desk]\n",
        "changes/CHG-0001.yaml": "kind: exception\ntitle: One day\nowner: sales\nreason: agreed\nsince: 2025-01-01\nexpires: 2030-01-01\n"
        "overlays: ['overlays/customer=a4']\n",
        "overlays/customer=a4/promises/deliver.yaml": "change: CHG-0001\ndeliver: {due: placed + 1h}\n",
        "sources/orders.yaml": TWO_BOOK["sources/orders.yaml"].rstrip() + "\n  contract: {full_extract: true}\n",
    }
    root = write_two_systems(tmp_path, book=book)
    header, *rows = orders.splitlines()
    steps = [
        [header, *rows[1:]],  # the first order is entered late
        [header, *rows],
        [header, *(row.replace("2026-01-08 09:00", "2026-01-12 09:00") for row in rows)],  # its delivery is corrected
        [header, *rows[:2], rows[3]],  # and one is struck out
    ]
    told: list[tuple[datetime, list[tuple[str, str]], dict[str, Any], list[tuple[Any, ...]]]] = []
    for hours, lines in enumerate(steps):
        write_two_systems(tmp_path, files={"orders.csv": "\n".join(lines) + "\n"}, book=book)
        told.append(_report(at(root, hours)))
    parties.merge(at(root, len(steps)), "a4", "500", reason="same tax office letter")
    told.append(_report(at(root, len(steps) + 1)))
    monkeypatch.setattr("troth.app.bootstrap.now", lambda: FIRST + timedelta(days=60))
    assert len(collect_garbage(root, dry_run=False).snapshots) == 4

    assert len({str(rows) for *_, rows in told}) == 5
    for when, files, page, answers in told:
        known = as_known_at(at(root, 9), when)
        assert [(file.path, file.sha256) for file in known.snapshot.files] == files
        assert _plain(read_page(at(root, 9), known)) == page
        assert ask(at(root, 9), "SELECT * FROM outcome_deliver ORDER BY ALL", known).rows == answers


def _report(workspace: Workspace) -> tuple[datetime, list[tuple[str, str]], dict[str, Any], list[tuple[Any, ...]]]:
    snapshot = build(workspace).snapshot
    rows = ask(workspace, "SELECT * FROM outcome_deliver ORDER BY ALL").rows
    return workspace.now(), [(file.path, file.sha256) for file in snapshot.files], _plain(read_page(workspace)), rows


def _plain(page: dict[str, Any]) -> dict[str, Any]:
    """Without what says that it is a past, and where its lists and views lie."""
    said = {key: value for key, value in page.items() if key not in ("known", "views", "data")}
    return {**said, "statements": [{**s, "orders": s["orders"] and s["orders"]["count"]} for s in said["statements"]]}

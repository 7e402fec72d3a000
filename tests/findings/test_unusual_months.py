from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.findings.honesty import assert_honest
from tests.findings.worlds import figure, listed, olist, world
from troth.findings.context import Context
from troth.findings.finders.unusual_months import find

DELIVER = """
deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due_on))
"""
MONTHS = [f"2025-{month:02d}" for month in range(1, 13)] + ["2026-01"]
# Late of 30, thirteen months: three or four, which is what chance does.
QUIET = dict(zip(MONTHS, [3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 3], strict=True))


def _months(late: Mapping[str, int], n: int = 30, silent: int = 0) -> Context:
    """n orders a month, promised for its last day in São Paulo, the first `late` of them late; `silent` more in July."""
    objects, events = {}, []
    for label, count in late.items():
        last = "28" if label.endswith("-02") else "30"
        for i in range(n + (silent if label == "2025-07" else 0)):
            id = f"{label}/{i:02d}"
            objects[id] = {"due_on": f"{label}-{last} 15:00"}
            events.append(("order", id, "placed", f"{label}-01 15:00"))
            if i < n:
                day = f"{label}-20" if i >= count else f"{_next(label)}-05"
                events.append(("order", id, "delivered", f"{day} 15:00"))
    return world({"order": objects}, events, DELIVER, zone="America/Sao_Paulo", now="2026-06-01 00:00")


def _next(label: str) -> str:
    year, month = int(label[:4]), int(label[5:])
    return f"{year + month // 12}-{month % 12 + 1:02d}"


def test_a_month_beyond_the_usual_swings_is_named_and_the_rest_are_let_be() -> None:
    # 62 of 390 late in all.
    made = _months(QUIET | {"2025-07": 20})

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.headline == "One month was unusual: July 2025. Ask nobody to explain the other swings."
    assert statement.paragraph.startswith("Of 30 orders delivered and due in July 2025, 20 were late: 66.7 %, usually 15.9 %.")
    assert statement.value == 20 / 30
    assert statement.evidence.interval == "48.8–80.8"  # Wilson
    assert statement.weight == 20
    assert listed(made, statement)[0] == "2025-07/00"
    assert statement.figure is not None
    assert statement.figure.spec["flagged"] == [6]
    assert statement.figure.spec["labels"] == MONTHS


def test_nothing_recorded_is_left_to_the_note_of_all_that_fell_due() -> None:
    # 10 more of July have nothing recorded: 30 of 40 missed; the chart keeps to the 30 delivered.
    (statement,) = find(_months(QUIET | {"2025-07": 20}, silent=10))

    assert statement.value == 20 / 30
    assert any("due in July 2025, nothing recorded included, 75.0 % were missed: outside" in n for n in statement.evidence.notes)


def test_usual_swings_are_nobodys_to_explain() -> None:
    made = _months(QUIET)

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.headline == "No month was unusual: ask nobody to explain the swings."
    assert statement.orders_sql is None
    assert statement.value == pytest.approx(45 / 390, abs=1e-12)


def test_thin_months_are_left_out_and_counted() -> None:
    made = _months(QUIET)
    made.engine.run(
        "INSERT INTO outcome_deliver BY NAME SELECT * REPLACE (due + INTERVAL 32 DAY AS due) FROM outcome_deliver"
        " WHERE due > TIMESTAMP '2026-01-15' ORDER BY subject LIMIT 29"
    )

    (statement,) = find(made)

    assert "1 month with fewer than 30 left out, 29 orders in all" in statement.evidence.notes
    assert statement.evidence.n == "390 orders, 13 months"


def test_too_few_months_are_a_refusal() -> None:
    made = _months({"2025-01": 3, "2025-02": 4, "2025-03": 5})

    (statement,) = find(made)

    assert_honest(made, statement)
    assert statement.headline == "We cannot say yet which months were unusual."
    assert statement.refusal is not None
    assert statement.refusal.got == "3 points"
    assert statement.refusal.need == "at least 12"


def test_nothing_is_said_where_nothing_was_late() -> None:
    assert find(_months(dict.fromkeys(MONTHS, 0))) == []


def test_olist_agrees_with_the_reference() -> None:
    context = olist()
    (statement,) = find(context)

    assert_honest(context, statement)
    reference, by_due = figure("months_late_of_delivered"), figure("months_broken_by_due")
    assert statement.figure is not None
    spec = statement.figure.spec
    assert [spec["labels"][i] for i in spec["flagged"]] == reference["flagged"]
    assert [spec["labels"][0], spec["labels"][-1]] == reference["months"]
    assert round(spec["centre"][0], 2) == reference["centre"]
    assert round(100 * statement.value, 2) == reference["march_2018_per_cent"]
    assert f"{reference['sigma_z']:.1f} times as wide" in statement.evidence.notes[1]
    assert f"accused {len(reference['flagged_uncorrected'])} months" in statement.paragraph
    assert by_due["charts"]["effective_n"]["flagged"] == []
    assert "17.0 % were missed: inside its own limits" in statement.evidence.notes[2]
    series = {row["month"]: row["broken_by_due"] for row in figure("months_series")}
    assert {str(row[0]): row[7] for row in statement.table.rows} == {m: series[m] for m in spec["labels"]}

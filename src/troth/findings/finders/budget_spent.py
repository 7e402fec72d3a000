"""A budget of broken promises that is spent: more are broken than the objective allows over its window."""

from __future__ import annotations

from troth.findings.budget import Budget, budget_of
from troth.findings.context import Context, window
from troth.findings.statement import Act, Evidence, Statement, Table
from troth.findings.weighing import weighted_sql
from troth.findings.words import number, percent
from troth.kernel.instant import DAY_US, to_us
from troth.promises.definition import Objective
from troth.query import literal_instant

NAME = "budget_spent"


def find(context: Context) -> list[Statement]:
    """One statement for each promise whose objective is missed, whatever became of those that cannot be told."""
    told = ((name, promise.objective) for name, promise in context.promises.items() if promise.objective is not None)
    found = ((name, objective, budget_of(context, name, objective)) for name, objective in told)
    return [_statement(context, name, objective, budget) for name, objective, budget in found if budget.left[0] < 0]


def _statement(context: Context, name: str, objective: Objective, budget: Budget) -> Statement:
    state, begin = context.state(), literal_instant(to_us(context.as_of) - objective.days * DAY_US).sql("duckdb")
    fell_due = f"o.due > {begin} AND o.due <= {context.now}"
    broken = f"{state} = 'broken'"
    share = weighted_sql(name, broken, f"{state} IN ('kept', 'broken', 'unknown')", fell_due)
    least, most = (number(each) for each in budget.broken_in_all)
    times = budget.broken_in_all[0] / budget.allowed
    return Statement(
        id=f"{NAME}/{name}",
        finder=NAME,
        headline=f"{least} promises “{budget.words}” were missed in {budget.over_days} days; {number(budget.allowed)} may be.",
        paragraph=(
            f"Of {number(budget.due_in_all)} that fell due {percent(objective.share, 1)} should be kept;"
            f" {least if least == most else f'{least} to {most}'} were not."
            f" `troth budget {name}` says how fast that goes, `troth margin {name} --by …` on which lanes."
        ),
        evidence=Evidence(
            n=f"{budget.due:,} due in the file" if budget.estimated else f"{budget.due:,} due",
            window=window(context.local_time(budget.since), context.local_time(budget.until)),
            how_sure="measured" if budget.estimated else "certain as a count",
        ),
        value=times,
        unit="times the budget",
        sql=f"SELECT value / {float(1 - objective.share)!r} AS value FROM (\n{share}\n)",
        table=Table(
            ("of them", "promises"),
            (
                ("fell due", round(budget.due_in_all)),
                ("may be broken", round(budget.allowed, 1)),
                ("broken", round(budget.broken_in_all[0])),
                ("cannot be told", budget.unknown),
            ),
        ),
        weight=budget.broken_in_all[0],
        owner=", ".join(context.promises[name].owners) or None,
        acts=(Act("Show the list", "orders", primary=True), Act("Show the numbers", "table"), Act("SQL", "sql")),
        estimated=budget.estimated,
        orders_sql=f"SELECT s.id\nFROM object_{context.promises[name].subject} s JOIN outcome_{name} o ON o.subject = s.code\n"
        f"WHERE {fell_due}\n  AND {broken}\nORDER BY s.id",
        orders_count=budget.broken,
    )

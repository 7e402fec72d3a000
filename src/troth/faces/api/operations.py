"""Each operation of REST: what is asked, by which use case it is answered, and of which type the answer is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from troth.app.answers.at_risk import AtRiskNow, at_risk_in
from troth.app.answers.benchmarks import benchmark
from troth.app.answers.budgets import budgets
from troth.app.answers.calibrations import calibrations
from troth.app.answers.cases import CaseTold, cases
from troth.app.answers.charts import chart_metric
from troth.app.answers.customer import Story, story
from troth.app.answers.gaps import Gaps, gaps
from troth.app.answers.handoffs import Handoffs, tell_handoffs
from troth.app.answers.holdings import Huddles, huddles
from troth.app.answers.huddle_promises import huddles_alone, with_huddles
from troth.app.answers.metrics import Told, tell_metric, tell_metrics
from troth.app.answers.promises import Listed, Whole, list_promises, whole_promise
from troth.app.answers.recovery import recovery
from troth.app.answers.reliability import reliability
from troth.app.answers.rewards import Rewarded, Tested, back_tests, rewards
from troth.app.answers.scorecards import Card, Judged, Sight, goals, line_of_sight, scorecards
from troth.app.answers.suppliers import suppliers
from troth.app.answers.timeline import Timeline, why_not
from troth.app.answers.units import SideBySide, compare_units, efficient_falling
from troth.app.answers.upstream import UpstreamTold, tell_upstream
from troth.app.answers.values import Drilled, Valued, value_of, values
from troth.app.pages.data_page import told_data
from troth.app.pages.monday import MondayPage, monday_page
from troth.app.pages.rule_pages import RulesTold, rules_told
from troth.app.pages.said import ids_of
from troth.app.pages.scoping import scoped
from troth.app.pages.search import Hit, named_in, search
from troth.app.past.replay import replay
from troth.app.people.own_results import Own, own_results
from troth.app.reading import Reading
from troth.app.rulebook.rulebook import Shown, Why, show, why
from troth.app.writing import csv_of
from troth.faces import shapes
from troth.faces.api.answers import JSON, Answer, answered, wants_csv
from troth.faces.api.problems import problems
from troth.faces.plain import text_of
from troth.faces.values import pairs
from troth.faces.web.desk import AtDesk, SeesAll, access_of, desk
from troth.findings.budget import Budget
from troth.findings.recovery import Recovered
from troth.findings.reliability import Dose
from troth.findings.suppliers import Suppliers
from troth.kernel.errors import BadValue
from troth.metrics import Request
from troth.metrics.benchmarks import LIKE
from troth.metrics.huddles import PROMISED

router = APIRouter(prefix="/api/v1", dependencies=[Depends(desk)], responses=problems())

By = Annotated[list[str], Query(description="Slice by a dimension of the company, or by an expression: warehouse, attr(carrier).")]
Only = Annotated[list[str], Query(description="Only what has this value: customer=acme.")]
Day = Annotated[str | None, Query(description="A day on the operation's clock: 2026-01-01.")]
Grain = Annotated[str | None, Query(description="day, week, month, quarter or year; without it all is one.")]


def _sliced(
    by: By = [], grain: Grain = None, since: Day = None, until: Day = None, only: Only = []  # noqa: B006
) -> Request:  # fmt: skip
    return Request.of(by=by, grain=grain, since=since, until=until, only=pairs(only, "only"))


Sliced = Annotated[Request, Depends(_sliced)]
Limit = Annotated[int, Query(ge=1, le=10_000, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=100_000_000, description="How many are left out before them.")]


@dataclass(frozen=True, slots=True)
class Now:
    """The snapshot in force, None where nothing was built yet; as_of: the last observed event, UTC."""

    operation: str
    snapshot: str | None


@dataclass(frozen=True, slots=True)
class Ids:
    """Some of a list. count: of the whole. next: the offset of those after them, None where there are none."""

    ids: tuple[str, ...]
    count: int
    next: int | None


@router.get("/snapshot", **Answer(Now).said)
def snapshot(desk: AtDesk) -> Response:
    """Which snapshot is in force: another one since an answer means that the numbers may be others."""
    return answered(desk, lambda _: Now(desk.served.name, desk.served.snapshot_or_none()))


@router.get("/statements", **Answer(MondayPage).said)
def statements(desk: AtDesk) -> Response:
    """The Monday page: what was not as usual last week, what needs somebody, and every statement with its SQL."""
    page = desk.kept("monday", monday_page)
    return answered(desk, lambda _: page)


@router.get("/statements/{name}/ids", **Answer(Ids, csv=True).said)
def statement_ids(desk: AtDesk, name: str, limit: Limit = 1000, offset: Offset = 0) -> Response:
    """The orders behind a statement. As CSV all of them."""
    queries = desk.kept("monday", monday_page).queries

    def found(reading: Reading) -> tuple[str, ...]:
        return ids_of(reading, queries, name)

    def some(reading: Reading) -> Ids:
        ids, after = found(reading), offset + limit
        return Ids(ids[offset:after], len(ids), after if after < len(ids) else None)

    return answered(desk, some, lambda reading: (("id",), [(id,) for id in found(reading)]))


@router.get("/promises", **Answer(tuple[Listed, ...]).said)
def promises(desk: AtDesk) -> Response:
    """Every promise: who owes it to whom, how many stand how, what was kept of what fell due."""
    held = desk.noted("huddles, listed", lambda reading: list_promises(huddles_alone(desk.served.workspace, reading)[0]))
    found = (*desk.kept("listed", list_promises), *held)
    return answered(desk, lambda _: found, keep=False)


@router.get("/promises/{name}", **Answer(Whole).said)
def promise(desk: AtDesk, name: str) -> Response:
    """One promise: what was kept by month, where its time goes, whose terms bound how many."""
    if name.startswith(PROMISED):
        return answered(desk, lambda reading: whole_promise(with_huddles(desk.served.workspace, reading), name), keep=False)
    return answered(desk, lambda reading: whole_promise(reading, name))


@router.get("/promises/{name}/budget", **Answer(tuple[Budget, ...]).said)
def budget(desk: AtDesk, name: str) -> Response:
    """How many promises an objective lets be broken, how many are, how fast the budget goes."""
    return answered(desk, lambda reading: budgets(reading, name))


@router.get("/promises/{name}/reliability", **Answer(tuple[Dose, ...]).said)
def promise_reliability(desk: AtDesk, name: str, by: By = [], instrument: str | None = None) -> Response:  # noqa: B006
    """What customers answered beside how early or late they were served, those asked too early apart."""
    return answered(desk, lambda reading: reliability(reading, name, by, instrument))


@router.get("/promises/{name}/suppliers", **Answer(Suppliers, csv=True).said)
def promise_suppliers(
    desk: AtDesk, name: str, by: Annotated[str, Query(description="What a supplier is: seller, or an expression: attr(carrier).")],
    quality: Annotated[str | None, Query(description="A metric that says how good one is; without it what was kept.")] = None,
) -> Response:  # fmt: skip
    """Where the delay of what was missed arose with each supplier, beside how good each is, drawn towards the others."""

    def told(reading: Reading) -> Suppliers:
        return suppliers(reading, name, by, quality)

    return answered(desk, told, lambda reading: shapes.suppliers_table(told(reading)))


@router.get("/promises/{name}/recovery", **Answer(Recovered).said)
def promise_recovery(
    desk: AtDesk, name: str, by: By = [],  # noqa: B006
    metric: Annotated[str | None, Query(description="How fast it is put right, of kind time_to; without it the only one.")] = None,
    beyond: Annotated[str | None, Query(description="Only what was broken by more than this: 1d.")] = None,
    soon: Annotated[list[str], Query(description="Within what times it was put right, the shorter first.")] = ["24h", "72h"],  # noqa: B006
    within: Annotated[str, Query(description="Within what time somebody has to come back.")] = "90d",
    not_before: Annotated[str, Query(description="What is on the way so long does not count as coming back.")] = "14d",
) -> Response:  # fmt: skip
    """Who comes back after a broken promise, by how fast it was put right, beside those to whom it was kept."""
    return answered(
        desk, lambda reading: recovery(reading, name, metric, by, beyond=beyond, soon=soon, within=within, not_before=not_before)
    )  # fmt: skip


@router.get("/promises/{name}/upstream", **Answer(UpstreamTold).said)
def upstream(desk: AtDesk, name: str, by: By = ["month"]) -> Response:  # noqa: B006
    """Which inner step broke before a promise did."""
    return answered(desk, lambda reading: tell_upstream(reading, name, tuple(by)))


@router.get("/promises/{name}/at-risk", **Answer(tuple[AtRiskNow, ...], csv=True).said)
def promise_at_risk(desk: AtDesk, name: str, limit: Limit = 1000, offset: Offset = 0) -> Response:
    """Open promises, the likeliest to be late first. How often those before were late is counted of what may be seen."""

    def told(reading: Reading) -> tuple[AtRiskNow, ...]:
        return (at_risk_in(desk.served.workspace, reading, name),)

    def some(reading: Reading) -> tuple[AtRiskNow, ...]:
        return tuple(replace(one, open=one.open[offset : offset + limit]) for one in told(reading))

    return answered(desk, some, lambda reading: shapes.risk_table(told(reading)))


@router.get("/orders/{id}", **Answer(tuple[Timeline, ...]).said)
def order(desk: AtDesk, id: str) -> Response:
    """One order's promises clock by clock: pauses, stages, who bears the delay, whose terms bound it."""
    return answered(desk, lambda reading: why_not(reading, id, desk.served.workspace))


@router.get("/customers/{id}", **Answer(Story).said)
def customer(desk: AtDesk, id: str) -> Response:
    """One customer's story across systems. id: of any object of theirs, or type:id."""
    return answered(desk, lambda reading: story(reading, id))


@router.get("/search", **Answer(tuple[Hit, ...]).said)
def found(desk: AtDesk, q: Annotated[str, Query(max_length=120, description="A number, or words of a name.")]) -> Response:
    """Orders, customers, promises, measures, units and roles by their number or name; nothing by a personal value."""
    named = desk.kept("named", named_in)
    return answered(desk, lambda reading: search(reading, named, q))


@router.get("/metrics", **Answer(tuple[Mapping[str, Any], ...]).said)
def metrics(desk: AtDesk) -> Response:
    """Every metric of the book, with what it says of all that is on record."""
    return answered(desk, lambda reading: [shapes.metric_data(one) for one in tell_metrics(reading)])


@router.get("/metrics/{name}", **Answer(Mapping[str, Any], csv=True).said)
def metric(desk: AtDesk, name: str, request: Sliced) -> Response:
    """What a metric says, by period and slice, with n, interval and its SQL."""

    def told(reading: Reading) -> Told:
        return tell_metric(reading, name, request)

    return answered(desk, lambda reading: shapes.metric_data(told(reading)), lambda reading: shapes.metric_table(told(reading)))


@router.get("/metrics/{name}/chart", **Answer(Mapping[str, Any], csv=True).said)
def chart(
    desk: AtDesk, name: str, request: Sliced,
    rules: Annotated[str, Query(description="western_electric, four rules, or nelson, eight.")] = "western_electric",
    since_change: Annotated[str | None, Query(description="The day from which it is done as now: 2026-03-01.")] = None,
) -> Response:  # fmt: skip
    """A metric on the control chart that fits it, and what of it is more than chance."""

    def told(reading: Reading) -> Any:
        return chart_metric(reading, name, request, rules=rules, since_change=since_change)

    return answered(desk, lambda reading: shapes.chart_data(told(reading)), lambda reading: shapes.chart_table(told(reading)))


@router.get("/units", **Answer(Mapping[str, Any], csv=True).said)
def units(
    desk: AtDesk, by: Annotated[str, Query(description="What a unit is: warehouse, or an expression, visit.branch.")],
    metric: Annotated[str | None, Query(description="A share, a mean, a quantile, a time or a score of the book.")] = None,
    adjust: Annotated[list[str], Query(description="What makes cases harder, to be allowed for: segment.")] = [],  # noqa: B006
    peers: Annotated[str | None, Query(description="Compare units with those alone that have the same of this: country.")] = None,
    efficiency: Annotated[str | None, Query(description="In place of a metric: which units do much with little, by this one.")] = None,
    rating: Annotated[str | None, Query(description="With efficiency: and fall in this one.")] = None,
    since: Day = None, until: Day = None,
) -> Response:  # fmt: skip
    """Units side by side, each with its doubt; or, by two metrics, those that do much with little and fall in customers' eyes."""
    asked = SideBySide.of(by, adjust=adjust, peers=peers, since=since, until=until)
    if efficiency is not None and rating is not None and metric is None and not adjust and peers is None:

        def fallen(reading: Reading) -> Any:
            return efficient_falling(reading, str(efficiency), str(rating), asked.by, asked.cut)

        return answered(desk, lambda reading: shapes.falling_data(fallen(reading)), lambda reading: shapes.falling_table(fallen(reading)))
    if metric is None or efficiency is not None or rating is not None:
        raise BadValue(
            "units are compared by one metric, or by two", got="neither, or parts of both", allowed="metric; or efficiency and rating"
        )

    def told(reading: Reading) -> Any:
        return compare_units(reading, metric, asked)

    return answered(desk, lambda reading: shapes.units_data(told(reading)), lambda reading: shapes.units_table(told(reading)))


@router.get("/metrics/{name}/benchmark", **Answer(Mapping[str, Any], csv=True).said)
def benchmarked(
    desk: AtDesk, name: str, by: Annotated[str, Query(description="What a unit is: warehouse, or an expression, visit.branch.")],
    mix: Annotated[list[str], Query(description="What makes cases harder: units are peers if their mix of it is alike.")] = [],  # noqa: B006
    like: Annotated[float, Query(ge=0, le=1, description="Up to which share of cases the mixes of peers differ.")] = LIKE,
    since: Day = None, until: Day = None,
) -> Response:  # fmt: skip
    """Each unit against the best of the peers with cases like its own, and which Changes hold there and not here."""

    def told(reading: Reading) -> Any:
        return benchmark(reading, name, SideBySide.of(by, adjust=mix, since=since, until=until), like=like)

    return answered(desk, lambda reading: shapes.benchmark_data(told(reading)), lambda reading: shapes.benchmark_table(told(reading)))


@router.get("/calibrations", **Answer(tuple[Mapping[str, Any], ...], csv=True).said)
def calibrated(desk: AtDesk, name: Annotated[str | None, Query(description="One of them; without it all.")] = None) -> Response:
    """Units by global measures and regional feedback, as the book weighs them: ranks before and after, with their doubt."""
    return answered(
        desk,
        lambda reading: [shapes.calibration_data(one) for one in calibrations(reading, name)],
        lambda reading: shapes.calibrations_table(calibrations(reading, name)),
    )


@router.get("/goals", **Answer(tuple[Judged, ...]).said)
def all_goals(desk: AtDesk) -> Response:
    """How goals stand: target, actual, forecast, and whether the process has ever been as good as that."""
    return answered(desk, goals)


@router.get("/goals/{name}", **Answer(tuple[Judged, ...]).said)
def goal(desk: AtDesk, name: str) -> Response:
    return answered(desk, lambda reading: goals(reading, name))


@router.get("/scorecards", **Answer(tuple[Card, ...]).said)
def cards(desk: AtDesk, role: str | None = None) -> Response:
    """Goals with their weights and why they weigh so much, and how much of their ways was gone."""
    return answered(desk, lambda reading: scorecards(reading, role))


@router.get("/roles/{role}/line-of-sight", **Answer(Sight).said)
def sight(desk: AtDesk, role: str) -> Response:
    """From a role's promises to what customers are promised, and to whether they come back."""
    return answered(desk, lambda reading: line_of_sight(reading, role))


@router.get("/values", **Answer(tuple[Valued, ...], csv=True).said)
def all_values(desk: AtDesk, name: Annotated[str | None, Query(description="One of them; without it all.")] = None) -> Response:
    """What customers are worth: spent, margin, effort, promises kept, and what is still to be expected of them."""
    return answered(desk, lambda reading: values(reading, name), lambda reading: shapes.values_table(values(reading, name)))


@router.get("/values/{name}/customers/{id}", **Answer(Drilled, csv=True).said)
def valued_customer(desk: AtDesk, name: str, id: str) -> Response:
    """One customer of a value scorecard, down to each event."""
    return answered(desk, lambda reading: value_of(reading, name, id), lambda reading: shapes.drilled_table(value_of(reading, name, id)))


@router.get("/handoffs", **Answer(Handoffs).said)
def handoffs(desk: AtDesk, role: str | None = None) -> Response:
    """Every handover between departments, and how often it was broken, of what fell due."""
    return answered(desk, lambda reading: tell_handoffs(reading, role))


@router.get("/gaps", **Answer(Gaps).said)
def what_is_missing(desk: AtDesk) -> Response:
    """What no promise covers, of what may be seen."""
    return answered(desk, gaps)


@router.get("/replay", **Answer(Mapping[str, Any], csv=True).said)
def mondays(desk: AtDesk, promise: str | None = None, since: Day = None, until: Day = None) -> Response:
    """What each Monday was shown, what was so as known that morning, what it came to, of what may be seen."""
    workspace = desk.served.workspace

    def told(_: Reading) -> Any:
        return replay(workspace, promise, since=since, until=until, see=lambda one: scoped(workspace, one, desk.viewer.scope))

    return answered(desk, lambda reading: shapes.replay_data(told(reading)), lambda reading: shapes.replay_table(told(reading)))


@router.get("/data", **Answer(Mapping[str, Any]).said)
def data(desk: SeesAll) -> Response:
    """What the last build was made of: every row's fate, quarantine, freshness, contracts, joins. For those who see the whole operation."""
    return answered(desk, told_data)


@router.get("/huddles", **Answer(tuple[Huddles, ...], csv=True).said)
def held(desk: AtDesk, of: Annotated[str | None, Query(description="A dimension whose values are the units: branch.")] = None) -> Response:
    """How each unit keeps the promise to hold its huddle, day by day, and which skipped two in a week, those of a crisis first."""
    found = desk.asked(lambda reading: huddles(desk.served.workspace, reading, of))
    if wants_csv(desk.request):
        return desk.csv("huddles.csv", csv_of(*shapes.huddles_table(found)))
    return answered(desk, lambda _: found, keep=False)


@router.get("/cases", **Answer(tuple[CaseTold, ...], csv=True).said)
def open_cases(
    desk: SeesAll, steward: Annotated[str | None, Query(description="Only what waits for this role: data_desk.")] = None,
    closed: Annotated[bool, Query(description="And those that were closed, with why.")] = False,
) -> Response:  # fmt: skip
    """What waits for whom since a check of the data failed. For those who see the whole operation."""
    found = cases(desk.served.workspace, steward=steward, closed=closed)
    if wants_csv(desk.request):
        return desk.csv("cases.csv", csv_of(*shapes.cases_table(found)))
    return answered(desk, lambda _: found, keep=False)


@router.get("/rewards", **Answer(tuple[Rewarded, ...], csv=True).said)
def teams_rewarded(desk: AtDesk, name: str | None = None) -> Response:
    """Which teams rewards propose for cycles that are over, and what people decided; of one reward or all. Decided on by no program."""
    found = desk.noted(("rewards", name), lambda reading: rewards(desk.served.workspace, reading, name))
    if wants_csv(desk.request):
        return desk.csv("rewards.csv", csv_of(*shapes.rewards_table(found)))
    return answered(desk, lambda _: found, keep=False)


@router.get("/rewards/{name}/back-test", **Answer(tuple[Tested, ...], csv=True).said)
def reward_tested(desk: AtDesk, name: str) -> Response:
    """What a reward would have given in the past, how many luck alone would, and what was left of the leads afterwards."""

    def told(reading: Reading) -> tuple[Tested, ...]:
        return back_tests(reading, name)

    return answered(desk, told, lambda reading: shapes.back_tests_table(told(reading)))


@router.get("/me/results", **Answer(tuple[Own, ...]).said)
def my_results(desk: AtDesk) -> Response:
    """The own results of whoever is signed in by a browser, beside the team's; of nobody else, and by no token."""
    return Response(text_of(own_results(access_of(desk.request), desk.served, desk.viewer)), media_type=JSON)


@router.get("/rules", **Answer(RulesTold).said)
def rules(desk: SeesAll) -> Response:
    """The book: its files, what each defines, local variants, problems. For those who see the whole operation."""
    return answered(desk, lambda _: rules_told(desk.served.workspace), keep=False)


@router.get("/rules/{address}", **Answer(Shown).said)
def rule(desk: SeesAll, address: str, whom: str = "", at: str | None = None) -> Response:
    """A definition as it is for somebody, with whose word each line is: promises.deliver."""
    return answered(desk, lambda _: show(desk.served.workspace, address, keys=whom, at=at), keep=False)


@router.get("/rules/{address}/why", **Answer(Why).said)
def rule_why(desk: SeesAll, address: str, whom: str = "", at: str | None = None) -> Response:
    """Why one field says what it does for somebody: promises.deliver.due."""
    return answered(desk, lambda _: why(desk.served.workspace, address, keys=whom, at=at), keep=False)

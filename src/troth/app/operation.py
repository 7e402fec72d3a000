"""The Python API: an operation opened from its book's folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from troth.app.answers.at_risk import AtRiskNow, at_risk
from troth.app.answers.benchmarks import Benchmarked, benchmark
from troth.app.answers.budgets import budgets
from troth.app.answers.calibrations import Calibrated, calibrations
from troth.app.answers.charts import ChartedMetric, chart_metric
from troth.app.answers.commitments import Said, commitments
from troth.app.answers.defects import defects
from troth.app.answers.gaps import Gaps, gaps
from troth.app.answers.handoffs import Handoffs, tell_handoffs
from troth.app.answers.margins import Judged, margin
from troth.app.answers.metrics import Told, tell_metric, tell_metrics
from troth.app.answers.moved import Moved, tell_moved
from troth.app.answers.outcomes import Promises, promises_of
from troth.app.answers.reconcile import Reconciled, reconcile
from troth.app.answers.recovery import recovery
from troth.app.answers.reliability import reliability
from troth.app.answers.rewards import Rewarded, Tested, back_tests, rewards
from troth.app.answers.scorecards import Card, Sight, goals, line_of_sight, scorecards
from troth.app.answers.scorecards import Judged as JudgedGoal
from troth.app.answers.suppliers import suppliers
from troth.app.answers.theirs import Handed
from troth.app.answers.timeline import Timeline, why_not
from troth.app.answers.units import FallingTold, SideBySide, UnitsTold, compare_units, efficient_falling
from troth.app.answers.upstream import UpstreamTold, tell_chain, tell_upstream
from troth.app.answers.values import Drilled, Valued, value_of, values
from troth.app.bootstrap import open_workspace
from troth.app.building.build import Built, build
from troth.app.calendar.calendars import Due, Elapsed, due_at, elapsed_between, of_book
from troth.app.pages.data_page import read_data
from troth.app.past.asking import ask
from troth.app.past.known import as_known_at as known_at
from troth.app.past.outcome_diff import Diff, outcome_diff
from troth.app.past.replay import Replay, replay
from troth.app.reading import Page, open_reading, read_page
from troth.app.rulebook import rulebook
from troth.app.rulebook.rulebook import Shown, Why
from troth.app.sources import Checked, check
from troth.app.workspace import Workspace
from troth.book.address import Address
from troth.findings.budget import Budget
from troth.findings.chains import Chain
from troth.findings.defects import Defects
from troth.findings.recovery import Recovered
from troth.findings.reliability import Dose
from troth.findings.suppliers import Suppliers
from troth.metrics import Request


@dataclass(frozen=True, slots=True)
class Operation:
    """A book with its lake. Made by `troth.open`."""

    workspace: Workspace

    def build(self, *, full: bool = False) -> Built:
        """Take in what is new in the sources and publish a snapshot; where nothing changed, the one in force stays.

        full: every file is read again, whatever is known of it.
        """
        return build(self.workspace, full=full)

    def page(self, as_known_at: datetime | str | None = None) -> Page:
        """What your files say, as the plain data of `troth monday --json`.

        as_known_at: what they said then: naive UTC, or a day or an instant in the operation's zone as a text. Raises NotFound for one
        before the first build, BookError for what is no instant.
        """
        known = None if as_known_at is None else known_at(self.workspace, as_known_at)
        return read_page(self.workspace, known)

    def data(self) -> Page:
        """Where the numbers come from and what was lost on the way, as the plain data of `troth data --json`."""
        return read_data(self.workspace)

    def check(self, source: str | None = None, at: datetime | str | None = None) -> list[Checked]:
        """The files as they are now by their contracts, one source or all; a source's `stops` says that a build would be refused.

        at: by when the data should be fresh, as in `rules_for`. Raises NotFound for a source that there is not.
        """
        return check(self.workspace, source, at=_instant(at))

    def at_risk(self, promise: str, *, refresh: bool = False) -> AtRiskNow:
        """The open promises of a name, the likeliest to be broken first, each with how many of those that stood like it were.

        refresh: count anew, whatever the age of the counts. Raises NotFound for a promise that there is not, or where nothing was built.
        """
        (told,) = at_risk(self.workspace, promise, refresh=refresh)
        return told

    def rules_for(self, address: str, keys: Mapping[str, str] | None = None, at: datetime | str | None = None) -> Shown:
        """A definition, promises.deliver, as it is for somebody's keys, {"customer": "acme"}, for what is made at an instant.

        at: naive UTC, or a day or an instant in the operation's zone as a text; without it now. Raises NotFound for an address that
        names no definition, BookError for a book with errors, or keys or an instant that there are not.
        """
        return rulebook.show(self.workspace, address, keys=_written(keys), at=_instant(at))

    def why(self, address: str, keys: Mapping[str, str] | None = None, at: datetime | str | None = None) -> Why:
        """Whose word counts on a field, promises.deliver.due, and why that of others does not. Asked and refused as `rules_for`."""
        return rulebook.why(self.workspace, address, keys=_written(keys), at=_instant(at))

    def due(self, calendar: str, start: datetime | str, amount: str, keys: Mapping[str, str] | None = None) -> Due:
        """When so much time has passed on a calendar of the book, for somebody's keys: 4h of working time, 2wd, 3d by the wall clock.

        start: naive UTC, or a text that is local in the calendar's zone unless it bears an offset. Raises NotFound for a calendar that
        there is not, BookError for what is no start and no amount.
        """
        return due_at(of_book(self.workspace, calendar, _written(keys)), _instant(start) or "", amount)

    def elapsed(self, calendar: str, start: datetime | str, end: datetime | str, keys: Mapping[str, str] | None = None) -> Elapsed:
        """How much working time lies between two times on a calendar of the book. Asked and refused as `due`."""
        return elapsed_between(of_book(self.workspace, calendar, _written(keys)), _instant(start) or "", _instant(end) or "")

    @property
    def promises(self) -> Promises:
        """The promises of the snapshot in force, by name: promises["deliver"].outcomes() is a table. Raises NotFound before a build."""
        return promises_of(self.workspace)

    def promises_as_known_at(self, at: datetime | str) -> Promises:
        """The same as it was known then. Asked and refused as `page`."""
        return promises_of(self.workspace, known_at(self.workspace, at))

    def explain(self, id: str) -> tuple[Timeline, ...]:
        """What became of every promise about an id, clock by clock, as the plain data of `troth explain --json`.

        Raises NotFound with near ids where nothing of that name is on record.
        """
        return why_not(open_reading(self.workspace), id, self.workspace)

    def upstream(self, promise: str, *, by: Sequence[str] = ("month",)) -> UpstreamTold:
        """Which inner step broke before a promise to customers did, and how the two go together among what is alike in `by`.

        Raises NotFound for a promise or an attribute that there is not, and where nothing was built yet.
        """
        return tell_upstream(open_reading(self.workspace), promise, by)

    def chain(self, promise: str, id: str) -> Chain:
        """One order's inner steps, the one that broke first in front. Raises NotFound for an id to which the promise was not made."""
        return tell_chain(open_reading(self.workspace), promise, id)

    def handoffs(self, role: str | None = None) -> Handoffs:
        """Every handover and every promise owned together, as all their parties see them; or those of a role."""
        return tell_handoffs(open_reading(self.workspace), role)

    def diff(self, older: datetime | str, newer: datetime | str = "now", promise: str | None = None) -> Diff:
        """Which outcomes changed between two snapshots and why.

        older, newer: the id of a snapshot or its first signs, a day or an instant for what was known then, or "now". Raises NotFound
        for a snapshot that there is not or that was collected, and for a promise that not both have, BadValue where older is later.
        """
        return outcome_diff(self.workspace, older, newer, promise=promise)

    def replay(self, promise: str | None = None, since: str | None = None, until: str | None = None) -> Replay:
        """What each Monday at 06:00 was shown, what was so as known then, and what it came to; the main promise without a name.

        since, until: days as text. Raises NotFound for a promise that there is not and where no Monday is left, BookError for no day.
        """
        return replay(self.workspace, promise, since=since, until=until)

    def budget(self, promise: str) -> Budget:
        """What the objective of a promise lets be broken, how much of that is spent, how fast, and which signals are on.

        Raises NotFound for a promise without one, or where nothing was built yet.
        """
        return budgets(open_reading(self.workspace), promise)[0]

    def margin(
        self,
        promise: str,
        by: str | Sequence[str] = (),
        *,
        within: str | Sequence[str] = (),
        window: str = "90d",
        quantile: float = 0.95,
        back_test: bool = False,
    ) -> Judged:
        """How much earlier than promised all but the slowest come, by month and by lane, in days by the clock.

        by: what tells lanes apart, within: what they are alike by: dimensions of the company, or expressions as attr(carrier).
        window: what is recent, in whole days. back_test: what the quantile of each lane's past had done as the promise.
        Raises NotFound for a promise that there is not, BadValue for what tells nothing apart, no window and no quantile.
        """
        told, alike = ((one,) if isinstance(one, str) else tuple(one) for one in (by, within))
        reading = open_reading(self.workspace)
        return margin(reading, promise, told, within=alike, window=window, quantile=quantile, tried=back_test)

    def defects(self, promise: str | None = None, by: str | Sequence[str] = ()) -> tuple[Defects, ...]:
        """What customers call a defect against what the house does, of every promise that layers change or of one of them.

        by: the dimensions whose layers are meant, "customer"; without it all. Raises NotFound where no layer says anything, and for a
        promise or a dimension that there is not, BadValue where the book was edited since the last build.
        """
        return defects(self.workspace, open_reading(self.workspace), promise, (by,) if isinstance(by, str) else tuple(by))

    def metric(
        self,
        name: str,
        *,
        by: Sequence[str] = (),
        grain: str | None = None,
        since: str | None = None,
        until: str | None = None,
        only: Mapping[str, str] | None = None,
    ) -> Told:
        """What a metric of the book says, by period and slice, each with n and an interval.

        by: dimensions of the company, or expressions as attr(carrier). grain: day, week, month, quarter or year. since, until: local
        days as text, both counted. only: {"customer": "acme"}. Raises NotFound for a metric that there is not, BadValue for what its
        rows cannot be sliced by.
        """
        return tell_metric(open_reading(self.workspace), name, Request.of(by=by, grain=grain, since=since, until=until, only=only))

    def metrics(self) -> tuple[Told, ...]:
        """Every metric of the book, of all that is on record. Raises NotFound where it has none."""
        return tell_metrics(open_reading(self.workspace))

    def why_moved(self, metric: str, before: str, after: str, *, by: Sequence[str], only: Mapping[str, str] | None = None) -> Moved:
        """Why a metric is another in one period than in an earlier one: what its slices did, and what became of their weights.

        before, after: 2026-02, 2026-Q1, 2026-W07, 2026, a day, or two days with .. between. by, only: as in `metric`. Raises NotFound for a
        metric that there is not, BadValue for no period, and for what does not add up: a quantile, a sample, hidden cells.
        """
        return tell_moved(open_reading(self.workspace), metric, before, after, Request.of(by=by, only=only))

    def reconcile(
        self,
        metric: str,
        *,
        sql: str | None = None,
        csv: str | Path | None = None,
        rows: Iterable[Mapping[str, Any]] | None = None,
        value: str | float | None = None,
        since: str | None = None,
        until: str | None = None,
        only: Mapping[str, str] | None = None,
        known: datetime | str | None = None,
    ) -> Reconciled:
        """Why somebody's number is not the metric's: their query, their file, their rows by id, or their number alone.

        rows: mappings with id, numerator and denominator. since, until, only: as in `metric`. known: when theirs was made. Raises NotFound
        for a metric or a file that there is not, BadValue for what is no query, has no ids or is no number, and for a metric that does not
        add up over units.
        """
        handed = Handed(sql, None if csv is None else Path(csv), rows, None if value is None else str(value))
        return reconcile(self.workspace, metric, handed, Request.of(since=since, until=until, only=only), known)

    def reliability(self, promise: str, by: Sequence[str] = (), instrument: str | None = None) -> tuple[Dose, ...]:
        """What customers answered beside how early or late they were served, of each instrument or of one; who was asked too early apart.

        by: what tells units apart, as in `margin`. Raises NotFound for a promise or an instrument that there is not, and where nobody
        answered.
        """
        return reliability(open_reading(self.workspace), promise, by, instrument)

    def suppliers(self, promise: str, by: str, quality: str | None = None) -> Suppliers:
        """Where the delay of what was missed arose with each supplier, beside how good each is, drawn towards the others.

        by: an object type that is linked, "seller", or as in `margin`. quality: a metric, as of what customers answer; without it what was
        kept. Raises NotFound for a promise or a metric that there is not, BadValue for what tells no suppliers apart.
        """
        return suppliers(open_reading(self.workspace), promise, by, quality)

    def recovery(
        self, promise: str, metric: str | None = None, by: Sequence[str] = (), *, beyond: str | None = None,
        soon: Sequence[str] = ("24h", "72h"), within: str = "90d", not_before: str = "14d",
    ) -> Recovered:  # fmt: skip
        """Who comes back after a broken promise, by how fast it was put right, beside those to whom it was kept.

        metric: how fast that is, one of kind time_to; without it the only one about what is promised. by: what those compared are alike in,
        as in `margin`. Times as the book writes them, 1d. Raises NotFound for what there is not, BadValue for a time that is none,
        CannotEstimate for a sample.
        """
        return recovery(
            open_reading(self.workspace), promise, metric, by, beyond=beyond, soon=soon, within=within, not_before=not_before
        )  # fmt: skip

    def goals(self, name: str | None = None) -> tuple[JudgedGoal, ...]:
        """How goals stand: target, actual, forecast, and what the process can do; one or all. Raises NotFound for one that there is not."""
        return goals(open_reading(self.workspace), name)

    def scorecards(self, role: str | None = None) -> tuple[Card, ...]:
        """The scorecards of a role, or all: goals with their weights, and how much of their ways was gone.

        Raises NotFound where there is none.
        """
        return scorecards(open_reading(self.workspace), role)

    def line_of_sight(self, role: str) -> Sight:
        """From what a role promises to what customers are promised, and to whether they come back; "board" sees all of the second.

        Raises NotFound for a role that the book does not have.
        """
        return line_of_sight(open_reading(self.workspace), role)

    def chart(
        self,
        name: str,
        *,
        by: Sequence[str] = (),
        grain: str | None = None,
        since: str | None = None,
        until: str | None = None,
        only: Mapping[str, str] | None = None,
        rules: str = "western_electric",
        since_change: str | None = None,
    ) -> ChartedMetric:
        """A metric on the control chart that fits it, by months without a grain, with what on it is more than chance.

        rules: western_electric or nelson. since_change: the day from which limits are learnt anew. Asked and refused as `metric`.
        """
        request = Request.of(by=by, grain=grain, since=since, until=until, only=only)
        return chart_metric(open_reading(self.workspace), name, request, rules=rules, since_change=since_change)

    def units(
        self,
        metric: str,
        by: str,
        *,
        adjust: Sequence[str] = (),
        peers: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> UnitsTold:
        """Units side by side, with the doubt of each value and rank: never a league table.

        By a share or an average; by a quantile as the share of cases above that of all; by a time to an end as how many have ended for each
        that would have.

        adjust: what makes cases harder, ["segment"]. peers: units are compared with those alone that have the same of this. Raises as
        `metric` does, and BadValue for a metric that says how big a unit is.
        """
        asked = SideBySide.of(by, adjust=adjust, peers=peers, since=since, until=until)
        return compare_units(open_reading(self.workspace), metric, asked)

    def efficient_falling(
        self, efficiency: str, rating: str, by: str, *, since: str | None = None, until: str | None = None
    ) -> FallingTold:  # fmt: skip
        """Units surely more efficient than the others, whose rating falls month by month. Asked and refused as `units`."""
        return efficient_falling(open_reading(self.workspace), efficiency, rating, by, Request.of(since=since, until=until).cut)

    def benchmark(
        self, metric: str, by: str, *, mix: Sequence[str] = (), since: str | None = None, until: str | None = None
    ) -> Benchmarked:  # fmt: skip
        """Each unit against the best of the peers whose mix of cases is like its own, and which Changes hold there and not here.

        mix: what makes cases harder, ["segment"]; without it all units are peers. Raises as `units` does, and BadValue for a metric that
        does not say which way is better.
        """
        asked = SideBySide.of(by, adjust=mix, since=since, until=until)
        return benchmark(open_reading(self.workspace), metric, asked)

    def calibrations(self, name: str | None = None) -> tuple[Calibrated, ...]:
        """Units by global measures and regional feedback, as the book weighs them, with ranks before and after: one calibration or all.

        Raises NotFound where the book has none, and for one that there is not.
        """
        return calibrations(open_reading(self.workspace), name)

    def rewards(self, name: str | None = None) -> tuple[Rewarded, ...]:
        """The teams that each reward of the book, or one, proposes for every cycle that is over, with what people decided on them.

        A team is proposed by the near limit of its interval. Nothing is awarded here: that is done by an account, on the page.
        Raises NotFound where the book has none, and for one that there is not.
        """
        return rewards(self.workspace, open_reading(self.workspace), name)

    def reward_back_tests(self, name: str | None = None) -> tuple[Tested, ...]:
        """What each reward of the book, or one, would have given in the past, how many rewards luck alone would give, and what was left of
        the leads in the cycle after. Raises as `rewards` does.
        """
        return back_tests(open_reading(self.workspace), name)

    def values(self, name: str | None = None) -> tuple[Valued, ...]:
        """What customers are worth, in money and not: one value scorecard or all, each with every customer, who sum to the headline.

        Raises NotFound where the book has none, and for one that there is not.
        """
        return values(open_reading(self.workspace), name)

    def value_of(self, name: str, customer: str) -> Drilled:
        """One customer of a value scorecard with all events that its row counts. Raises NotFound for either that there is not."""
        return value_of(open_reading(self.workspace), name, customer)

    def commitments(self) -> Said:
        """What was published: sentences that may be commitments, and those that somebody confirmed, each with what was kept of it.

        Raises BookError for a book with errors.
        """
        return commitments(self.workspace)

    def gaps(self) -> Gaps:
        """What no promise covers: stages, handoffs, events, roles and units, and the ways of objects with who has them in hand.

        Raises NotFound where nothing was built yet.
        """
        return gaps(open_reading(self.workspace))

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the views of the snapshot in force: outcome, event, step, object_<type>, and so on.

        Raises NotFound where nothing was built yet, BadValue for what is no query.
        """
        return ask(self.workspace, query).rows


def open_operation(folder: str | Path) -> Operation:
    """The operation whose book lies in a folder. Raises NotFound where there is no troth.yaml."""
    return Operation(open_workspace(Path(folder)))


def _written(keys: Mapping[str, str] | None) -> str:
    return str(Address(tuple(sorted(keys.items())))) if keys else ""


def _instant(at: datetime | str | None) -> str | None:
    """UTC says so, since a text without a zone is of the operation's."""
    if isinstance(at, datetime):
        return at.isoformat() if at.tzinfo else f"{at.isoformat()}+00:00"
    return at

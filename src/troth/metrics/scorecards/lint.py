"""Goals that are none, without an owner, a measure, a day or what they serve; and leaders of whom nobody asks who comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from troth.book import Book, Definition, Problem
from troth.kernel.errors import nearest
from troth.metrics.definition import METRICS, Metric
from troth.metrics.scorecards.definition import GOALS, SCORECARDS, Goal, Scorecard
from troth.promises import PROMISES

LOYALTY = frozenset({"repeat", "retention", "referral", "newly_won"})
Goals = Mapping[str, Definition[Goal]]


def lint(book: Book) -> list[Problem]:
    """Each goal by what makes one (specific, measurable, attainable, relevant, with its time), and every scorecard by its goals.

    Whether a goal can be attained is seen in the data, so of that here only whether it could be: it has a metric and a target.
    """
    goals = book.fitting(GOALS.name, Goal)
    metrics = book.fitting(METRICS.name, Metric)
    found = [problem for name, goal in goals.items() for problem in (*smart(goal), *_named(name, goal, goals, metrics, book))]
    for card in book.fitting(SCORECARDS.name, Scorecard).values():
        found += _card(card, goals, metrics, book)
    return found


def smart(goal: Definition[Goal]) -> list[Problem]:
    """Which of the five it fails, one problem each."""
    said, value = [], goal.value
    if value.owner is None:
        said.append("specific: nobody answers for it; name the role as its `owner`")
    if value.metric is None or value.target is None:
        said.append("measurable: write its `metric` and the `target` that it shall reach")
    if value.metric is None or value.target is None or value.since is None:
        said.append("attainable: nobody can tell without its `metric`, its `target`, and `since`, the day from which on it holds")
    if value.serves is None:
        said.append("relevant: name the goal or the promise that it `serves`")
    if value.by is None:
        said.append("time-bound: write `by` when it shall be reached")
    return [goal.problem((), f"not {one}") for one in said]


def _named(name: str, goal: Definition[Goal], goals: Goals, metrics: Mapping[str, Definition[Metric]], book: Book) -> Iterator[Problem]:
    value = goal.value
    for field in ("since", "by"):
        text = getattr(value, field)
        if text is not None and not _is_day(text):
            yield goal.problem((field,), f"'{text}' is no day of the calendar", at_value=True)
    if value.since is not None and value.by is not None and value.by <= value.since:
        yield goal.problem(("by",), f"it ends before it begins, on {value.since}", at_value=True)
    if value.metric is not None and not book.has(METRICS.name, value.metric):
        yield goal.problem(("metric",), f"no metric '{value.metric}' in metrics/; {nearest(value.metric, metrics)}", at_value=True)
    elif value.metric is not None and value.metric in metrics and metrics[value.metric].value.better is None:
        yield goal.problem(("metric",), f"the metric '{value.metric}' does not say which way is up: write its `better`", at_value=True)
    if value.serves is None:
        return
    if not book.has(GOALS.name, value.serves) and not book.has(PROMISES.name, value.serves):
        known = [*goals, *book.names(PROMISES.name)]
        yield goal.problem(("serves",), f"no goal and no promise '{value.serves}'; {nearest(value.serves, known)}", at_value=True)
    elif _in_circle(name, goals):
        yield goal.problem(("serves",), "it serves itself in the end; let one of these goals serve a promise", at_value=True)


def _in_circle(name: str, goals: Goals) -> bool:
    seen, at = set[str](), name
    while at in goals and goals[at].value.serves is not None:
        if at in seen:
            return True
        seen.add(at)
        at = str(goals[at].value.serves)
    return False


def _card(card: Definition[Scorecard], goals: Goals, metrics: Mapping[str, Definition[Metric]], book: Book) -> Iterator[Problem]:
    kinds = set()
    for place, item in enumerate(card.value.items):
        if not book.has(GOALS.name, item.goal):
            yield card.problem(("items", place, "goal"), f"no goal '{item.goal}' in goals/; {nearest(item.goal, goals)}", at_value=True)
        elif item.goal in goals and (metric := metrics.get(str(goals[item.goal].value.metric))) is not None:
            kinds.add(metric.value.kind)
    if card.value.leader and not kinds & LOYALTY:
        yield card.problem(
            (), "leader-has-loyalty: nothing on it says whether customers come back; add a goal on repeat purchase, retention, referral or"
            " customers newly won, or write `leader: false` of a role that leads nobody",
        )  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

"""The book of a workspace, opened and checked: which rooms' definitions it holds is said here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from troth import __version__
from troth.app.workspace import Workspace
from troth.book import Book, Cache, Checks, Definition, Problem, Settings, open_book, raise_if
from troth.book.history import Revision, Texts
from troth.book.loading import of_texts
from troth.book.opening import checked
from troth.book.past import Past
from troth.book.remembered import past_known
from troth.kernel import digest
from troth.kernel.garbage import uncollected
from troth.metrics import METRICS
from troth.metrics import lint as lint_metrics
from troth.metrics.calibrating import CALIBRATIONS
from troth.metrics.calibrating import lint as lint_calibrations
from troth.metrics.huddles import HUDDLES
from troth.metrics.huddles import lint as lint_huddles
from troth.metrics.lint_answers import lint_answers
from troth.metrics.lint_persons import lint_persons
from troth.metrics.own_results import OWN_RESULTS
from troth.metrics.own_results import lint as lint_own_results
from troth.metrics.rewards import REWARDS
from troth.metrics.rewards import lint as lint_rewards
from troth.metrics.scorecards import GOALS, SCORECARDS
from troth.metrics.scorecards import lint as lint_scorecards
from troth.metrics.valuing import VALUES
from troth.metrics.valuing import lint as lint_values
from troth.promises import PROMISES, Promise, Terms, terms_of
from troth.promises import lint as lint_promises
from troth.promises.calendars import CALENDARS
from troth.promises.calendars import lint as lint_calendars
from troth.promises.commitments import COMMITMENTS
from troth.promises.commitments import lint as lint_commitments
from troth.promises.risk.lint import lint as lint_lanes
from troth.sources import SOURCES, Source
from troth.sources import lint as lint_sources
from troth.sources.identity import IDENTITIES, Identity
from troth.sources.identity import lint as lint_identities

CHECKS = Checks(
    (
        SOURCES,
        CALENDARS,
        PROMISES,
        IDENTITIES,
        COMMITMENTS,
        METRICS,
        GOALS,
        SCORECARDS,
        HUDDLES,
        CALIBRATIONS,
        VALUES,
        OWN_RESULTS,
        REWARDS,
    ),
    (
        lint_sources,
        lint_calendars,
        lint_promises,
        lint_lanes,
        lint_identities,
        lint_commitments,
        lint_metrics,
        lint_answers,
        lint_persons,
        lint_scorecards,
        lint_huddles,
        lint_calibrations,
        lint_values,
        lint_own_results,
        lint_rewards,
    ),
)
CACHE, PAST = "cache/book.json", "cache/past.json"


@dataclass(frozen=True, slots=True)
class Rules:
    """A book without errors."""

    root: Path
    book: Book
    sources: Mapping[str, Definition[Source]]
    promises: Mapping[str, Definition[Promise]]
    terms: tuple[Terms, ...]
    warnings: tuple[Problem, ...]
    identities: Mapping[str, Identity]

    @property
    def hash(self) -> str:
        """Of all that outcomes follow from: the files, the revisions before them, and the order in which stages are written."""
        order = [[name, one.hash] for name, one in sorted(self.promises.items())]
        return digest.of_value([self.book.tree.hash, [past.id for past in self.book.past], order])

    @property
    def settings(self) -> Settings:
        return self.book.settings

    @property
    def folder(self) -> Path:
        return (self.root / self.settings.folder).resolve()


def look(workspace: Workspace) -> tuple[Book, list[Problem]]:
    """The book with its history and everything that is wrong in it."""
    with uncollected():
        past = _past(workspace)
        return open_book(workspace.root, CHECKS, past=past, cache=Cache.of(workspace.state / CACHE), version=__version__)


def look_at(workspace: Workspace, texts: Texts) -> tuple[Book, list[Problem]]:
    """The book that these files would be, with the history as it is."""
    with uncollected():
        past = _past(workspace)
        return checked(of_texts(texts, CHECKS.known), CHECKS, past)


def _past(workspace: Workspace) -> tuple[Past, ...]:
    return past_known(workspace.history, CHECKS, workspace.state / PAST, __version__)


def read_rules(workspace: Workspace) -> Rules:
    """The book of a workspace; raises BookError with every error as file:line:column."""
    book, problems = look(workspace)
    return _rules(workspace, book, problems)


def rules_of(workspace: Workspace, revision: Revision) -> Rules:
    """The book as it was at a revision, with the history before it. Raises BookError where it has errors."""
    past = tuple(one for one in _past(workspace) if one.at <= revision.at)
    loaded = of_texts(workspace.history.texts(revision.id), CHECKS.known)
    return _rules(workspace, *checked(loaded, CHECKS, past))


def _rules(workspace: Workspace, book: Book, problems: list[Problem]) -> Rules:
    root = workspace.root
    raise_if(problems)
    warnings = tuple(problem for problem in problems if problem.level == "warning")
    sources, promises = book.definitions(SOURCES.name, Source), book.definitions(PROMISES.name, Promise)
    identities = {name: one.value for name, one in book.definitions(IDENTITIES.name, Identity).items()}
    return Rules(root, book, sources, promises, terms_of(book), warnings, identities)

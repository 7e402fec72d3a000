"""The one place that makes stores and clocks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from troth import __version__
from troth.app.workspace import FINDINGS, SUMS, Workspace
from troth.book import ROOT
from troth.kernel.errors import NotFound
from troth.kernel.installed import release
from troth.record import Engine
from troth.sources.databases.database import Databases
from troth.stores.history.git import GitHistory
from troth.stores.journal.awards import JournalAwards
from troth.stores.journal.cases import JournalCases
from troth.stores.journal.decisions import JournalDecisions
from troth.stores.journal.journal import Journal
from troth.stores.lake.engine import DuckEngine, room
from troth.stores.lake.gc import Collected, collect, plan
from troth.stores.lake.lake import ParquetLake
from troth.stores.lake.lease import Words, lease
from troth.stores.lake.parquet import schema_of
from troth.stores.matching.weights import SplinkWeigher
from troth.stores.sums import KeptSums
from troth.stores.vault.vault import SqliteVault

if TYPE_CHECKING:
    from troth.access.sso import Provider
    from troth.app.letters.sending import Sending
    from troth.app.people.access import Access
    from troth.findings.keeping import Findings
    from troth.worlds.sheets import Sheet

STATE, ACCESS, SENDING = ".troth", "access.db", "sending"


def open_workspace(root: Path) -> Workspace:
    """The workspace of a book's folder; its state lives in `.troth` beside the book."""
    root = root.resolve()
    _require_book(root)
    state = root / STATE
    journal = Journal(state / "journal.db")
    lake = ParquetLake(state / "lake", journal)
    engine = partial(DuckEngine, memory_limit=room(os.environ))

    @contextmanager
    def building() -> Iterator[Engine]:
        with lake.building(now()) as spill, engine(spill=spill) as made:
            yield made

    def findings(id: str) -> Findings:
        from troth.stores.findings import KeptFindings

        return KeptFindings(state / FINDINGS, id, lake.published, version=__version__)

    vault, databases = SqliteVault(state, now), open_databases()
    decisions, cases, awards, weigher = JournalDecisions(journal), JournalCases(journal), JournalAwards(journal), SplinkWeigher()
    return Workspace(
        root, state, GitHistory(root), lake, vault, journal, engine, building, schema_of, release("duckdb"), now, journal.close,
        databases, decisions, cases, awards, weigher, lambda id: KeptSums(state / SUMS, id, lake.published, version=__version__), findings,
    )  # fmt: skip


def open_databases() -> Databases:
    """The databases that the environment names."""
    from troth.stores.databases.reading import SqlDatabases

    return SqlDatabases()


def open_access(workspace: Workspace) -> Access:
    """Who may sign in to a workspace; kept beside its journal in a file of its own."""
    from troth.access import Passwords
    from troth.app.people.access import Access
    from troth.app.people.requirement import Requirement
    from troth.stores.accounts.accounts import SqliteAccounts
    from troth.stores.accounts.database import Database
    from troth.stores.accounts.factors import SqliteFactors
    from troth.stores.accounts.openings import SqliteAskings, SqliteFailures, SqliteLinks, SqliteSessions, SqliteTokens
    from troth.stores.accounts.persons import SqlitePersons

    file = Database(workspace.state / ACCESS)
    return Access(
        SqliteAccounts(file), SqliteSessions(file), SqliteLinks(file), SqliteTokens(file), SqliteFailures(file), Passwords(),
        SqliteAskings(file), SqliteFactors(file), SqlitePersons(file), workspace.journal, Requirement(workspace.root), workspace.now,
    )  # fmt: skip


def open_sending(workspace: Workspace) -> Sending:
    """What of an operation is sent by itself, and the post that the environment names."""
    from troth.app.letters.sending import Sending
    from troth.stores.mail.smtp import SmtpPost
    from troth.stores.sending.database import open_database
    from troth.stores.sending.outbox import SqliteLinks, SqliteOutbox
    from troth.stores.sending.schedules import SqliteSchedules

    folder = workspace.state / SENDING
    database = open_database(folder)

    def leased(now: datetime) -> AbstractContextManager[None]:
        return lease(folder, now, Words("the outbox", "Wait until what is due has been sent."))

    accounts = open_access(workspace).accounts
    return Sending(SqliteSchedules(database), SqliteOutbox(database), SqliteLinks(database), SmtpPost(os.environ), leased, accounts.find)


def open_provider(workspace: Workspace) -> Provider | None:
    """The identity provider that oidc.yaml beside the journal names; None where there is no such file."""
    from troth.stores.sso.settings import read_settings

    settings = read_settings(workspace.state)
    if settings is None:
        return None
    from troth.stores.sso.provider import OidcProvider

    settings.granting()
    settings.proof()
    return OidcProvider(settings)


@contextmanager
def sheet_writer() -> Iterator[Callable[[Sheet, Path], Path]]:
    """What writes tables in columns as files into a folder."""
    from troth.stores.sheets import SheetWriter

    with SheetWriter() as writer:
        yield writer.write


def scratch_engine() -> Engine:
    """An engine of no workspace, for looking at files before there is a book."""
    return DuckEngine(memory_limit=room(os.environ))


def _require_book(root: Path) -> None:
    """Nothing is made in a folder that holds no book."""
    if not (root / ROOT).is_file():
        raise NotFound(f"no book in '{root}'", got=f"no {ROOT} there", next_step="Make one with: troth start FOLDER --into BOOK")


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def collect_garbage(root: Path, *, dry_run: bool) -> Collected:
    """Remove, or only name, what no kept snapshot needs."""
    _require_book(root)
    state = root.resolve() / STATE
    lake = ParquetLake(state / "lake", Journal(state / "journal.db"))
    return plan(lake, now()) if dry_run else collect(lake, now())

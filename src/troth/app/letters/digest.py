"""The Monday page as it is sent to somebody: what is said first, what needs that person, and whether the data are old."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from troth.access import EVERYTHING, Scope
from troth.app.pages.monday import MondayPage, Need, monday_page
from troth.app.past.known import Known
from troth.app.reading import Page, Reading, open_reading
from troth.app.workspace import Progress, Workspace, silent
from troth.app.writing import draft_of
from troth.findings.weeks import WEEK
from troth.kernel.instant import to_us
from troth.sources.contracts.contract import microseconds
from troth.sources.personal.redaction import redact

MOST = 5


@dataclass(frozen=True, slots=True)
class Old:
    """Why data are old. since: when the newest of it happened, on the operation's clock.

    kind: record where it does not reach the end of last week, scope where nothing of what the reader sees happened in it, source where
    one is further behind than its contract says; that one's name is `source`. day: of a page for each day, where it does not reach
    the day before.
    """

    kind: Literal["record", "scope", "source", "day"]
    since: datetime
    source: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A statement. evidence: its n, interval, window, how sure, owner, and `~` where it is scaled up from a sample."""

    headline: str
    paragraph: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """scope: as a person writes it, nothing for the whole operation. uncertain: what is not certain yet. cannot_say: titles."""

    operation: str
    scope: str
    monday: MondayPage
    headline: str
    said: tuple[Line, ...]
    needs: tuple[Need, ...]
    cannot_say: tuple[str, ...]
    uncertain: tuple[str, ...]
    old: Old | None


def digest_of(reading: Reading, scope: Scope, now: datetime) -> Digest:
    """What is sent of a reading of that scope at an instant, naive UTC. Nothing personal is in it: it is redacted as free text is."""
    monday = monday_page(reading)
    page = monday.page
    return Digest(
        operation=str(page["operation"]), scope=scope.written(), monday=monday, headline=redact(str(page["headline"])),
        said=tuple(_line(one) for one in page["statements"][:MOST]),
        needs=_needs(monday),
        cannot_say=tuple(dict.fromkeys(redact(str(one["headline"])) for one in page["cannot_say"])),
        uncertain=tuple(redact(str(one)) for one in (*page["corrections"], *page["calendars"], *page["warnings"])),
        old=old_of(reading, monday, now),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exported:
    """The whole Monday page for paper or slides. page: redacted. doubts: what is not certain yet."""

    operation: str
    scope: str
    monday: MondayPage
    page: Page
    needs: tuple[Need, ...]
    doubts: tuple[str, ...]
    old: Old | None


def exported(reading: Reading, scope: Scope, now: datetime, monday: MondayPage | None = None) -> Exported:
    """What of a reading of that scope leaves as a file, at an instant, naive UTC. monday: its page, where it is made already."""
    made = monday or monday_page(reading)
    page = redacted({name: made.page[name] for name in made.page if name not in LEFT_OUT})
    doubts = (*page["corrections"], *page["calendars"], *page["warnings"])
    return Exported(str(page["operation"]), scope.written(), made, page, _needs(made), tuple(map(str, doubts)), old_of(reading, made, now))


def export(
    workspace: Workspace, known: Known | None, files: Mapping[Path, Callable[[Exported], bytes]], *, progress: Progress = silent
) -> None:
    """Write the page of the snapshot in force, or of what was known at an instant, to each file, whole or not at all."""
    page = exported(open_reading(workspace, known), EVERYTHING, known.at if known else workspace.now())
    for path, make in files.items():
        progress(f"writing {path.name}")
        with draft_of(path) as draft:
            draft.write_bytes(make(page))


# What is of those alone who keep the data, and where it can be asked anew.
LEFT_OUT = frozenset({"guesses", "lake", "views", "sources", "parties", "found"})


def _needs(monday: MondayPage) -> tuple[Need, ...]:
    return tuple(replace(need, sentence=redact(need.sentence)) for need in monday.needs)


def redacted(value: Any) -> Any:
    """The same data with every text of it redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {key: redacted(inner) for key, inner in value.items()}
    return [redacted(inner) for inner in value] if isinstance(value, Sequence) else value


def old_of(reading: Reading, monday: MondayPage, now: datetime) -> Old | None:
    """Whether the data are old at an instant, naive UTC: the first reason of those that `Old` names."""
    context = reading.context
    today = context.local_time(now).date()
    expected = today - timedelta(days=today.weekday()) - WEEK
    if monday.since < expected:
        return Old("record", monday.as_of)
    newest = context.engine.rows(f"SELECT max(occurred) FROM event WHERE occurred <= {context.now}")[0][0]
    if reading.cut and newest is not None and context.local_time(newest).date() < expected:
        return Old("scope", context.local_time(newest))
    return None if reading.cut else _behind(reading, now)


def _behind(reading: Reading, now: datetime) -> Old | None:
    """The source that is furthest behind of those whose contracts say how fresh they must be."""
    late = []
    for name, said in reading.snapshot.facts.get("contracts", {}).items():
        if said.get("newest") and said.get("fresh_within"):
            newest = datetime.fromisoformat(said["newest"])
            behind = to_us(now) - to_us(newest) - microseconds(said["fresh_within"])
            late.append((behind, name, newest))
    worst = max(late, default=None)
    if worst is None or worst[0] <= 0:
        return None
    return Old("source", reading.context.local_time(worst[2]), worst[1])


def _line(statement: Mapping[str, Any]) -> Line:
    given = statement["evidence"]
    parts = (
        given["n"], given["interval"], given["window"], given["how_sure"], f"owner: {str(statement['owner']).replace('_', ' ')}",
        "~ scaled up from a sample" if statement["estimated"] else "",
    )  # fmt: skip
    return Line(redact(statement["headline"]), redact(statement["paragraph"]), tuple(redact(part) for part in parts if part))

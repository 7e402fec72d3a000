"""The screen of a unit's huddle as it is sent to somebody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from troth.access import Scope
from troth.app.answers.at_risk import at_risk_in
from troth.app.answers.holdings import this_day
from troth.app.answers.huddles import parsed
from troth.app.letters.digest import Old
from troth.app.pages.huddle import HuddlePage, huddle_page, with_held
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.sources.personal.redaction import redact

FRESH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HuddleDigest:
    """page: of the unit, as whoever sees nothing else has it. snapshot, rules: on what it rests."""

    operation: str
    scope: str
    page: HuddlePage
    snapshot: str
    rules: str
    old: Old | None


def huddle_digest_of(workspace: Workspace, reading: Reading, scope: Scope, unit: str) -> HuddleDigest:
    """What is sent of a unit's huddle. reading: cut to that scope, which is the unit's. unit: branch=FR-02.

    Nothing personal is in its words: they are redacted as free text is. Its data are old where the record does not reach the day before.
    Raises BadValue for what is no unit, NotFound for no dimension.
    """
    dimension, name = parsed(unit)
    page = huddle_page(reading, dimension, name, lambda promise: at_risk_in(workspace, reading, promise))
    page = with_held(workspace, reading, page)
    old = Old("day", page.as_of) if page.as_of.date() < this_day(workspace, reading) - FRESH else None
    return HuddleDigest(
        reading.rules.settings.name,
        scope.written(),
        _redacted(page),
        reading.snapshot.id[:12],
        reading.snapshot.book_hash[:12],
        old,
    )


def _redacted(page: HuddlePage) -> HuddlePage:
    return replace(
        page,
        today=tuple(replace(one, words=redact(one.words)) for one in page.today),
        late=tuple(replace(one, words=redact(one.words)) for one in page.late),
        yesterday=tuple(replace(one, words=redact(one.words)) for one in page.yesterday),
        weeks=tuple(replace(one, words=redact(one.words)) for one in page.weeks),
        said=tuple(replace(one, text=redact(one.text)) for one in page.said),
        pairs=tuple(replace(one, work=redact(one.work), customers=redact(one.customers)) for one in page.pairs),
    )

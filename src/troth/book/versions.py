"""From when a definition said what: dated versions in its file, and the revisions in which the book was saved.

An edit without `since:` starts at its revision; the first revision, and a book without a history, hold from the beginning.
`restates: true` marks the correction of a mistake: what it replaces is judged anew from where that began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from troth.book.document import Document
from troth.book.merging import merged
from troth.book.parsing import Path
from troth.engines.calendars import utc_of

BEGINNING = datetime(1, 1, 1)
UNSAVED = datetime(9999, 12, 31)
SINCE, RESTATES, VERSIONS = "since", "restates", "versions"
BOOK_KEYS = frozenset({SINCE, RESTATES, VERSIONS})


@dataclass(frozen=True, slots=True)
class Said:
    """What one file said of a name from a revision on. at: BEGINNING, the instant of the revision, or UNSAVED. content: None = removed."""

    at: datetime
    content: Mapping[str, Any] | None
    document: Document


@dataclass(frozen=True, slots=True)
class Version:
    """The terms of a definition between two instants, naive UTC; until is not included.

    document, path: where they are written. restated: when they replaced others for the same time; former: those.
    """

    since: datetime
    until: datetime
    content: Mapping[str, Any]
    document: Document
    path: Path
    restated: datetime | None = None
    former: Version | None = None


@dataclass(frozen=True, slots=True)
class _Element:
    since: datetime | None
    restates: bool
    patch: Mapping[str, Any]
    content: Mapping[str, Any]
    path: Path


@dataclass(frozen=True, slots=True)
class _Entry:
    start: datetime
    restates: bool
    content: Mapping[str, Any] | None
    document: Document
    path: Path
    replaces: Mapping[str, Any] | None = None


def moment(value: object, zone: str) -> datetime | None:
    """Naive UTC of a day or an instant as a definition has it; None where it is neither."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return utc_of(value, zone)
    return utc_of(datetime(value.year, value.month, value.day), zone) if isinstance(value, date) else None


def versions(name: str, said: Sequence[Said], zone: str) -> tuple[Version, ...]:
    """The terms of a name in the order of time, gaps between them where there were none. said: oldest first."""
    entries: list[_Entry] = []
    before: list[_Element] = []
    for one in said:
        elements = _elements(name, one.content, zone) if one.content is not None else []
        if not elements:
            entries.append(_Entry(one.at, False, None, one.document, (name,)))
        else:
            entries += _entries(one, elements, before)
        before = elements
    return _where_they_stand(_in_order(entries), said[-1], before) if said else ()


def _where_they_stand(found: tuple[Version, ...], now: Said, elements: Sequence[_Element]) -> tuple[Version, ...]:
    """Terms that are said still are pointed at where they are said now, not where an earlier revision had them."""
    kept = []
    for version in found:
        same = [e for e in elements if e.content == version.content and (e.since in (None, version.since) or version.restated == e.since)]
        kept.append(replace(version, document=now.document, path=same[-1].path) if same else version)
    return tuple(kept)


def _elements(name: str, content: Mapping[str, Any], zone: str) -> list[_Element]:
    fields = {key: value for key, value in content.items() if key not in BOOK_KEYS}
    found = [_Element(moment(content.get(SINCE), zone), content.get(RESTATES) is True, fields, fields, (name,))]
    listed = content.get(VERSIONS)
    dated = []
    for place, version in enumerate(listed if isinstance(listed, list) else ()):
        since = moment(version.get(SINCE), zone) if isinstance(version, Mapping) else None
        if since is not None:
            dated.append((since, place, version))
    for since, place, version in sorted(dated, key=lambda one: one[:2]):
        patch = {key: value for key, value in version.items() if key not in BOOK_KEYS}
        found.append(_Element(since, version.get(RESTATES) is True, patch, merged(found[-1].content, patch), (name, VERSIONS, place)))
    return found


def _entries(one: Said, elements: list[_Element], before: list[_Element]) -> Iterable[_Entry]:
    """What a revision said anew. before: what the one before it said."""
    base, *dated = elements
    known = [(e.since, e.restates, e.patch) for e in before]
    rebased = (base.since, base.restates, base.patch) not in known
    start = base.since or one.at
    if rebased and base.restates and before:
        earlier = {(e.since, str(e.patch)): e.content for e in before[1:]}
        named = before[0].content if before[0].content != base.content else None
        yield _Entry(start, True, base.content, one.document, base.path, named)
        for element in dated:
            former = earlier.get((element.since, str(element.patch)))
            if former is not None and former != element.content:
                yield _Entry(start, True, element.content, one.document, element.path, former)
    elif rebased:
        # What is dated before the edit was given on the terms of its time; from the edit on it lies over the new ones.
        active = [e for e in dated if e.since is not None and e.since <= start and (e.since, e.restates, e.patch) in known]
        last = active[-1] if active else base
        yield _Entry(start, False, last.content, one.document, last.path)
    for element in dated:
        assert element.since is not None
        if (element.since, element.restates, element.patch) not in known or (rebased and element.since > start):
            yield _Entry(element.since, element.restates, element.content, one.document, element.path)


def _in_order(entries: Sequence[_Entry]) -> tuple[Version, ...]:
    """The last word for each beginning; a restatement takes over the time of what it replaces."""
    plain = {entry.start: entry for entry in entries if not entry.restates}
    corrections = [entry for entry in entries if entry.restates and entry.start != UNSAVED]
    found: list[Version] = []
    for start, entry in sorted([*plain.items(), *((one.start, one) for one in corrections)], key=lambda pair: pair[0]):
        if entry.restates and entry.content is not None:
            _correct(found, entry)
            continue
        if found:
            found[-1] = replace(found[-1], until=min(found[-1].until, start))
        if entry.content is not None:
            found.append(Version(start, UNSAVED, entry.content, entry.document, entry.path))
    return tuple(version for version in found if version.since < version.until or version.since == UNSAVED)


def _correct(found: list[Version], entry: _Entry) -> None:
    """Put the right terms in the place of the wrong ones: of those that it names, or of the last that differ."""
    assert entry.content is not None
    if entry.replaces is not None:
        wrong = [place for place, version in enumerate(found) if version.content == entry.replaces]
    else:
        standard = len(entry.path) == 1  # a correction of the standard is none of the dated versions upon it
        alike = [place for place, version in enumerate(found) if not standard or len(version.path) == 1]
        wrong = [place for place in alike if found[place].content != entry.content][-1:]
    for place in wrong:
        former = found[place]
        if former.content != entry.content:
            found[place] = replace(
                former, content=entry.content, document=entry.document, path=entry.path, restated=entry.start, former=former
            )
    if not found:
        found.append(Version(entry.start, UNSAVED, entry.content, entry.document, entry.path))

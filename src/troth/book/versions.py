"""From when a definition said what: dated versions in its file, and the revisions in which the book was saved.

An edit without `since:` starts at its revision; the first revision, and a book without a history, hold from the beginning.
`restates: true` marks the correction of a mistake: what it replaces is judged anew from where that began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """The terms of a name in the order of time, gaps between them where there were none. said: oldest first.

    Each revision may date terms back, plan some ahead, correct former ones; whatever else it says differently than the terms
    that hold when it is saved holds from then on.
    """
    line: list[Version] = []
    before: list[_Element] = []
    for one in said:
        line = [version for version in line if version.since <= one.at]  # what was planned ahead is said again or given up
        elements = _elements(name, one.content, zone) if one.content is not None else []
        line = _revised(line, one, elements, before) if elements else _ended(line, one.at)
        before = elements
    ends = [version.since for version in line[1:]] + [UNSAVED]
    dated = [replace(version, until=min(version.until, end)) for version, end in zip(line, ends, strict=True)]
    found = tuple(version for version in dated if version.since < version.until or version.since == UNSAVED)
    return _where_they_stand(found, said[-1], before) if said else ()


def _where_they_stand(found: tuple[Version, ...], now: Said, elements: Sequence[_Element]) -> tuple[Version, ...]:
    """Terms that are said still are pointed at where they are said now, not where an earlier revision had them."""
    kept = []
    for version in found:
        same = [e for e in elements if e.content == version.content and (e.since in (None, version.since) or version.restated == e.since)]
        kept.append(replace(version, document=now.document, path=same[-1].path) if same else version)
    return tuple(kept)


def _revised(line: list[Version], one: Said, elements: list[_Element], before: list[_Element]) -> list[Version]:
    """What held and was planned, with what a revision says anew."""
    base, *dated = elements
    new = [e for e in dated if (e.since, e.restates, e.patch) not in [(b.since, b.restates, b.patch) for b in before]]
    if base.restates and before and (base.restates, base.patch) != (before[0].restates, before[0].patch):
        line = _corrected(line, one, base, before, dated)
    for element in sorted((e for e in new if e.since is not None and e.since <= one.at), key=lambda e: e.since or one.at):
        line = _corrected(line, one, element, before, ()) if element.restates else _put(line, one, element, element.since)
    if base.since is not None and base.since <= one.at and (not before or (base.since, base.patch) != (before[0].since, before[0].patch)):
        line = _put(line, one, base, base.since)
    active = [e for e in elements if e.since is None or e.since <= one.at]
    holds = [version for version in line if version.since <= one.at and version.until > one.at]
    if active and (not holds or holds[-1].content != active[-1].content) and not (base.restates and one.at == UNSAVED):
        line = _put(line, one, active[-1], one.at)
    for element in (e for e in elements if e.since is not None and e.since > one.at):
        assert element.since is not None
        line = _corrected(line, one, element, before, ()) if element.restates else _put(line, one, element, element.since)
    return line


def _put(line: list[Version], one: Said, element: _Element, since: datetime | None) -> list[Version]:
    """Terms that hold from an instant on; the last word for each beginning counts."""
    begins = one.at if since is None else since
    made = Version(begins, UNSAVED, element.content, one.document, element.path)
    return sorted([*(version for version in line if version.since != begins), made], key=lambda version: version.since)


def _ended(line: list[Version], at: datetime) -> list[Version]:
    return [replace(version, until=min(version.until, at)) for version in line]


def _corrected(line: list[Version], one: Said, element: _Element, before: list[_Element], dated: Sequence[_Element]) -> list[Version]:
    """The right terms in the place of the wrong ones: of those that the revision before had, or of the last that differ.

    A correction of the standard is none of the dated versions upon it, unless they follow from what it corrects. One that is
    not saved yet corrects nothing.
    """
    on = one.at if element.since is None else element.since
    if on == UNSAVED:
        return [*line, Version(UNSAVED, UNSAVED, element.content, one.document, element.path)]
    standard = len(element.path) == 1
    wrong: list[tuple[Mapping[str, Any], _Element]] = []
    if standard and before and before[0].content != element.content:
        earlier = {(e.since, str(e.patch)): e.content for e in before[1:]}
        wrong.append((before[0].content, element))
        wrong += [(earlier[e.since, str(e.patch)], e) for e in dated if (e.since, str(e.patch)) in earlier]
    else:
        last = [v.content for v in line if v.content != element.content and (not standard or len(v.path) == 1)]
        wrong += [(last[-1], element)] if last else []
    found = list(line)
    for content, right in wrong:
        for place, former in enumerate(found):
            if former.content == content and content != right.content:
                found[place] = replace(former, content=right.content, document=one.document, path=right.path, restated=on, former=former)
    return found or [Version(on, UNSAVED, element.content, one.document, element.path)]


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

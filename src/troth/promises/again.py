"""Which promises can be judged subject by subject, and whose outcomes what came in last may have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from troth.book import Definition
from troth.kernel.instant import to_us
from troth.promises.assigning import read_of
from troth.promises.definition import Promise
from troth.promises.naming import Record, owners_in
from troth.promises.places import Places
from troth.promises.shape import Shape, shape_of
from troth.promises.terms import Terms
from troth.query import literal_instant, literal_text, parse
from troth.record import Engine


def why_whole(terms: Sequence[Terms], record: Record) -> str | None:
    """Why some promise is judged by more than its subject and what that belongs to; None where none is."""
    for one in terms:
        subject = one.current.value.subject
        for promise, shape in _shapes(one, record):
            keeping = shape.keeping
            if promise.every is not None:
                return f"{one.name} comes again"
            if keeping.parts is not None or any(type not in (None, subject) for _, type in keeping.all_of):
                return f"{one.name} is kept by what belongs to its subject"
    return None


def reached(terms: Sequence[Terms], record: Record) -> Mapping[str, frozenset[str]]:
    """By type of subject, the types that its promises read beyond it, by any terms and to tell whom these bind."""
    found: dict[str, frozenset[str]] = {}
    for one in terms:
        subject = one.current.value.subject
        keys = [parse(text) for by in one.by if (text := read_of(by, subject, record)) is not None]
        trees = [tree for _, shape in _shapes(one, record) for tree in shape.trees()]
        found[subject] = (
            found.get(subject, frozenset()) | set(owners_in([*keys, *trees], subject, record)) | {owner for _, owner in pausing([one])}
        )
    return found


def pausing(terms: Sequence[Terms]) -> frozenset[tuple[str, str]]:
    """Type of subject and of what it belongs to, whose events stop its clock."""
    return frozenset(
        (said.value.subject, pause.of)
        for one in terms
        for said in one.said
        for pause in said.value.pause_while
        if pause.of is not None and pause.of != said.value.subject
    )


def _shapes(terms: Terms, record: Record) -> Iterator[tuple[Promise, Shape]]:
    """Each different promise that the terms are put together of, with its shape."""
    different: dict[int, Definition[Promise]] = {id(said.value): said for said in terms.said}
    for said in different.values():
        yield said.value, shape_of(said.value, Places(said, record))[0]


def make_again(engine: Engine, terms: Sequence[Terms], record: Record, *, was: str, since: datetime, until: datetime, paused: bool) -> None:
    """again: the subjects whose outcomes are to be made again, from `changed` (object_type, object), what is said otherwise than before.

    They changed themselves, or what they belong to did, or their due came between two instants: only then it is told where
    the delay arose; or their clock stands, so that their due is as much later as it is later now.
    was: the schema of the outcomes before. paused: whether it has a table of pauses.
    """
    selects = ["SELECT object_type, object FROM changed"]
    for subject, owners in reached(terms, record).items():
        selects += [
            f"SELECT from_type, from_code FROM relation r JOIN changed c ON c.object_type = r.to_type AND c.object = r.to_code"
            f" WHERE r.from_type = {literal_text(subject)} AND r.to_type = {literal_text(owner)}"
            for owner in sorted(owners)
        ]
    low, high = (literal_instant(to_us(instant)).sql("duckdb") for instant in (since, until))
    selects += [
        f"SELECT {literal_text(one.current.value.subject)}, subject FROM {was}.outcome_{one.name} WHERE due > {low} AND due <= {high}"
        for one in terms
    ]
    if paused:
        selects.append(f"SELECT subject_type, subject FROM {was}.pause WHERE lasts")
    named = ", ".join(sorted({literal_text(one.current.value.subject) for one in terms})) or "''"
    engine.run(
        f"CREATE OR REPLACE TABLE again AS SELECT DISTINCT object_type, object FROM ({' UNION ALL '.join(selects)})"
        f" WHERE object_type IN ({named})"
    )

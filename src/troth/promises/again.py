"""Which promises can be judged subject by subject, and whose outcomes what came in last may have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from troth.book import Definition
from troth.kernel.instant import to_us
from troth.promises.assigning import read_of
from troth.promises.definition import Promise
from troth.promises.keeping import parts_of
from troth.promises.naming import Record, owners_in
from troth.promises.places import Places
from troth.promises.shape import Shape, shape_of
from troth.promises.terms import Terms
from troth.query import literal_instant, literal_text, parse
from troth.record import Engine


def why_whole(terms: Sequence[Terms]) -> str | None:
    """Why some promise is judged by more than its subject and what is linked with it; None where none is."""
    return next((f"{one.name} comes again" for one in terms for said in one.said if said.value.every is not None), None)


def reached(terms: Sequence[Terms], record: Record) -> Mapping[str, frozenset[str]]:
    """By type of subject, the types that its promises read beyond it, by any terms and to tell whom these bind."""
    found: dict[str, frozenset[str]] = {}
    for one in terms:
        subject = one.current.value.subject
        keys = [parse(text) for by in one.by if (text := read_of(by, subject, record)) is not None]
        trees = [tree for shape in _shapes(one, record) for tree in shape.trees()]
        mine = {*owners_in([*keys, *trees], subject, record), *(owner for _, owner in pausing([one]))}
        found[subject] = found.get(subject, frozenset()) | mine
    return found


def parted(terms: Sequence[Terms]) -> frozenset[tuple[str, str]]:
    """Type of subject and of what is linked with it, by whose events or promises its own are kept."""
    found: set[tuple[str, str]] = set()
    for said in (said for one in terms for said in one.said):
        keeps, subject = said.value.fulfil, said.value.subject
        found |= {(subject, type) for type in (keeps.of, keeps.all) if type is not None}
        found |= {(subject, one.of) for one in keeps.all_of if one.of is not None and one.of != subject}
    return frozenset(found)


def pausing(terms: Sequence[Terms]) -> frozenset[tuple[str, str]]:
    """Type of subject and of what it belongs to, whose events stop its clock."""
    return frozenset(
        (said.value.subject, pause.of)
        for one in terms
        for said in one.said
        for pause in said.value.pause_while
        if pause.of is not None and pause.of != said.value.subject
    )


def _shapes(terms: Terms, record: Record) -> Iterator[Shape]:
    """The shape of each different promise that the terms are put together of."""
    different: dict[int, Definition[Promise]] = {id(said.value): said for said in terms.said}
    for said in different.values():
        yield shape_of(said.value, Places(said, record))[0]


def make_again(engine: Engine, terms: Sequence[Terms], record: Record, *, was: str, since: datetime, until: datetime, paused: bool) -> None:
    """again: the subjects whose outcomes are to be made again, from `changed` (object_type, object), what is said otherwise than before.

    They changed themselves, or what they are linked with did, or their due came between two instants: only then it is told where
    the delay arose; or their clock stands, so that their due is as much later as it is later now. With what is made again everything is
    that is kept by it, and then all by whose outcomes that is kept: these are read where they are made.
    was: the schema of the snapshot before, in which a part may have belonged to another whole. paused: whether it has a table of pauses.
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
    parts, judged = sorted(parted(terms)), {one.current.value.subject for one in terms}
    for subject, part in parts:
        engine.run(
            f"INSERT INTO again SELECT {literal_text(subject)}, p.subject"
            f" FROM ({parts_of(subject, part)} UNION {parts_of(subject, part, f'{was}.relation')}) p"
            f" JOIN changed c ON c.object_type = {literal_text(part)} AND c.object = p.part"
        )
    links = [(subject, part, parts_of(subject, part)) for subject, part in parts if part in judged]
    _close(engine, [(subject, f"SELECT subject AS object, part AS of FROM ({pairs})", part) for subject, part, pairs in links])
    _close(engine, [(part, f"SELECT part AS object, subject AS of FROM ({pairs})", subject) for subject, part, pairs in links])


def _close(engine: Engine, links: Sequence[tuple[str, str, str]]) -> None:
    """again: with what is linked to it, and what is linked to that. links: a type, a query of its objects and what of, the type of that."""
    count = _count_different(engine)
    while True:
        for type, pairs, of in links:
            engine.run(
                f"INSERT INTO again SELECT DISTINCT {literal_text(type)}, p.object FROM ({pairs}) p"
                f" JOIN again a ON a.object_type = {literal_text(of)} AND a.object = p.of"
            )
        before, count = count, _count_different(engine)
        if count == before:
            return


def _count_different(engine: Engine) -> int:
    engine.run("CREATE OR REPLACE TABLE again AS SELECT DISTINCT object_type, object FROM again")
    return int(engine.rows("SELECT count(*) FROM again")[0][0])

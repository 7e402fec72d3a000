"""Which terms bind each subject: its keys read once, the terms of each combination resolved once, and one join."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from troth.book import Variant
from troth.book.versions import BEGINNING, UNSAVED
from troth.kernel.errors import BookError
from troth.kernel.instant import from_us, to_us
from troth.promises.calendars import Clock
from troth.promises.definition import Promise
from troth.promises.naming import DIMENSION, Record, cells_in, column, found_by_name, joins, make_owners, owners_in, quarantined, scope_of
from troth.promises.spans import spans
from troth.promises.terms import By, Terms
from troth.query import compile_expression, literal_text, names_in, parse
from troth.query.tree import Node
from troth.record import Engine

OTHER = -1


@dataclass(frozen=True, slots=True)
class Chosen:
    """The different terms that bind anybody, by their numbers in assigned_<promise>. events: whose instants it has.

    clocks: the calendar of each; equal terms on two calendars are two variants. former: the calendar of the terms that one corrects.
    """

    variants: Mapping[int, Variant[Promise]]
    clocks: Mapping[int, Clock | None]
    former: Mapping[int, Clock | None]
    events: frozenset[str]


def choose(engine: Engine, terms: Terms, record: Record, events: Collection[str]) -> Chosen:
    """assigned_<promise>: object, the instants of events, variant, undecided; one row for everything that the promise was made of.

    events: some that instants_<type> has, so that most queries need no second look there. A subject of which a key was quarantined
    is undecided: nobody can say by which terms. Raises BookError for a dimension that cannot be read.
    """
    name, promise = terms.name, terms.current.value
    keys = [_read(by, promise.subject, record) for by in terms.by]
    carried = sorted({*events, promise.anchor})
    _make_keys(engine, terms, keys, record, carried)
    places = ", ".join(f"k{place}" for place in range(len(keys)))
    found = engine.rows(f"SELECT DISTINCT {places or '0 AS k0'} FROM keys_{name} ORDER BY ALL") if keys else [()]
    nobody = not found  # then the terms are those of anybody, at any time
    values = [sorted(by.values) for by in terms.by]
    first, last = engine.rows(f"SELECT coalesce(min(made), 0), coalesce(max(made), 0) FROM keys_{name}")[0]
    made = None if nobody else (from_us(max(first, to_us(BEGINNING))), from_us(min(last, to_us(UNSAVED))))
    chosen: dict[object, int] = {}
    variants: list[Variant[Promise]] = []
    clocks: list[Clock | None] = []
    formers: list[Clock | None] = []
    spans: list[tuple[int, ...]] = []
    for combination in found or [(OTHER,) * len(keys)]:
        named = {by.id: values[n][code] for n, (by, code) in enumerate(zip(terms.by, combination, strict=True)) if code != OTHER}
        for variant in terms.variants(named, made):
            since, until = to_us(variant.since), to_us(variant.until)
            former = variant.former and variant.former.hash
            for begin, end, clock in terms.clocks(variant.definition.value.calendar, named):
                mark = (variant.definition.hash, variant.layers, variant.changes, variant.restated, former, clock)
                if mark not in chosen:
                    chosen[mark] = len(variants)
                    variants.append(variant)
                    clocks.append(clock)
                    formers.append(terms.clocks(variant.former.value.calendar, named)[-1][2] if variant.former else None)
                if max(begin, since) < min(end, until):
                    spans.append((*combination, max(begin, since), min(end, until), chosen[mark]))
    _join(engine, name, len(keys), spans, carried)
    # Of a customer's terms of last year and of this, those alone bind anybody in whose time something was promised to them.
    binding = [int(number) for (number,) in engine.rows(f"SELECT DISTINCT variant FROM assigned_{name} ORDER BY variant")]
    kept = binding or range(len(variants))
    return Chosen(
        {number: variants[number] for number in kept},
        {number: clocks[number] for number in kept},
        {number: formers[number] for number in kept},
        frozenset(carried),
    )


def with_instants(engine: Engine, terms: Terms) -> None:
    """assigned_<promise> with all that instants_<type> has now."""
    name = terms.name
    engine.run(
        f"CREATE OR REPLACE TABLE assigned_{name} AS SELECT i.*, a.variant, a.undecided FROM assigned_{name} a"
        f" JOIN instants_{terms.current.value.subject} i USING (object)"
    )


def read_of(by: By, subject: str, record: Record) -> str | None:
    """The expression by which a dimension is read from a subject."""
    return by.expression(subject) or found_by_name(by.id, subject, record)


def _read(by: By, subject: str, record: Record) -> tuple[Node | None, str]:
    text = read_of(by, subject, record)
    if text is None:
        return None, "CAST(NULL AS VARCHAR)"
    try:
        tree = parse(text)
        return tree, compile_expression(tree, scope_of(subject, record).at(DIMENSION)).node.sql("duckdb")
    except BookError as error:
        raise BookError(f"company.yaml: dimension '{by.id}', read from '{subject}': {error}") from error


def _make_keys(engine: Engine, terms: Terms, keys: list[tuple[Node | None, str]], record: Record, events: Sequence[str]) -> None:
    """keys_<promise>: object, when it was made, and the code of each key; a key of an owner is read once an owner."""
    name, subject = terms.name, terms.current.value.subject
    trees = [tree for tree, _ in keys if tree is not None]
    for place, by in enumerate(terms.by):
        listed = np.array(sorted(by.values), dtype=object)
        engine.run(f"DROP TABLE IF EXISTS named_{name}_{place}")
        engine.load(f"named_{name}_{place}", {"word": listed, "code": np.arange(len(listed), dtype=np.int32)})
        whose = _whose(keys[place][0], subject, record)
        if whose in record.parties:
            _name_whole_party(engine, f"named_{name}_{place}", whose)
    undecided, held = quarantined(subject, set().union(*(cells_in(tree, subject, record) for tree in trees)), "u")
    found = [_found(name, place, key, subject, record) for place, key in enumerate(keys)]
    codes = "".join(f", coalesce(n{place}.code, {OTHER}) AS k{place}" for place in range(len(found)))
    reached = owners_in(trees, subject, record)
    make_owners(engine, subject, reached)
    rows = [owner for owner in reached if any(f"of_{owner}" in one.on for one in found)]
    apart = all(_alone(tree, subject, record) for tree in trees)  # then no key needs the subject's own row
    i, subjects = ("o", f"(SELECT *, object AS code FROM instants_{subject}) o") if apart else ("i", f"object_{subject} o")
    into = f"CREATE OR REPLACE TABLE keys_{name} AS"
    for within in spans(engine, f"instants_{subject}"):
        engine.run(
            f"{into} SELECT o.code AS object{''.join(f', {i}.{column(event)}' for event in events)},"
            f" epoch_us({i}.{column(terms.current.value.anchor)}) AS made, {undecided} AS undecided{codes}"
            f" FROM {subjects} {'' if apart else f'JOIN instants_{subject} i ON i.object = o.code'} {joins(subject, reached, rows=rows)}"
            f" {held} {' '.join(f'LEFT JOIN {one.table} n{place} ON {one.on}' for place, one in enumerate(found))}"
            f" WHERE {i}.{column(terms.current.value.anchor)} IS NOT NULL AND {within.of('o.code')} AND {within.of(f'{i}.object')}"
        )
        into = f"INSERT INTO keys_{name}"


@dataclass(frozen=True, slots=True)
class _Found:
    """Where a key's code is looked up, and on what."""

    table: str
    on: str


def _found(name: str, place: int, key: tuple[Node | None, str], subject: str, record: Record) -> _Found:
    tree, sql = key
    named = f"named_{name}_{place}"
    owner = _alone(tree, subject, record)
    if owner is None:
        return _Found(named, f"n{place}.word = {sql}")
    codes = f"SELECT of_{owner}.code AS owner, n.code FROM object_{owner} of_{owner} JOIN {named} n ON n.word = {sql}"
    return _Found(f"({codes})", f"n{place}.owner = to_{owner}.code")


def _alone(tree: Node | None, subject: str, record: Record) -> str | None:
    """The one type that an expression is all about, beyond the subject itself."""
    reached = owners_in([tree], subject, record) if tree is not None else ()
    if tree is None or len(reached) != 1:
        return None
    (owner,) = reached
    about = all(name.path[0] == owner or name.dotted == f"{subject}.{owner}" for name in names_in(tree))
    return owner if about else None


def _whose(tree: Node | None, subject: str, record: Record) -> str:
    """The type whose id a key is: that of what the subject belongs to, or its own; nothing where it is another value."""
    named = [name.dotted for name in names_in(tree)] if tree is not None else []
    return next((owner for owner in record.owners_of(subject) if named == [f"{subject}.{owner}"]), "")


def _name_whole_party(engine: Engine, named: str, type: str) -> None:
    """Terms for one id of a party are for all its ids of a type; those for an id itself come before, and of several the first."""
    engine.run(
        f"INSERT INTO {named} SELECT m.id, min(n.code) FROM {named} n JOIN identity l ON l.id = n.word"
        f" AND (l.object_type = {literal_text(type)} OR n.word NOT IN (SELECT id FROM object_{type}))"
        f" JOIN identity m ON m.identity = l.identity AND m.party = l.party AND m.object_type = {literal_text(type)}"
        f" WHERE m.id NOT IN (SELECT word FROM {named}) GROUP BY m.id ORDER BY m.id"
    )


def _join(engine: Engine, name: str, keys: int, spans: list[tuple[int, ...]], events: Sequence[str]) -> None:
    columns = [f"k{place}" for place in range(keys)]
    table = np.array(spans, dtype=np.int64).reshape(len(spans), keys + 3)
    engine.run(f"DROP TABLE IF EXISTS span_{name}")
    engine.load(f"span_{name}", {c: np.ascontiguousarray(table[:, n]) for n, c in enumerate([*columns, "since", "until", "variant"])})
    same = " AND ".join([f"k.{c} = s.{c}" for c in columns] or ["TRUE"])
    engine.run(
        f"CREATE OR REPLACE TABLE assigned_{name} AS SELECT k.object{''.join(f', k.{column(event)}' for event in events)},"
        f" CAST(s.variant AS INTEGER) AS variant, k.undecided"
        f" FROM keys_{name} k JOIN span_{name} s ON {same} AND k.made >= s.since AND k.made < s.until"
    )
    for made in (f"keys_{name}", f"span_{name}", *(f"named_{name}_{place}" for place in range(keys))):
        engine.run(f"DROP TABLE {made}")


def only(terms: Terms) -> Variant[Promise] | None:
    """The terms that bind everybody at all times; None where there are several, or a time without any."""
    variants = [] if terms.by else list(terms.variants({}))
    alone = len(variants) == 1 and variants[0].since == BEGINNING and variants[0].until == UNSAVED and variants[0].former is None
    return variants[0] if alone and len(terms.clocks(variants[0].definition.value.calendar, {})) == 1 else None

"""From a folder of files to a proposal: look at each, join them, weigh what may be promised, write it down."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from troth.kernel.errors import TrothError, shown
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.guess.draft_promises import draft_promises
from troth.sources.guess.draft_sources import draft_sources
from troth.sources.guess.feedback import find_answers
from troth.sources.guess.groups import Group, groups_of
from troth.sources.guess.keys import Keyed, Reference, keyed_tables, references, with_composites, with_twins
from troth.sources.guess.log_shape import XES, find_log
from troth.sources.guess.naming import object_noun, singular, snake, unique, without_id
from troth.sources.guess.pairs import Candidate, candidates, chosen
from troth.sources.guess.personal import is_party, personal_kind, share_kinds
from troth.sources.guess.profile import Table, close_table, open_table
from troth.sources.guess.proposal import Proposal
from troth.sources.guess.recurring import Recurring, equal_rows, find_recurring
from troth.sources.guess.seen import Seen
from troth.sources.guess.status import find_status
from troth.sources.guess.telling import guesses_of, pairs_of, warnings_of
from troth.sources.guess.timeline import timelines
from troth.sources.personal.vault import TOKEN_KINDS
from troth.sources.readers import opened


def guess(engine: Engine, folder: Path) -> Proposal:
    """What a folder of files seems to say, as a book's sources and promises with the evidence for each.

    Reads and never writes the folder. A file that cannot be read is a warning. Tables it makes in the engine are dropped.
    """
    groups, warnings = groups_of(folder, lambda: engine)
    return guess_tables(engine, groups, warnings)


def guess_tables(engine: Engine, groups: Sequence[Group], told: Sequence[str] = (), taken: Collection[str] = ()) -> Proposal:
    """The same of tables that were listed already. told: warnings so far. taken: types of objects that others gave."""
    warnings = list(told)
    try:
        tables = _tables(engine, groups, warnings)
        seen = _seen(engine, tables, taken)
        sources = draft_sources(seen)
        promises, more = draft_promises(engine, seen, sources)
        warnings += [*more, *warnings_of(seen)]
        return Proposal(sources, promises, guesses_of(seen, sources), pairs_of(seen), tuple(warnings))
    finally:
        for number, group in enumerate(groups):
            close_table(engine, number, len(group.addresses))


def _tables(engine: Engine, groups: Sequence[Group], warnings: list[str]) -> list[Table]:
    tables: list[Table] = []
    for number, group in enumerate(groups):
        addresses = group.addresses
        try:
            table = open_table(engine, addresses, number, group.name)
            records = 0 if table.rows else _records(engine, addresses[0], number)
        except (TrothError, OSError, ValueError) as error:
            warnings.append(f"{shown(addresses[0].name)}: cannot be read. {str(error).splitlines()[0]}")
            tables = [_still_there(engine, earlier) for earlier in tables]
            continue
        if not table.rows:
            why = f"none of its {records:,} rows has the header's columns" if records else "a header and no rows"
            warnings.append(f"{shown(addresses[0].name)}: {why}; it is left out.")
            continue
        if len(table.columns) == 1:
            warnings.append(f"{shown(addresses[0].name)}: one column only; if values are parted by another sign, save it as CSV.")
        tables.append(table)
    return tables


def _still_there(engine: Engine, table: Table) -> Table:
    """A table is read again where the engine broke down on a later file and lost it."""
    if engine.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table.sql]):
        return table
    return open_table(engine, table.paths, table.number, table.name)


def _records(engine: Engine, address: Address, number: int) -> int:
    with opened(engine, address, f"guess_{number}_0") as table:
        return table.records


def _seen(engine: Engine, tables: Sequence[Table], others: Collection[str]) -> Seen:
    keyed = keyed_tables(engine, tables)
    pointers = references(engine, keyed)
    keyed = with_twins(with_composites(engine, keyed, pointers), pointers)
    logs = {k.number: log for k in keyed if (log := find_log(engine, k, pointers))}
    pointing = {(r.table, r.column) for r in pointers}
    own = {n: log for n, log in logs.items() if (n, log.case) not in pointing}
    keyed = _typed(
        [replace(k, type=_case_type(own[k.number].case, k.type, k.table.path.part)) if k.number in own else k for k in keyed], others
    )
    answers = {k.number: found for k in keyed if k.number not in logs and (found := find_answers(k, pointers))}
    recurring = _recurring(engine, [k for k in keyed if k.number not in logs and k.number not in answers], pointers, keyed, others)
    elsewhere = [number for number, a in answers.items() if a.of_another]
    personal = {
        k.number: {c.name: kind for c in k.table.columns if (kind := personal_kind(c, party=is_party(k.type, k.table.columns)))}
        for k in keyed
    }
    for k in keyed:
        named = {*k.key, *(c for t, c in pointing if t == k.number), *((logs[k.number].case,) if k.number in logs else ())}
        named |= {recurring[k.number].id} if k.number in recurring else set()
        event = logs[k.number].activity if k.number in logs else None
        # A token may be an id, redacted text may not; and what happened is said by words, not by people.
        personal[k.number] = {c: kind for c, kind in personal[k.number].items() if c != event and (kind in TOKEN_KINDS or c not in named)}
    share_kinds(keyed, pointers, personal)
    lines = timelines(engine, keyed, pointers, logs, elsewhere)
    settled = chosen([c for line in lines for c in candidates(engine, line)])
    by_number = {k.number: k for k in keyed}
    settled = [c if c.promised.name.promise or not c.may_stand else _corroborated(engine, by_number[c.timeline.table], c) for c in settled]
    promising = {c.actual.table for c in settled if c.may_stand and c.actual.origin == "child"}
    recurring = {number: one for number, one in recurring.items() if number not in promising}
    equal = {k.number: equal_rows(engine, k.table) for k in keyed if not k.key and k.number not in logs}
    return Seen(tuple(keyed), tuple(pointers), logs, answers, personal, tuple(settled), recurring, equal)


def _recurring(
    engine: Engine, some: Sequence[Keyed], found: Sequence[Reference], keyed: Sequence[Keyed], others: Collection[str]
) -> dict[int, Recurring]:
    types = {k.number: k.type for k in keyed if k.key}
    return {k.number: one for k in some if (one := find_recurring(engine, k, found, types, others))}


def _corroborated(engine: Engine, keyed: Keyed, c: Candidate) -> Candidate:
    """A pair that no name speaks for stands only where a status says in words that what has an actual is done."""
    status = find_status(engine, keyed.table, keyed.key, c) if keyed.key else None
    if status and status.done:
        return replace(c, evidence=(*c.evidence, f"'{status.column}' calls those with an actual '{status.done[0]}'"))
    return replace(c, against="no name says that something was promised, and no status says that it was done")


def _case_type(case: str, noun: str, part: str | None = None) -> str:
    """
    >>> _case_type("case:concept:name", "receipt"), _case_type("ticket_id", "event")
    ('case', 'ticket')
    """
    if case == XES[0]:
        return snake(part) if part else "case"
    named = without_id(case)
    return snake(singular(named)) if named else object_noun(case, noun)


def _typed(keyed: Sequence[Keyed], others: Collection[str]) -> list[Keyed]:
    """Types of different objects bear different names."""
    taken = list(others)
    typed = []
    for k in keyed:
        type = k.type if k.twin is not None or k.type not in taken else unique(snake(f"{k.table.name}_{k.type}"), taken)
        taken.append(type)
        typed.append(replace(k, type=type))
    owners = {k.number: k.type for k in typed}
    return [replace(k, type=owners[k.twin]) if k.twin is not None else k for k in typed]

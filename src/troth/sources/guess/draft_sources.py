"""What was seen, as sources/*.yaml: one source a file, and one more where several rows of it say the same of one object."""

from __future__ import annotations

from collections.abc import Collection

from troth.sources.guess import lexicon
from troth.sources.guess.amounts import currency_of, decimal_of, is_money, thousands_of
from troth.sources.guess.naming import snake, unique
from troth.sources.guess.profile import Column, Table
from troth.sources.guess.seen import Seen
from troth.sources.guess.words import says

Yaml = dict[str, object]


def draft_sources(seen: Seen) -> dict[str, Yaml]:
    drafted: dict[str, Yaml] = {}
    given: dict[str, set[str]] = {}
    for keyed in seen.keyed:
        log, recurring = seen.logs.get(keyed.number), seen.recurring.get(keyed.number)
        if log:
            drafted[keyed.table.name] = _finished(_log_source(seen, keyed.number), keyed.table, seen)
            case = _case_source(seen, keyed.number, log.case, log.constant, given)
            if case:
                drafted[unique(f"{keyed.table.name}_{seen.file(keyed.number).type}", drafted)] = _finished(case, keyed.table, seen)
        elif recurring and recurring.lines:
            drafted[keyed.table.name] = _finished(_lines_source(seen, keyed.number), keyed.table, seen)
            whole = _case_source(seen, keyed.number, recurring.id, recurring.constant, given)
            if whole:
                drafted[unique(f"{keyed.table.name}_{recurring.type}", drafted)] = _finished(whole, keyed.table, seen)
        else:
            drafted[keyed.table.name] = _finished(_source(seen, keyed.number, given), keyed.table, seen)
    return drafted


def _source(seen: Seen, number: int, given: dict[str, set[str]]) -> Yaml:
    keyed, whose = seen.file(number), seen.whose(number)
    draft: Yaml = {"files": keyed.table.files, "key": list(keyed.key)}
    if seen.keeps_equal(number):
        draft["equal_rows"] = "keep"
    if whose:
        draft["object"] = {"type": whose.type, "id": list(whose.id), "attributes": _attributes(seen, number, given)}
        draft["relations"] = [{"to": type, "id": [column]} for column, type in seen.parties(number).items()]
        draft["events"] = [{"type": event, "at": column} for column, event in seen.events(number).items()]
    draft["lends"] = _lends(seen, number, given)
    draft["feedback"] = _feedback(seen, number)
    draft["money"] = money_entries(seen, number)
    return draft


def _log_source(seen: Seen, number: int) -> Yaml:
    keyed, log, whose = seen.file(number), seen.logs[number], seen.whose(number)
    unique_rows = keyed.key != (log.case,) and keyed.distinct == keyed.table.rows
    return {
        "files": keyed.table.files,
        "key": list(keyed.key) if unique_rows else [],
        "object": {"type": whose.type if whose else keyed.type, "id": [log.case]},
        "events": [{"type_from": log.activity, "at": log.at}],
    }


def _lines_source(seen: Seen, number: int) -> Yaml:
    """The amounts of lines, each a fact of its own."""
    return {"files": seen.file(number).table.files, "key": [], "money": money_entries(seen, number)}


def _case_source(seen: Seen, number: int, id: str, constant: Collection[str], given: dict[str, set[str]]) -> Yaml | None:
    """Columns with one value a case, or a number of lines, read once for each: its later rows say the same and are superseded."""
    keyed, whose = seen.file(number), seen.whose(number)
    attributes, events = _attributes(seen, number, given), seen.events(number)
    if whose is None or not (attributes or events):
        return None
    return {
        "files": keyed.table.files,
        "key": [id],
        "object": {"type": whose.type, "id": [id], "attributes": attributes},
        "relations": [{"to": type, "id": [column]} for column, type in seen.parties(number).items() if column in constant],
        "events": [{"type": event, "at": column} for column, event in events.items()],
    }


def _attributes(seen: Seen, number: int, given: dict[str, set[str]]) -> Yaml:
    """An attribute is given by one source only: a second one of the same name bears its file's name too."""
    whose = seen.whose(number)
    table = seen.file(number).table
    taken = given.setdefault(whose.type if whose else "", set())
    found: Yaml = {}
    for column, name in seen.attributes(number).items():
        free = name if name not in taken else unique(snake(f"{table.name}_{name}"), taken)
        taken.add(free)
        found[free] = {"column": column, "as": _as(table.column(column))}
    return found


def _as(column: Column) -> str:
    if column.kind != "instant":
        return "text"
    return "day" if column.is_day and not column.zoned and column.midnight == column.read and column.longest <= 10 else "instant"


def _lends(seen: Seen, number: int, given: dict[str, set[str]]) -> list[Yaml]:
    """Dates set beforehand that stand beside another file's actual ones."""
    found: list[Yaml] = []
    for c in seen.asserted:
        whose = seen.whose(number)
        if c.promised.table != number or c.promised.origin != "child" or (whose and whose.type == c.timeline.type):
            continue
        pointer = next(name for name, r in seen.pointers(number).items() if r.to == c.timeline.table)
        taken = given.setdefault(c.timeline.type, set())
        name = unique(lent_name(c.promised.column), taken)
        taken.add(name)
        found.append({
            "to": c.timeline.type, "id": [pointer], "attribute": name, "column": c.promised.column,
            "as": _as(seen.file(number).table.column(c.promised.column)), "take": "last",
        })  # fmt: skip
    return found


def lent_name(column: str) -> str:
    return snake(column)


def _feedback(seen: Seen, number: int) -> list[Yaml]:
    answers, keyed = seen.answers.get(number), seen.file(number)
    if answers is None:
        return []
    about, id_ = (seen.file(answers.about.to).type, [answers.about.column]) if answers.about else (keyed.type, list(keyed.key))
    entry: Yaml = {"about": about, "id": id_, "instrument": answers.instrument}
    entry |= {name: column for name, column in (("asked", answers.asked), ("answered", answers.answered)) if column}
    return [entry | {"score": answers.score, "scale": [answers.low, answers.high]}]


def money_entries(seen: Seen, number: int) -> list[Yaml]:
    """Amounts of the objects that things happen to, or of rows that point to one; a catalogue's prices are none."""
    keyed = seen.file(number)
    pointers = [r for r in seen.pointers(number).values() if seen.file(r.to).table.instants and not says(r.column, lexicon.PARTY)]
    if number in seen.recurring:
        about, id_ = (w.type, list(w.id)) if (w := seen.whose(number)) else (keyed.type, [])
    elif keyed.table.instants and keyed.key and not any(seen.events(r.to) for r in pointers):
        about, id_ = (w.type, list(w.id)) if (w := seen.whose(number)) else (keyed.type, list(keyed.key))
    elif pointers:
        about, id_ = seen.file(pointers[0].to).type, [pointers[0].column]
    else:
        return []
    comma = decimal_of(keyed.table) == ","
    found: list[Yaml] = []
    for column in keyed.table.columns:
        if is_money(column) and not (comma and column.decimal == "." and not column.whole):
            entry: Yaml = {"about": about, "id": id_, "kind": snake(column.name), "amount": column.name}
            code = currency_of(column, keyed.table)
            found.append(entry | {"currency": code} if code else entry)
    return found


def _finished(draft: Yaml, table: Table, seen: Seen) -> Yaml:
    """Formats, decimal mark, personal columns, and that a file which is replaced is the whole; empty parts are left out."""
    text = str(draft)
    used = {c.name: c.format for c in table.instants if c.format and repr(c.name) in text}
    if used:
        draft["formats"] = used
    if decimal_of(table) == "," and draft.get("money"):
        draft["decimal"] = ","
    if (mark := thousands_of(table)) and draft.get("money"):
        draft["thousands"] = mark
    if seen.personal[table.number]:
        draft["personal"] = dict(seen.personal[table.number])
    if len(table.files) == 1:
        draft["contract"] = {"full_extract": True}
    thing = draft.get("object")
    if isinstance(thing, dict) and not thing.get("attributes", True):
        del thing["attributes"]
    return {name: value for name, value in draft.items() if value or name in ("files", "key")}

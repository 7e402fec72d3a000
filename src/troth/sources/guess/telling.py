"""What was concluded, in plain words with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troth.sources.guess.draft_promises import words
from troth.sources.guess.draft_sources import Yaml
from troth.sources.guess.keys import Keyed
from troth.sources.guess.profile import NULL_WORDS, Column
from troth.sources.guess.proposal import Guess, Pair
from troth.sources.guess.recurring import Recurring, when
from troth.sources.guess.seen import Seen
from troth.sources.guess.words import is_neutral, time_name
from troth.sources.mapping import Source


def guesses_of(seen: Seen, sources: Mapping[str, Yaml]) -> tuple[Guess, ...]:
    """File by file: what a row is, where it points, what happened, what is promised, what is left behind."""
    found: list[Guess] = []
    for keyed in seen.keyed:
        found += [
            *_writing(keyed),
            *_rows(seen, keyed),
            *_pointers(seen, keyed),
            *_instants(seen, keyed),
            *_promises(seen, keyed),
            *_unmet(seen, keyed),
            *_people(seen, keyed, sources[keyed.table.name]),
        ]
        source = sources[keyed.table.name]
        found += list(_measures(keyed, source))
    return (*found, *_wholes(seen))


def _wholes(seen: Seen) -> Iterator[Guess]:
    """Said once, since it is the same for all of them."""
    files = [keyed.table.path.name for keyed in seen.keyed if len(keyed.table.files) == 1]
    if files:
        listed = ", ".join(files[:6]) + (f" and {len(files) - 6} more" if len(files) > 6 else "")
        yield Guess(
            f"each of {listed} is the whole of its system: a row that is in it no more was taken back" if len(files) > 1
            else f"{listed} is the whole of its system: a row that is in it no more was taken back",
            "a single file of its name, so that a newer one takes its place", files[0], (),
        )  # fmt: skip


def pairs_of(seen: Seen) -> tuple[Pair, ...]:
    """Candidates, the asserted first, then by score; those that nothing but their order in time speaks for are left out."""
    told = [c for c in seen.candidates if c.may_stand or c.promised.name.promise or c.score >= 40]
    told.sort(key=lambda c: (not c.may_stand, -c.score))
    return tuple(
        Pair(
            seen.file(c.promised.table).table.path.name, c.promised.column, c.actual.column, seen.file(c.actual.table).table.path.name,
            c.score, c.may_stand, "; ".join((*c.evidence, *((f"against it: {c.against}",) if c.against else ()))),
        )
        for c in told
    )  # fmt: skip


def warnings_of(seen: Seen) -> list[str]:
    warnings = [said for keyed in seen.keyed if (said := _nobodys(seen, keyed))]
    for keyed in seen.keyed:
        for column in keyed.table.columns:
            name = keyed.table.path.name
            if column.kind == "instant" and column.either_way:
                warnings.append(f"{name}: day and month of '{column.name}' cannot be told apart; read as {column.format}.")
            word = next((v for v in column.sample if v.lower() in NULL_WORDS), None)
            if word and column.kind == "instant":
                warnings.append(f"{name}: '{column.name}' holds words such as '{word}' for nothing.")
    return warnings


def _nobodys(seen: Seen, keyed: Keyed) -> str:
    """Why nothing is made of a file that says when things happened; "" where that is not so."""
    at = when(keyed.table)
    if at is None or seen.whose(keyed.number) or keyed.number in seen.answers or any(c.actual.table == keyed.number for c in seen.asserted):
        return ""
    unnamed = all(is_neutral(column.name) for column in keyed.table.columns)
    mend = "give its columns names in a first line" if unnamed else "name it under `object:` of its source"
    return (
        f"{keyed.table.path.name}: '{at.name}' says when, but no column says of whom or what: none that repeats is named as an id."
        f" No event is made of it; {mend}."
    )


def _writing(keyed: Keyed) -> Iterator[Guess]:
    for told in keyed.table.told:
        yield Guess(told.what, told.evidence, keyed.table.path.name, ())


def _rows(seen: Seen, keyed: Keyed) -> Iterator[Guess]:
    table, log, whose = keyed.table, seen.logs.get(keyed.number), seen.whose(keyed.number)
    if log:
        yield Guess(
            f"one row is one event of {_one(whose.type if whose else keyed.type)}; `{log.activity}` says what happened, `{log.at}` when",
            f"{table.rows:,} rows of {log.cases:,} values of {log.case}, {len(log.activities)} activities", table.path.name,
            (log.case, log.activity, log.at),
        )  # fmt: skip
    elif keyed.key:
        named, verb = " and ".join(f"`{k}`" for k in keyed.key), "names" if len(keyed.key) == 1 else "name"
        evidence = (
            f"{keyed.distinct:,} of {table.rows:,} rows differ in it"
            if len(keyed.key) == 1
            else f"{keyed.distinct:,} of {table.rows:,} rows differ in both"
        )
        yield Guess(f"{named} {verb} one {keyed.type.replace('_', ' ')}", evidence, table.path.name, keyed.key)
    elif keyed.number in seen.recurring:
        yield from _again(keyed, seen.recurring[keyed.number])
    else:
        yield Guess(
            f"one row is one {keyed.type.replace('_', ' ')}; no column names it",
            f"{table.rows:,} rows, no column without repeats",
            table.path.name,
            (),
        )
    if seen.equal.get(keyed.number):
        yield _equal(seen, keyed)


def _again(keyed: Keyed, one: Recurring) -> Iterator[Guess]:
    """What a file without a key tells: about whom, and when."""
    rows = f"{keyed.table.rows:,} rows of {one.ids:,} values of {one.id}"
    if one.lines:
        yield Guess(
            f"rows with one `{one.id}` are lines of {_one(one.type)}, of which `{one.at}` says when",
            f"{rows}; no column names a line, and the lines of one agree in their time", keyed.table.path.name, (one.id, one.at),
        )  # fmt: skip
        return
    yield Guess(
        f"one row is one event of {_one(one.type)}: '{one.event}'; `{one.id}` says whose, `{one.at}` when",
        f"{rows}; no column names a row", keyed.table.path.name, (one.id, one.at),
    )  # fmt: skip


def _equal(seen: Seen, keyed: Keyed) -> Guess:
    """What becomes of rows that say the same in every cell."""
    count, one = seen.equal[keyed.number], seen.recurring.get(keyed.number)
    rows = f"{count:,} row{'' if count == 1 else 's'} equal{'s' if count == 1 else ''} an earlier one in every cell"
    if seen.keeps_equal(keyed.number) and one:
        what = f"{rows}, and counts as another {one.event.replace('_', ' ')}" if count == 1 else f"{rows}, and each counts"
        why = f"`{one.at}` holds days, in which the same may happen twice; if they are copies, write equal_rows: once"
    else:
        what = f"{rows} and is set aside as a duplicate" if count == 1 else f"{rows} and are set aside as duplicates"
        why = "no column tells them apart; if each is a fact of its own, write equal_rows: keep"
    return Guess(what, why, keyed.table.path.name, ())


def _pointers(seen: Seen, keyed: Keyed) -> Iterator[Guess]:
    for column, reference in seen.pointers(keyed.number).items():
        target = seen.file(reference.to)
        yield Guess(
            f"`{column}` points to {target.table.path.name}",
            f"{reference.matched:,} of {reference.distinct:,} values are among those of {target.key[0]}", keyed.table.path.name, (column,),
        )  # fmt: skip
    customer = seen.customer(keyed.number)
    if customer and seen.events(keyed.number):
        yield Guess(
            f"`{customer[0]}` is the customer",
            f"{keyed.table.column(customer[0]).distinct:,} different values",
            keyed.table.path.name,
            (customer[0],),
        )


def _instants(seen: Seen, keyed: Keyed) -> Iterator[Guess]:
    for column, event in seen.events(keyed.number).items():
        c = keyed.table.column(column)
        written = f", written {c.format}" if c.format else ""
        path = keyed.table.path.name
        yield Guess(
            f"`{column}` is the instant of '{event}'",
            f"{c.read:,} of {keyed.table.looked:,} rows, {c.first:%Y-%m-%d} to {c.last:%Y-%m-%d}{written}", path, (column,),
        )  # fmt: skip
    for c in keyed.table.instants:
        if c.either_way:
            yield Guess(
                f"`{c.name}` is written {c.format}", "no value above 12 settles which is the month", keyed.table.path.name, (c.name,)
            )


def _promises(seen: Seen, keyed: Keyed) -> Iterator[Guess]:
    for c in seen.asserted:
        if c.promised.table == keyed.number:
            actual = f"`{c.actual.column}` = '{c.actual.activity}'" if c.actual.activity else f"`{c.actual.column}`"
            lost = [
                o
                for o in seen.candidates
                if not o.may_stand and o.actual == c.actual and o.promised.name.promise and "fits it better" in o.against
            ]
            rivals = f"; `{lost[0].promised.column}` would fit too, with {lost[0].score} points against {c.score}" if lost else ""
            yield Guess(
                f"`{c.promised.column}` is promised and {actual} is what became of it: {words(c)}",
                "; ".join(c.evidence) + rivals, keyed.table.path.name, (c.promised.column, c.actual.column),
            )  # fmt: skip


def _unmet(seen: Seen, keyed: Keyed) -> Iterator[Guess]:
    """Dates by whose names something was promised, though nothing in the files says what became of it."""
    met = {c.promised.column for c in seen.asserted if c.promised.table == keyed.number}
    empty = [c.name for c in keyed.table.columns if c.kind == "blank" and time_name(c.name).actual]
    for column in keyed.table.instants:
        name = time_name(column.name)
        if name.promise != 2 or name.never or column.name in met:
            continue
        tried = [c for c in seen.candidates if (c.promised.table, c.promised.column) == (keyed.number, column.name)]
        best = max(tried, key=lambda c: c.score, default=None)
        why = [f"`{e}` is empty" for e in empty] + (
            [f"`{best.actual.activity or best.actual.column}` is the nearest, but {best.against}"] if best else []
        )
        yield Guess(
            f"`{column.name}` sounds promised; no promise is made of it",
            "; ".join(why) or "no column says when it happened", keyed.table.path.name, (column.name,),
        )  # fmt: skip


def _people(seen: Seen, keyed: Keyed, source: Yaml) -> Iterator[Guess]:
    used = Source.model_validate(source).columns()
    for column, kind in seen.personal[keyed.number].items():
        becomes = "is kept as a token" if column in used else "stays where it is"
        yield Guess(
            f"`{column}` is personal ({kind.replace('_', ' ')}) and {becomes}",
            "by its name and its values",
            keyed.table.path.name,
            (column,),
        )


def _measures(keyed: Keyed, source: Yaml) -> Iterator[Guess]:
    feedback, money = source.get("feedback"), source.get("money")
    for entry in feedback if isinstance(feedback, list) else ():
        score = keyed.table.column(entry["score"])
        told = ", ".join(f"{n:,} times {v}" for v, n in score.vocabulary[:5])
        yield Guess(
            f"`{score.name}` is a customer's score of {entry['scale'][0]} to {entry['scale'][1]}",
            told,
            keyed.table.path.name,
            (score.name,),
        )
    for entry in money if isinstance(money, list) else ():
        amount = keyed.table.column(entry["amount"])
        yield Guess(
            f"`{amount.name}` is an amount{' in ' + entry['currency'] if 'currency' in entry else ''} of {_one(entry['about'])}",
            f"numbers such as {', '.join(amount.sample[:3])}{_marks(amount)}", keyed.table.path.name, (amount.name,),
        )  # fmt: skip


def _marks(amount: Column) -> str:
    """How an amount is written, where it is not the plain way."""
    if amount.decimal == "." and amount.thousands is None:
        return ""
    between = f", '{amount.thousands}' between thousands" if amount.thousands else ""
    return f"; '{amount.decimal}' before decimals{between}"


def _one(type: str) -> str:
    return f"{'an' if type[0] in 'aeio' else 'a'} {type.replace('_', ' ')}"

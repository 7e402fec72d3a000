"""Promises with nothing recorded that also lack what almost every fulfilled one has: nobody is named who could be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from troth.findings.context import Context, window
from troth.findings.finders.nothing_recorded import silent
from troth.findings.related import Route, by_type, pairs_sql, routes
from troth.findings.statement import Act, Evidence, Statement, Table
from troth.findings.weighing import strata
from troth.findings.words import number, percent, plural, spoken
from troth.kernel.money import spoken as money_spoken
from troth.promises import Promise
from troth.query import identifier, literal_text, names_in, parse
from troth.record.strata import Stratum

NAME = "nobody_to_ask"
ALMOST_ALL = Fraction(95, 100)
FEWEST_FULFILLED = 20  # below that, one exception is already more than 5 %
MOST_STATUSES = 12
OWN_COLUMNS = ("code", "id", "month", "stratum")
PAID = "payment"


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing together. types: near ones first. named: of these, the near ones and those who owe or are owed.

    where: SQL of the subjects (alias o) that lack all of them.
    """

    types: tuple[str, ...]
    named: tuple[str, ...]
    party: bool
    where: str
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects of one status in one stratum. amount: recorded money, None where no money is on record at all."""

    status: str | None
    stratum: str | None
    count: int
    amount: Decimal | None


def find(context: Context) -> list[Statement]:
    found = [_statement(context, name, p) for name, p in context.dated.items() if p.kind == "customer"]
    return [s for s in found if s is not None]


def _statement(context: Context, name: str, promise: Promise) -> Statement | None:
    ways = by_type(routes(context, promise.subject))
    usual = {type: share for type, share in _coverage(context, name, ways).items() if share >= ALMOST_ALL}
    gaps = _gaps(context, name, promise, {type: ways[type] for type in ways if type in usual})
    if not gaps:
        return None
    gap = gaps[0]
    attribute, paid = _status(context, promise), _money(context, promise.subject)
    groups = _groups(context, name, gap, attribute, paid)
    known = strata(context, promise.subject)
    weight = sum((g.count * _stratum(known, g).weight for g in groups), Fraction(0))
    all_silent, first, last = context.engine.rows(
        f"SELECT count(*), min(o.due), max(o.due) FROM outcome_{name} o WHERE {silent(context, promise)}"
    )[0]
    least = min(usual[type] for type in gap.types)
    sentences = (
        _by_status(groups, paid[1] if paid else ""),
        f"Where “{spoken(promise.fulfil.what)}” is on record, {'all' if least == 1 else percent(least)} have {_these(gap.named)}.",
    )
    return Statement(
        id=f"{NAME}/{name}",
        finder=NAME,
        headline=_headline(promise, gap, int(all_silent)),
        paragraph=" ".join(sentence for sentence in sentences if sentence),
        evidence=Evidence(
            f"{gap.count:,} of {int(all_silent):,} {plural(promise.subject)}",
            f"due {window(context.local_time(first), context.local_time(last))}",
            "certain as a count",
            notes=_notes(gap, groups, paid, weight),
        ),
        value=float(gap.count),
        unit="count",
        sql=f"SELECT count(*) AS value\nFROM outcome_{name} o\nWHERE {gap.where}",
        table=_table(promise, gaps, groups, attribute, paid),
        weight=float(weight),
        owner=", ".join(promise.owners) or None,
        acts=(Act("Who should own these?", primary=True), Act("Show the list", "orders"), Act("SQL", "sql")),
        orders_sql=f"SELECT s.id FROM outcome_{name} o JOIN object_{promise.subject} s ON s.code = o.subject\n"
        f"WHERE {gap.where}\nORDER BY s.id",
        orders_count=gap.count,
    )


def _coverage(context: Context, name: str, ways: dict[str, list[Route]]) -> dict[str, Fraction]:
    """Share of the fulfilled subjects that have each related type; empty where too few are fulfilled."""
    if not ways:
        return {}
    have = ", ".join(f"count(*) FILTER (o.subject IN {_has(found)})" for found in ways.values())
    of, *counted = context.engine.rows(f"SELECT count(*), {have} FROM outcome_{name} o WHERE o.fulfilled IS NOT NULL")[0]
    if of < FEWEST_FULFILLED:
        return {}
    return {type: Fraction(int(n), int(of)) for type, n in zip(ways, counted, strict=True)}


def _has(found: list[Route]) -> str:
    return f"(SELECT subject FROM (\n{pairs_sql(found)}\n  ))"


def _gaps(context: Context, name: str, promise: Promise, ways: dict[str, list[Route]]) -> list[Gap]:
    """Sets of types that are missing together, the most frequent first."""
    if not ways:
        return []
    where = silent(context, promise)
    lacks = [f"o.subject NOT IN {_has(found)}" for found in ways.values()]
    flags = ", ".join(f"{lack} AS lacks_{at}" for at, lack in enumerate(lacks))
    rows = context.engine.rows(f"SELECT count(*), * FROM (SELECT {flags} FROM outcome_{name} o WHERE {where}) GROUP BY ALL ORDER BY ALL")
    found = []
    for _, *missing in sorted(rows, key=lambda row: (-int(row[0]), row[1:])):
        types = [type for type, lacking in zip(ways, missing, strict=True) if lacking]
        if types:
            near = [type for type in types if len(ways[type][0]) == 1]
            parties = [type for type in types if type in _parties(context) and type not in near]
            picked = [lack for lack, lacking in zip(lacks, missing, strict=True) if lacking]
            found.append(
                Gap(
                    tuple(types),
                    tuple([*near, *parties] if near or parties else types),
                    party=any(type in _parties(context) for type in types),
                    where=(lacking_all := "\n  AND ".join([where, *picked])),
                    count=int(context.engine.rows(f"SELECT count(*) FROM outcome_{name} o WHERE {lacking_all}")[0][0]),
                )
            )
    return found


def _parties(context: Context) -> set[str]:
    """Names of those who owe or are owed anything."""
    owed = {p.promisee.rpartition(".")[2] for p in context.promises.values() if p.promisee}
    return owed | {who for p in context.promises.values() for who in p.promisor.values()}


def _status(context: Context, promise: Promise) -> str | None:
    """The text attribute of few values that the promise's own rules read; else one that is called status."""
    table = f"object_{promise.subject}"
    kinds = {str(row[0]): str(row[1]) for row in context.engine.rows(f"DESCRIBE {table}")}
    rules = [rule for rule in (promise.void_when, promise.fulfil.claimed_by) if rule]
    read = [name.path[-1] for rule in rules for name in names_in(parse(rule))]
    for attribute in dict.fromkeys([*read, "status"]):
        if kinds.get(attribute) == "VARCHAR" and attribute not in OWN_COLUMNS:
            values = context.engine.rows(f"SELECT count(DISTINCT {identifier(attribute)}) FROM {table}")[0][0]
            if 0 < int(values) <= MOST_STATUSES:
                return attribute
    return None


def _money(context: Context, subject: str) -> tuple[str, str] | None:
    """Kind and currency of what was paid, else of the largest kind; None where a sum would mix currencies."""
    if not context.has("money"):
        return None
    rows = context.engine.rows(
        "SELECT kind, min(currency), max(currency) FROM money WHERE about_type = ? GROUP BY kind"
        " ORDER BY kind <> ?, sum(amount) DESC, kind",
        (subject, PAID),
    )
    return (str(rows[0][0]), str(rows[0][1])) if rows and rows[0][1] == rows[0][2] else None


def _groups(context: Context, name: str, gap: Gap, attribute: str | None, paid: tuple[str, str] | None) -> list[Group]:
    """The subjects of a gap by status, the largest group first."""
    subject = context.promises[name].subject
    status = f"s.{identifier(attribute)}" if attribute else "CAST(NULL AS VARCHAR)"
    amount = (
        f"(SELECT sum(m.amount) FROM money m WHERE m.about_type = {literal_text(subject)} AND m.about = o.subject"
        f" AND m.kind = {literal_text(paid[0])})"
        if paid
        else "CAST(NULL AS DECIMAL(24,10))"
    )
    rows = context.engine.rows(
        f"SELECT status, stratum, count(*), sum(amount) FROM (SELECT {status} AS status, o.stratum, {amount} AS amount"
        f" FROM outcome_{name} o JOIN object_{subject} s ON s.code = o.subject WHERE {gap.where})"
        " GROUP BY status, stratum ORDER BY count(*) DESC, status, stratum"
    )
    return [Group(status, stratum, int(count), amount) for status, stratum, count, amount in rows]


def _stratum(known: dict[str | None, Stratum], group: Group) -> Stratum:
    return known.get(group.stratum, Stratum(group.stratum, group.count, group.count))


def _headline(promise: Promise, gap: Gap, all_silent: int) -> str:
    many = plural(promise.subject)
    first = f"{gap.count:,} of the {all_silent:,} {many} with nothing recorded"
    if gap.count == all_silent:
        first = f"All {gap.count:,} {many} with nothing recorded"
    lacking = _joined([f"no {spoken(type)}" for type in gap.named])
    verb = "has" if gap.count == 1 and all_silent > 1 else "have"
    return f"{first} {verb} {lacking} in the file{', so nobody can be asked' if gap.party else ''}."


def _joined(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def _these(types: Sequence[str]) -> str:
    return {1: "one", 2: "both"}.get(len(types), "all of these")


def _merged(groups: list[Group]) -> list[tuple[str | None, int, Decimal | None]]:
    """Groups by status alone, the largest first."""
    found: dict[str | None, tuple[int, Decimal | None]] = {}
    for group in groups:
        count, amount = found.get(group.status, (0, None))
        together = group.amount if amount is None else amount + (group.amount or 0)
        found[group.status] = (count + group.count, together)
    merged = [(status, count, amount) for status, (count, amount) in found.items()]
    return sorted(merged, key=lambda row: (-row[1], row[0] or ""))


def _by_status(groups: list[Group], currency: str) -> str:
    merged = [row for row in _merged(groups) if row[0] is not None]
    if not merged:
        return ""
    all_of_them = sum(group.count for group in groups)

    def told(count: int, amount: Decimal | None) -> str:
        return f"{count:,}" + (f", {money_spoken(amount, currency)}" if amount is not None else "")

    status, count, amount = merged[0]
    if count == all_of_them:
        return f"All are marked “{spoken(str(status))}”: {told(count, amount)}."
    if 2 * count > all_of_them:
        return f"Most are marked “{spoken(str(status))}”: {told(count, amount)}."
    listed = "; ".join(f"“{spoken(str(status))}” {told(count, amount)}" for status, count, amount in merged[:3])
    return f"They are marked {listed}."


def _notes(gap: Gap, groups: list[Group], paid: tuple[str, str] | None, weight: Fraction) -> tuple[str, ...]:
    notes = []
    sums = [group.amount for group in groups if group.amount is not None]
    if paid and sums:
        notes.append(f"{spoken(paid[0])} recorded for all {gap.count:,}: {money_spoken(sum(sums, Decimal(0)), paid[1])}")
    others = [type for type in gap.types if type not in gap.named]
    if others:
        notes.append(f"nor {_joined([f'a {spoken(type)}' for type in others])}")
    notes.append("all of them, not a sample" if weight == gap.count else f"in the file; about {number(weight)} in all")
    return tuple(notes)


def _table(promise: Promise, gaps: list[Gap], groups: list[Group], attribute: str | None, paid: tuple[str, str] | None) -> Table:
    """The first gap by status, then every other gap."""
    rows: list[tuple[str | int | float | None, ...]] = [
        (_joined([spoken(t) for t in gaps[0].types]), status, count, None if amount is None else round(float(amount), 2))
        for status, count, amount in _merged(groups)
    ]
    rows += [(_joined([spoken(t) for t in gap.types]), None, gap.count, None) for gap in gaps[1:]]
    recorded = f"{spoken(paid[0])}, {paid[1]}" if paid else "money"
    return Table(("not in the file", spoken(attribute or "status"), plural(promise.subject), recorded), tuple(rows))

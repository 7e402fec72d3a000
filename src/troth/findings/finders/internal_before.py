"""How many of those late to the customer had missed a limit inside the house before, and how many of those in time."""

from __future__ import annotations

from fractions import Fraction

from troth.engines.statistics import Attributable
from troth.findings.context import Context, window
from troth.findings.links import Link, breach
from troth.findings.statement import Act, Evidence, Statement, Table, bars
from troth.findings.upstream import MONTH, Upstream, upstream_of
from troth.findings.weighing import is_sample
from troth.findings.words import beginning, count_of, interval, number, percent, plural, spoken, undone

NAME = "internal_before"


def find(context: Context) -> list[Statement]:
    """One statement for each customer promise and each internal one about the same subject that goes with it beyond chance."""
    inner = [name for name, promise in context.promises.items() if promise.kind == "internal"]
    return [
        s
        for name, promise in context.promises.items()
        if promise.kind == "customer"
        for key in inner
        if context.promises[key].subject == promise.subject and (s := _statement(context, name, key)) is not None
    ]


def _statement(context: Context, name: str, key: str) -> Statement | None:
    found = upstream_of(context, name, (MONTH,), only=key)
    if found is None or found.together is None or found.together.relative.low <= 1:
        return None
    promise, together = context.promises[name], found.together
    (link,) = found.links
    late, in_time = _share(found, "broken"), _share(found, "kept")
    sampled = is_sample(context, promise.subject)
    assert found.first_due is not None
    assert found.last_due is not None
    many, known = plural(promise.subject), found.seen("broken_after", "broken_else")
    where = f"{_before(context, name, key)} AND {context.state()} = 'broken' AND {breach(context, name, 'o')} <= {context.now}"
    source = f"FROM outcome_{name} o JOIN outcome_{key} i ON i.subject = o.subject"
    return Statement(
        id=f"{NAME}/{name}/{key}", finder=NAME,
        headline=_headline(link, many, late, in_time),
        paragraph=_paragraph(found, many, together),
        evidence=Evidence(
            n=f"{count_of(known, promise.subject)} late and {number(found.seen('kept_after', 'kept_else'))} in time, in the file",
            window=f"due {window(context.local_time(found.first_due), context.local_time(found.last_due))}", how_sure="association",
            interval=f"goes with it: {interval(together.population.low, together.population.high)} of the late",
            notes=_notes(found, many),
        ),
        value=float(late), unit="share", sql=_sql(context, name, key),
        table=Table(("those that came", "missed that limit before", "did not", "cannot tell"), tuple(
            (words, *(round(float(found.total(f"{state}_{part}")), 1) for part in ("after", "else", "untold")))
            for words, state in (("late", "broken"), ("in time", "kept"))
        )),
        weight=float(together.population.value * float(found.total("broken_after", "broken_else"))),
        owner=", ".join(link.owners) or None,
        acts=(Act("Show the list", "orders", primary=True), Act("Show the numbers", "table"), Act("SQL", "sql")), estimated=sampled,
        figure=bars(f"share that missed that limit before: {link.words}", [
            ("late to the customer", float(late), percent(late, 0), "missed"), ("in time", float(in_time), percent(in_time, 0), "accent"),
        ]),
        orders_sql=f"SELECT b.id\n{source}\nJOIN object_{promise.subject} b ON b.code = o.subject\nWHERE {where}\nORDER BY b.id",
        orders_count=found.seen("broken_after"),
    )  # fmt: skip


def _share(found: Upstream, state: str) -> Fraction:
    after, other = found.total(f"{state}_after"), found.total(f"{state}_else")
    return after / (after + other)


def _headline(link: Link, many: str, late: Fraction, in_time: Fraction) -> str:
    """Of ten, or of a hundred where tens would say none or all."""
    of = 10 if all(1 <= round(10 * share) <= 9 for share in (late, in_time)) else 100
    first, second = (str(round(of * share)) if round(of * share) or not share else "fewer than 1" for share in (late, in_time))
    participle = undone(link.event).startswith("never")
    what = f"had been {spoken(link.event)} late or not at all" if participle else f"had missed “{link.words}” before"
    return f"Of {of} late {many} {first} {what}; of {of} in time {second}."


def _paragraph(found: Upstream, many: str, together: Attributable) -> str:
    (link,) = found.links
    return (
        f"The limit inside: {link.words} ({link.giver} to {link.taker}). {beginning(many)} that missed it were late"
        f" {together.relative.value:.1f} times as often as others due in the same month; {percent(together.population.value, 0)} of the"
        " late go with it. The two go together; that is an association and no proof."
    )


def _notes(found: Upstream, many: str) -> tuple[str, ...]:
    ratio = found.together.relative if found.together else None
    untold = found.seen("broken_untold", "kept_untold")
    said = [f"late {ratio.value:.1f} times as often ({interval(ratio.low, ratio.high, 1, 1.0)})"] if ratio else []
    return (*said, *([f"{number(untold)} more {many} have no such limit on record"] if untold else []))


def _before(context: Context, name: str, key: str) -> str:
    at = breach(context, key, "i")
    return f"{context.state('i')} = 'broken' AND {at} > o.made AND {at} < least({breach(context, name, 'o')}, o.fulfilled)"


def _sql(context: Context, name: str, key: str) -> str:
    before = _before(context, name, key)
    return (
        "WITH late AS (\n"
        f"  SELECT o.stratum, coalesce({before}, FALSE) AS before,\n"
        f"    i.subject IS NOT NULL AND {context.state('i')} = 'unknown' AS untold\n"
        f"  FROM outcome_{name} o LEFT JOIN outcome_{key} i ON i.subject = o.subject\n"
        f"  WHERE {context.state()} = 'broken' AND {breach(context, name, 'o')} <= {context.now}\n"
        "), weighed AS (\n"
        "  SELECT l.before, coalesce(s.population, 1) AS population, coalesce(s.seen, 1) AS seen\n"
        "  FROM late l LEFT JOIN stratum s ON s.stratum = l.stratum\n"
        f"    AND s.object_type = (SELECT any_value(subject_type) FROM outcome_{name})\n"
        "  WHERE l.before OR NOT l.untold\n"
        ")\n"
        "SELECT sum(population / seen) FILTER (before) / sum(population / seen) AS value\nFROM weighed"
    )

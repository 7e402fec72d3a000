"""The inner steps that a customer promise hangs on: internal promises about the same subject or what is linked to it, and its stages."""

from __future__ import annotations

from dataclasses import dataclass

from troth.findings.context import Context
from troth.findings.related import Hop, Route, pairs_sql, routes
from troth.findings.words import spoken
from troth.promises import Promise

BY_STAGE = "."


@dataclass(frozen=True, slots=True)
class Link:
    """One step. key: the internal promise, or <promise>.<stage>. event: what ends it. giver, taker: who hands over to whom.

    subject: the object type whose step it is. rows: SQL of subject, object, state, at, due, done, one row a step, where
    `subject` is the customer promise's and `at` the instant from which the step was broken.
    """

    key: str
    words: str
    event: str
    giver: str
    taker: str
    owners: tuple[str, ...]
    subject: str
    rows: str


def links(context: Context, name: str) -> tuple[Link, ...]:
    """Every inner step of a customer promise: its internal promises, then the limits of its stages that none of these covers."""
    promise = context.promises[name]
    inner = [one for key in context.promises if key != name and (one := _of_promise(context, promise, key)) is not None]
    ended = {one.event for one in inner if one.subject == promise.subject}
    return (*inner, *(_of_stage(context, name, stage) for stage in limited(promise) if promise.stages[stage].to not in ended))


def limited(promise: Promise) -> tuple[str, ...]:
    """The stages that have a limit of their own, but that which ends in the promise's fulfilment: it is the promise itself."""
    return tuple(key for key, stage in promise.stages.items() if stage.budget is not None and stage.to != promise.fulfil.event)


def breach(context: Context, name: str, alias: str) -> str:
    """SQL of the instant from which a promise that is broken was so."""
    early = "breached" in context.tables.get(f"outcome_{name}", ())
    return f"least({alias}.due, {alias}.breached)" if early else f"{alias}.due"


def parties(promise: Promise) -> tuple[str, str]:
    """Who owes and who is owed, in a word each; 'nobody yet' where the book does not say."""
    giver = next(iter(promise.promisor.values()), "nobody yet")
    taker = (promise.promisee or "nobody yet").rsplit(".", 1)[-1]
    return spoken(giver), spoken(taker)


def takes_over(promise: Promise, stage: str) -> str:
    """Who takes over when a stage ends: who answers for the next one, at the end the one to whom it was promised."""
    end = promise.stages[stage].to
    following = next((key for key, other in promise.stages.items() if other.from_ == end), None)
    return bears(promise, following) if following else parties(promise)[1]


def bears(promise: Promise, stage: str) -> str:
    """Who answers for a stage: the role in the book, else the stage by its name."""
    return spoken(promise.stages[stage].owner or stage)


def _of_promise(context: Context, promise: Promise, key: str) -> Link | None:
    inner = context.promises[key]
    if inner.kind != "internal":
        return None
    pairs = None if inner.subject == promise.subject else belonging(context, promise.subject, inner.subject)
    if pairs is None and inner.subject != promise.subject:
        return None
    on = f"JOIN (\n{pairs}\n  ) p ON p.subject = c.subject\n  JOIN outcome_{key} i ON i.subject = p.code"
    giver, taker = parties(inner)
    rows = (
        f"SELECT c.subject, i.subject AS object, {context.state('i')} AS state, {breach(context, key, 'i')} AS at,\n"
        f"    i.due, i.fulfilled AS done\n  FROM customer c {on if pairs else f'JOIN outcome_{key} i ON i.subject = c.subject'}"
    )
    return Link(key, inner.words, inner.fulfil.what, giver, taker, inner.owners, inner.subject, rows)


def _of_stage(context: Context, name: str, stage: str) -> Link:
    promise = context.promises[name]
    one = promise.stages[stage]
    rows = (
        "SELECT c.subject, c.subject AS object, s.state, s.due AS at, s.due, s.done\n"
        f"  FROM customer c JOIN (\n{stage_sql(context, name, stage)}\n  ) s USING (subject)"
    )
    giver, taker = bears(promise, stage), takes_over(promise, stage)
    owners = (one.owner,) if one.owner else ()
    return Link(f"{name}{BY_STAGE}{stage}", one.words or spoken(stage), one.to, giver, taker, owners, promise.subject, rows)


def stage_sql(context: Context, name: str, stage: str) -> str:
    """SQL of subject, stratum, due, done, state: a stage that began, as a promise that is due at its limit.

    Without a limit on record it cannot be told, nor where its end is not on record though what follows it is.
    """
    promise = context.promises[name]
    start, end, budget = (f'o."{stage}_{part}"' for part in ("from", "to", "budget_us"))
    keys = list(promise.stages)
    later = [f'o."{key}_{part}"' for key in keys[keys.index(stage) + 1 :] for part in ("from", "to")]
    passed = " OR ".join(f"{column} IS NOT NULL" for column in (*later, "o.fulfilled"))
    due = f"{start} + to_microseconds({budget})"
    return (
        f"    SELECT o.subject, o.stratum, {due} AS due, {end} AS done,\n"
        f"      CASE WHEN {context.state()} IS NULL OR {context.state()} IN ('void', 'waived') THEN 'void'\n"
        f"           WHEN {budget} IS NULL OR ({end} IS NULL AND ({passed})) THEN 'unknown'\n"
        f"           WHEN {end} <= {due} THEN 'kept' WHEN {due} <= {context.now} THEN 'broken' ELSE 'open' END AS state\n"
        f"    FROM outcome_{name} o WHERE {start} IS NOT NULL"
    )


def belonging(context: Context, subject: str, far: str) -> str | None:
    """SQL of (subject, code): what of another type belongs to each subject, or to the order that the subject belongs to.

    Directly either way; through a third only if that is itself promised about, as an order is. A customer, whom many orders
    share, joins none of them.
    """
    found: list[Route] = [route for route in routes(context, subject) if len(route) == 1 and route[0].far == far]
    if found:
        return pairs_sql(found, "    ")
    promised = {promise.subject for promise in context.promises.values()}
    through = [
        (first[0], second[0])
        for first in routes(context, subject)
        if len(first) == 1 and first[0].forward and first[0].far in promised
        for second in routes(context, first[0].far)
        if len(second) == 1 and second[0].far == far
    ]
    return "\n    UNION\n".join(_by_way(first, second) for first, second in through) or None


def _by_way(first: Hop, second: Hop) -> str:
    near, far = pairs_sql([(first,)], "      "), pairs_sql([(second,)], "      ")
    return f"    SELECT a.subject, b.code FROM (\n{near}\n    ) a JOIN (\n{far}\n    ) b ON b.subject = a.code"

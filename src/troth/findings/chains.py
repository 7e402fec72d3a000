"""One subject's chain: each inner step with its limit and its end, up to the promise that the customer had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from troth.findings.context import Context
from troth.findings.links import Link, breach, links
from troth.findings.related import by_type, pairs_sql, routes
from troth.findings.words import done, lasting, undone
from troth.promises import Promise
from troth.query import literal_text

CANNOT_SAY = "cannot say"


@dataclass(frozen=True, slots=True)
class Step:
    """One step that counted for a subject. id: whose step it is. party: who owed it, by name, as far as the data know.

    due, done, at: naive UTC; at: from when it was missed. upstream: it broke after the customer was promised and
    before that promise was kept or broken.
    """

    link: Link
    id: str
    party: str
    state: str
    due: datetime | None
    done: datetime | None
    at: datetime | None
    upstream: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """says: in a sentence. steps: those that broke upstream first, in the order in which they did; then the others."""

    promise: str
    words: str
    subject: str
    id: str
    state: str
    says: str
    steps: tuple[Step, ...]

    @property
    def first(self) -> Step | None:
        """The step upstream that broke first: the one named."""
        return next((step for step in self.steps if step.upstream), None)


def chain_of(context: Context, name: str, id: str) -> Chain | None:
    """The chain of one subject by its id; None where nothing of that id was promised so."""
    promise = context.promises[name]
    type = promise.subject
    state, ended = context.state(), breach(context, name, "o")
    rows = context.engine.rows(
        f"SELECT o.subject, {state}, o.due, o.fulfilled FROM outcome_{name} o JOIN object_{type} b ON b.code = o.subject WHERE b.id = ?",
        (id,),
    )
    if not rows:
        return None
    code, now, due, fulfilled = rows[0]
    steps = []
    for link in links(context, name):
        found = context.engine.rows(
            f"WITH customer AS (\n  SELECT o.subject, o.made, least({ended}, o.fulfilled) AS ended\n"
            f"  FROM outcome_{name} o WHERE o.subject = ?\n)\n"
            "SELECT b.id, x.state, x.due, x.done, x.at,\n"
            "  coalesce(x.state = 'broken' AND x.at > c.made AND x.at < c.ended, FALSE) AS upstream\n"
            f"FROM (\n  {link.rows}\n) x JOIN customer c USING (subject)\n"
            f"JOIN object_{link.subject} b ON b.code = x.object ORDER BY x.at, b.id",
            (code,),
        )
        steps += [
            (at, Step(link, str(far), _party(context, link, far), str(kept), limit, end, at, bool(up)))
            for far, kept, limit, end, at, up in found
        ]
    ordered = [step for _, step in sorted(steps, key=lambda one: (not one[1].upstream, one[0] is None, one[0] or context.as_of))]
    says = " -> ".join(
        [*(_broken(step, type, context) for step in ordered if step.upstream), _end(promise, str(now), due, fulfilled, context)]
    )
    return Chain(name, promise.words, type, id, str(now), says, tuple(ordered))


def _party(context: Context, link: Link, id: str) -> str:
    """Where who owes is a kind of object on record, such as a seller: which one it is, of this subject."""
    kind = link.giver.replace(" ", "_")
    if not context.has(f"object_{kind}"):
        return link.giver
    ways = by_type(routes(context, link.subject)).get(kind)
    if not ways:
        return CANNOT_SAY
    rows = context.engine.rows(
        f"SELECT DISTINCT f.id FROM (\n{pairs_sql(ways)}\n) p JOIN object_{link.subject} b ON b.code = p.subject\n"
        f"JOIN object_{kind} f ON f.code = p.code WHERE b.id = {literal_text(id)} ORDER BY 1"
    )
    if not rows:
        return CANNOT_SAY
    return f"{link.giver} {rows[0][0]}" if len(rows) == 1 else f"one of {len(rows)}: {', '.join(f'{link.giver} {row[0]}' for row in rows)}"


def _broken(step: Step, subject: str, context: Context) -> str:
    what = "" if step.link.subject == subject else f"{step.link.subject.replace('_', ' ')} {step.id} "
    assert step.due is not None
    if step.at is not None and step.at < step.due:
        return f"{what}{step.link.words}: not as promised"
    if step.done is None:
        return f"{what}{undone(step.link.event)}, {lasting((context.as_of - step.due).total_seconds())} after the limit"
    return f"{what}{done(step.link.event)} {lasting((step.done - step.due).total_seconds())} late"


def _end(promise: Promise, state: str, due: datetime | None, fulfilled: datetime | None, context: Context) -> str:
    event = promise.fulfil.what
    if state == "broken" and due is not None:
        if fulfilled is None:
            return f"{undone(event)}, {lasting((context.as_of - due).total_seconds())} after the due"
        return f"{done(event)} {lasting((fulfilled - due).total_seconds())} late" if fulfilled > due else f"{done(event)}, not as promised"
    return f"{done(event)} in time" if state == "kept" else {"open": "not due yet", "unknown": "cannot tell"}.get(state, "does not count")

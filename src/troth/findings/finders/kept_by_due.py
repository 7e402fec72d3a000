"""What was kept of all that fell due, beside the usual figure that leaves out what never closed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from troth.findings.context import Context, window
from troth.findings.kept import kept_of
from troth.findings.statement import Act, Evidence, Statement, Table, bars
from troth.findings.weighing import Counts, is_sample, seen, total, weighted_sql
from troth.findings.words import beginning, count_of, done, interval, number, of_hundred, percent, plural, spoken
from troth.promises import Promise

NAME = "kept_by_due"
LEAST_DUE = 5


def find(context: Context) -> list[Statement]:
    main = context.main_promise()
    statement = share_kept(context, main, leads=True) if main else None
    return [statement] if statement else []


def share_kept(context: Context, name: str, *, leads: bool) -> Statement | None:
    """What was kept of one promise; None where too little fell due. leads: it speaks for the whole page."""
    promise = context.promises[name]
    of_due = kept_of(context, name)
    found = of_due.found
    if of_due.seen < LEAST_DUE:
        return None
    kept, unknown, n = (of_due.total(what) for what in ("kept", "unknown", "n"))
    low, high = of_due.low, of_due.high
    closed = kept + total(found, "late") if name in context.dated else Fraction(0)
    usual = kept / closed if closed else None
    share = of_due.share
    state, fell_due = context.state(), f"o.due <= {context.now}"
    first, last = context.engine.rows(f"SELECT min(due), max(due) FROM outcome_{name} o WHERE {fell_due}")[0]
    sampled = is_sample(context, promise.subject)
    silent = total(found, "silent")
    notes = [f"range {interval(float(low), float(high))} while {number(unknown)} cannot be told" if unknown else "none left untold"]
    if sampled:
        plain = seen(found, "kept") / seen(found, "n")
        notes.append(f"the unweighted {percent(plain)} is refused: the file holds some kinds of {plural(promise.subject)} as a sample")
    return Statement(
        id=f"{NAME}/{name}", finder=NAME if leads else "other_promises",
        headline=_headline(promise, float(low), usual, silent, leads=leads),
        paragraph=_paragraph(promise, usual, silent),
        evidence=Evidence(
            f"{of_due.seen:,} promises in the file" + (f", {number(n)} in all" if sampled else ""),
            f"due {window(context.local_time(first), context.local_time(last))}", "measured",
            interval(share.low, share.high), tuple(notes),
        ),
        value=float(low), unit="share",
        sql=weighted_sql(name, f"{state} = 'kept'", f"{state} IN ('kept', 'broken', 'unknown')", fell_due),
        table=Table(("state of what fell due", "in the file", "in all"), _rows(found, promise)),
        weight=float(n - kept), owner=_owner(promise.owners),
        acts=(Act("SQL", "sql"),), estimated=sampled, leads=leads,
        figure=bars("of what fell due", [
            ("kept", float(kept / n), percent(kept / n, 0), "accent"),
            ("late", float(total(found, "late") / n), percent(total(found, "late") / n, 0), "missed"),
            ("nothing recorded", float(silent / n), percent(silent / n, 0), "waiting"),
            *_not_as_promised(promise, total(found, "other") / n),
        ]),
    )  # fmt: skip


def _not_as_promised(promise: Promise, share: Fraction) -> list[tuple[str, float, str, Literal["missed"]]]:
    return [(_breach(promise), float(share), percent(share, 0), "missed")] if share else []


def _breach(promise: Promise) -> str:
    """How a breach is called that is no delay."""
    return "it happened" if promise.fulfil.absent else "not as promised"


def _headline(promise: Promise, share: float, usual: Fraction | None, silent: Fraction, *, leads: bool) -> str:
    """The lead contrasts the usual figure with the page's own headline; any other promise says its share."""
    if not leads or usual is None or not silent:
        return f"“{beginning(promise.words)}” was kept {of_hundred(share)} times."
    return (
        f"Your usual on-time figure says {of_hundred(usual)}. It leaves out {count_of(round(silent), promise.subject)} that never closed."
    )


def _paragraph(promise: Promise, usual: Fraction | None, silent: Fraction) -> str:
    closed = done(promise.fulfil.what)
    if promise.fulfil.absent:
        return f"Of what fell due, the rest are {plural(promise.subject)} {closed} all the same."
    if promise.fulfil.all_of:
        return f"It is kept where each of these was: {', '.join(spoken(one.promise) for one in promise.fulfil.all_of)}."
    if usual is None:
        return f"Of what fell due there are no {plural(promise.subject)} {closed}."
    if silent:
        left_out = f"{count_of(round(silent), promise.subject)} that fell due with nothing recorded"
        return (
            f"The usual on-time figure says {percent(usual)}: it counts only {plural(promise.subject)} {closed} and leaves out {left_out}."
        )
    return f"Everything that fell due has an answer; the usual on-time figure is {percent(usual)}."


def _rows(found: list[Counts], promise: Promise) -> tuple[tuple[str | int | float | None, ...], ...]:
    named = {
        "kept": "kept", "late": "late", "silent": "nothing recorded", "other": _breach(promise), "unknown": "cannot tell",
        "void": "does not count", "waived": "let off by the customer",
    }  # fmt: skip
    return tuple((words, seen(found, key), round(float(total(found, key)), 1)) for key, words in named.items() if seen(found, key))


def _owner(owners: Sequence[str]) -> str | None:
    return ", ".join(owners) if owners else None

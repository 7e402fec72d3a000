"""`troth upstream` and `troth handoffs`: what broke before what the customer saw, and between whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from troth.faces.cli.options import HERE, Book, Json
from troth.faces.cli.output import Out
from troth.faces.plain import fields

if TYPE_CHECKING:
    from troth.app.answers.handoffs import Handoffs, RateTold
    from troth.app.answers.upstream import UpstreamTold
    from troth.findings.chains import Chain


def upstream(
    promise: Annotated[str, typer.Argument(help="A promise to customers: deliver.")],
    order: Annotated[str | None, typer.Option("--order", help="One order, by its id, step by step.")] = None,
    by: Annotated[
        str, typer.Option("--by", help="Compare only what is alike in these: warehouse,ship_country,month; none for everything.")
    ] = "month",
    book: Book = HERE,
    json: Json = False,
) -> None:
    """Say which inner step broke before a promise did, over all of it or for one order."""
    from troth.app.answers.upstream import plain_chain, tell_chain, tell_upstream
    from troth.app.bootstrap import open_workspace
    from troth.app.reading import open_reading

    out = Out(json=json, quiet=False)
    reading = open_reading(open_workspace(book))
    if order is not None:
        chain = tell_chain(reading, promise, order)
        out.data(plain_chain(chain)) if json else _chain(out, chain)
        return
    found = tell_upstream(reading, promise, () if by == "none" else tuple(part.strip() for part in by.split(",")))
    out.data(fields(found)) if json else _upstream(out, found)


def handoffs(
    role: Annotated[str | None, typer.Option("--role", help="What one role gives, takes or answers for.", show_default="all")] = None,
    book: Book = HERE,
    json: Json = False,
) -> None:
    """List every handover between departments: who owes it to whom, and how often it was broken, of what fell due."""
    from troth.app.answers.handoffs import tell_handoffs
    from troth.app.bootstrap import open_workspace
    from troth.app.reading import open_reading

    out = Out(json=json, quiet=False)
    found = tell_handoffs(open_reading(open_workspace(book)), role)
    out.data(fields(found)) if json else _handoffs(out, found)


def _chain(out: Out, chain: Chain) -> None:
    out.say(f"{chain.subject} {chain.id}: {chain.says}")
    for step in chain.steps:
        mark = "missed first" if step is chain.first else "missed before" if step.upstream else _KEPT.get(step.state, step.state)
        out.say(f"  {step.link.words}: {mark} · {step.party} to {step.link.taker}")
    if not chain.steps:
        out.say("  None of its inner steps is on record.")


_KEPT = {"kept": "in time", "broken": "missed, but not before", "unknown": "cannot tell", "open": "not due yet", "void": "does not count"}


def _upstream(out: Out, found: UpstreamTold) -> None:
    out.say(f"{found.words}: {found.evidence}{' · ~ scaled up from a sample' if found.sampled else ''}")
    for sentence in found.sentences:
        out.say(f"  {sentence}")
    if (refusal := found.refusal) is not None:
        out.say(f"  Cannot say yet. {refusal.reason} Got {refusal.got}; needs {refusal.need}. {refusal.settle}".rstrip())
    for cause in found.causes:
        count = f"~{cause.in_all:,.0f}" if found.sampled else f"{cause.in_file:,}"
        owners = ", ".join(cause.owners) or "nobody yet"
        out.say(f"  Missed first before {count}: {cause.words} ({cause.giver} to {cause.taker}; owner: {owners})")


def _handoffs(out: Out, found: Handoffs) -> None:
    for one in found.handoffs:
        out.say(f"{one.giver} to {one.taker}: {one.words}")
        out.say(f"  {_rate(one.rate)} · owner: {', '.join(one.owners) or 'nobody yet'}")
        for ahead in one.ahead_of:
            if ahead.lead is not None and ahead.lead.low > 0:
                out.say(
                    f"  Runs {ahead.lead.steps} weeks ({ahead.lead.low} to {ahead.lead.high}) ahead of “{ahead.instrument}”"
                    f" (correlation {ahead.lead.correlation:+.2f} over {ahead.weeks} weeks); an association"
                )
    for joint in found.joint:
        out.say(f"{joint.words}: owned together by {', '.join(joint.owners) or 'nobody yet'}")
        out.say(f"  {_rate(joint.rate)}")
        if joint.shares:
            out.say("  Where it arose: " + ", ".join(f"{words} {100 * share:.0f} %" for _, words, share in joint.shares if share >= 0.005))
    if not found.handoffs:
        out.say(f"No handover is promised{f' by or to {found.role}' if found.role else ''}.")
    out.say("Handovers that nobody promised: troth gaps")


def _rate(rate: RateTold | None) -> str:
    if rate is None:
        return "nobody set a limit, so no rate"
    if not rate.n:
        return "nothing fell due yet"
    between = f"{100 * rate.low:.1f} %" if rate.low == rate.high else f"{100 * rate.low:.1f} to {100 * rate.high:.1f} %"
    parts = [f"missed {between} of {rate.n:,} that fell due", f"{rate.never:,} never done"]
    if rate.unknown:
        parts.append(f"{rate.unknown:,} cannot be told" + (f", {rate.no_limit:,} of them without a limit" if rate.no_limit else ""))
    if rate.done:
        parts.append(f"of those done {100 * rate.done_late / rate.done:.1f} % late")
    return " · ".join(parts)

"""How the terminal shows who is the same, and one customer's story across systems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troth.faces.cli.output import Out

ACTS = {"merge": "are one", "apart": "are two", "split": "is taken out of its party", "undo": "undone"}


def identities(out: Out, found: Sequence[Any]) -> None:
    for one in found:
        out.say(f"{one.identity}: {one.objects:,} objects of {', '.join(one.sources)} are {one.parties:,} parties.")
        out.say(f"  {one.joined:,} links joined, {one.review:,} pairs wait for people, {one.refused:,} links refused")
        for line in (*one.unmatched, *one.warnings):
            out.say(f"  {line}")
        for decision in one.decisions:
            out.say(f"  {'' if decision.stands else '(no longer) '}{_decision(decision)}")
        if one.waiting:
            out.say(f"  Decisions {', '.join(map(str, one.waiting))} were made since: run troth build.")


def reviewed(out: Out, pairs: Sequence[Any]) -> None:
    if not pairs:
        out.say("Nobody waits for a decision.")
        return
    for pair in pairs:
        out.say(_pair(pair))
    out.say("\nDecide with: troth identity merge A B --reason …, or: troth identity split A --from B --reason …")


def chained(out: Out, found: Any) -> None:
    verdict = "are one party" if found.same else "are two parties"
    out.say(f"{found.a} and {found.b} {verdict}{f', {found.party_a}' if found.same else ''}.")
    for pair in found.chain:
        out.say(_pair(pair))
    if not found.chain:
        out.say("  Nothing was found that links them.")


def decided(out: Out, made: Any) -> None:
    draft = made.draft
    two = " and ".join(f"{member.type}:{member.id}" for member in (draft.a, draft.b) if member)
    what = f"decision {draft.undoes} is taken back" if draft.act == "undo" else f"{two} {ACTS[draft.act]}"
    out.say(f"Decision {made.number} by {made.actor}: {what}. It counts from the next build: troth build")


def customer(out: Out, found: Any) -> None:
    systems = ", ".join(f"{one.source or 'no source'} {one.type}:{one.id}" for one in found.members)
    out.say(f"{found.party}: {systems}\n")
    for line in found.lines:
        out.say(f"{line.at:<20} {line.system:<14} {line.type} {line.id}: {line.what}")
    if not found.lines:
        out.say("Nothing happened on record.")


def _decision(one: Any) -> str:
    two = " and ".join(member for member in (one.a, one.b) if member)
    what = f"decision {one.undoes} undone" if one.act == "undo" else f"{two} {ACTS[one.act]}"
    reason = f": {one.reason}" if one.reason else ""
    return f"{one.number}  {one.known_from:%Y-%m-%d %H:%M} UTC  {one.actor}: {what}{reason}"


def _pair(pair: Any) -> str:
    sure = "" if pair.probability is None else f", {float(pair.probability) * 100:.1f} % likely"
    why = f" ({pair.why})" if pair.why else ""
    weights = f"\n      {pair.weights}" if pair.weights else ""
    return f"  {pair.a} – {pair.b}: {pair.verdict} by {pair.by}{sure}{why}{weights}"

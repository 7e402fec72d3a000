"""`troth gaps`: what nobody has promised, nobody answers for or nobody is owed."""

from __future__ import annotations

from typing import Any, Final

from troth.faces.cli.opening import opened
from troth.faces.cli.options import HERE, AsKnownAt, Book, Json
from troth.faces.cli.output import Out

HANDOFFS: Final = "handoff nobody promised"
HEADINGS = {
    "stage without owner": "Stages that nobody answers for",
    "promise without owner": "Promises that nobody answers for",
    "promise to nobody": "Promises that do not say who is owed",
    HANDOFFS: "Handoffs that nobody promised",
    "role promises nothing": "Roles that promise nothing to anybody",
    "unit promises nothing": "Units that promise nothing to anybody",
    "event nobody uses": "On record, and used by no promise, stage or pause",
}


def gaps(book: Book = HERE, as_known_at: AsKnownAt = None, json: Json = False) -> None:
    """Say what no promise covers: stages, handoffs, events, roles and units, each with what to do next."""
    from troth.app.answers.gaps import gaps as use_case

    found = use_case(opened(book, as_known_at))
    out = Out(json=json, quiet=False)
    if json:
        out.data({"journeys": [_journey(one) for one in found.journeys], "gaps": [_gap(one) for one in found.gaps]})
        return
    for journey in found.journeys:
        if len(journey.hands) > 1:
            out.say(f"{journey.object_type}: {' → '.join(hand.name for hand in journey.hands)}")
    said(out, found.gaps)


def said(out: Out, gaps: Any) -> None:
    """Each kind of gap under its heading, with what to do next."""
    if not gaps:
        out.say("\nNo gap: every stage, handoff, event, role and unit has a promise.")
    for kind, heading in HEADINGS.items():
        listed = [one for one in gaps if one.gap.kind == kind]
        if not listed:
            continue
        out.say(f"\n{heading} ({len(listed)})")
        if kind == "event nobody uses":
            _events(out, listed)
            continue
        for one in listed:
            out.say(f"  {one.gap.says}")
            out.say(f"    {one.gap.next_act}." + (f"  {one.place}" if one.place else ""))
        if kind == HANDOFFS:
            out.say("  Those that somebody promised: troth handoffs")


def _events(out: Out, listed: Any) -> None:
    """A line for each object type: there may be many, and most of them are only told."""
    by: dict[str, list[str]] = {}
    for one in listed:
        type, _, event = one.gap.about.partition(": ")
        by.setdefault(type, []).append(f"{event} ({one.gap.count:,})")
    for type, events in by.items():
        out.say(f"  {type}: {', '.join(events)}")
    out.say("    Say what each ends or begins, in a promise or a stage; or leave it, if it is only told.")


def _gap(one: Any) -> dict[str, Any]:
    gap = one.gap
    return {"kind": gap.kind, "about": gap.about, "says": gap.says, "next_act": gap.next_act, "count": gap.count, "place": one.place}


def _journey(journey: Any) -> dict[str, Any]:
    return {
        "object_type": journey.object_type, "objects": journey.objects, "sample": journey.sample,
        "hands": [hand.name for hand in journey.hands],
        "stretches": [_stretch(one, usual=True) for one in journey.way] + [_stretch(one, usual=False) for one in journey.others],
    }  # fmt: skip


def _stretch(one: Any, *, usual: bool) -> dict[str, Any]:
    return {
        "from": one.before, "to": one.event, "usual": usual, "times": one.times, "half_within_us": one.half_us, "covered": one.covered,
        "promised_by": one.promised_by, "gives": one.gives.name if one.gives else None, "takes": one.takes.name if one.takes else None,
        "changes_hands": one.changes_hands,
    }  # fmt: skip

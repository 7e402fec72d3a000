"""How the terminal shows budgets and margins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from troth.app.answers.margins import Judged
    from troth.faces.cli.output import Out
    from troth.findings.backtest import Tried
    from troth.findings.budget import Budget, Warned
    from troth.findings.margin import Margin

MOST_LANES = 40


def budget_said(out: Out, budget: Budget, local: Callable[[datetime], datetime]) -> None:
    since, until = (f"{(at := local(each)).day} {at:%b %Y %H:%M}" for each in (budget.since, budget.until))
    about = "~" if budget.estimated else ""
    out.say(f"\n{budget.promise}: {budget.words}")
    out.say(f"  Objective: {_hundred(budget.kept)} of every 100 kept over {_days(budget.over_days)}; here from {since} to {until}.")
    if budget.burn is None:
        out.say("  Nothing fell due in that time.")
        return
    due, broken = f"{about}{budget.due_in_all:,.0f}", f"{about}{_range(budget.broken_in_all)}"
    out.say(f"  {due} fell due, so {about}{budget.allowed:,.1f} may be broken; {broken} were.")
    out.say(f"  {_left(budget, about)} Burn rate {_range(budget.burn, 2)}: 1 uses the budget up just as its time ends.")
    if budget.left[0] >= 0:
        out.say(f"  {_gone(budget)}")
    if budget.estimated:
        out.say(f"  ~ scaled up from a sample: {budget.due:,} due in the file.")
    if budget.unknown:
        out.say(f"  {budget.unknown:,} cannot be told, since cells are held back or a fulfilment has no instant: hence the ranges.")
    out.say("  Signals, each on while both of its windows burn faster than its threshold")
    for one in budget.signals:
        _signal(out, one)
    if any(one.refusal is None for one in budget.signals):
        out.say("  False alarms: days a year on which it would be on if the objective were just met and each broke by itself.")
        out.say("  Breaks seen: how long it takes until so many times what is allowed are broken is seen, if nothing was broken before.")


def margin_said(out: Out, judged: Judged) -> None:
    found = judged.margins
    hundred = _hundred(found.share)
    out.say(f"\n{found.promise}: {found.words}")
    out.say(f"  Margin: so much before it is due {hundred} of every 100 are there, in days by the clock; below 0 it is after.")
    out.say(f"  {_margin_in_words(found.all)}")
    if found.estimated:
        out.say("  ~ scaled up from a sample: no interval, and no lane is named. Counts are of the file.")
    out.say("\n  By month of the due")
    out.rows(("month", "due", "broken", "margin", "95 % from", "to"), [(month, *_cells(one)) for month, one in found.by_month])
    if found.lanes:
        out.say(f"\n  By {' and '.join(found.by)}: the last {_days(found.window_days)}, and before")
        rows = [
            (one.lane, *_cells(one.recent), _shown(one.earlier), None if one.drift is None else round(one.drift.value, 2))
            for one in found.lanes[:MOST_LANES]
        ]
        out.rows(("lane", "due", "broken", "margin", "95 % from", "to", "margin before", "later by, days"), rows)
        if len(found.lanes) > MOST_LANES:
            out.say(f"  and {len(found.lanes) - MOST_LANES:,} lanes more; --json has all")
        _names(out, judged)
    if judged.back_test is not None:
        _tried(out, judged)


def _names(out: Out, judged: Judged) -> None:
    found = judged.margins
    thin = sum(one.recent.thin for one in found.lanes)
    if thin:
        out.say(f"  Cannot say yet: {_lanes(thin)} with too few due; each needs at least {judged.fewest}.")
    if found.why_no_names is not None:
        out.say(f"  Cannot say yet which lanes are out of margin: got {found.why_no_names.got}; needs {found.why_no_names.need}.")
        return
    out.say(f"  Out of margin: {', '.join(one.lane for one in found.lanes if one.out) or 'no lane'}.")
    if found.why_no_drifts is not None:
        out.say(f"  Cannot say yet which have worn: got {found.why_no_drifts.got}; needs {found.why_no_drifts.need}.")
        return
    alike = f" with the same {' and '.join(found.within)}" if found.within else ""
    worn = ", ".join(f"{one.lane} by {one.drift.value:.1f} days" for one in found.lanes if one.worn and one.drift)
    out.say(f"  Later and later, over the record, than others in the same month{alike}: {worn or 'no lane'}.")
    out.say("  Of the lanes that are named, at most 5 in 100 are so by chance.")


def _tried(out: Out, judged: Judged) -> None:
    test, about = judged.back_test, "~" if judged.margins.estimated else ""
    assert test is not None
    lane = "each lane" if judged.margins.by else "it"
    out.say(f"\n  Had {lane} been promised the time in which {_hundred(test.share)} of every 100 came")
    out.say(f"  of what had fallen due in the {_days(test.window_days)} before, as known then:")
    one = test.all
    if not one.replaced or one.more_days is None or one.later is None or one.earlier is None:
        out.say(f"  Cannot say yet: nowhere had {test.fewest} fallen due and come by then.")
        return
    fewer = one.late - one.late_then
    said = f"{about}{fewer:,.0f} fewer late" if fewer >= 0 else f"{about}{-fewer:,.0f} more late"
    days = f"{one.more_days:.2f} days more" if one.more_days >= 0 else f"{-one.more_days:.2f} days less"
    out.say(
        f"  {said}: {about}{one.late_then:,.0f} in place of {about}{one.late:,.0f} of {about}{one.n:,.0f}, for {days} promised on average;"
    )
    out.say(f"  {one.later * 100:.0f} of every 100 would have been promised later, {one.earlier * 100:.0f} earlier.")
    stayed = [f"{one.thin:,} where fewer than {test.fewest} had fallen due" if one.thin else ""]
    stayed += [f"{one.not_reached:,} where too many had not come" if one.not_reached else ""]
    if any(stayed):
        out.say(f"  As they were: {' and '.join(part for part in stayed if part)}.")
    if one.unknown:
        out.say(f"  {about}{one.unknown:,.0f} cannot be told either way.")
    if judged.margins.by:
        rows = [_row(name, each) for name, each in test.lanes[:MOST_LANES]]
        out.rows(("lane", "due", "late", "late then", "days more", "stay as they were"), rows)


def _row(name: str, one: Tried) -> tuple[object, ...]:
    more = None if one.more_days is None else round(one.more_days, 2)
    return name, round(one.n), round(one.late), round(one.late_then), more, one.thin + one.not_reached


def _signal(out: Out, one: Warned) -> None:
    name = f"    {one.name:<7}{one.threshold:g} times over {_days(one.long)} and {_days(one.short)}"
    if one.refusal is not None:
        out.say(f"{name}: cannot say yet; got {one.refusal.got}, needs {one.refusal.need}. {one.refusal.settle}".rstrip())
        return
    state = {True: "ON", False: "off", None: "cannot tell"}[one.on]
    counted = f"{one.long_broken:,} of {one.long_due:,} and {one.short_broken:,} of {one.short_due:,} broken"
    assert one.false_a_year is not None
    rarely = "fewer than 0.1" if one.false_a_year < 0.1 else f"{one.false_a_year:.1f}"
    seen = ", ".join(f"{each.times} times in {each.days:.1f} days" for each in one.seen)
    out.say(f"{name}: {state}, {counted}")
    out.say(f"           false alarms {rarely}; breaks seen: {seen or 'none of up to 10 times'}")


def _left(budget: Budget, about: str) -> str:
    most, least = budget.left
    if least >= 0:
        return f"{about}{_range((least, most), 1)} left."
    if most < 0:
        return f"The budget is spent, by {about}{_range((-most, -least), 1)}."
    return f"Whether the budget is spent cannot be told: between {about}{-least:,.1f} too many and {about}{most:,.1f} left."


def _gone(budget: Budget) -> str:
    if budget.gone_why is not None:
        return f"When it will be gone: cannot say yet; got {budget.gone_why.got}, needs {budget.gone_why.need}."
    assert budget.gone_in is not None
    latest, soonest = budget.gone_in
    if soonest == 0:
        return "At the present rate: gone now." if latest == 0 else "At the present rate: gone now, or not, by what cannot be told."
    if soonest is None:
        return f"At the present rate it is not gone within {_days(budget.over_days)}."
    return f"At the present rate it is gone in {_days(soonest)}" + (
        "." if latest == soonest else f" at the soonest, {'not at all' if latest is None else _days(latest)} at the latest."
    )


def _margin_in_words(one: Margin) -> str:
    if one.thin:
        assert one.why is not None
        return f"Cannot say yet: got {one.why.got}; needs {one.why.need}."
    said = "Not reached" if one.margin is None and one.best is None else f"{_shown(one)} days"
    return f"{said} over the record, of {one.n:,} that fell due; {one.never:,} of them never came, as far as is on record."


def _cells(one: Margin) -> tuple[object, ...]:
    if one.thin:
        return one.n, one.broken, "too few", None, None
    return one.n, one.broken, _shown(one), _number(one.low), _number(one.high)


def _shown(one: Margin) -> str:
    if one.thin:
        return "too few"
    if one.margin == one.best:
        return "not reached" if one.margin is None else f"{one.margin:.2f}"
    return f"{'not reached' if one.margin is None else f'{one.margin:.2f}'} to {'not reached' if one.best is None else f'{one.best:.2f}'}"


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _range(pair: tuple[float, float], digits: int = 0) -> str:
    low, high = pair
    return f"{low:,.{digits}f}" if low == high else f"{low:,.{digits}f} to {high:,.{digits}f}"


def _hundred(share: float) -> str:
    return f"{share * 100:.6g}"


def _days(count: int) -> str:
    return "a day" if count == 1 else f"{count} days"


def _lanes(count: int) -> str:
    return "a lane" if count == 1 else f"{count:,} lanes"

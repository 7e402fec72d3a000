"""The screen of a huddle in words: blocks in the order of the rules, each with its number, its rows, and what is left out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from troth.app.answers.holdings import HuddleUnits
from troth.app.pages.huddle import Due, HuddlePage, Late, Pair, Verbatim, Weekly
from troth.faces.language import Language
from troth.faces.web.amounts import range_shown, scale_of, shown

TODAY, LATE, YESTERDAY, WEEKS = 6, 4, 3, 3
STARS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """when: a time or how long ago. note: what is to be known of it, in a tone."""

    when: str
    id: str
    what: str
    note: str
    tone: str
    href: str


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    stars: str
    heard: str
    about: str
    href: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A block of sentences. number: its figure, or nothing. rows: below it; more: how many are not shown."""

    name: str
    title: str
    aside: str
    number: str
    tone: str
    sentences: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    more: str
    empty: str
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    subtitle: str
    columns: tuple[tuple[Lines, ...], ...]


def sheet(page: HuddlePage, language: Language) -> Sheet:
    """Three columns: what is to be done, how it went, and what customers said; in each the order of the rules."""
    made = {
        "promised": _promised, "late": _late, "yesterday": _yesterday, "last_week": _last_week, "said": _said, "work": _work,
    }  # fmt: skip
    columns: tuple[list[Lines], ...] = ([], [], [])
    place = {"promised": 0, "late": 0, "yesterday": 1, "last_week": 1, "work": 2, "said": 2}
    for block in page.huddle.blocks:
        if block == "work" and not page.pairs:
            continue
        columns[place[block]].append(made[block](page, language))
    return Sheet(_subtitle(page, language), tuple(tuple(column) for column in columns))


def _subtitle(page: HuddlePage, language: Language) -> str:
    say = language.gettext
    return say("%(day)s · huddle %(at)s · data up to %(until)s") % {
        "day": language.weekday(page.as_of), "at": page.huddle.at, "until": language.short(page.as_of),
    }  # fmt: skip


def _promised(page: HuddlePage, language: Language) -> Lines:
    say = language.gettext
    rest = say("tomorrow %(tomorrow)s · rest of the week %(rest)s") % {
        "tomorrow": language.number(page.tomorrow), "rest": language.number(page.rest),
    }  # fmt: skip
    shown_, left = page.today[:TODAY], len(page.today) - TODAY
    return Lines(
        "promised", say("Promised today"), rest, language.number(len(page.today)), "", (), tuple(_row(one) for one in shown_),
        _more(left, language), say("Nothing is promised for today."),
    )  # fmt: skip


def _row(one: Due) -> Row:
    note = one.like or one.stage or ""
    return Row(f"{one.at:%H:%M}", one.id, one.words, note, "missed" if one.at_risk else "", f"/orders/{one.type}/{one.id}")


def _late(page: HuddlePage, language: Language) -> Lines:
    say = language.gettext
    rows = tuple(
        Row(_ago(one.at, page.as_of, language), one.id, one.words, "", "", f"/orders/{one.type}/{one.id}")
        for one in page.late[:LATE]
    )  # fmt: skip
    return Lines(
        "late", say("Late and not here"), say("last 60 days, oldest first"), language.number(len(page.late)),
        "missed" if page.late else "", (), rows, _more(len(page.late) - LATE, language),
        say("Nothing that fell due in the last 60 days is without a record."),
    )  # fmt: skip


def _ago(at: datetime, now: datetime, language: Language) -> str:
    days = (now.date() - at.date()).days
    return language.ngettext("%(n)d day", "%(n)d days", days) % {"n": days} if days else f"{at:%H:%M}"


def _yesterday(page: HuddlePage, language: Language) -> Lines:
    say, missed = language.gettext, len(page.yesterday)
    sentence = language.ngettext(
        "%(due)d fell due, and %(missed)d was missed.", "%(due)d fell due, and %(missed)d were missed.", missed
    ) % {"due": page.yesterday_due, "missed": missed}  # fmt: skip
    rows = tuple(
        Row(f"{one.at:%H:%M}", one.id, one.words, _came(one, language), "missed", f"/orders/{one.type}/{one.id}")
        for one in page.yesterday[:YESTERDAY]
    )
    return Lines(
        "yesterday", say("Yesterday"), "", "", "", ((sentence, ""),) if page.yesterday_due else (), rows,
        _more(missed - YESTERDAY, language), "" if page.yesterday_due else say("Nothing fell due yesterday."),
    )  # fmt: skip


def _came(one: Late, language: Language) -> str:
    if one.came is None:
        return language.gettext("nothing recorded")
    return language.gettext("%(span)s late") % {"span": language.lasting((one.came - one.at).total_seconds())}


def _last_week(page: HuddlePage, language: Language) -> Lines:
    """The promise to customers of which most fell due in full, the others in a line each, the unusual first."""
    say, due = language.gettext, sorted((one for one in page.weeks if one.due), key=lambda one: (not one.customer, -one.due))
    main = due[0] if due else None
    others = sorted(due[1:], key=lambda one: not one.unusual)[: WEEKS - 1]
    sentences = [(_week(main, language, named=len(due) > 1), _of_week(main, language))] if main else []
    sentences += [(_other(one, language), _of_week(one, language)) for one in others]
    return Lines(
        "last_week", say("Last week"), "", "" if main is None or main.share is None else language.percent(main.share, 0), "",
        tuple(sentences), (), "", say("Nothing fell due last week."),
    )  # fmt: skip


def _week(one: Weekly, language: Language, *, named: bool) -> str:
    say = language.gettext
    parts = [say("%(n)s kept") % {"n": one.kept}, say("%(n)s late") % {"n": one.late}, say("%(n)s nothing recorded") % {"n": one.silent}]
    parts += [say("%(n)s cannot be told") % {"n": one.unknown}] if one.unknown else []
    counts = say("%(due)s due: %(parts)s.") % {"due": one.due, "parts": ", ".join(parts)}
    begun = f"{one.words[:1].upper()}{one.words[1:]}. " if named else ""
    if one.usual is None:
        return " ".join((f"{begun}{counts}", say("Too few a week to say what is usual.")))
    usual = say("Usual here: %(low)s to %(high)s.") % _hundreds(one.usual, language)
    return " ".join((f"{begun}{counts}", usual, say("This is unusual.") if one.unusual else say("This is not unusual.")))


def _other(one: Weekly, language: Language) -> str:
    say = language.gettext
    said = say("%(words)s: %(kept)s of %(due)s kept") % {
        "words": f"{one.words[:1].upper()}{one.words[1:]}", "kept": one.kept, "due": one.due,
    }  # fmt: skip
    if one.usual is None:
        return f"{said}."
    usual = say("unusual, usually %(low)s to %(high)s.") if one.unusual else say("as usual.")
    return f"{said}; {usual % _hundreds(one.usual, language)}"


def _of_week(one: Weekly, language: Language) -> str:
    if one.interval is None:
        return ""
    return language.gettext("n %(n)s · 95 %% interval %(low)s to %(high)s %%") % {"n": one.due, **_hundreds(one.interval, language)}


def _hundreds(shares: tuple[float, float], language: Language) -> dict[str, str]:
    low, high = (language.number(100 * share) for share in shares)
    return {"low": low, "high": high}


def _said(page: HuddlePage, language: Language) -> Lines:
    say = language.gettext
    return Lines(
        "said", say("They said"), say("names removed"), "", "", (), (), "", say("Nobody wrote anything in the last four weeks."),
        tuple(_verbatim(one, language) for one in page.said),
    )  # fmt: skip


def _verbatim(one: Verbatim, language: Language) -> Said:
    return Said(
        one.text, _stars(one.score, one.high), _heard(one.score, one.high, language),
        f"{one.id} · {language.weekday(one.at)}", f"/orders/{one.type}/{one.id}",
    )  # fmt: skip


def _stars(score: Decimal, high: Decimal) -> str:
    """Five stars of a scale that has five, else none."""
    return "★" * int(score) + "☆" * (STARS - int(score)) if high == STARS else ""


def _heard(score: Decimal, high: Decimal, language: Language) -> str:
    return language.gettext("%(score)s of %(high)s") % {"score": f"{score.normalize():f}", "high": f"{high.normalize():f}"}


def _work(page: HuddlePage, language: Language) -> Lines:
    say = language.gettext
    return Lines(
        "work", say("Work, and what customers got of it"), say("last week"), "", "",
        tuple(_pair(one, language) for one in page.pairs), (), "", say("No measure of work stands beside one of customers here."),
    )  # fmt: skip


def _pair(one: Pair, language: Language) -> tuple[str, str]:
    say = language.gettext
    scale = scale_of([one.value], one.unit)
    work = shown(language, one.work_value, scale_of([one.work_value], one.work_unit))
    sentence = say("%(work)s: %(value)s. Beside it, %(customers)s: %(got)s.") % {
        "work": one.work[:1].upper() + one.work[1:], "value": work, "customers": one.customers,
        "got": say("cannot say yet") if one.value is None else shown(language, one.value, scale),
    }  # fmt: skip
    near = range_shown(language, one.low, one.high, scale)
    evidence = [say("n %(n)s") % {"n": one.n}, *([say("95 %% interval %(range)s") % {"range": near}] if near else [])]
    return sentence, " · ".join(evidence)


def _more(count: int, language: Language) -> str:
    return language.ngettext("and %(n)d more", "and %(n)d more", count) % {"n": count} if count > 0 else ""


def skipped_lines(units: Sequence[HuddleUnits], language: Language) -> tuple[tuple[str, str, str, str], ...]:
    """Unit, week, how many days without a huddle, and the crisis of that week."""
    return tuple(
        (f"{one.dimension} {each.unit}", language.day(each.monday), str(each.days), each.crisis or "")
        for one in units
        for each in (one.held.skipped if one.held else ())
    )

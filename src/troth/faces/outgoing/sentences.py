"""What stands on every page that leaves: how last week was, up to when the data are, whose they are and on what they rest."""

from __future__ import annotations

from troth.app.answers.promises import Rate
from troth.app.letters.digest import Digest, Old
from troth.app.letters.huddle_digest import HuddleDigest
from troth.app.pages.monday import MondayPage, Weekly
from troth.faces.language import Language


def week(monday: MondayPage, language: Language) -> str:
    """Last week's n and interval, beside the week before, the same week last year and what is usual."""
    say, whole = language.gettext, monday.customers
    parts = [say("Week of %(day)s") % {"day": language.day(monday.since)}]
    if whole.last is None:
        return ": ".join((*parts, say("nothing fell due")))
    parts.append(say("%(n)s promises to customers fell due") % {"n": language.number(whole.last.n)})
    parts += _doubt(whole.last, language)
    parts += [
        words % {"share": language.percent(rate.low, 0)}
        for words, rate in ((say("week before %(share)s"), whole.before), (say("same week last year %(share)s"), whole.year))
        if rate is not None and rate.low is not None
    ]
    return " · ".join([*parts, *_usual(whole, language)])


def _doubt(rate: Rate, language: Language) -> list[str]:
    say, parts = language.gettext, []
    if rate.interval is not None:
        low, high = (language.number(share * 100, 1) for share in rate.interval)
        parts.append(f"{low}–{high}")
    if rate.unknown and rate.high is not None:
        told = {"high": language.percent(rate.high), "n": language.number(rate.unknown)}
        parts.append(say("up to %(high)s while %(n)s cannot be told") % told)
    if rate.estimated:
        parts.append(say("~ scaled up from a sample"))
    return parts


def _usual(whole: Weekly, language: Language) -> list[str]:
    if whole.unusual is None:
        return []
    return [language.gettext("unusual") if whole.unusual else language.gettext("within the usual ups and downs")]


def as_of(monday: MondayPage, language: Language) -> str:
    return language.gettext("data up to %(moment)s") % {"moment": language.moment(monday.as_of)}


def whose(operation: str, scope: str, language: Language) -> str:
    """The operation, and what of it: every page that leaves says how far its reader sees."""
    return " · ".join((operation, scope or language.gettext("the whole operation")))


def rests_on(monday: MondayPage, language: Language) -> str:
    return resting(monday.page["snapshot"], monday.page["book_hash"], monday.page["version"], language)


def resting(snapshot: str, rules: str, version: str, language: Language) -> str:
    told = {"snapshot": snapshot, "rules": rules, "version": version}
    return language.gettext("snapshot %(snapshot)s · rules %(rules)s · Troth %(version)s") % told


def uncertain(count: int, language: Language) -> str:
    if not count:
        return ""
    return language.ngettext("One thing is not certain yet", "%(num)s things are not certain yet", count) % {"num": count}


def age(old: Old, language: Language) -> str:
    """Since when the data are old, as the first line says it."""
    say, since = language.gettext, {"moment": language.moment(old.since), "source": old.source}
    return {
        "record": say("These data are old: the newest is of %(moment)s, and last week is not whole in them."),
        "scope": say("These data are old: of what you see, nothing is recorded since %(moment)s."),
        "day": say("These data are old: the newest is of %(moment)s."),
        "source": say("These data are old: the newest of “%(source)s” is of %(moment)s, which is later than was agreed."),
    }[old.kind] % since


def subject(digest: Digest | HuddleDigest, headline: str, language: Language) -> str:
    """One line. It begins with “Old data” where they are."""
    plain = f"{digest.operation}{f', {digest.scope}' if digest.scope else ''}: {headline}"
    return language.gettext("Old data: %(subject)s") % {"subject": plain} if digest.old else plain

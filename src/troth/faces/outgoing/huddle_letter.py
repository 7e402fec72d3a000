"""The screen of a unit's huddle as a letter: its blocks one under another."""

from __future__ import annotations

from collections.abc import Iterator

from troth import __version__
from troth.app.letters.huddle_digest import HuddleDigest
from troth.faces.language import Language
from troth.faces.outgoing import sentences
from troth.faces.outgoing.laid import Laid, titled, wrapped
from troth.faces.web.huddle_sheet import Lines, sheet


def laid(digest: HuddleDigest, language: Language) -> Laid:
    say, page = language.gettext, digest.page
    shown = sheet(page, language)
    blocks = tuple(block for column in shown.columns for block in column)
    headline = _headline(digest, language)
    whose = sentences.whose(digest.operation, digest.scope, language)
    rests = sentences.resting(digest.snapshot, digest.rules, __version__, language)
    nobody = say("No person is measured on this screen.")
    return Laid(
        sentences.subject(digest, headline, language), headline, _below(digest, shown.subtitle, language),
        sentences.age(digest.old, language) if digest.old else "", say("The screen, with every order:"), whose,
        f"{whose} · {rests}", (whose, rests), (*(line for block in blocks for line in _lines(block)), "", *wrapped(nobody), ""),
        "huddle_letter.html", {"blocks": blocks, "nobody": nobody},
    )  # fmt: skip


def _headline(digest: HuddleDigest, language: Language) -> str:
    page = digest.page
    today = language.ngettext("%(n)d promise for today", "%(n)d promises for today", len(page.today)) % {"n": len(page.today)}
    late = language.gettext("%(n)d late and not here") % {"n": len(page.late)}
    return f"{page.unit}: {today}, {late}"


def _below(digest: HuddleDigest, subtitle: str, language: Language) -> str:
    holding = digest.page.holding
    if holding is None or not holding.rate.n:
        return subtitle
    met = language.gettext("met on %(some)s of %(all)s days") % {
        "some": language.number(holding.rate.kept), "all": language.number(holding.rate.n),
    }  # fmt: skip
    return f"{subtitle} · {met}"


def _lines(block: Lines) -> Iterator[str]:
    yield from titled(": ".join(filter(None, (block.title, block.number))) + (f" ({block.aside})" if block.aside else ""))
    for sentence, evidence in block.sentences:
        yield from wrapped(sentence)
        yield from wrapped(evidence, "  ")
    for row in block.rows:
        yield from wrapped(" · ".join(filter(None, (row.when, row.id, row.what, row.note))), "- ")
    for one in block.said:
        yield from wrapped(f"“{one.text}”")
        yield from wrapped(f"{one.heard} · {one.about}", "  ")
    yield from wrapped(block.more)
    if not (block.rows or block.sentences or block.said):
        yield from wrapped(block.empty)

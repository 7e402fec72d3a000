"""The Monday page as a letter."""

from __future__ import annotations

from collections.abc import Iterator

from troth.app.letters.digest import Digest
from troth.faces.language import Language
from troth.faces.outgoing import sentences
from troth.faces.outgoing.laid import Laid, listed, titled, wrapped


def laid(digest: Digest, language: Language) -> Laid:
    week, as_of = sentences.week(digest.monday, language), sentences.as_of(digest.monday, language)
    whose, rests_on = sentences.whose(digest.operation, digest.scope, language), sentences.rests_on(digest.monday, language)
    uncertain = sentences.uncertain(len(digest.uncertain), language)
    return Laid(
        sentences.subject(digest, digest.headline, language), digest.headline, f"{week} · {as_of}",
        sentences.age(digest.old, language) if digest.old else "",
        language.gettext("All of it, with charts, tables and the orders:"), whose, f"{whose} · {as_of} · {rests_on}", (whose, rests_on),
        tuple(_lines(digest, uncertain, language)), "monday_letter.html", {"digest": digest, "uncertain": uncertain},
    )  # fmt: skip


def _lines(digest: Digest, uncertain: str, language: Language) -> Iterator[str]:
    say = language.gettext
    if digest.needs:
        yield from titled(
            language.ngettext("One thing needs somebody", "%(num)s things need somebody", len(digest.needs)) % {"num": len(digest.needs)}
        )
        for need in digest.needs:
            yield from wrapped(need.sentence, "- ")
            owner = say("owner: %(who)s") % {"who": need.owner.replace("_", " ")}
            yield from wrapped(f"{need.evidence} · {owner}", "  ")
    yield from titled(say("What the data say"))
    for number, line in enumerate(digest.said, 1):
        yield from wrapped(line.headline, f"{number}. ")
        yield from wrapped(line.paragraph, "   ")
        yield from [*wrapped(" · ".join(line.evidence), "   "), ""]
    yield from listed(say("Cannot say yet"), digest.cannot_say)
    yield from listed(uncertain, digest.uncertain)

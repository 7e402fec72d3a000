"""The Monday page as mail: text and HTML that say the same, with no picture, no script, and nothing that is fetched."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC
from email.message import EmailMessage
from email.utils import format_datetime

from troth.app.letters.sending import Paper
from troth.faces.language import Language, language_of
from troth.faces.outgoing import sentences
from troth.faces.web.templates import template
from troth.sending.message import POLICY

WIDTH = 72
LONGEST_SUBJECT = 180


def write(paper: Paper) -> bytes:
    """The message, without sender and addressee."""
    language = language_of(paper.language)
    message = EmailMessage(policy=POLICY)
    message["Subject"] = _one_line(sentences.subject(paper.digest, language))
    message["Date"] = format_datetime(paper.at.replace(tzinfo=UTC))
    message["Auto-Submitted"] = "auto-generated"  # so that no absence note answers it
    # RFC 8058: a program of mail shows a button of its own for it, and posts to the address.
    message["List-Unsubscribe"] = f"<{paper.stop}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text(paper, language), cte="quoted-printable")
    message.add_alternative(html(paper, language), subtype="html", cte="quoted-printable")
    message["Content-Language"] = language.code
    return message.as_bytes()


def html(paper: Paper, language: Language) -> str:
    digest = paper.digest
    return template("letter.html", language).render(
        paper=paper, digest=digest, monday=digest.monday, language=language, subject=sentences.subject(digest, language),
        week=sentences.week(digest.monday, language), as_of=sentences.as_of(digest.monday, language),
        whose=sentences.whose(digest.operation, digest.scope, language), rests_on=sentences.rests_on(digest.monday, language),
        age=sentences.age(digest.old, language) if digest.old else "", uncertain=sentences.uncertain(len(digest.uncertain), language),
        notes=notes(paper, language),
    )  # fmt: skip


def text(paper: Paper, language: Language) -> str:
    return "\n".join(_lines(paper, language)) + "\n"


def notes(paper: Paper, language: Language) -> list[str]:
    """What the last lines say."""
    say = language.gettext
    return [
        say("Built on a schedule from what the sources held.")
        if paper.built
        else say("The newest files could not be read: this is of the data before them."),
        say("The link opens these pages to whoever has it, to read, until %(moment)s.") % {"moment": language.moment(paper.expires)},
    ]


def _lines(paper: Paper, language: Language) -> Iterator[str]:
    say, digest = language.gettext, paper.digest
    if digest.old:
        yield from [*_wrapped(sentences.age(digest.old, language)), ""]
    yield from _wrapped(digest.headline)
    yield from _wrapped(f"{sentences.week(digest.monday, language)} · {sentences.as_of(digest.monday, language)}")
    if digest.needs:
        yield from _titled(
            language.ngettext("One thing needs somebody", "%(num)s things need somebody", len(digest.needs)) % {"num": len(digest.needs)}
        )
        for need in digest.needs:
            yield from _wrapped(need.sentence, "- ")
            owner = say("owner: %(who)s") % {"who": need.owner.replace("_", " ")}
            yield from _wrapped(f"{need.evidence} · {owner}", "  ")
    yield from _titled(say("What the data say"))
    for number, line in enumerate(digest.said, 1):
        yield from _wrapped(line.headline, f"{number}. ")
        yield from _wrapped(line.paragraph, "   ")
        yield from [*_wrapped(" · ".join(line.evidence), "   "), ""]
    yield from _list(say("Cannot say yet"), digest.cannot_say)
    yield from _list(sentences.uncertain(len(digest.uncertain), language), digest.uncertain)
    yield from [say("All of it, with charts, tables and the orders:"), paper.link, "", "--"]
    yield from _wrapped(sentences.whose(digest.operation, digest.scope, language))
    yield from _wrapped(sentences.rests_on(digest.monday, language))
    for note in notes(paper, language):
        yield from _wrapped(note)
    yield from [say("Have it no more:"), paper.stop]


def _titled(title: str) -> list[str]:
    return ["", title, "-" * len(title)]


def _list(title: str, said: Sequence[str]) -> Iterator[str]:
    if said:
        yield from _titled(title)[1:]
        for one in said:
            yield from _wrapped(one, "- ")
        yield ""


def _wrapped(said: str, first: str = "") -> list[str]:
    plain = said.replace("`", "")
    return textwrap.wrap(
        plain, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False, break_on_hyphens=False
    )


def _one_line(said: str) -> str:
    plain = " ".join(said.split())
    return plain if len(plain) <= LONGEST_SUBJECT else f"{plain[: LONGEST_SUBJECT - 1]}…"

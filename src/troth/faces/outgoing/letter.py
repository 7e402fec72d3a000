"""Pages as mail: text and HTML that say the same, with no picture, no script, and nothing that is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from email.message import EmailMessage
from email.utils import format_datetime

from troth.app.letters.huddle_digest import HuddleDigest
from troth.app.letters.sending import Paper
from troth.faces.language import Language, language_of
from troth.faces.outgoing import huddle_letter, monday_letter
from troth.faces.outgoing.laid import Laid, wrapped
from troth.faces.web.templates import template
from troth.sending.message import POLICY

LONGEST_SUBJECT = 180


def write(paper: Paper) -> bytes:
    """The message, without sender and addressee."""
    language, digest = language_of(paper.language), paper.digest
    laid = huddle_letter.laid(digest, language) if isinstance(digest, HuddleDigest) else monday_letter.laid(digest, language)
    message = EmailMessage(policy=POLICY)
    message["Subject"] = _one_line(laid.subject)
    message["Date"] = format_datetime(paper.at.replace(tzinfo=UTC))
    message["Auto-Submitted"] = "auto-generated"  # so that no absence note answers it
    # RFC 8058: a program of mail shows a button of its own for it, and posts to the address.
    message["List-Unsubscribe"] = f"<{paper.stop}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("\n".join(_lines(paper, laid, language)) + "\n", cte="quoted-printable")
    message.add_alternative(_html(paper, laid, language), subtype="html", cte="quoted-printable")
    message["Content-Language"] = language.code
    return message.as_bytes()


def _html(paper: Paper, laid: Laid, language: Language) -> str:
    return template(laid.template, language).render(paper=paper, laid=laid, language=language, notes=_notes(paper, language), **laid.values)


def _notes(paper: Paper, language: Language) -> list[str]:
    """What the last lines say."""
    say = language.gettext
    return [
        say("Built on a schedule from what the sources held.")
        if paper.built
        else say("The newest files could not be read: this is of the data before them."),
        say("The link opens these pages to whoever has it, to read, until %(moment)s.") % {"moment": language.moment(paper.expires)},
    ]


def _lines(paper: Paper, laid: Laid, language: Language) -> Iterator[str]:
    if laid.age:
        yield from [*wrapped(laid.age), ""]
    yield from wrapped(laid.headline)
    yield from wrapped(laid.below)
    yield from laid.lines
    yield from [laid.whole, paper.link, "", "--"]
    for one in (*laid.rests, *_notes(paper, language)):
        yield from wrapped(one)
    yield from [language.gettext("Have it no more:"), paper.stop]


def _one_line(said: str) -> str:
    plain = " ".join(said.split())
    return plain if len(plain) <= LONGEST_SUBJECT else f"{plain[: LONGEST_SUBJECT - 1]}…"

"""What is wrong with a name or a password, in the language of whoever typed it."""

from __future__ import annotations

from troth.faces.language import Language
from troth.faces.language.marks import N_
from troth.kernel.errors import TrothError

SAID = frozenset({
    N_("this is no name to sign in with"), N_("2 to 200 signs"), N_("this name is taken"), N_("another one"),
    N_("this link opens nothing any more"), N_("Ask whoever gives access here for another one."),
    N_("the password is too short"), N_("12 signs or more; a few words do well"), N_("the password is too long"), N_("256 signs at most"),
    N_("the password is one that many people have"), N_("one that is nobody else's; a few words do well"),
    N_("the password is the name"), N_("one that nobody can guess from it"),
})  # fmt: skip


def refusal_in(language: Language, error: TrothError) -> str:
    """The same as the error says, as far as the catalogue has it: what is wrong, what is allowed, what to do next."""
    say = language.gettext
    parts = [say(error.what)]
    if error.got is not None:
        parts.append(say("got %(what)s") % {"what": error.got})
    if error.allowed is not None:
        parts.append(say("allowed: %(what)s") % {"what": say(str(error.allowed))})
    said = "; ".join(parts)
    return f"{said}. {say(error.next_step)}" if error.next_step else said

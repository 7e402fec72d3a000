"""What is refused of a name, a password, an account or one's own results, in the language of whoever asked."""

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
    N_("there is a second factor already"), N_("Take it away first."), N_("this account has no second factor"),
    N_("this account signs in by the identity provider"), N_("Ask for a second factor there."),
    N_("Make another account for who is not there."),
    N_("nobody takes away their own second factor so"), N_("Take it away under Your account, by password and code."),
    N_("nobody gives more than they have"), N_("this is the last admin"), N_("Make somebody else admin first."),
    N_("nobody says of their own account who they are"), N_("Ask another admin."),
    N_("no person of the record"), N_("an id as the sources have it"),
    N_("an account is one person's for good, and a person's is one account"),
    N_("Remove the account with `troth access remove` and make another one."),
    N_("this account has no results of its own"), N_("Whoever gives access says whose it is: troth access person"),
    N_("the book shows nobody their own results"), N_("Declare what is shown in results/."),
    N_("these results rest, since the password was set by a link"), N_("Say under Your own results whose they are."),
    N_("nobody has an account here"), N_("Everybody may read everything."),
    N_("who comes by the link of a letter has no account"), N_("Sign in, or go on reading."),
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
    return ". ".join((said, say(error.next_step))) if error.next_step else said

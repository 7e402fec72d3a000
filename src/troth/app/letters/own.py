"""The Monday page that somebody who signs in has sent to themselves: to the name they sign in with, of what they may see at the time."""

from __future__ import annotations

from dataclasses import dataclass

from troth.access import Account
from troth.app.letters import sending as letters
from troth.app.letters.sending import Sending
from troth.app.people.access import Access
from troth.app.workspace import Workspace
from troth.kernel.errors import BadValue
from troth.sending import Schedule, When
from troth.sending.schedule import OWN

NO_ADDRESS = "the name you sign in with is no address of mail"


@dataclass(frozen=True, slots=True)
class Own:
    """The letters of one account. schedule: None where it has none. possible: whether its name is an address of mail."""

    schedule: Schedule | None
    possible: bool


def own(sending: Sending, access: Access, account: str) -> Own:
    return Own(sending.schedules.find(f"{OWN}{account}"), _address(access, account) is not None)


def have(workspace: Workspace, sending: Sending, access: Access, account: Account, when: When, *, language: str, address: str) -> Schedule:
    """Send it from now on, in place of what was sent before. address: where the pages are served.

    Raises BadValue where the name of the account is no address of mail, or was erased.
    """
    to = _address(access, account.id)
    if to is None:
        raise BadValue(NO_ADDRESS, next_step="Ask whoever runs Troth at your place: `troth schedule monday` sends it anywhere.")
    stop(workspace, sending, account.id)
    made = letters.schedule_of(workspace, f"{OWN}{account.id}", when, to, scope=account.scope, language=language, address=address)
    return letters.keep(workspace, sending, made, account.id)


def stop(workspace: Workspace, sending: Sending, account: str) -> None:
    """Send it no more. Nothing is done where it was not sent."""
    if sending.schedules.find(f"{OWN}{account}") is not None:
        letters.remove(workspace, sending, f"{OWN}{account}", account)


def _address(access: Access, account: str) -> str | None:
    name = access.accounts.names().get(account)
    try:
        letters.refuse_address(name or "")
    except BadValue:
        return None
    return name

"""Who may see and do what: roles, the scope to which somebody's sight is limited, and the accounts by which somebody is known."""

from troth.access.account import Account, Session, Token
from troth.access.fence import fenced
from troth.access.passwords import Passwords
from troth.access.ports import Accounts, Failures, Links, Sessions, Tokens
from troth.access.viewer import EVERYTHING, Role, Scope, Viewer

__all__ = [
    "EVERYTHING",
    "Account",
    "Accounts",
    "Failures",
    "Links",
    "Passwords",
    "Role",
    "Scope",
    "Session",
    "Sessions",
    "Token",
    "Tokens",
    "Viewer",
    "fenced",
]
